"""The certificate number: its parts, its mistakes, its series - and its serials under parallel workers and crashes."""

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examserver.app import build_runtimes
from examserver.certification.actions import issue_certificate
from examserver.certification.number import (
    LAST_SERIAL,
    NumberMalformed,
    SerialsUsedUp,
    certificate_number,
    normalise_number,
    read_number,
    series_faults,
)
from examserver.certification.tables import all_certificates
from examserver.kernel.access import Actor, system_actor
from examserver.kernel.clock import FixedClock
from examserver.plumbing.work import open_work
from tests.examserver.authority import NOW, Authority, ok
from tests.kit import make_world

CODES = st.from_regex(r"[YS]\d{12}", fullmatch=True).filter(str.isascii)


@given(CODES, st.integers(2000, 2099), st.integers(1, 5), st.integers(1, LAST_SERIAL))
def test_a_number_reads_back_as_its_parts(code13: str, year: int, level: int, serial: int) -> None:
    number = certificate_number(code13, year, level, serial)
    parts = read_number(number)
    assert len(number) == 22
    assert (parts.code13, parts.year, parts.level, parts.serial) == (code13, year % 100, level, serial)
    assert normalise_number(f" {number.lower()[:5]} {number[5:]}\n") == number


def test_the_example_of_the_national_rule_is_well_formed() -> None:
    parts = read_number("S000033000123245000001")
    assert (parts.code13, parts.year, parts.level, parts.serial) == ("S000033000123", 24, 5, 1)


@pytest.mark.parametrize(
    "text", ["", "S00003300012324500000", "X000033000123245000001", "S000033000123246000001", "S00003300012324500000１"]
)
def test_a_malformed_number_is_refused(text: str) -> None:
    with pytest.raises(NumberMalformed):
        read_number(text)


def test_the_last_serial_is_the_last() -> None:
    with pytest.raises(SerialsUsedUp):
        certificate_number("S000033000123", 2026, 4, LAST_SERIAL + 1)


def test_gaps_repeats_and_strangers_in_a_series_are_named() -> None:
    numbers = [certificate_number("S000033000123", 2026, 4, n) for n in (1, 2, 4)]
    faults = series_faults(numbers, {("S000033000123", 26, 4): 4})
    assert faults == [("S000033000123 year 26 level 4", "missing serials [3], extra []")]
    assert series_faults([], {("S000033000123", 26, 4): 1})
    assert not series_faults(numbers[:2], {("S000033000123", 26, 4): 2})


CRASH = """
import os, sys
from pathlib import Path
from examserver.app import build_runtimes
from examserver.certification.tables import lock_series, take_serial
from examserver.kernel.access import system_actor
from examserver.plumbing.settings import load_settings
from examserver.plumbing.work import open_work
settings = load_settings(env={}, data_dir=Path(sys.argv[1]), database_urls={"authority": sys.argv[2]})
runtime = build_runtimes(settings)["authority"]
with open_work(runtime, system_actor("crash")) as work:
    series = lock_series(work.session, "S000033000123", 2026, 4)
    take_serial(series)
    work.session.flush()
    os._exit(9)
"""


def test_parallel_workers_and_crashes_leave_no_gap_and_no_double(postgres_database: str, tmp_path: Path) -> None:
    world = make_world(tmp_path, FixedClock(NOW), database_urls={"authority": postgres_database})
    authority = Authority(world, FixedClock(NOW))
    graded = authority.approved(24)
    rows = ok(authority["grader"].get(f"/api/authority/runs/{graded.run}/results"))["results"]
    runtimes = [build_runtimes(world.settings)["authority"] for _ in range(4)]
    for runtime in runtimes:
        runtime.clock = FixedClock(NOW)

    def worker(number: int) -> list[str]:
        order = [row["id"] for row in rows]
        random.Random(number).shuffle(order)
        actor = Actor(f"acc_{number}", f"worker {number}", "staff")
        return [issue_certificate(runtimes[number % 4], actor, result) for result in order]

    with ThreadPoolExecutor(10) as pool:
        working = [pool.submit(worker, number) for number in range(8)]
        command = [sys.executable, "-c", CRASH, str(tmp_path), postgres_database]
        crashed = [pool.submit(subprocess.run, command, env=os.environ, timeout=100) for _ in range(2)]
        seen = [sorted(one.result(timeout=100)) for one in working]
        codes = [one.result(timeout=100).returncode for one in crashed]
    assert codes == [9, 9]
    expected = [certificate_number("S000033000123", 2026, 4, n) for n in range(1, 25)]
    assert seen == [expected] * 8
    with open_work(authority.runtime, system_actor("test"), write=False) as work:
        assert [row.number for row in all_certificates(work.session)] == expected
    for runtime in (*runtimes, *world.runtimes.values()):
        runtime.close()
