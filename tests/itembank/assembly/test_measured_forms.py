"""Difficulty comparable by measurement: information targets and the expected score at the cut score."""

from dataclasses import replace
from decimal import Decimal
from math import exp

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itembank.assembly.blueprint import InformationTarget
from itembank.assembly.checker import check_forms
from itembank.assembly.curves import Curve, information, passing_theta, solved
from itembank.assembly.demands import mean_form
from itembank.assembly.forms import Request, assemble_forms
from tests.itembank.assembly.made import AREAS, blueprint, bodies, finished, measured, pairs, pooled

OWN = bodies(250)
POOL = [pooled(each) for each in OWN]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(2, 4))
def test_measured_forms_are_within_one_point_of_a_hundred_at_the_cut_score(seed: int, forms: int) -> None:
    pool = measured(POOL, seed)
    request = Request(blueprint(comparable="required"), str(seed), forms, 1)
    made = assemble_forms(request, pool)
    assert len(made.forms) == forms + 1 and made.basis is not None
    scores = []
    for form in made.forms:
        # Worked out here once more, from the definition of the model.
        theta = made.basis.theta / 1000
        scores.append(sum(1 / (1 + exp(-(item.a or 0) * (theta - (item.b or 0)))) for item in form.items))
    assert max(scores) - min(scores) <= 1.0
    assert all(abs(score - 60) <= 0.5 for score in scores)
    documents, facts = finished(request, made, OWN, pool)
    found = check_forms(pairs(documents), facts, [one.reserve for one in documents])
    assert [check for form in found for check in form if not check.ok] == []
    assert {"expected_score", "expected_score_apart", "not_measured"} <= {check.name for check in found[0]}


def test_information_lies_at_its_targets() -> None:
    pool = measured(POOL, 7)
    average = {theta: sum(one.times * information(one.curve, theta) for one in mean_form(blueprint(), pool))
               for theta in (-1000, 0, 1000)}  # fmt: skip
    aims = tuple(InformationTarget(theta, round(value * 1000), round(value * 20)) for theta, value in average.items())
    request = Request(blueprint(information=aims, max_overlap=20), "曲线", 3, 0)
    made = assemble_forms(request, pool)
    documents, facts = finished(request, made, OWN, pool)
    checks = [check for form in check_forms(pairs(documents), facts) for check in form]
    reached = [check for check in checks if check.name.startswith("information:")]
    assert len(reached) == 9 and all(check.ok for check in reached)
    off = [abs(float(check.value) / average[int(float(check.name.split(":")[1]) * 1000)] - 1) for check in reached]
    assert max(off) < 0.01, "far closer than the two per cent allowed"


def test_forms_are_compared_as_soon_as_every_usable_item_is_measured() -> None:
    pool = measured(POOL, 3)
    assert assemble_forms(Request(blueprint(), "s", 1, 0), pool).basis is not None
    assert assemble_forms(Request(blueprint(comparable="off"), "s", 1, 0), pool).basis is None
    unmeasured = [replace(pool[0], a=None, b=None), *pool[1:]]
    assert assemble_forms(Request(blueprint(), "s", 1, 0), unmeasured).basis is None
    only = assemble_forms(Request(blueprint(comparable="required"), "s", 1, 0), unmeasured)
    assert only.basis is not None and pool[0].code not in {item.code for item in only.forms[0].items}


def test_items_without_parameters_are_told_apart_in_the_shortage() -> None:
    pool = [*measured([item for item in POOL if item.path[0] != "C"], 1), *[i for i in POOL if i.path[0] == "C"]]
    made = assemble_forms(Request(blueprint(comparable="required"), "s", 1, 0), pool)
    assert [(one.area, one.needed, one.available) for one in made.shortages] == [("C", AREAS["C"], 0)]
    assert "250 题尚无统计参数" in made.shortages[0].reason_zh


def test_a_form_whose_items_measure_otherwise_is_caught() -> None:
    pool = measured(POOL, 5)
    request = Request(blueprint(), "s", 2, 0)
    made = assemble_forms(request, pool)
    documents, facts = finished(request, made, OWN, pool)
    codes = {item.code for item in made.forms[0].items}
    easier = {
        code: replace(held, curve=Curve(1.0, -4.0)) if code in codes else held for code, held in facts.bank.items()
    }
    first, second = check_forms(pairs(documents), replace(facts, bank=easier))
    assert {"expected_score", "expected_score_apart"} <= {check.name for check in first if not check.ok}
    assert "expected_score_apart" in {check.name for check in second if not check.ok}


@pytest.mark.parametrize("theta", [-3000, 0, 2500])
def test_the_formulas_agree_with_derivatives_taken_by_hand(theta: int) -> None:
    curve = Curve(1.3, 0.4, 0.2)
    step = 1
    slope = (solved(curve, theta + step) - solved(curve, theta - step)) / (2 * step / 1000)
    share = solved(curve, theta)
    assert information(curve, theta) == pytest.approx(slope**2 / (share * (1 - share)), rel=1e-4)


def test_who_just_passes_is_found_or_said_not_to_exist() -> None:
    average = mean_form(blueprint(), measured(POOL, 2))
    theta = passing_theta(average, 60.0)
    assert theta is not None and -3000 < theta < 3000
    assert passing_theta(average, float(Decimal("100.5"))) is None
