"""A small paper with real keys, for tests that need something sealed."""

import os
from dataclasses import dataclass, field
from typing import Any

from examserver.kernel.canonical import digest, digest_of
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import Trust, TrustedKey
from itembank.papers.manifest import Custodian, Manifest, read_manifest
from itembank.papers.sealing import FormToSeal, PaperFacts, SealedPaper, seal_paper

NOW = 1796086800000
HOUR = 3600_000
NAMES = ["周保管", "吴保管", "郑保管", "钱保管", "孙保管", "李保管", "陈保管"]


def form_document(form: str, name: str, items: int = 3) -> dict[str, Any]:
    """A form of single-response items."""
    return {
        "form": form,
        "name": name,
        "title": "电工(四级)理论知识试卷",
        "duration_s": 5400,
        "sections": [{"id": "S1", "title": "单项选择题", "items": [item(n) for n in range(1, items + 1)]}],
        "assets": {},
    }


def item(number: int) -> dict[str, Any]:
    """One item of a form."""
    return {
        "id": f"i{number:03}",
        "code": f"DG4-{number:04}",
        "version": 1,
        "type": "single_response",
        "points": "1",
        "stem": [{"kind": "text", "text": f"第 {number} 题:下列说法正确的是( )。"}],
        "options": [{"id": x, "content": [{"kind": "text", "text": f"选项 {x}"}]} for x in "ABCD"],
    }


def answer_key(form: str, items: int = 3) -> dict[str, Any]:
    """The key of such a form: B everywhere."""
    return {
        "form": form,
        "items": {
            f"i{n:03}": {
                "code": f"DG4-{n:04}",
                "version": 1,
                "type": "single_response",
                "key": ["B"],
                "points": "1",
                "rule": "all_or_nothing",
            }
            for n in range(1, items + 1)
        },
    }


def custodian_of(number: int, pair: KeyPair) -> Custodian:
    """The public side of a custodian."""
    return Custodian(f"cus_{number:02}", NAMES[number], pair.signing.public_raw, pair.sealing.public_raw)


def facts(threshold: int = 2, **changes: Any) -> PaperFacts:
    """The facts of the paper, with changes."""
    values: dict[str, Any] = {
        "paper": "ppr_01jd0000000000000000000004",
        "title": "电工四级 2026 年第 12 批",
        "occupation_code": "6-31-01-03",
        "level": 4,
        "standard": "电工国家职业技能标准(2018 年版)",
        "bank_name": "省级题库",
        "provenance": "enrolled",
        "plan": None,
        "not_before_ms": NOW,
        "expires_ms": NOW + 48 * HOUR,
        "created_ms": NOW - 72 * HOUR,
        "blueprint_digest": digest_of({}, "exam.blueprint", 1),
        "specification_digest": digest(b"specification"),
        "threshold": threshold,
    }
    return PaperFacts(**{**values, **changes})


@dataclass(frozen=True)
class Ceremony:
    """A sealed paper and everybody's keys."""

    sealed: SealedPaper
    bank: KeyPair
    grading: KeyPair
    custodians: tuple[KeyPair, ...]
    hall: KeyPair = field(default_factory=KeyPair.generate)

    @property
    def manifest(self) -> Manifest:
        """The parsed manifest."""
        return read_manifest(self.sealed.manifest)

    @property
    def trust(self) -> Trust:
        """A trust list with the bank only."""
        return Trust((TrustedKey("bank", "省级题库", self.bank.signing.public_raw),))


FORMS = [("frm_a", "A", False), ("frm_b", "B", False), ("frm_r", "R", True)]


def forms_to_seal(items: int = 3) -> list[FormToSeal]:
    """Two regular forms and a reserve."""
    return [
        FormToSeal(form, name, reserve, form_document(form, name, items), answer_key(form, items))
        for form, name, reserve in FORMS
    ]


def ceremony(threshold: int = 2, custodians: int = 3) -> Ceremony:
    """A paper sealed with fresh keys."""
    bank, grading = KeyPair.generate(), KeyPair.generate()
    pairs = tuple(KeyPair.generate() for _ in range(custodians))
    sealed = seal_paper(
        facts(threshold),
        forms_to_seal(),
        [custodian_of(n, pair) for n, pair in enumerate(pairs)],
        grading.sealing.public_raw,
        Signer("bank", "省级题库", bank.signing),
        os.urandom,
    )
    return Ceremony(sealed, bank, grading, pairs)
