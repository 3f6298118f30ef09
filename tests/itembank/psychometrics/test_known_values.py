"""Statistics of published data sets come out as published."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from itembank.psychometrics.classical import describe_items, describe_test, feldt_interval
from itembank.psychometrics.distributions import chi2_upper, f_lower, f_quantile, normal_upper
from itembank.psychometrics.fit import check_fit, score_distribution
from itembank.psychometrics.irt import calibrate
from itembank.psychometrics.responses import Layout, Responses, read_responses


@pytest.fixture
def folder(corpora: Path) -> Path:
    """The folder of published responses."""
    return corpora / "responses"


@pytest.fixture
def lsat(folder: Path) -> Responses:
    """Section 6 of the Law School Admission Test: 1,000 persons, five items."""
    return read_responses((folder / "LSAT.csv").read_bytes())


@pytest.fixture
def hci(folder: Path) -> Responses:
    """The Homeostasis Concept Inventory: 651 persons, twenty items of several options."""
    return read_responses((folder / "HCItest.csv").read_bytes(), (folder / "HCIkey.csv").read_bytes())


def test_the_lsat_has_its_published_difficulties_and_reliability(lsat: Responses) -> None:
    test = describe_test(lsat.scores)
    assert test.alpha == pytest.approx(0.2950, abs=5e-5) and test.kr20 == pytest.approx(0.2950, abs=5e-5)
    assert [item.difficulty for item in describe_items(lsat)] == pytest.approx([0.924, 0.709, 0.553, 0.763, 0.870])
    assert test.error == pytest.approx(test.deviation * math.sqrt(1 - 0.2949972), abs=1e-6)


def test_the_lsat_has_its_published_parameters_and_errors(lsat: Responses) -> None:
    made = calibrate(lsat.scores)
    assert made.converged and made.log_likelihood == pytest.approx(-2466.65, abs=0.01)
    assert [item.a for item in made.items] == pytest.approx([0.826, 0.723, 0.890, 0.689, 0.657], abs=0.002)
    assert [item.b for item in made.items] == pytest.approx([-3.359, -1.370, -0.280, -1.866, -3.125], abs=0.003)
    # The errors that the R package ltm prints for the same model and data.
    assert [item.se_a for item in made.items] == pytest.approx([0.2581, 0.1867, 0.2326, 0.1852, 0.2101], abs=0.001)
    assert [item.se_b for item in made.items] == pytest.approx([0.8669, 0.3073, 0.0997, 0.4341, 0.8700], abs=0.002)


def test_counted_patterns_are_whole_candidates(folder: Path) -> None:
    table = read_responses((folder / "LSAT7.csv").read_bytes(), layout=Layout(count="freq"))
    assert table.scores.shape == (1000, 5)
    made = calibrate(table.scores)
    # LSAT section 7 as the R package mirt estimates it.
    assert made.log_likelihood == pytest.approx(-2658.805, abs=0.01)
    assert [item.a for item in made.items] == pytest.approx([0.988, 1.081, 1.706, 0.765, 0.736], abs=0.01)


def test_the_key_gives_the_scores_the_authors_give(folder: Path, hci: Responses) -> None:
    with (folder / "HCItest.csv").open() as file:
        totals = [float(row["total"]) for row in csv.DictReader(file)]
    assert hci.scores.shape == (651, 20) and hci.unused == ("gender", "major", "total")
    assert hci.scores.sum(axis=1).tolist() == totals


def test_options_of_an_item_share_all_candidates(hci: Responses) -> None:
    test, items = describe_test(hci.scores), describe_items(hci)
    assert test.alpha == pytest.approx(0.7155, abs=5e-5)
    for item in items:
        assert sum(option.count for option in item.options) == 651
        assert [option.share for option in item.options if option.right] == [item.difficulty]
    key = next(option for option in items[0].options if option.right)
    assert key.correlation == pytest.approx(items[0].discrimination) == pytest.approx(0.288, abs=5e-4)


def test_discrimination_leaves_the_item_out_of_the_total(hci: Responses) -> None:
    rest = hci.scores.sum(axis=1) - hci.scores[:, 6]
    expected = np.corrcoef(hci.scores[:, 6], rest)[0, 1]
    assert describe_items(hci)[6].discrimination == pytest.approx(float(expected), abs=1e-12)


def test_alpha_without_an_item_is_alpha_of_the_others(hci: Responses) -> None:
    others = describe_test(np.delete(hci.scores, 16, axis=1))
    assert describe_items(hci)[16].alpha_without == pytest.approx(others.alpha)


def test_three_parameters_fit_the_inventory_no_worse_than_two(hci: Responses) -> None:
    two, three = calibrate(hci.scores), calibrate(hci.scores, "3pl")
    assert three.converged and three.log_likelihood > two.log_likelihood
    assert all(0.02 < item.c < 0.6 and item.a > 0 for item in three.items)


def test_tail_probabilities_are_those_of_the_tables() -> None:
    assert normal_upper(1.959964) == pytest.approx(0.025, abs=1e-7)
    for value, freedom in ((3.841459, 1), (11.070498, 5), (124.342113, 100)):
        assert chi2_upper(value, freedom) == pytest.approx(0.05, abs=1e-7)
    assert chi2_upper(2.7, 2) == pytest.approx(math.exp(-1.35), rel=1e-12)
    assert f_quantile(0.95, 5, 10) == pytest.approx(3.325835, abs=1e-5)
    assert f_quantile(0.975, 999, 3996) == pytest.approx(1 / f_quantile(0.025, 3996, 999), rel=1e-9)
    assert f_lower(3.325835, 5, 10) == pytest.approx(0.95, abs=1e-6)


def test_the_interval_of_alpha_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    true = 10 * 0.25 / (1 + 9 * 0.25)
    inside = 0
    for _ in range(400):
        marks = np.sqrt(0.25) * rng.normal(size=(120, 1)) + np.sqrt(0.75) * rng.normal(size=(120, 10))
        total = marks.sum(axis=1).var(ddof=1)
        alpha = float(10 / 9 * (1 - marks.var(axis=0, ddof=1).sum() / total))
        low, high = feldt_interval(alpha, 120, 10, 0.95)
        inside += low <= true <= high
    assert 0.92 <= inside / 400 <= 0.98


def test_estimates_recover_what_was_simulated_within_their_errors() -> None:
    rng = np.random.default_rng(5)
    slopes, places = rng.lognormal(0, 0.3, 30), rng.normal(size=30)
    theta = rng.normal(size=(4000, 1))
    scores = (rng.random((4000, 30)) < 1 / (1 + np.exp(-slopes * (theta - places)))).astype(float)
    made = calibrate(scores)
    off_a = [(item.a - true) / (item.se_a or 0) for item, true in zip(made.items, slopes, strict=True)]
    off_b = [((item.b or 0) - true) / (item.se_b or 0) for item, true in zip(made.items, places, strict=True)]
    assert 0.7 < np.std(off_a) < 1.4 and 0.7 < np.std(off_b) < 1.4
    probabilities = [fit.probability or 0 for fit in check_fit(scores, made)]
    assert sum(each < 0.05 for each in probabilities) <= 5 and np.mean(probabilities) > 0.3


def test_an_item_that_follows_no_curve_does_not_fit() -> None:
    rng = np.random.default_rng(6)
    theta = rng.normal(size=(3000, 1))
    scores = (rng.random((3000, 20)) < 1 / (1 + np.exp(-1.3 * (theta - np.linspace(-2, 2, 20))))).astype(float)
    # Right for the weak and the strong, wrong in the middle.
    scores[:, 3] = (rng.random(3000) < np.where(np.abs(theta[:, 0]) > 1, 0.9, 0.3)).astype(float)
    found = check_fit(scores, calibrate(scores))
    assert (found[3].probability or 0) < 1e-6 and (found[3].rmsea or 0) > 0.08
    assert sum((fit.probability or 0) < 0.001 for fit in found) <= 3


def test_the_distribution_of_scores_is_that_of_coins() -> None:
    halves = score_distribution(np.full((10, 1), 0.5))[:, 0]
    assert halves.tolist() == pytest.approx([math.comb(10, k) / 1024 for k in range(11)])
