"""Decides what a certificate says, and what its QR code proves without any network.

For: holders, employers and anybody with a telephone. Source: `examserver/docs/formats.md`, "Certificate". The QR text
is an address whose fragment never reaches a server: the signed facts, so that the page can check them by itself.
"""

import json
from dataclasses import dataclass

from examserver.kernel.canonical import NotCanonical, b64u, digest_of, encode, to_json, unb64u
from examserver.kernel.crypto.keys import SigningKey, verify_signature
from examserver.kernel.errors import Invalid, Json
from examserver.kernel.fields import Fields

CERTIFICATE_TYPE = "exam.certificate"
QR_TYPE = "exam.certificate-qr"
LONGEST_QR = 2000


class QrMalformed(Invalid):
    code = "certificate.qr_malformed"
    message_zh = "二维码内容不是证书。"
    message_en = "The QR code is not that of a certificate."
    next_zh = "请扫描证书上的二维码，或输入证书编号和姓名。"
    next_en = "Scan the code on the certificate, or enter number and name."


@dataclass(frozen=True)
class CertificateFacts:
    """What a certificate certifies."""

    number: str
    name: str
    document_masked: str
    occupation_code: str
    occupation_name: str
    level: int
    code13: str
    institution: str
    theory_score: str
    issued_on: str
    result_digest: str
    run: str
    plan: str


def certificate_body(facts: CertificateFacts, public_url: str) -> Json:
    """Return the body of the certificate document."""
    return {
        "number": facts.number,
        "name": facts.name,
        "document_masked": facts.document_masked,
        "occupation_code": facts.occupation_code,
        "occupation_name": facts.occupation_name,
        "level": facts.level,
        "institution": {"code13": facts.code13, "name": facts.institution},
        "theory_score": facts.theory_score,
        "issued_on": facts.issued_on,
        "result_digest": facts.result_digest,
        "run": facts.run,
        "plan": facts.plan,
        "query_hint": f"{public_url}/verify",
    }


def certificate_digest(body: Json) -> str:
    """The digest by which the log and the QR code name a certificate."""
    return digest_of(body, CERTIFICATE_TYPE, 1)


def qr_text(body: Json, key: SigningKey, public_url: str) -> str:
    """Return the address in the QR code: its fragment is the signed facts."""
    facts = {
        "n": body["number"],
        "m": body["name"],
        "o": body["occupation_code"],
        "l": body["level"],
        "i": body["institution"]["name"],
        "d": body["issued_on"],
        "c": certificate_digest(body).removeprefix("sha256:")[:16],
        "k": key.id,
    }
    return f"{public_url}/verify#{b64u(to_json(facts))}.{b64u(key.sign(encode(facts, QR_TYPE, 1)))}"


@dataclass(frozen=True)
class QrFacts:
    """The parsed facts of a QR text with their signature, unchecked."""

    facts: Json
    signature: bytes

    @property
    def key(self) -> str:
        """The id of the key that is said to have signed."""
        return str(self.facts["k"])

    def signed_by(self, public_raw: bytes) -> bool:
        """Whether the signature is that of this key."""
        return verify_signature(public_raw, self.signature, encode(self.facts, QR_TYPE, 1))


def read_qr(text: str) -> QrFacts:
    """Return the facts of a QR text, whole address or fragment alone; raises QrMalformed."""
    fragment = text.strip().rpartition("#")[2]
    body, _, signature = fragment.partition(".")
    if len(text) > LONGEST_QR:
        raise QrMalformed()
    try:
        data = unb64u(body)
        facts = json.loads(data)
        fields = Fields(facts, "qr")
        for name in ("n", "m", "o", "i", "d", "c", "k"):
            fields.text(name, 200)
        fields.integer("l", 1, 9)
        fields.finish()
        if to_json(facts) != data:
            raise QrMalformed()
        return QrFacts(facts, unb64u(signature))
    except (Invalid, NotCanonical, ValueError, RecursionError) as error:
        raise QrMalformed() from error


def qr_differences(facts: Json, body: Json) -> list[tuple[str, str, str]]:
    """Return (field, said by the QR code, said by the certificate) where they differ."""
    pairs = {
        "n": body["number"],
        "m": body["name"],
        "o": body["occupation_code"],
        "l": body["level"],
        "i": body["institution"]["name"],
        "d": body["issued_on"],
        "c": certificate_digest(body).removeprefix("sha256:")[:16],
    }
    return [(name, str(facts[name]), str(said)) for name, said in pairs.items() if facts[name] != said]


def same_name(given: str, held: str) -> bool:
    """Whether a typed name is the holder's, blanks aside."""
    return "".join(given.split()) == "".join(held.split())
