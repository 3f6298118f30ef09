"""Decides what custodians are called to: a ceremony of the bank that needs their shares, and what it may do with them.

Source of the rule: domain C.6 (nobody alone, nothing early, everything on record). A call is a document the bank signs
after two persons asked and approved; it names one purpose - shares for other custodians, or a paper print - and one
fresh key that lives no longer than the ceremony. A custodian answers with an ordinary key release made out to that key,
so whatever releases a paper to a hall also answers a call, and a release for one is worthless for the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from examserver.kernel.canonical import b64u, digest, encode
from examserver.kernel.crypto.keys import SealingKey, key_id
from examserver.kernel.crypto.shares import Share
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import Document, NotADocument, read_document, sign_document
from examserver.kernel.errors import Json, Refused
from examserver.kernel.fields import Fields
from itembank.papers.manifest import Custodian, Manifest, read_custodian
from itembank.papers.opening import Release, check_form_key, join_form_key, open_release, read_release

CALL_TYPE = "exam.ceremony-call"
RESEAL, PRINT = "reseal", "print"
KINDS = (RESEAL, PRINT)


class CallNotForThis(Refused):
    """The call speaks of another paper or is not open now."""

    code = "call.not_for_this"
    message_zh = "征召文件不适用：{reason_zh}"
    message_en = "The call does not apply here: {reason_en}"
    next_zh = "请核对试卷包和征召文件，必要时请题库重新征召"
    next_en = "Check the package and the call; if need be have the bank call again"


@dataclass(frozen=True)
class Call:
    """One ceremony as its custodians are told; times in ms, `sealing_key` raw X25519."""

    ceremony: str
    kind: str
    paper: str
    manifest_digest: str
    forms: tuple[str, ...]
    sealing_key: bytes
    opens_ms: int
    closes_ms: int
    made_ms: int
    reason: str
    asked_by: str
    approved_by: str
    custodians: tuple[Custodian, ...]
    threshold: int
    copies: int
    place: str

    @property
    def key(self) -> str:
        """The id of the ceremony's key: what a release names as its hall."""
        return key_id("x25519", self.sealing_key)

    def as_json(self) -> Json:
        """The body of the signed document."""
        return {
            **{name: getattr(self, name) for name in _PLAIN},
            "forms": list(self.forms),
            "sealing_key": b64u(self.sealing_key),
            "custodians": [one.as_json() for one in self.custodians],
        }


_PLAIN = (
    "ceremony", "kind", "paper", "manifest_digest", "opens_ms", "closes_ms", "made_ms", "reason", "asked_by",
    "approved_by", "threshold", "copies", "place",
)  # fmt: skip


def sign_call(call: Call, signer: Signer) -> bytes:
    """The file custodians are sent."""
    return sign_document(call.as_json(), CALL_TYPE, 1, [signer])


def parse_call(document: Document) -> Call:
    """The call inside a signed document; raises NotADocument or MalformedField."""
    if (document.type, document.version) != (CALL_TYPE, 1):
        raise NotADocument(reason=f"it is a {document.type}/{document.version}, not a {CALL_TYPE}/1")
    fields = Fields(document.body, "call")
    call = Call(
        ceremony=fields.text("ceremony", 80),
        kind=fields.choice("kind", KINDS),
        paper=fields.text("paper", 80),
        manifest_digest=fields.digest("manifest_digest"),
        forms=tuple(fields.texts("forms", 200)),
        sealing_key=fields.binary("sealing_key", 32),
        opens_ms=fields.integer("opens_ms"),
        closes_ms=fields.integer("closes_ms"),
        made_ms=fields.integer("made_ms"),
        reason=fields.text("reason", 1000),
        asked_by=fields.text("asked_by", 120),
        approved_by=fields.text("approved_by", 120),
        custodians=tuple(read_custodian(one) for one in fields.many("custodians", 255)),
        threshold=fields.integer("threshold", 0, 255),
        copies=fields.integer("copies", 0, 2000),
        place=fields.text("place", 400, empty=True),
    )
    fields.finish()
    return call


def read_call(data: bytes) -> Call:
    """The call in a file's bytes, signature unchecked; raises NotADocument or MalformedField."""
    return parse_call(read_document(data, CALL_TYPE))


def check_call(call: Call, manifest: Manifest, now_ms: int) -> None:
    """Raises CallNotForThis unless the call speaks of this paper and is open at this moment."""
    if (call.paper, call.manifest_digest) != (manifest.paper, manifest.digest):
        raise CallNotForThis(reason_zh="试卷包或清单不符", reason_en="it is for another paper or manifest")
    if call.asked_by == call.approved_by:
        raise CallNotForThis(reason_zh="申请人与批准人是同一人", reason_en="one person asked and approved")
    if not call.opens_ms <= now_ms < call.closes_ms:
        raise CallNotForThis(reason_zh="不在开放时段内", reason_en="it is not open now")
    if now_ms >= manifest.expires_ms:
        raise CallNotForThis(reason_zh="试卷包已过有效期", reason_en="the paper has expired")
    if call.kind == PRINT and now_ms < manifest.not_before_ms:
        raise CallNotForThis(reason_zh="试卷尚未到启用时间", reason_en="the paper may not be opened yet")


def released_shares(
    call: Call, manifest: Manifest, files: Sequence[bytes], key: SealingKey
) -> tuple[dict[str, list[Share]], tuple[Release, ...]]:
    """The shares given to the ceremony, by form; raises ReleaseNotForThis, CannotOpen or ShareAltered."""
    releases = tuple(read_release(file) for file in files)
    shares: dict[str, list[Share]] = {form: [] for form in call.forms}
    for release in releases:
        for form, share in open_release(release, manifest, key, call.ceremony).items():
            shares.setdefault(form, []).append(share)
    return shares, releases


def rebuilt_keys(call: Call, manifest: Manifest, shares: dict[str, list[Share]]) -> dict[str, bytes]:
    """The form keys of a ceremony, each proven to be the right one; raises TooFewShares or FormAltered."""
    keys = {form: join_form_key(manifest, shares[form]) for form in call.forms}
    for form, key in keys.items():
        check_form_key(manifest, form, key)
    return keys


def ceremony_key_info(ceremony: str) -> bytes:
    """What the ceremony's private key is bound to while it waits, sealed to the bank's own key."""
    return encode({"ceremony": ceremony}, "exam.ceremony-key", 1)


def call_digest(data: bytes) -> str:
    """The name of a call's file in other documents."""
    return digest(data)
