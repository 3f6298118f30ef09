"""Statistics over several forms and sittings: one scale, the bank's letters, drift apart from the group."""

import csv
from pathlib import Path

import numpy as np
import pytest

from itembank.psychometrics.drift import Counted, find_drift
from itembank.psychometrics.irt import calibrate
from itembank.psychometrics.matrix import (
    FormResponses,
    MatrixMalformed,
    MatrixOfAnotherBank,
    Place,
    read_matrix,
)
from itembank.psychometrics.pooled import analyse_pool
from itembank.psychometrics.report import analyse
from itembank.psychometrics.responses import Responses
from tests.itembank.psychometrics.matrices import simulate


def lsat(corpora: Path) -> FormResponses:
    """The LSAT set as one form of one sitting."""
    with (corpora / "responses" / "LSAT.csv").open() as file:
        rows = [[float(cell) for cell in row[-5:]] for row in list(csv.reader(file))[1:]]
    right = np.array(rows)
    return FormResponses(
        "m", 1, "frm", tuple((f"Item{n}", 1) for n in range(1, 6)), ("A",) * 5, right,
        np.where(right > 0.5, "A", "B"), np.zeros(right.shape), {},
    )  # fmt: skip


def test_one_form_gives_the_known_values_of_the_lsat_set(corpora: Path) -> None:
    form = lsat(corpora)
    pooled = analyse_pool([form])
    assert pooled.tests[0].figures.alpha == pytest.approx(0.2950, abs=5e-4)
    assert [round(item.figures.difficulty, 3) for item in pooled.items] == [0.924, 0.709, 0.553, 0.763, 0.870]
    estimates = [item.estimate for item in pooled.items if item.estimate]
    assert [each.a for each in estimates] == pytest.approx([0.826, 0.723, 0.890, 0.689, 0.657], abs=0.02)
    assert [each.b or 0 for each in estimates] == pytest.approx([-3.359, -1.370, -0.280, -1.866, -3.125], abs=0.02)


def test_one_form_says_what_the_single_table_says(corpora: Path) -> None:
    form = lsat(corpora)
    names = tuple(code for code, _ in form.items)
    alone = analyse(Responses(names, form.right, form.choices == "", form.choices, form.keys))
    for item, other in zip(analyse_pool([form]).items, alone.items, strict=True):
        assert item.figures.discrimination == pytest.approx(other.figures.discrimination)
        assert item.fit and other.fit and item.fit.statistic == pytest.approx(other.fit.statistic, rel=1e-6)
        assert [each.count for each in item.figures.options] == [each.count for each in other.figures.options]


def test_splitting_persons_over_sittings_changes_no_parameter() -> None:
    rng = np.random.default_rng(3)
    slopes, places = rng.lognormal(0, 0.3, 12), rng.normal(size=12)
    whole = simulate(rng, slopes, places, range(12), 900)
    halves = [
        FormResponses(
            f"m{part}", part, whole.form, whole.items, whole.keys, whole.right[part::2], whole.choices[part::2],
            whole.seconds[part::2], {},
        )
        for part in (0, 1)
    ]  # fmt: skip
    together, apart = analyse_pool([whole]), analyse_pool(halves)
    for one, other in zip(together.items, apart.items, strict=True):
        assert one.estimate and other.estimate
        assert other.estimate.a == pytest.approx(one.estimate.a, abs=1e-3)
        assert (other.persons, other.sittings) == (900, 2)
        assert other.figures.difficulty == pytest.approx(one.figures.difficulty)


def test_parameters_come_back_from_forms_that_share_a_few_items() -> None:
    rng = np.random.default_rng(11)
    slopes, places = rng.lognormal(0, 0.25, 60), rng.normal(size=60)
    forms = [
        simulate(rng, slopes, places, [*range(start, start + 20), *range(50, 60)], 1500, f"m{start}")
        for start in (0, 15, 30)
    ]
    pooled = analyse_pool(forms)
    errors = []
    for item in pooled.items:
        at = int(item.code[1:])
        assert item.estimate is not None
        assert item.estimate.b is not None
        errors.append((item.estimate.a - slopes[at], item.estimate.b - places[at]))
    found = np.sqrt(np.mean(np.square(errors), axis=0))
    assert found[0] < 0.12
    assert found[1] < 0.15
    assert all(item.usable for item in pooled.items if not item.flags)


def test_items_nobody_met_together_are_estimated_without_inventing_answers() -> None:
    rng = np.random.default_rng(5)
    slopes, places = np.ones(8), np.linspace(-1, 1, 8)
    first = simulate(rng, slopes, places, range(4), 2000)
    second = simulate(rng, slopes, places, range(4, 8), 2000)
    scores, met = np.zeros((4000, 8)), np.zeros((4000, 8), dtype=bool)
    scores[:2000, :4], met[:2000, :4] = first.right, True
    scores[2000:, 4:], met[2000:, 4:] = second.right, True
    made = calibrate(scores, "2pl", met)
    alone = calibrate(first.right)
    assert made.converged
    for one, other in zip(made.items[:4], alone.items, strict=True):
        assert one.a == pytest.approx(other.a, abs=2e-3)
        assert one.se_b == pytest.approx(other.se_b, rel=0.02)


def test_a_leaked_item_is_told_apart_from_a_better_group() -> None:
    rng = np.random.default_rng(7)
    slopes, places = np.ones(20), rng.normal(0, 0.8, 20)
    before = simulate(rng, slopes, places, range(20), 400, "m1", 1)
    leaked = places.copy()
    leaked[4] -= 2.0
    after = simulate(rng, slopes, leaked, range(20), 400, "m2", 2, ability=0.8)
    pooled = analyse_pool([before, after])
    moved = [item.code for item in pooled.items if any(flag.code.startswith("drift.") for flag in item.flags)]
    assert moved == ["Q004"]
    drift = pooled.items[4].drift
    assert drift is not None and drift.shift > 1


def test_a_better_group_alone_moves_no_item() -> None:
    rng = np.random.default_rng(8)
    places = rng.normal(0, 0.8, 40)
    forms = [simulate(rng, np.ones(40), places, range(40), 500, f"m{n}", n, ability=0.6 * n) for n in range(3)]
    assert not any(item.drift and item.drift.moved for item in analyse_pool(forms).items)


def test_few_persons_give_no_drift() -> None:
    times = [{("Q", 1): Counted(20, 4)}, {("Q", 1): Counted(20, 19)}]
    assert find_drift(times) == {}


def test_an_item_that_favours_a_group_is_flagged() -> None:
    rng = np.random.default_rng(9)
    persons = 1200
    sex = tuple("男女"[n % 2] for n in range(persons))
    form = simulate(rng, np.ones(15), np.zeros(15), range(15), persons, groups={"sex": sex})
    form.right[:, 3] = np.where(np.array(sex) == "女", form.right[:, 3] * (rng.random(persons) < 0.4), form.right[:, 3])
    pooled = analyse_pool([form])
    assert any(flag.code == "group.c" for flag in pooled.items[3].flags)


def test_a_tiny_sitting_is_described_and_not_estimated() -> None:
    rng = np.random.default_rng(1)
    pooled = analyse_pool([simulate(rng, np.ones(5), np.zeros(5), range(5), 6)])
    assert [note.code for note in pooled.notes] == ["model.too_little", "item.few"]
    assert all(item.estimate is None and not item.usable and item.seconds and not item.flags for item in pooled.items)


PLACES = {
    "frm_1": {
        "i001": Place("Q1", 1, {"A": "C", "B": "A", "C": "B"}, "C"),
        "i002": Place("Q2", 2, {"A": "B", "B": "A", "1": "2", "2": "1"}, "A-1 B-2"),
    }
}
BODY = {
    "held_ms": 5,
    "groups": ["sex"],
    "forms": [
        {
            "form": "frm_1",
            "items": [
                {"item": "i001", "code": "Q1", "version": 1, "max": "1"},
                {"item": "i002", "code": "Q2", "version": 2, "max": "2"},
            ],
        }
    ],
    "persons": [
        {"form": "frm_1", "groups": {"sex": "男"}, "answers": [["A", "1", 1500], [["A-1", "B-2"], "1.5", 0]]},
        {"form": "frm_1", "groups": {}, "answers": [[["B", "A"], "0", 0], [None, "0", 0]]},
    ],
    "remarks": [],
}


def test_answers_are_counted_under_the_banks_own_letters() -> None:
    form = read_matrix("sha256:x", BODY, PLACES)[0]
    assert form.choices.tolist() == [["C", "A-1 B-2"], ["AC", ""]]
    assert form.right.tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert form.seconds[0, 0] == 1.5
    assert form.groups == {"sex": ("男", "")}


def test_a_matrix_of_another_bank_is_refused() -> None:
    with pytest.raises(MatrixOfAnotherBank):
        read_matrix("sha256:x", BODY, {})
    other = {"frm_1": PLACES["frm_1"] | {"i001": Place("Q9", 1, {}, "")}}
    with pytest.raises(MatrixOfAnotherBank):
        read_matrix("sha256:x", BODY, other)


@pytest.mark.parametrize("answers", [[["A", "1", 0]], [["A", "one", 0], [None, "0", 0]], ["A", "B"]])
def test_a_malformed_matrix_is_refused_with_its_place(answers: list[object]) -> None:
    body = BODY | {"persons": [{"form": "frm_1", "groups": {}, "answers": answers}]}
    with pytest.raises(MatrixMalformed):
        read_matrix("sha256:x", body, PLACES)
