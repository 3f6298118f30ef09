"""Decides how a custodian proves, long before the day, that they still hold their shares of a paper.

Source: `examserver/docs/formats.md`, "Possession". The bank gives out a challenge for one custodian and one paper; the
answer carries, for every form, a signature by the key that follows from the share itself. Anybody with the manifest can
check it; nobody learns a share from it; an answer to one challenge is no answer to another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from examserver.kernel.canonical import b64u, encode, unb64u
from examserver.kernel.crypto.keys import KeyPair, verify_signature
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import Document, NotADocument, read_document, sign_document
from examserver.kernel.errors import Refused
from examserver.kernel.fields import Fields
from itembank.papers.manifest import Custodian, Manifest
from itembank.papers.opening import open_share
from itembank.papers.slots import proof_key

CHALLENGE_TYPE, POSSESSION_TYPE = "exam.possession-challenge", "exam.possession"


class PossessionNotProven(Refused):
    """The answer does not show that this custodian holds every share."""

    code = "possession.not_proven"
    message_zh = "未能证明持有份额：{reason_zh}"
    message_en = "Possession is not proven: {reason_en}"
    next_zh = "请保管人用自己的密钥文件和最新试卷包重新作答；若密钥已遗失，请更换保管人"
    next_en = (
        "Have the custodian answer again with their key file and the newest package; replace them if the key is lost"
    )


@dataclass(frozen=True)
class Challenge:
    """What one custodian is to answer; `nonce` is 32 random bytes."""

    paper: str
    manifest_digest: str
    custodian: str
    nonce: bytes
    made_ms: int
    expires_ms: int


def sign_challenge(challenge: Challenge, signer: Signer) -> bytes:
    """The file the custodian is sent."""
    body = {**vars(challenge), "nonce": b64u(challenge.nonce)}
    return sign_document(body, CHALLENGE_TYPE, 1, [signer])


def read_challenge(data: bytes) -> Challenge:
    """The challenge in a file's bytes, signature unchecked; raises NotADocument or MalformedField."""
    fields = Fields(_body(read_document(data), CHALLENGE_TYPE), "challenge")
    challenge = Challenge(
        fields.text("paper", 80),
        fields.digest("manifest_digest"),
        fields.text("custodian", 80),
        fields.binary("nonce", 32),
        fields.integer("made_ms"),
        fields.integer("expires_ms"),
    )
    fields.finish()
    return challenge


def _body(document: Document, wanted: str) -> dict[str, object]:
    if (document.type, document.version) != (wanted, 1):
        raise NotADocument(reason=f"it is a {document.type}/{document.version}, not a {wanted}/1")
    return document.body


def signed_statement(challenge: Challenge, form: str) -> bytes:
    """What the key made from a share signs."""
    facts = {
        "paper": challenge.paper,
        "manifest_digest": challenge.manifest_digest,
        "custodian": challenge.custodian,
        "form": form,
        "nonce": b64u(challenge.nonce),
    }
    return encode(facts, "exam.share-possession", 1)


def prove_possession(manifest: Manifest, pair: KeyPair, challenge: Challenge, device: str, made_ms: int) -> bytes:
    """The answer of the custodian who owns `pair`; opens every own slot and shows none of it."""
    custodian = manifest.custodian_with_key(pair.signing.public_raw)
    if (challenge.manifest_digest, challenge.custodian) != (manifest.digest, custodian.custodian):
        raise PossessionNotProven(
            reason_zh="质询不是给您或这份试卷的", reason_en="the challenge is not for you or this paper"
        )
    forms = []
    for form in manifest.forms:
        share = open_share(manifest, form.form, custodian.custodian, pair.sealing)
        value = proof_key(form.form, share).sign(signed_statement(challenge, form.form))
        forms.append({"form": form.form, "proof": b64u(value)})
    body = {
        "paper": manifest.paper,
        "manifest_digest": manifest.digest,
        "custodian": custodian.custodian,
        "nonce": b64u(challenge.nonce),
        "forms": forms,
        "device": device,
        "made_ms": made_ms,
    }
    return sign_document(body, POSSESSION_TYPE, 1, [Signer("custodian", custodian.name, pair.signing)])


@dataclass(frozen=True)
class Possession:
    """A parsed answer."""

    document: Document
    paper: str
    manifest_digest: str
    custodian: str
    nonce: bytes
    proofs: tuple[tuple[str, bytes], ...]
    device: str
    made_ms: int

    def answers(self) -> Challenge:
        """The challenge as far as the answer repeats it."""
        return Challenge(self.paper, self.manifest_digest, self.custodian, self.nonce, 0, 0)


def read_possession(data: bytes) -> Possession:
    """The answer in a file's bytes, nothing checked yet; raises NotADocument or MalformedField."""
    document = read_document(data)
    fields = Fields(_body(document, POSSESSION_TYPE), "possession")
    found = Possession(
        document=document,
        paper=fields.text("paper", 80),
        manifest_digest=fields.digest("manifest_digest"),
        custodian=fields.text("custodian", 80),
        nonce=fields.binary("nonce", 32),
        proofs=tuple(_proof(one) for one in fields.many("forms", 200)),
        device=fields.text("device", 200),
        made_ms=fields.integer("made_ms"),
    )
    fields.finish()
    return found


def _proof(fields: Fields) -> tuple[str, bytes]:
    found = (fields.text("form", 80), fields.binary("proof", 64))
    fields.finish()
    return found


def possession_faults(found: Possession, manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """(place, reason in Chinese, in English) of everything that is not proven."""
    if (found.paper, found.manifest_digest) != (manifest.paper, manifest.digest):
        yield "manifest", "答复针对另一份试卷清单", "the answer is about another manifest"
        return
    custodian = next((one for one in manifest.custodians if one.custodian == found.custodian), None)
    if custodian is None or not _signed(found.document, custodian):
        yield found.custodian, "签名不是该保管人的", "the signature is not this custodian's"
        return
    proofs = dict(found.proofs)
    for form in manifest.forms:
        slot = form.slot_of(custodian.custodian)
        if slot is None or slot.proof_key is None:
            yield form.form, "试卷密封时未写入持有证明的公钥", "the package was sealed without proof keys"
        elif form.form not in proofs:
            yield form.form, "缺少这份试卷的证明", "no proof for this form"
        elif not verify_signature(slot.proof_key, proofs[form.form], signed_statement(found.answers(), form.form)):
            yield form.form, "份额证明不成立", "the proof of the share does not hold"


def _signed(document: Document, custodian: Custodian) -> bool:
    """Whether the only signature is this custodian's over this content."""
    if len(document.signatures) != 1:
        return False
    one = document.signatures[0]
    right = (one.key, one.suite, one.role) == (custodian.signing_key_id, "ed25519", "custodian")
    return right and verify_signature(custodian.signing_key, one.value, document.signed_bytes(one))


def check_possession(found: Possession, manifest: Manifest, nonces: Sequence[str]) -> None:
    """Raises PossessionNotProven unless the answer holds and answers one of these challenges (b64u)."""
    if found.nonce not in [unb64u(one) for one in nonces]:
        raise PossessionNotProven(reason_zh="质询已失效或不存在", reason_en="the challenge is unknown or over")
    for place, reason_zh, reason_en in possession_faults(found, manifest):
        raise PossessionNotProven(reason_zh=f"{reason_zh}（{place}）", reason_en=f"{reason_en} ({place})")
