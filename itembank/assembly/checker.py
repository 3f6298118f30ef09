"""Recounts finished forms from their documents alone, knowing nothing of how they were chosen.

For whoever approves an assembly: a form that fails here never leaves. Source: E2. It takes the documents that will be
sealed, the bank's items as they are now and the blueprint; it shares no counting code with the solver or the
supply arithmetic.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from itembank.assembly.facts import BankItem, CheckFacts, FormCheck, bodies_in, codes_in, items_in, named
from itembank.assembly.fidelity import check_fidelity
from itembank.assembly.recount import check_recount, expected_at_cut
from itembank.items.content import ItemBody
from itembank.items.state import USABLE
from itembank.specs.tree import plain_decimal

Json = dict[str, Any]
__all__ = ["BankItem", "CheckFacts", "FormCheck", "check_among", "check_form", "check_forms", "overlap_matrix"]


def check_forms(
    documents: Sequence[tuple[Json, Json]], facts: CheckFacts, reserve: Sequence[bool] = ()
) -> list[list[FormCheck]]:
    """The checks of every form (content, key), each also against all the others; `reserve` tells the reserve forms."""
    kept = [*reserve, *([False] * (len(documents) - len(reserve)))]
    return [check_among(index, documents, facts, kept[index]) for index in range(len(documents))]


def check_among(
    index: int, documents: Sequence[tuple[Json, Json]], facts: CheckFacts, reserve: bool = False
) -> list[FormCheck]:
    """The checks of one form, by itself and against all the others."""
    content, key = documents[index]
    others = [other for number, (other, _) in enumerate(documents) if number != index]
    own, codes = expected_at_cut(content, facts), set(codes_in(content))
    scores = [expected_at_cut(other, facts) for other in others]
    between = [*_check_overlap(codes, [set(codes_in(other)) for other in others], facts)]
    return [*check_form(content, key, facts, reserve), *between, *_check_apart(own, scores, facts)]


def overlap_matrix(documents: Sequence[tuple[Json, Json]]) -> list[list[int]]:
    """How many items each pair of forms shares; the diagonal holds the form's own count."""
    codes = [set(codes_in(content)) for content, _ in documents]
    return [[len(one & other) for other in codes] for one in codes]


def check_form(content: Json, key: Json, facts: CheckFacts, reserve: bool = False) -> list[FormCheck]:
    """Every check of one form by itself."""
    return [
        *_check_items(content, facts),
        *_check_cells(content, facts),
        *_check_spread(content, facts),
        *check_recount(content, facts, reserve),
        *check_fidelity(content, key, facts),
    ]


def _counted(name: str, target: int, value: int) -> FormCheck:
    return FormCheck(name, str(target), str(value), target == value)


def _check_items(content: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    codes, blueprint = codes_in(content), facts.blueprint
    yield _counted("items", sum(cell.count for cell in blueprint.cells), len(codes))
    points = sum((Decimal(item["points"]) for item in items_in(content)), Decimal(0))
    wanted = plain_decimal(blueprint.total_points)
    yield FormCheck("points", wanted, plain_decimal(points), points == blueprint.total_points)
    yield named("repeated_items", [code for code, count in Counter(codes).items() if count > 1])
    yield named("unknown_items", [code for code in codes if code not in facts.bank])
    known = [(code, facts.bank[code]) for code in codes if code in facts.bank]
    usable = USABLE[facts.purpose]
    yield named("not_enrolled", [code for code, item in known if item.state not in usable])
    ids = [item["id"] for item in items_in(content)]
    yield named("repeated_positions", [each for each, count in Counter(ids).items() if count > 1])


def _check_cells(content: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    blueprint, tree = facts.blueprint, facts.specification
    placed = [(item["type"], facts.bank[item["code"]].body) for item in items_in(content) if item["code"] in facts.bank]
    for cell in blueprint.cells:
        found = sum(
            kind == cell.type
            and (not cell.area or cell.area in tree.path(body.content.point))
            and (not cell.cognition or cell.cognition == body.cognition)
            for kind, body in placed
        )
        yield _counted(cell.name, cell.count, found)
    yield named("items_in_wrong_section", list(_strays(content, facts)))
    worth = {section.type: plain_decimal(section.points_each) for section in blueprint.sections}
    wrong = [item["code"] for item in items_in(content) if worth.get(item["type"]) != item["points"]]
    yield named("wrong_points", wrong)


def _strays(content: Json, facts: CheckFacts) -> Iterator[str]:
    """Items outside the section of their type; a case group stands whole where its first member belongs."""
    titles = [(section.title, section.type) for section in facts.blueprint.sections]
    for section in content["sections"]:
        first: dict[str, str] = {}
        for item in section["items"]:
            case = item.get("case")
            kind = item["type"] if case is None else first.setdefault(case["code"], item["type"])
            if (section["title"], kind) not in titles:
                yield f"{section['title']}/{kind}"


def _check_spread(content: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    blueprint = facts.blueprint
    bodies = bodies_in(content, facts)
    most = max(Counter(body.content.point for body in bodies).values(), default=0)
    if blueprint.max_per_point is not None:
        limit = blueprint.max_per_point
        yield FormCheck("most_per_point", f"≤{limit}", str(most), most <= limit)
    if blueprint.difficulty is not None:
        yield _check_difficulty(bodies, blueprint.difficulty)


def _check_difficulty(bodies: Sequence[ItemBody], band: tuple[int, int]) -> FormCheck:
    known = [body.difficulty for body in bodies if body.difficulty is not None]
    low, high = (Decimal(bound) / 1000 for bound in band)
    mean = Decimal(sum(known)) / 1000 / max(len(known), 1)
    ok = len(known) == len(bodies) and low <= mean <= high
    return FormCheck("mean_difficulty", f"{low}-{high}", str(round(mean, 4)), ok)


def _check_overlap(own: set[str], others: Sequence[set[str]], facts: CheckFacts) -> Iterator[FormCheck]:
    most, limit = max((len(own & other) for other in others), default=0), facts.blueprint.max_overlap
    yield FormCheck("overlap_with_other_forms", f"≤{limit}", str(most), most <= limit)


def _check_apart(own: float | None, scores: Sequence[float | None], facts: CheckFacts) -> Iterator[FormCheck]:
    """Measured forms differ by at most one point of a hundred for who just passes."""
    if own is None or not scores:
        return
    most = float(facts.blueprint.total_points) / 100
    apart = max(abs(own - other) for other in scores if other is not None)
    yield FormCheck("expected_score_apart", f"≤{most:g}", f"{apart:.3f}", apart <= most + 1e-6)
