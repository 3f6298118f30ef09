"""Items, pools and finished forms made by number, for the tests of assembly."""

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from itembank.assembly.blueprint import Blueprint, Cell, Section
from itembank.assembly.content import FormDocument, FormFacts, build_form_content
from itembank.assembly.curves import Curve
from itembank.assembly.facts import BankItem, CheckFacts
from itembank.assembly.forms import Assembled, Request
from itembank.assembly.order import place_items
from itembank.assembly.recount import rivals
from itembank.assembly.supply import PoolItem
from itembank.items.content import Case, ItemBody, ItemContent, Option, content_digest, text_block, word_count
from itembank.specs.tree import ContentSpecification
from tests.itembank.test_specification import spec_rows, tree_of

AREAS = {"A": 5, "B": 20, "C": 35, "D": 40}
SINGLE = "single_response"
POINTS = 10
TREE: ContentSpecification = tree_of(spec_rows(AREAS, POINTS))  # type: ignore[arg-type]
SHARED = (text_block("某车间由一台变压器供电，负荷见附表。"),)


def body(number: int, area: str, case: Case | None = None, **changes: Any) -> ItemBody:
    """A single-response item of an area; its attributes follow from its number."""
    options = tuple(Option(x, (text_block(f"做法 {x}{number}"),)) for x in "ABCD")
    words = "，应当先检查现场" * (number % 4)
    stem = (text_block(f"领域{area}的第{number}题{words}（　）。"),)
    point = f"{area}-A-{number % POINTS + 1:03d}"
    content = ItemContent(f"{area}{number:05d}", SINGLE, point, stem, options, case=case)
    level = ("recall", "understand", "apply")[number % 3]
    made = ItemBody(content, ("ABCD"[number % 4],), "XXYZ"[number % 4], level, 400 + number * 37 % 500)
    return replace(made, **changes)


def pooled(each: ItemBody, **changes: Any) -> PoolItem:
    """The item as assembly sees it."""
    content, case = each.content, each.content.case
    made = PoolItem(
        content.code, 1, f"v{content.code}", content_digest(content), content.type, content.point,
        TREE.path(content.point), each.importance, each.difficulty, rivals(content), cognition=each.cognition,
        words=word_count(content), enemies=each.enemies,
    )  # fmt: skip
    if case is not None:
        shared = word_count(replace(content, stem=case.stimulus, options=()))
        made = replace(
            made, case=case.code, place=case.place, size=case.size, stimulus=case.code, stimulus_words=shared
        )
    return replace(made, **changes)


def blueprint(**changes: Any) -> Blueprint:
    """A hundred items in the proportions of acceptance E2."""
    cells = tuple(Cell(area, SINGLE, count) for area, count in AREAS.items())
    sections = (Section(SINGLE, "单选题", Decimal(1)),)
    made = Blueprint("卷", 5400, Decimal(60), Decimal(100), sections, cells, max_per_point=8)
    return replace(made, **changes)


def small(area: str = "A", count: int = 10, **changes: Any) -> Blueprint:
    """So many items of one area."""
    made = blueprint(cells=(Cell(area, SINGLE, count),), total_points=Decimal(count), cut_score=Decimal(count) * 3 / 5)
    return replace(made, max_per_point=None, **changes)


def bodies(per_area: int) -> list[ItemBody]:
    """So many items in every area."""
    return [body(number, area) for area in AREAS for number in range(per_area)]


def measured(items: Sequence[PoolItem], seed: int) -> list[PoolItem]:
    """The same items with parameters as a calibration would give them."""
    draw = random.Random(seed)
    return [replace(item, a=max(0.3, draw.lognormvariate(0, 0.3)), b=draw.gauss(-0.4, 1.0)) for item in items]


def finished(
    request: Request, made: Assembled, own: Sequence[ItemBody], pool: Sequence[PoolItem]
) -> tuple[list[FormDocument], CheckFacts]:
    """The documents of assembled forms, and the bank as the checker is told."""
    by_code = {each.content.code: each for each in own}
    numbered = {code: (1, each) for code, each in by_code.items()}
    documents = []
    for form in made.forms:
        codes = [item.code for item in form.items]
        sections = place_items(request.blueprint, numbered, codes, request.seed, form.form)
        facts = FormFacts(form.form, form.name, form.reserve, request.blueprint.name, request.blueprint.duration_s)
        documents.append(build_form_content(facts, sections, by_code, {}))
    bank = {
        item.code: BankItem(
            1, "enrolled", by_code[item.code], item.standing, item.uses,
            None if item.a is None or item.b is None else Curve(item.a, item.b, item.c),
        )
        for item in pool
    }  # fmt: skip
    theta = made.basis.theta if made.basis else None
    return documents, CheckFacts(request.blueprint, TREE, bank, theta=theta)


def pairs(documents: Sequence[FormDocument]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What the checker takes."""
    return [(one.content, one.key) for one in documents]


def case_of(code: str, area: str, first: int, size: int) -> list[ItemBody]:
    """The members of one case group."""
    return [body(first + place, area, Case(code, place + 1, size, SHARED)) for place in range(size)]
