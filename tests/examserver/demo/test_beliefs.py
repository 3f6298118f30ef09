"""Virtual candidates believe every item of the demo bank, answer by their seed, and the key agrees."""

from decimal import Decimal
from typing import Any

from examserver.demo.beliefs import believed_of
from examserver.demo.virtual_plan import CHOICES, ability_of, final_answers, moves_of
from examserver.demo.workbook import build_workbook, read_items
from examserver.grading.keyed import read_keys, score_answer
from examserver.kernel.canonical import digest
from itembank.assembly.blueprint import Blueprint, Cell, Section
from itembank.assembly.content import Asset, FormDocument, FormFacts, build_form_content
from itembank.assembly.order import place_items
from itembank.items.content import assets_of
from itembank.items.kinds import ITEM_TYPES
from tests.examserver.demo.test_workbook import imported

BELIEFS = {row["code"]: believed_of(row) for row in read_items()}


def form(tmp_path: Any) -> FormDocument:
    """One form of all composed items and cases of the demo bank, as imported."""
    files = build_workbook(tmp_path, faults=False)
    _, report = imported(files)
    bodies = {row.body.content.code: row.body for row in report.good if row.body.content.code > "DG4-0500"}
    assert len(bodies) == 32
    sections = tuple(Section(kind, kind, Decimal(2)) for kind in ITEM_TYPES)
    rules = Blueprint("卷", 60, Decimal(1), Decimal(64), sections, (Cell("", "ordering", 1),))
    placed = place_items(rules, {code: (1, one) for code, one in bodies.items()}, list(bodies), "s", "frm_1")
    used = {name for one in bodies.values() for name in assets_of(one.content)}
    drawn = {digest(path.read_bytes()): path.read_bytes() for path in files.figures_dir.iterdir()}
    assets = {name: Asset("image/png", drawn[name]) for name in used}
    return build_form_content(FormFacts("frm_1", "A", False, "卷", 60), placed, bodies, assets)


def test_whoever_knows_everything_gets_every_point_and_the_seed_repeats(tmp_path: Any) -> None:
    document = form(tmp_path)
    keys = read_keys(document.key)
    knowing = next(f"T{n}" for n in range(2000) if ability_of("s", f"T{n}") == 95)
    finals = final_answers("s", knowing, document.content, BELIEFS)
    assert finals == final_answers("s", knowing, document.content, BELIEFS)
    points = {
        item: score_answer(key, tuple(value) if isinstance(value := finals[item], list) else value)
        for item, key in keys.items()
    }
    assert sum(points.values()) >= Decimal("0.8") * sum(key.points for key in keys.values())
    kinds = {key.type for item, key in keys.items() if points[item] == key.points}
    assert kinds >= {"text_entry", "numeric_entry", "ordering", "matching", "inline_choice", "hotspot"}


def test_whoever_guesses_earns_less_and_still_answers_in_shape(tmp_path: Any) -> None:
    document = form(tmp_path)
    finals = {f"T{n}": final_answers("s", f"T{n}", document.content, BELIEFS) for n in range(40)}
    keys = read_keys(document.key)
    earned = [
        sum(score_answer(keys[i], tuple(v) if isinstance(v, list) else v) for i, v in one.items())
        for one in finals.values()
    ]
    assert min(earned) < Decimal("0.6") * 64 < max(earned)
    moves = moves_of("s", "T1", document.content, finals["T1"])
    composed = {item for item, key in keys.items() if key.type not in CHOICES}
    assert all(isinstance(one.value, list) for one in moves if one.kind == "answer" and one.item in composed)
