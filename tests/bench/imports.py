"""How long it takes to check 60,000 rows of a workbook or CSV against a bank and to take them all in at once."""

import csv
import io
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook

from examserver.kernel.access import Actor
from examserver.plumbing.work import open_work
from itembank.exchange import actions
from itembank.exchange.reading import Submitted
from itembank.exchange.tables import ACCEPTED, load_import
from tests.bench.registry import Row, bench
from tests.bench.stems import invented_stems
from tests.itembank.bank import HEADERS, item_row, open_bank, spec_csv, spec_rows

ITEMS = 60_000
POINTS = 50
PERSON = Actor("bench", "Bench", "staff")


@bench("imports")
def measure_imports(folder: Path) -> list[Row]:
    """Check and accept the same items as a workbook and as CSV, each into a bank of its own."""
    rows = list(invented_rows(ITEMS))
    files = {"items.xlsx": as_workbook(rows), "items.csv": as_csv(rows)}
    return [Row("imports", f"{ITEMS} rows of {name}", run(folder / name, name, data)) for name, data in files.items()]


def invented_rows(count: int) -> Iterator[list[object]]:
    """Sound rows with stems unlike each other."""
    for number, stem in enumerate(invented_stems(count, 2026)):
        row = item_row(number, f"A-A-{number % POINTS + 1:03d}", 题干=f"{stem}（　）。")
        yield [row.get(header) for header in HEADERS]


def as_workbook(rows: list[list[object]]) -> bytes:
    """The rows as Excel would save them."""
    book = Workbook(write_only=True)
    page = book.create_sheet("试题")
    for row in [list(HEADERS), *rows]:
        page.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_csv(rows: list[list[object]]) -> bytes:
    """The rows as CSV in GB 18030, as Excel in China saves them."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([list(HEADERS), *rows])
    return stream.getvalue().encode("gb18030")


def run(folder: Path, name: str, data: bytes) -> dict[str, float]:
    """Seconds of each part, as clock and as processor time."""
    bank = open_bank(folder)
    assert bank.specify(spec_csv(spec_rows({"A": 100}, POINTS))).status_code == 200
    runtime = bank.world.runtimes["bank"]
    told: list[tuple[int, str]] = []
    figures, clock, processor = {"mb": len(data) / 2**20}, time.perf_counter(), time.process_time()
    with open_work(runtime, PERSON) as work:
        import_id = actions.check_file(work, bank.id, Submitted(name, data)).id
    actions.run_check(runtime, {"import": import_id}, lambda percent, words: told.append((percent, words)))
    figures["check_s"], figures["check_cpu_s"] = time.perf_counter() - clock, time.process_time() - processor
    with open_work(runtime, PERSON) as work:
        actions.accept_import(work, import_id, take_good_rows=False)
    actions.run_acceptance(runtime, {"import": import_id}, lambda percent, words: told.append((percent, words)))
    figures["s"], figures["cpu_s"] = time.perf_counter() - clock, time.process_time() - processor
    with open_work(runtime, PERSON, write=False) as work:
        row = load_import(work.session, import_id)
        assert (row.state, row.good) == (ACCEPTED, ITEMS), (row.state, row.good, row.error)
    figures |= {"rows_per_s": ITEMS / figures["s"], "steps_told": float(len(told))}
    figures["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures
