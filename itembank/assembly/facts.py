"""What the checker is given and what it says: the bank as it is now, the rules, and one line per recounted rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from examserver.kernel.checks import Check
from itembank.assembly.blueprint import Blueprint
from itembank.assembly.curves import Curve
from itembank.items.content import ItemBody
from itembank.items.state import FORMAL
from itembank.specs.tree import ContentSpecification

Json = dict[str, Any]
MOST_NAMED = 5


@dataclass(frozen=True)
class BankItem:
    """An item as the bank holds it now: `uses` in the blueprint's window by other papers, `curve` where measured."""

    version: int
    state: str
    body: ItemBody
    standing: str = "normal"
    uses: int = 0
    curve: Curve | None = None


@dataclass(frozen=True)
class CheckFacts:
    """What the documents are held against; `theta` (thousandths) is where forms are compared by measurement."""

    blueprint: Blueprint
    specification: ContentSpecification
    bank: Mapping[str, BankItem]
    purpose: str = FORMAL
    theta: int | None = None
    enemies: frozenset[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class FormCheck:
    """One recounted rule: what was wanted, what was found."""

    name: str
    target: str
    value: str
    ok: bool

    def as_check(self, form: str) -> Check:
        """The same as a kernel check."""
        return Check(self.name, self.ok, f"wanted {self.target}, found {self.value}", form)


def items_in(content: Json) -> list[Json]:
    """All items of a form in the order shown."""
    return [item for section in content["sections"] for item in section["items"]]


def codes_in(content: Json) -> list[str]:
    """Their codes."""
    return [item["code"] for item in items_in(content)]


def bodies_in(content: Json, facts: CheckFacts) -> list[ItemBody]:
    """What the bank says of them now; unknown ones are left out, another check names them."""
    return [facts.bank[code].body for code in codes_in(content) if code in facts.bank]


def named(name: str, faulty: Sequence[str]) -> FormCheck:
    """A check that nothing is wrong; names the first offenders."""
    return FormCheck(name, "0", f"{len(faulty)} {' '.join(faulty[:MOST_NAMED])}".strip(), not faulty)


def within(name: str, low: int, high: int, value: int) -> FormCheck:
    """A check that a count lies between two bounds."""
    return FormCheck(name, f"{low}-{high}", str(value), low <= value <= high)
