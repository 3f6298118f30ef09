"""Acceptance E2: forty parallel forms of a hundred items, true to the blueprint and the same for the same seed."""

from collections import Counter
from itertools import combinations

from examserver.kernel.canonical import to_json
from itembank.assembly.checker import check_forms
from itembank.assembly.forms import Request, assemble_forms
from itembank.assembly.report import Measure, assembly_report, form_report
from tests.itembank.assembly.made import AREAS, TREE, blueprint, bodies, finished, pairs, pooled

OVERLAP = 12


def test_forty_forms_follow_the_blueprint_and_the_same_seed_gives_the_same_bytes() -> None:
    own = bodies(400)
    # Neighbours by number are enemies of each other: no form may hold both.
    rivals = [{"enemies": (f"{each.content.code[0]}{int(each.content.code[1:]) ^ 1:05d}",)} for each in own]
    pool = [pooled(each, **changes) for each, changes in zip(own, rivals, strict=True)]
    rules = blueprint(max_overlap=OVERLAP, importance={"X": (45, 55)}, max_per_point=6)
    request = Request(rules, "2026-11", 40, 0)
    made = assemble_forms(request, pool)
    assert len(made.forms) == 40, made.shortages
    documents, facts = finished(request, made, own, pool)
    assert [check for form in check_forms(pairs(documents), facts) for check in form if not check.ok] == []

    enemies = {item.code: set(item.enemies) for item in pool}
    for form in made.forms:
        codes = {item.code for item in form.items}
        counts = Counter(item.path[0] for item in form.items)
        assert len(codes) == 100 and all(abs(counts[area] - weight) <= 1 for area, weight in AREAS.items())
        assert max(Counter(item.point for item in form.items).values()) <= 6
        assert 45 <= sum(item.importance == "X" for item in form.items) <= 55
        assert not any(enemies[code] & codes for code in codes)
    for one, other in combinations(made.forms, 2):
        assert len({item.code for item in one.items} & {item.code for item in other.items}) <= OVERLAP

    by_code = {each.content.code: each for each in own}
    reports = [
        form_report(rules, TREE, [by_code[item.code] for item in form.items], Measure(None, {})) for form in made.forms
    ]
    assert all(area["within"] for report in reports for area in report["areas"])
    assert assembly_report(rules, reports, [[100]], None)["deviations"] == {"content": 0.0}

    again, _ = finished(request, assemble_forms(request, list(reversed(pool))), own, pool)
    assert [to_json([one.content, one.key]) for one in again] == [to_json([one.content, one.key]) for one in documents]
