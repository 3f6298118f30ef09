"""The same seed gives the same exam: its own file, so that it runs beside the whole exam and not after it."""

from pathlib import Path

import pytest

from tests.journeys.running import run_demo


@pytest.mark.journey
@pytest.mark.timeout(1500)
def test_the_same_seed_gives_the_same_forms_seats_and_scores(tmp_path: Path) -> None:
    words = ("--candidates", "6", "--minutes", "0.5", "--seed", "11")
    first, _ = run_demo(tmp_path / "first", *words)
    second, _ = run_demo(tmp_path / "second", *words)
    assert first["outcome"] == second["outcome"]
    assert first["outcome"].keys() >= {"forms", "seats", "scores"}
