"""`python -m tests.bench [names…]`: run the measurements, print a table, write JSON.

Trust the ratios to the bare baseline measured in the same run, not the absolute figures of a shared machine.
"""

import argparse
import json
import platform
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import answers, assembly, duplicates, imports, sealing, statistics
from tests.bench.registry import BENCHES, Row

PARTS = (answers, assembly, duplicates, imports, sealing, statistics)


def main() -> None:
    """Run what was asked for, or everything."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", help=f"which ({', '.join(BENCHES)}); all by default")
    parser.add_argument("--out", type=Path, default=Path("bench.json"), help="where the JSON goes")
    asked = parser.parse_args()
    rows: list[Row] = []
    begun = time.monotonic()
    for name in asked.names or list(BENCHES):
        with tempfile.TemporaryDirectory(prefix="exam-bench-") as folder:
            rows += BENCHES[name](Path(folder))
    show(rows)
    report = {
        "machine": platform.platform(),
        "seconds": round(time.monotonic() - begun, 1),
        "rows": [{"bench": row.bench, "name": row.name, **row.figures} for row in rows],
    }
    asked.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{asked.out}: {len(rows)} rows in {report['seconds']} s")


def show(rows: list[Row]) -> None:
    """Print one table per measurement: a line per figure, a column per row."""
    for name in dict.fromkeys(row.bench for row in rows):
        of = [row for row in rows if row.bench == name]
        table = Table(title=name)
        table.add_column("figure")
        for row in of:
            table.add_column(row.name, justify="right", overflow="fold")
        for key in dict.fromkeys(key for row in of for key in row.figures):
            table.add_row(key, *[f"{row.figures[key]:,.2f}" if key in row.figures else "" for row in of])
        Console(width=140).print(table)


if __name__ == "__main__":
    main()
