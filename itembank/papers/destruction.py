"""Decides when a paper's material may be destroyed, what belongs to it, and what the signed record of it says.

Source of the rule: the retention value of the policy profile (config/policy, `retention_paper_days`), counted from the
paper's expiry; a legal hold stands above it. What is destroyed are the sealed files and every key that could open them;
what stays is the proof: digests, manifests' names, acts in the audit chain, and this record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import Document, NotADocument, sign_document
from examserver.kernel.errors import Json, Refused
from examserver.kernel.fields import Fields
from examserver.kernel.policy import PolicyValue

DESTRUCTION_TYPE = "exam.destruction"
DAY_MS = 86_400_000
PACKAGE, KEYS, ANSWER, CEREMONY_KEY = "package", "keys", "answer", "ceremony_key"


class TooEarlyToDestroy(Refused):
    """The retention period has not ended."""

    code = "destruction.too_early"
    message_zh = "保存期至 {until}，此前不得销毁"
    message_en = "The material must be kept until {until} and may not be destroyed before"
    next_zh = "请在保存期满后再申请"
    next_en = "Ask again when the period has ended"


class UnderLegalHold(Refused):
    """Somebody holds the material as evidence."""

    code = "destruction.legal_hold"
    message_zh = "该试卷处于保全状态（{reason}），不得销毁"
    message_en = "The paper is under a legal hold ({reason}) and may not be destroyed"
    next_zh = "请先由另一名人员解除保全"
    next_en = "Have the hold lifted first, by a person other than who placed it"


@dataclass(frozen=True)
class Material:
    """One thing that will be destroyed: a file by its digest, or a key in the bank's rows by its ceremony."""

    kind: str
    name: str
    words: str

    def as_json(self) -> Json:
        """As the record lists it."""
        return dict(vars(self))


@dataclass(frozen=True)
class Retention:
    """The rule that was applied: the policy value in force, and the last moment it keeps the material."""

    rule: PolicyValue
    expires_ms: int
    until_ms: int


def retention_of(expires_ms: int, rule: PolicyValue) -> Retention:
    """Until when a paper that expires then is kept; raises TypeError for a value that is no number of days."""
    if isinstance(rule.value, bool) or not isinstance(rule.value, int):
        raise TypeError(f"{rule.name} is not a number of days")
    return Retention(rule, expires_ms, expires_ms + rule.value * DAY_MS)


def check_destructible(retention: Retention, holds: Sequence[str], now_ms: int, until: str) -> None:
    """Raises UnderLegalHold or TooEarlyToDestroy; `until` is the date in words."""
    if holds:
        raise UnderLegalHold(reason=holds[0])
    if now_ms < retention.until_ms:
        raise TooEarlyToDestroy(until=until)


@dataclass(frozen=True)
class Destruction:
    """Everything the record says."""

    paper: str
    title: str
    manifests: tuple[str, ...]
    material: tuple[Material, ...]
    retention: Retention
    asked_by: str
    approved_by: str
    reason: str
    done_ms: int


def sign_destruction(made: Destruction, signer: Signer) -> bytes:
    """The record's file."""
    rule = made.retention.rule
    body = {
        "paper": made.paper,
        "title": made.title,
        "manifests": list(made.manifests),
        "material": [one.as_json() for one in made.material],
        "rule": {
            "name": rule.name,
            "value": rule.value,
            "unit": rule.unit,
            "source": rule.source,
            "from": rule.valid_from.isoformat(),
            "approver": rule.approver,
        },
        "expires_ms": made.retention.expires_ms,
        "retained_until_ms": made.retention.until_ms,
        "asked_by": made.asked_by,
        "approved_by": made.approved_by,
        "reason": made.reason,
        "done_ms": made.done_ms,
    }
    return sign_document(body, DESTRUCTION_TYPE, 1, [signer])


def read_destruction(document: Document) -> dict[str, Any]:
    """The checked body of a destruction record; raises NotADocument or MalformedField."""
    if (document.type, document.version) != (DESTRUCTION_TYPE, 1):
        raise NotADocument(reason=f"it is a {document.type}/{document.version}, not a {DESTRUCTION_TYPE}/1")
    fields = Fields(document.body, "destruction")
    for name, longest in (("paper", 80), ("title", 400), ("asked_by", 120), ("approved_by", 120), ("reason", 1000)):
        fields.text(name, longest)
    fields.texts("manifests", 100)
    for one in fields.many("material", 10_000):
        one.choice("kind", (PACKAGE, KEYS, ANSWER, CEREMONY_KEY))
        _ = (one.text("name", 200), one.text("words", 400))
        one.finish()
    rule = fields.within("rule")
    for name in ("name", "unit", "source", "from", "approver"):
        rule.text(name, 1000)
    rule.integer("value")
    rule.finish()
    for name in ("expires_ms", "retained_until_ms", "done_ms"):
        fields.integer(name)
    fields.finish()
    return document.body
