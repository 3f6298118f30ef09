"""CSV that a spreadsheet opens as it is: UTF-8 with its mark, and no cell that a spreadsheet would run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The rows under their headers."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(headers)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return "\ufeff".encode() + stream.getvalue().encode()


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
