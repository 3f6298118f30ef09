"""Decides the bytes of a sealed paper package and its key package, for the person who seals.

Source of the rule: domain C.6 (two key-holders, nobody opens alone) and `examserver/docs/formats.md`. Each form goes
under a key of its own; the key is split so that any `threshold` custodians rebuild it and fewer learn nothing; answer
keys travel apart, sealed to the grading role. Randomness arrives as `entropy(n) -> n bytes`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from examserver.kernel.archive import write_archive
from examserver.kernel.canonical import b64u, digest, digest_of, to_json
from examserver.kernel.crypto.keys import key_id
from examserver.kernel.crypto.seal import HPKE_SUITE, SUITE, seal_bytes, seal_to
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.kernel.errors import Json, Refused
from itembank.papers.manifest import (
    KEYS_TYPE,
    MANIFEST_NAME,
    MANIFEST_TYPE,
    Custodian,
    form_aad,
    item_versions,
    keys_context,
)
from itembank.papers.slots import key_digest, make_slots

Entropy = Callable[[int], bytes]


class TooFewCustodians(Refused):
    """Nobody may be able to open a paper alone."""

    code = "paper.too_few_custodians"
    message_zh = "密封需要至少两名保管人共同开启:现有 {given} 人,门限 {threshold}"
    message_en = "A paper needs at least two custodians acting together: {given} given, threshold {threshold}"
    next_zh = "请选择至少两名保管人,门限在 2 与人数之间。"
    next_en = "Choose at least two custodians and a threshold between 2 and their number."


class CustodiansNotDistinct(Refused):
    """Custodians must be different persons with different keys."""

    code = "paper.custodians_not_distinct"
    message_zh = "保管人必须是不同的人并使用不同的密钥:{who} 重复"
    message_en = "Custodians must be different persons with different keys: {who} occurs twice"
    next_zh = "请另选保管人,或由其本人生成自己的密钥。"
    next_en = "Choose another custodian, or have that person make a key of their own."


class NothingToSeal(Refused):
    """A paper has at least one form that is not a reserve."""

    code = "paper.nothing_to_seal"
    message_zh = "没有可密封的正式试卷"
    message_en = "There is no regular form to seal"
    next_zh = "请先完成组卷并批准。"
    next_en = "Assemble and approve the forms first."


class DatesOutOfOrder(Refused):
    """A paper opens after it was sealed and before it expires."""

    code = "paper.dates_out_of_order"
    message_zh = "试卷的启用时间必须早于失效时间"
    message_en = "The time from which a paper may be opened must lie before its expiry"
    next_zh = "请改正启用时间或失效时间。"
    next_en = "Correct the opening time or the expiry."


@dataclass(frozen=True)
class PaperFacts:
    """What the manifest says about the paper as a whole; times in ms."""

    paper: str
    title: str
    occupation_code: str
    level: int
    standard: str
    bank_name: str
    provenance: str
    plan: str | None
    not_before_ms: int
    expires_ms: int
    created_ms: int
    blueprint_digest: str
    specification_digest: str
    threshold: int


@dataclass(frozen=True)
class FormToSeal:
    """One form in the clear: content as `exam.form/1` without salt, and its answer key."""

    form: str
    name: str
    reserve: bool
    content: Json
    key: Json


@dataclass(frozen=True)
class SealedPaper:
    """The files that leave the bank."""

    package: bytes
    manifest: bytes
    manifest_digest: str
    keys: bytes


def _repeated(values: Sequence[object]) -> int | None:
    return next((n for n, value in enumerate(values) if value in values[:n]), None)


def check_terms(facts: PaperFacts, custodians: Sequence[Custodian]) -> None:
    """Raises the first rule that threshold, custodians or dates of a sealing would break."""
    check_holders(facts.threshold, custodians)
    if not facts.not_before_ms < facts.expires_ms:
        raise DatesOutOfOrder()


def check_holders(threshold: int, custodians: Sequence[Custodian]) -> None:
    """Raises TooFewCustodians or CustodiansNotDistinct."""
    if not 2 <= threshold <= len(custodians):
        raise TooFewCustodians(given=len(custodians), threshold=threshold)
    for values in (
        [one.custodian for one in custodians],
        [one.name for one in custodians],
        [one.signing_key for one in custodians],
        [one.sealing_key for one in custodians],
    ):
        twice = _repeated(values)
        if twice is not None:
            raise CustodiansNotDistinct(who=custodians[twice].name)


def check_forms(forms: Sequence[FormToSeal]) -> None:
    """Raises NothingToSeal unless there is a regular form and no form twice."""
    if all(form.reserve for form in forms) or _repeated([form.form for form in forms]) is not None:
        raise NothingToSeal()


def _seal_form(
    facts: PaperFacts, form: FormToSeal, custodians: Sequence[Custodian], entropy: Entropy
) -> tuple[Json, bytes]:
    """The manifest entry of a form and its ciphertext."""
    key, salt, nonce = entropy(32), entropy(32), entropy(12)
    plaintext = to_json({**form.content, "salt": b64u(salt)})
    sealed = seal_bytes(key, plaintext, form_aad(facts.paper, form.form, {"plan": facts.plan}), nonce)
    versions = item_versions(form.content)
    entry = {
        "form": form.form,
        "name": form.name,
        "reserve": form.reserve,
        "items": len(versions),
        "cipher_digest": digest(sealed),
        "cipher_size": len(sealed),
        "plain_digest": digest(plaintext),
        "item_versions_digest": digest_of(versions, "exam.item-versions", 1),
        "key_digest": key_digest(facts.paper, form.form, key),
        "slots": make_slots(facts.paper, form.form, key, facts.threshold, custodians),
    }
    return entry, sealed


def _manifest_body(facts: PaperFacts, custodians: Sequence[Custodian], entries: list[Json]) -> Json:
    return {
        "paper": facts.paper,
        "title": facts.title,
        "occupation_code": facts.occupation_code,
        "level": facts.level,
        "standard": facts.standard,
        "bank": {"name": facts.bank_name, "provenance": facts.provenance},
        "suite": SUITE,
        "hpke_suite": HPKE_SUITE,
        "scope": {"plan": facts.plan},
        "not_before_ms": facts.not_before_ms,
        "expires_ms": facts.expires_ms,
        "created_ms": facts.created_ms,
        "blueprint_digest": facts.blueprint_digest,
        "specification_digest": facts.specification_digest,
        "threshold": facts.threshold,
        "custodians": [one.as_json() for one in custodians],
        "forms": entries,
    }


def seal_keys(
    paper: str, manifest_digest: str, keys: Sequence[Json], grading_key: bytes, signer: Signer, entropy: Entropy
) -> bytes:
    """The key package file: answer keys of all forms, sealed to the grading role's raw X25519 key."""
    context = keys_context(paper, manifest_digest)
    key, salt, nonce = entropy(32), entropy(32), entropy(12)
    plaintext = to_json({"salt": b64u(salt), "forms": list(keys)})
    body = {
        "paper": paper,
        "manifest_digest": manifest_digest,
        "suite": SUITE,
        "hpke_suite": HPKE_SUITE,
        "wrapped_key": b64u(seal_to(grading_key, key, context)),
        "ciphertext": b64u(seal_bytes(key, plaintext, context, nonce)),
        "plain_digest": digest(plaintext),
        "grading_key": key_id("x25519", grading_key),
    }
    return sign_document(body, KEYS_TYPE, 1, [signer])


def seal_paper(
    facts: PaperFacts,
    forms: Sequence[FormToSeal],
    custodians: Sequence[Custodian],
    grading_key: bytes,
    signer: Signer,
    entropy: Entropy,
) -> SealedPaper:
    """Package and key package of a paper; raises a Refused when a rule of sealing is broken."""
    check_terms(facts, custodians)
    check_forms(forms)
    sealed = [_seal_form(facts, form, custodians, entropy) for form in forms]
    body = _manifest_body(facts, custodians, [entry for entry, _ in sealed])
    manifest = sign_document(body, MANIFEST_TYPE, 1, [signer])
    manifest_digest = digest(manifest)
    files = [(f"forms/{entry['form']}.bin", data) for entry, data in sealed]
    return SealedPaper(
        package=write_archive([(MANIFEST_NAME, manifest), *files]),
        manifest=manifest,
        manifest_digest=manifest_digest,
        keys=seal_keys(facts.paper, manifest_digest, [form.key for form in forms], grading_key, signer, entropy),
    )
