"""The whole exam in eight steps, as `exam demo --exit --json` runs it: real processes, real browser, real kills."""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.running import run_demo

KEYS = {
    "candidates", "forms", "items_in_bank", "answers_acked", "answers_in_record", "answers_lost", "answers_duplicated",
    "server_kills", "seat_moves", "start_p99_ms", "save_p50_ms", "save_p99_ms", "graded", "passed", "certificates",
    "video_segments", "verify", "tamper_caught", "seconds",
}  # fmt: skip
STEPS = ("1. Bank", "2. Assembly", "3. Sealing", "4. Plan", "5. Hall", "6. Sitting", "7. Results", "8. Proof")
TAMPERINGS = ("package_byte", "record_answer", "database_score", "certificate_without_result", "video_segment")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, chromium_path: Path) -> tuple[dict[str, Any], str]:
    """One whole exam of 30 candidates, the last of them at a real Chromium."""
    return run_demo(tmp_path_factory.mktemp("whole"), "--seed", "7")


@pytest.mark.journey
@pytest.mark.timeout(600)
def test_a_whole_exam_goes_from_item_to_verified_certificate(whole: tuple[dict[str, Any], str]) -> None:
    figures, told = whole
    assert figures.keys() >= KEYS
    for step in STEPS:
        assert step in told
    assert figures["candidates"] == figures["graded"] == 30
    assert figures["forms"] == 4 and figures["items_in_bank"] >= 300
    assert figures["answers_acked"] >= 30 * 80
    assert figures["answers_lost"] == figures["answers_duplicated"] == 0
    assert figures["answers_in_record"] >= figures["answers_acked"]
    assert figures["server_kills"] == 1 and figures["seat_moves"] == 1
    assert 0 < figures["passed"] == figures["certificates"] < 30
    assert figures["video_segments"] > 5
    assert figures["verify"] and all(report["ok"] for report in figures["verify"])
    assert [row["tampering"] for row in figures["tamper_caught"]] == list(TAMPERINGS)
    assert all(row["named"] for row in figures["tamper_caught"])
    assert "真实浏览器机位交卷" in told
