"""Decides what a sealed paper's manifest says, for custodians, halls, planners and verifiers.

Source of the rule: `examserver/docs/formats.md`, "Sealed paper package". The manifest names forms by digest and reveals
no content; the contexts below bind every sealed part to its paper, form and receiver.
"""

from dataclasses import dataclass

from examserver.kernel.canonical import b64u, digest, encode
from examserver.kernel.crypto.keys import key_id
from examserver.kernel.crypto.seal import HPKE_SUITE, SUITE
from examserver.kernel.documents import Document, NotADocument, read_document
from examserver.kernel.errors import Json, Missing
from examserver.kernel.fields import Fields, MalformedField, is_digest

MANIFEST_TYPE = "exam.paper-manifest"
KEYS_TYPE = "exam.key-package"
RELEASE_TYPE = "exam.key-release"
MANIFEST_NAME = "manifest.json"


class FormNotInPaper(Missing):
    """The paper has no such form."""

    code = "paper.form_missing"
    message_zh = "试卷包 {paper} 中没有试卷 {form}"
    message_en = "Paper {paper} has no form {form}"


class CustodianNotInPaper(Missing):
    """The paper has no such custodian."""

    code = "paper.custodian_missing"
    message_zh = "{custodian} 不是试卷包 {paper} 的保管人"
    message_en = "{custodian} is not a custodian of paper {paper}"


@dataclass(frozen=True)
class Custodian:
    """A person who keeps a share: id, name, raw public keys (Ed25519, X25519)."""

    custodian: str
    name: str
    signing_key: bytes
    sealing_key: bytes

    def as_json(self) -> Json:
        """As a manifest lists them."""
        return {
            "custodian": self.custodian,
            "name": self.name,
            "signing_key": b64u(self.signing_key),
            "sealing_key": b64u(self.sealing_key),
        }

    @property
    def signing_key_id(self) -> str:
        """The key id that signs this custodian's releases."""
        return key_id("ed25519", self.signing_key)


@dataclass(frozen=True)
class Slot:
    """One custodian's sealed share of one form key, and the digest of the share inside.

    `proof_key` is the public Ed25519 key made from the share: who holds the share can sign with it, and shows nothing.
    """

    custodian: str
    share: bytes
    share_digest: str
    proof_key: bytes | None = None


@dataclass(frozen=True)
class Reseal:
    """How a manifest came out of an earlier one: the forms untouched, the shares made anew for other custodians.

    `supersedes` lists all earlier manifests of the paper, the oldest first: it is the one the answer keys name.
    """

    ceremony: str
    supersedes: tuple[str, ...]
    released: tuple[str, ...]
    asked_by: str
    approved_by: str
    reason: str


@dataclass(frozen=True)
class SealedForm:
    """One form as the manifest describes it."""

    form: str
    name: str
    reserve: bool
    items: int
    cipher_digest: str
    cipher_size: int
    plain_digest: str
    item_versions_digest: str
    slots: tuple[Slot, ...]
    key_digest: str | None = None

    @property
    def entry(self) -> str:
        """Its place in the package."""
        return f"forms/{self.form}.bin"

    def slot_of(self, custodian: str) -> Slot | None:
        """The slot of a custodian, if there is one."""
        return next((slot for slot in self.slots if slot.custodian == custodian), None)


@dataclass(frozen=True)
class Manifest:
    """What the bank signed about a paper; `digest` is that of the manifest file's bytes."""

    digest: str
    paper: str
    title: str
    occupation_code: str
    level: int
    standard: str
    bank_name: str
    provenance: str
    scope: Json
    not_before_ms: int
    expires_ms: int
    created_ms: int
    blueprint_digest: str
    specification_digest: str
    threshold: int
    custodians: tuple[Custodian, ...]
    forms: tuple[SealedForm, ...]
    reseal: Reseal | None = None

    @property
    def lineage(self) -> tuple[str, ...]:
        """The digests of this paper's manifests, from the first to this one."""
        return (*(self.reseal.supersedes if self.reseal else ()), self.digest)

    def form(self, form_id: str) -> SealedForm:
        """The form with this id; raises FormNotInPaper."""
        for form in self.forms:
            if form.form == form_id:
                return form
        raise FormNotInPaper(paper=self.paper, form=form_id)

    def custodian(self, custodian_id: str) -> Custodian:
        """The custodian with this id; raises CustodianNotInPaper."""
        for custodian in self.custodians:
            if custodian.custodian == custodian_id:
                return custodian
        raise CustodianNotInPaper(paper=self.paper, custodian=custodian_id)

    def custodian_with_key(self, signing_key: bytes) -> Custodian:
        """The custodian who owns this public signing key; raises CustodianNotInPaper."""
        for custodian in self.custodians:
            if custodian.signing_key == signing_key:
                return custodian
        raise CustodianNotInPaper(paper=self.paper, custodian=key_id("ed25519", signing_key))


def read_custodian(fields: Fields) -> Custodian:
    """One custodian as a manifest or a call lists them."""
    custodian = Custodian(
        fields.text("custodian", 80),
        fields.text("name", 200),
        fields.binary("signing_key", 32),
        fields.binary("sealing_key", 32),
    )
    fields.finish()
    return custodian


def _slot(fields: Fields) -> Slot:
    slot = Slot(
        fields.text("custodian", 80),
        fields.binary("share"),
        fields.digest("share_digest"),
        fields.binary("proof_key", 32) if fields.has("proof_key") else None,
    )
    fields.finish()
    return slot


def _form(fields: Fields) -> SealedForm:
    form = SealedForm(
        form=fields.text("form", 80),
        name=fields.text("name", 40),
        reserve=fields.flag("reserve"),
        items=fields.integer("items", 1, 10_000),
        cipher_digest=fields.digest("cipher_digest"),
        cipher_size=fields.integer("cipher_size", 28),
        plain_digest=fields.digest("plain_digest"),
        item_versions_digest=fields.digest("item_versions_digest"),
        slots=tuple(_slot(slot) for slot in fields.many("slots", 255)),
        key_digest=fields.digest("key_digest") if fields.has("key_digest") else None,
    )
    fields.finish()
    return form


def _scope(fields: Fields) -> Json:
    plan = fields.nullable("plan", lambda name: fields.text(name, 80))
    fields.finish()
    return {"plan": plan}


def _reseal(fields: Fields) -> Reseal:
    supersedes = fields.values("supersedes", 100)
    if not supersedes or not all(is_digest(one) for one in supersedes) or len(set(supersedes)) < len(supersedes):
        reason = {"reason_zh": "应为不重复的摘要", "reason_en": "distinct digests are expected"}
        raise MalformedField(place=fields.at("supersedes"), **reason)
    made = Reseal(
        fields.text("ceremony", 80),
        tuple(supersedes),
        tuple(fields.texts("released", 255)),
        fields.text("asked_by", 120),
        fields.text("approved_by", 120),
        fields.text("reason", 1000),
    )
    fields.finish()
    return made


def parse_manifest(document: Document, manifest_digest: str) -> Manifest:
    """The manifest inside a signed document; raises NotADocument or MalformedField."""
    if (document.type, document.version) != (MANIFEST_TYPE, 1):
        raise NotADocument(reason=f"it is a {document.type}/{document.version}, not a {MANIFEST_TYPE}/1")
    fields = Fields(document.body, "manifest")
    bank = fields.within("bank")
    fields.choice("suite", [SUITE])
    fields.choice("hpke_suite", [HPKE_SUITE])
    manifest = Manifest(
        digest=manifest_digest,
        paper=fields.text("paper", 80),
        title=fields.text("title", 400),
        occupation_code=fields.text("occupation_code", 40),
        level=fields.integer("level", 1, 5),
        standard=fields.text("standard", 400, empty=True),
        bank_name=bank.text("name", 200),
        provenance=bank.text("provenance", 40),
        scope=_scope(fields.within("scope")),
        not_before_ms=fields.integer("not_before_ms"),
        expires_ms=fields.integer("expires_ms"),
        created_ms=fields.integer("created_ms"),
        blueprint_digest=fields.digest("blueprint_digest"),
        specification_digest=fields.digest("specification_digest"),
        threshold=fields.integer("threshold", 1, 255),
        custodians=tuple(read_custodian(one) for one in fields.many("custodians", 255)),
        forms=tuple(_form(form) for form in fields.many("forms", 200)),
        reseal=_reseal(fields.within("reseal")) if fields.has("reseal") else None,
    )
    bank.finish()
    fields.finish()
    return manifest


def read_manifest(data: bytes) -> Manifest:
    """The manifest in the bytes of `manifest.json`, signatures unchecked; raises NotADocument or MalformedField."""
    return parse_manifest(read_document(data, MANIFEST_TYPE), digest(data))


def form_aad(paper: str, form: str, scope: Json) -> bytes:
    """What a form's ciphertext is bound to."""
    return encode({"paper": paper, "form": form, "scope": scope, "suite": SUITE}, "exam.form-aad", 1)


def share_info(paper: str, form: str, custodian: str) -> bytes:
    """What a share sealed to a custodian is bound to."""
    return encode({"paper": paper, "form": form, "custodian": custodian}, "exam.share-info", 1)


def hall_identity(signing_key: bytes, sealing_key: bytes) -> bytes:
    """What a hall signs to say that this sealing key is its own: a release goes to no other."""
    return encode({"signing_key": b64u(signing_key), "sealing_key": b64u(sealing_key)}, "exam.hall-identity", 1)


def keys_context(paper: str, manifest_digest: str) -> bytes:
    """What the answer keys are bound to, as associated data and as HPKE info."""
    return encode({"paper": paper, "manifest_digest": manifest_digest}, "exam.keys-aad", 1)


def release_info(paper: str, form: str, hall: str, sitting: str) -> bytes:
    """What a share released to a hall is bound to; `hall` is the id of its sealing key."""
    return encode({"paper": paper, "form": form, "hall": hall, "sitting": sitting}, "exam.release-info", 1)


def item_versions(content: Json) -> list[Json]:
    """Position, code and version of every item of a form, in order: what `item_versions_digest` covers."""
    return [
        {"item": item["id"], "code": item["code"], "version": item["version"]}
        for section in content["sections"]
        for item in section["items"]
    ]
