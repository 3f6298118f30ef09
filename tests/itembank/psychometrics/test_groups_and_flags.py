"""Items harder for one group are found, others are not; flags name figure and limit."""

import numpy as np
import pytest

from itembank.psychometrics.dif import compare_groups, grade_of
from itembank.psychometrics.report import analyse
from itembank.psychometrics.responses import FaultyResponses, Responses, Scores

ITEMS = tuple(f"I{n}" for n in range(30))


def two_groups(shift: float, lower_ability: float = 0.0, seed: int = 3) -> tuple[Scores, tuple[str, ...]]:
    """1,500 persons of each of two groups; item 4 is `shift` harder for 乙, who may be less able."""
    rng = np.random.default_rng(seed)
    places = np.linspace(-1.5, 1.5, 30)
    theta = rng.normal(size=3000)
    theta[1500:] -= lower_ability
    shifted = np.tile(places, (3000, 1))
    shifted[1500:, 4] += shift
    scores = (rng.random((3000, 30)) < 1 / (1 + np.exp(-(theta[:, None] - shifted)))).astype(float)
    return scores, ("甲",) * 1500 + ("乙",) * 1500


def test_an_item_harder_for_one_group_is_found_and_the_others_are_not() -> None:
    scores, groups = two_groups(shift=1.0)
    found = compare_groups(ITEMS, scores, groups, reference="甲")
    assert [each.item for each in found if each.grade == "C"] == ["I4"]
    assert found[4].delta == pytest.approx(-2.35, abs=0.6), "one logit harder is about -2.35 on the scale of delta"
    assert [each.grade for each in found].count("A") >= 28


def test_a_less_able_group_alone_is_no_difference_of_items() -> None:
    scores, groups = two_groups(shift=0.0, lower_ability=0.8)
    found = compare_groups(ITEMS, scores, groups, reference="甲")
    assert scores[1500:].mean() < scores[:1500].mean() - 0.1
    assert {each.grade for each in found} == {"A"}


def test_mantel_haenszel_of_one_stratum_is_the_odds_ratio() -> None:
    # 40:20 against 25:35, everybody with the same other answers.
    right = [1] * 40 + [0] * 20 + [1] * 25 + [0] * 35
    scores = np.array([[mark, 1 - mark] for mark in right], dtype=float)
    (first, _) = compare_groups(("I", "other"), scores, ("m",) * 60 + ("f",) * 60, reference="m")
    assert first.ratio == pytest.approx(40 * 35 / (20 * 25))
    assert first.delta == pytest.approx(-2.35 * np.log(2.8))
    expected = (abs(40 - 60 * 65 / 120) - 0.5) ** 2 / (60 * 60 * 65 * 55 / (120**2 * 119))
    assert first.statistic == pytest.approx(expected)
    # With one stratum the error is that of Woolf's log odds ratio.
    assert first.error == pytest.approx(2.35 * np.sqrt(1 / 40 + 1 / 20 + 1 / 25 + 1 / 35))


def test_classes_are_those_of_the_testing_service() -> None:
    assert grade_of(0.9, 0.1, 0.0001) == "A"
    assert grade_of(-1.8, 1.2, 0.2) == "A"
    assert grade_of(1.2, 0.2, 0.0001) == "B"
    assert grade_of(-1.6, 0.5, 0.001) == "B"
    assert grade_of(-1.6, 0.2, 0.0001) == "C"


def test_groups_that_are_missing_or_too_small_are_named() -> None:
    scores, groups = two_groups(0.0)
    with pytest.raises(FaultyResponses) as one:
        compare_groups(ITEMS, scores, ("甲",) * 3000)
    assert one.value.fields["faults"][0]["code"] == "group.count"
    with pytest.raises(FaultyResponses) as unknown:
        compare_groups(ITEMS, scores, groups, reference="丙")
    assert unknown.value.fields["faults"][0]["code"] == "group.unknown"
    with pytest.raises(FaultyResponses) as small:
        compare_groups(ITEMS, scores, ("丁",) * 20 + groups[20:])
    assert small.value.fields["faults"][0]["column"] == "丁"


def with_options(seed: int = 8) -> Responses:
    """600 persons, ten items of options A-D with key A, without flaws."""
    rng = np.random.default_rng(seed)
    right = rng.random((600, 10)) < 1 / (1 + np.exp(-1.5 * (rng.normal(size=(600, 1)) - np.linspace(-1, 1, 10))))
    choices = np.where(right, "A", rng.choice(["B", "C", "D"], size=right.shape))
    return scored(choices, ("A",) * 10)


def scored(choices: "np.ndarray[tuple[int, ...], np.dtype[np.str_]]", key: tuple[str, ...]) -> Responses:
    """These choices under this key."""
    right = (choices == np.array(key)[None, :]).astype(float)
    return Responses(ITEMS[:10], right, choices == "", choices, key)


def codes(responses: Responses, item: int) -> list[str]:
    """The codes of the flags of one item."""
    return [flag.code for flag in analyse(responses).items[item].flags]


def test_sound_items_have_no_flags() -> None:
    assert [flag for item in analyse(with_options()).items for flag in item.flags] == []


def test_a_wrong_key_is_suspected_and_the_better_option_named() -> None:
    sound = with_options()
    assert sound.choices is not None
    wrong = scored(sound.choices, ("A", "A", "B", *("A",) * 7))
    flags = {flag.code: flag for flag in analyse(wrong).items[2].flags}
    better = flags["option.better_than_key"]
    assert "item.reversed" in flags and "选 A" in better.reason_zh and "miskeyed" in better.reason_en


def test_constant_items_keep_their_figures_and_stay_out_of_the_estimate() -> None:
    sound = with_options()
    assert sound.choices is not None
    choices = sound.choices.copy()
    choices[:, 5] = "A"
    report = analyse(scored(choices, sound.key))
    assert [flag.code for flag in report.items[5].flags] == ["item.constant"]
    assert report.items[5].estimate is None and report.items[5].figures.discrimination is None
    assert report.calibration is not None and len(report.calibration.items) == 9
    assert report.items[6].estimate is not None


def test_idle_options_and_items_left_out_are_told() -> None:
    sound = with_options()
    assert sound.choices is not None
    choices = sound.choices.copy()
    choices[:, 1] = np.where(choices[:, 1] == "D", "C", choices[:, 1])
    choices[0, 1] = "D"
    choices[:100, 8] = ""
    report = scored(choices, sound.key)
    assert codes(report, 1) == ["option.idle"] and "item.left_out" in codes(report, 8)


def test_twin_items_get_parameters_nobody_should_use() -> None:
    sound = with_options()
    scores = sound.scores.copy()
    scores[:, 7] = scores[:, 6]
    report = analyse(Responses(ITEMS[:10], scores, sound.left_out))
    extreme = [at for at, item in enumerate(report.items) if any(flag.code == "curve.extreme" for flag in item.flags)]
    assert extreme == [6, 7]


def test_too_little_data_gives_classical_figures_and_says_why_no_more() -> None:
    sound = with_options()
    small = Responses(ITEMS[:10], sound.scores[:30], sound.left_out[:30])
    report = analyse(small)
    assert report.calibration is None and report.test.alpha is not None
    assert [note.code for note in report.notes] == ["model.too_little"]


def test_small_groups_are_left_out_and_named_and_the_rest_is_compared() -> None:
    scores, groups = two_groups(0.0)
    some = Responses(ITEMS, scores, scores < 0, groups=("丁",) * 20 + groups[20:])
    report = analyse(some, "none")
    assert {each.group for item in report.items for each in item.groups} <= {"甲", "乙"}
    assert any(item.groups for item in report.items)
    assert [note.code for note in report.notes if note.code == "group.left_out"] == ["group.left_out"]
    lonely = analyse(Responses(ITEMS, scores, scores < 0, groups=("丁",) * 20 + ("甲",) * 2980), "none")
    assert not any(item.groups for item in lonely.items)
