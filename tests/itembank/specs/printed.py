"""A draft content specification in the printed layout, as such sheets circulate: with the mistakes they contain."""

import io

from openpyxl import Workbook

HEAD = ("鉴定范围一级", "鉴定范围二级", "鉴定范围三级", "代码", "鉴定点", "重要程度")

Line = tuple[str, str, str, str, str, str]

# Level-1 weights sum to 100; every ratio equals its points.
SOUND: list[Line] = [
    (
        "A 基本要求 (04:02:01) 25",
        "A 职业道德 (02:01:00) 5",
        "A 职业道德基本知识 (02:01:00) 5",
        "001",
        "道德的概念",
        "Y",
    ),
    ("", "", "", "002", "职业守则", "X"),
    ("", "", "", "003", "诚实守信", "X"),
    ("", "B 基础知识 (02:01:01) 20", "A 电工基础 (02:01:01) 20", "001", "欧姆定律", "X"),
    ("", "", "", "002", "直流电路", "X"),
    ("", "", "", "003", "电磁感应", "Y"),
    ("", "", "", "004", "电工简史", "Z"),
    ("B 相关知识 (03:01:00) 75", "A 线路装调 (03:01:00) 75", "A 低压配线 (03:01:00) 75", "001", "导线选择", "X"),
    ("", "", "", "002", "绝缘测量", "X"),
    ("", "", "", "003", "接地装置", "X"),
    ("", "", "", "004", "线槽敷设", "Y"),
]


def changed(**cells: str) -> list[Line]:
    """The sound sheet with cells changed: `r8c0="…"` is row 8 (counted from 0 below the head), column 0."""
    rows = [list(line) for line in SOUND]
    for place, text in cells.items():
        row, column = place.removeprefix("r").split("c")
        rows[int(row)][int(column)] = text
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows]


def printed(lines: list[Line], total: int | None = 11, pages: int = 0, merge: bool = True) -> bytes:
    """The workbook: a head, the column names, the lines; the names again every `pages` lines; area cells merged."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = "细目表"
    page.append(["电工（四级）鉴定要素细目表"])
    page.append([f"职业：电工　等级：四级　鉴定方式：理论知识　鉴定点总数：{total}" if total else "职业：电工"])
    page.append(list(HEAD))
    for number, line in enumerate(lines):
        if pages and number and number % pages == 0:
            page.append(list(HEAD))
        page.append([cell or None for cell in line])
    if merge and not pages:
        _merge(page, lines)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _merge(page: object, lines: list[Line]) -> None:
    for column in range(3):
        begun = [number for number, line in enumerate(lines) if line[column]]
        for first, last in zip(begun, [*begun[1:], len(lines)], strict=True):
            if last - first > 1:
                page.merge_cells(  # type: ignore[attr-defined]
                    start_row=first + 4, end_row=last + 3, start_column=column + 1, end_column=column + 1
                )
