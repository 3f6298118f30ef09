"""Recounts finished forms from their documents alone, knowing nothing of how they were chosen.

For whoever approves an assembly: a form that fails here never leaves. Source: E2. It takes the documents that will be
sealed, the bank's items as they are now and the blueprint; it shares no counting code with the solver or the
supply arithmetic.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from examserver.kernel.canonical import digest, unb64u
from examserver.kernel.checks import Check
from itembank.assembly.blueprint import Blueprint
from itembank.exchange.identity import rival_group
from itembank.items.content import ItemBody
from itembank.items.state import FORMAL, USABLE
from itembank.specs.tree import ContentSpecification, plain_decimal

Json = dict[str, Any]


@dataclass(frozen=True)
class BankItem:
    """An item as the bank holds it now."""

    version: int
    state: str
    body: ItemBody


@dataclass(frozen=True)
class CheckFacts:
    """What the documents are held against."""

    blueprint: Blueprint
    specification: ContentSpecification
    bank: Mapping[str, BankItem]
    purpose: str = FORMAL


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


def check_forms(documents: Sequence[tuple[Json, Json]], facts: CheckFacts) -> list[list[FormCheck]]:
    """The checks of every form (content, key), each also against all the others."""
    codes = [_codes(content) for content, _ in documents]
    found = []
    for index, (content, key) in enumerate(documents):
        others = [set(other) for number, other in enumerate(codes) if number != index]
        found.append([*check_form(content, key, facts), *_check_overlap(set(codes[index]), others, facts)])
    return found


def overlap_matrix(documents: Sequence[tuple[Json, Json]]) -> list[list[int]]:
    """How many items each pair of forms shares; the diagonal holds the form's own count."""
    codes = [set(_codes(content)) for content, _ in documents]
    return [[len(one & other) for other in codes] for one in codes]


def check_form(content: Json, key: Json, facts: CheckFacts) -> list[FormCheck]:
    """Every check of one form by itself."""
    return [
        *_check_items(content, facts),
        *_check_cells(content, facts),
        *_check_spread(content, facts),
        *_check_key(content, key, facts),
        _check_contents(content, key, facts),
        _check_figures(content),
    ]


def _items(content: Json) -> list[Json]:
    return [item for section in content["sections"] for item in section["items"]]


def _codes(content: Json) -> list[str]:
    return [item["code"] for item in _items(content)]


def _counted(name: str, target: int, value: int) -> FormCheck:
    return FormCheck(name, str(target), str(value), target == value)


def _named(name: str, faulty: Sequence[str]) -> FormCheck:
    """A check that nothing is wrong; names the first offenders."""
    return FormCheck(name, "0", f"{len(faulty)} {' '.join(faulty[:5])}".strip(), not faulty)


def _check_items(content: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    codes, blueprint = _codes(content), facts.blueprint
    yield _counted("items", sum(cell.count for cell in blueprint.cells), len(codes))
    points = sum((Decimal(item["points"]) for item in _items(content)), Decimal(0))
    wanted = plain_decimal(blueprint.total_points)
    yield FormCheck("points", wanted, plain_decimal(points), points == blueprint.total_points)
    yield _named("repeated_items", [code for code, count in Counter(codes).items() if count > 1])
    yield _named("unknown_items", [code for code in codes if code not in facts.bank])
    known = [(code, facts.bank[code]) for code in codes if code in facts.bank]
    usable = USABLE[facts.purpose]
    yield _named("not_enrolled", [code for code, item in known if item.state not in usable])
    ids = [item["id"] for item in _items(content)]
    yield _named("repeated_positions", [each for each, count in Counter(ids).items() if count > 1])


def _check_cells(content: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    blueprint, tree = facts.blueprint, facts.specification
    placed = [
        (item["type"], facts.bank[item["code"]].body.content.point)
        for item in _items(content)
        if item["code"] in facts.bank
    ]
    for cell in blueprint.cells:
        found = sum(kind == cell.type and (not cell.area or cell.area in tree.path(point)) for kind, point in placed)
        yield _counted(f"cell:{cell.area or '*'}:{cell.type}", cell.count, found)
    titles = [(section.title, section.type) for section in blueprint.sections]
    shown = [(one["title"], each["type"]) for one in content["sections"] for each in one["items"]]
    strays = [f"{title}/{kind}" for title, kind in shown if (title, kind) not in titles]
    yield _named("items_in_wrong_section", strays)


def _check_spread(content: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    blueprint = facts.blueprint
    bodies = [facts.bank[code].body for code in _codes(content) if code in facts.bank]
    most = max(Counter(body.content.point for body in bodies).values(), default=0)
    if blueprint.max_per_point is not None:
        limit = blueprint.max_per_point
        yield FormCheck("most_per_point", f"≤{limit}", str(most), most <= limit)
    for name, (low, high) in sorted(blueprint.importance.items()):
        count = sum(body.importance == name for body in bodies)
        yield FormCheck(f"importance:{name}", f"{low}-{high}", str(count), low <= count <= high)
    groups = Counter(rival_group(body.content) for body in bodies)
    yield _named("rivals_together", [group for group, count in groups.items() if count > 1])
    if blueprint.difficulty is not None:
        yield _check_difficulty(bodies, blueprint.difficulty)


def _check_difficulty(bodies: Sequence[ItemBody], band: tuple[int, int]) -> FormCheck:
    known = [body.difficulty for body in bodies if body.difficulty is not None]
    low, high = (Decimal(bound) / 1000 for bound in band)
    mean = Decimal(sum(known)) / 1000 / max(len(known), 1)
    ok = len(known) == len(bodies) and low <= mean <= high
    return FormCheck("mean_difficulty", f"{low}-{high}", str(round(mean, 4)), ok)


def _check_key(content: Json, key: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    items, keyed = _items(content), key["items"]
    yield _named("items_without_key", sorted({item["id"] for item in items} ^ set(keyed)))
    wrong = [item["id"] for item in items if not _key_is_right(item, keyed.get(item["id"]), facts)]
    yield _named("wrong_keys", wrong)
    yield FormCheck("form_of_key", str(content["form"]), str(key["form"]), content["form"] == key["form"])


def _key_is_right(item: Json, keyed: Json | None, facts: CheckFacts) -> bool:
    """Translate the shown letters back into the bank's and compare with the bank's key."""
    own = facts.bank.get(item["code"])
    if keyed is None or own is None:
        return False
    back = {letter: keyed["options"].get(letter) for letter in keyed["key"]}
    same = (keyed["code"], keyed["version"], keyed["points"]) == (item["code"], item["version"], item["points"])
    return same and sorted(filter(None, back.values())) == sorted(own.body.key) and None not in back.values()


def _check_contents(content: Json, key: Json, facts: CheckFacts) -> FormCheck:
    """Every item says, letter by letter, what the bank's version says - whatever the order of its options."""
    altered = [item["code"] for item in _items(content) if not _is_unaltered(item, key, facts)]
    return _named("altered_items", altered)


def _is_unaltered(item: Json, key: Json, facts: CheckFacts) -> bool:
    own, keyed = facts.bank.get(item["code"]), key["items"].get(item["id"])
    if own is None or keyed is None or own.version != item["version"]:
        return False
    wanted = own.body.content.as_json()
    shown = {keyed["options"].get(option["id"]): option["content"] for option in item["options"]}
    letters = {option["id"]: option["content"] for option in wanted["options"]}
    return (
        (item["type"], item["stem"]) == (wanted["type"], wanted["stem"])
        and shown == letters
        and len(item["options"]) == len(letters)
    )


def _check_figures(content: Json) -> FormCheck:
    """Every figure named is there under the digest of its bytes, and none besides."""
    blocks = [
        block
        for item in _items(content)
        for block in [*item["stem"], *(each for option in item["options"] for each in option["content"])]
    ]
    named = {block["asset"] for block in blocks if block["kind"] == "figure"}
    sound = {name for name, asset in content["assets"].items() if digest(unb64u(asset["data"])) == name}
    return _named("figures_missing_or_altered", sorted(named ^ sound) + sorted(set(content["assets"]) - sound))


def _check_overlap(own: set[str], others: Sequence[set[str]], facts: CheckFacts) -> Iterator[FormCheck]:
    most, limit = max((len(own & other) for other in others), default=0), facts.blueprint.max_overlap
    yield FormCheck("overlap_with_other_forms", f"≤{limit}", str(most), most <= limit)
