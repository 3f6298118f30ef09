"""Reads a table of responses and its key into a matrix of right and wrong, naming every fault of the file at once.

For whoever hands in responses: rows are candidates, columns items (plus, if wanted, a group). Cells are 0/1 or the
option chosen. An empty cell is an item left out and counts as wrong, as it does in the exam. Nothing is guessed: a row
of another length, a cell that is no option, a missing column stop the reading.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from examserver.kernel.errors import Invalid, Json

Scores = NDArray[np.float64]
Choices = NDArray[np.str_]

MOST_BYTES = 256 * 2**20
MOST_FAULTS = 200
MOST_PERSONS = 2_000_000
FEWEST_PERSONS = 10
FEWEST_ITEMS = 2

_LETTERS = re.compile(r"[A-H](?:[\s,;、/]*[A-H])*")
_OPTION = re.compile(r"[A-H]{1,8}|\d{1,2}|TRUE|FALSE|对|错|正确|错误|√|×")
_SPELLED = {"TRUE": "√", "对": "√", "正确": "√", "FALSE": "×", "错": "×", "错误": "×"}
_LEFT_OUT = {"", "NA", "N/A", "NAN", "."}
_NO_ITEM = {
    "id", "no", "candidate", "person", "name", "seat", "ticket", "total", "score", "sum",
    "编号", "序号", "姓名", "考号", "准考证号", "座位号", "总分", "成绩",
}  # fmt: skip
_ITEM_COLUMN = {"item", "code", "question", "题号", "试题", "编号", "试题编号"}
_KEY_COLUMN = {"key", "answer", "答案", "正确答案", "标准答案"}


class FaultyResponses(Invalid):
    """The file of responses or of the key cannot be used as it is; `faults` names every place."""

    code = "responses.faulty"
    message_zh = "作答数据有 {count} 处问题，第一处：{first_zh}"
    message_en = "The responses have {count} fault(s); the first: {first_en}"
    next_zh = "请按清单改正文件后重新统计"
    next_en = "Correct the file as listed and run the statistics again"


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a file: its row as an editor numbers it (0 for the file as a whole) and column."""

    row: int
    column: str
    code: str
    reason_zh: str
    reason_en: str
    value: str = ""

    def as_json(self) -> Json:
        """Plain data."""
        return dict(vars(self))


@dataclass(frozen=True)
class Responses:
    """Persons × items: `scores` holds 1 right and 0 wrong, `choices` what was chosen ("" when left out).

    `choices` is None for a 0/1 table. `groups` has one word per person, or is empty. `unused` names columns not read.
    """

    items: tuple[str, ...]
    scores: Scores
    left_out: NDArray[np.bool_]
    choices: Choices | None = None
    key: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def refuse(faults: Sequence[Fault]) -> None:
    """Raises FaultyResponses when there is any fault."""
    if faults:
        first = faults[0]
        place_zh = f"第 {first.row} 行 {first.column} " if first.row else f"{first.column} "
        place_en = f"row {first.row} {first.column}: " if first.row else f"{first.column}: "
        raise FaultyResponses(
            count=len(faults),
            first_zh=(place_zh + first.reason_zh).strip(),
            first_en=place_en.strip(": ") + ": " + first.reason_en if place_en.strip(": ") else first.reason_en,
            faults=[fault.as_json() for fault in faults[:MOST_FAULTS]],
        )


def file_fault(code: str, zh: str, en: str, column: str = "") -> Fault:
    """A fault of the file as a whole."""
    return Fault(0, column, code, zh, en)


def _cells(data: bytes, what_zh: str, what: str) -> list[list[str]]:
    """The cells of a CSV in UTF-8 or GB 18030."""
    if len(data) > MOST_BYTES:
        refuse([file_fault("file.too_large", f"{what_zh}超过 256 MB", f"{what} is larger than 256 MB")])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = "\0"
    if "\0" in text:
        refuse(
            [
                file_fault(
                    "file.unreadable",
                    f"{what_zh}不是文本文件（请另存为 CSV）",
                    f"{what} is not a text file; save it as CSV",
                )
            ]
        )
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        refuse(
            [file_fault("file.malformed", f"{what_zh}不是完好的 CSV（{error}）", f"{what} is no sound CSV ({error})")]
        )
        raise  # refuse has raised already


def normal(cell: str) -> str:
    """A cell as options are compared: width and case do not matter, `A;C` is `AC`, 对 is √; empty when left out."""
    word = unicodedata.normalize("NFKC", cell).strip().upper()
    if word in _LEFT_OUT:
        return ""
    if word in _SPELLED:
        return _SPELLED[word]
    if re.fullmatch(r"[01]\.0+", word):
        return word[0]
    if _LETTERS.fullmatch(word):
        return "".join(sorted(set(re.sub(r"[^A-H]", "", word))))
    return word


def read_key(data: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(names, keys) of a key file: columns item and key, one key per line, or one line under the items' names.

    Names are empty when the file gives keys in the order of the columns. Raises FaultyResponses.
    """
    rows = [row for row in _cells(data, "答案文件", "the key file") if any(cell.strip() for cell in row)]
    if not rows:
        refuse([file_fault("key.empty", "答案文件是空的", "the key file is empty")])
    header = [unicodedata.normalize("NFKC", cell).strip() for cell in rows[0]]
    lower = [name.lower() for name in header]
    items = [index for index, name in enumerate(lower) if name in _ITEM_COLUMN]
    keys = [index for index, name in enumerate(lower) if name in _KEY_COLUMN]
    if items and keys:
        refuse(list(_ragged(rows, len(header), "key")))
        names, found = [row[items[0]].strip() for row in rows[1:]], [row[keys[0]] for row in rows[1:]]
    elif len(header) == 1:
        plain = _OPTION.fullmatch(normal(header[0])) and lower[0] not in _KEY_COLUMN
        names, found = [], [row[0] for row in (rows if plain else rows[1:])]
    elif len(rows) == 2:
        refuse(list(_ragged(rows, len(header), "key")))
        names, found = header, rows[1]
    elif len(rows) == 1:
        names, found = [], rows[0]
    else:
        zh = "答案文件应有“题号、答案”两列，或每行一个答案，或题号一行、答案一行"
        refuse([file_fault("key.layout", zh, "the key needs columns item and key, one key per line, or two lines")])
        names, found = [], []
    spelled = tuple(normal(each) for each in found)
    refuse(list(_key_faults(names, found, spelled)))
    return tuple(names), spelled


def _key_faults(names: Sequence[str], raw: Sequence[str], keys: Sequence[str]) -> Iterator[Fault]:
    for number, (word, key) in enumerate(zip(raw, keys, strict=True), 1):
        name = names[number - 1] if names else f"第 {number} 题 item {number}"
        if not _OPTION.fullmatch(key):
            yield Fault(0, name, "key.unreadable", f"答案“{word}”不是选项", f"the key {word!r} is no option", word[:40])
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield file_fault("key.repeated", "答案文件中出现两次", "occurs twice in the key file", name)


def _ragged(rows: Sequence[Sequence[str]], width: int, what: str = "") -> Iterator[Fault]:
    for number, row in enumerate(rows[1:], 2):
        if len(row) != width:
            zh, en = f"有 {len(row)} 格，表头有 {width} 列", f"{len(row)} cells under {width} headers"
            yield Fault(number, what, "row.ragged", zh, en)


def _headers(row: Sequence[str]) -> list[str]:
    headers = [cell.strip() for cell in row]
    faults = [
        file_fault("column.repeated", "表头出现两次", "the header occurs twice", name)
        for name in sorted({name for name in headers if name and headers.count(name) > 1})
    ]
    faults += [
        file_fault("column.unnamed", f"第 {number} 列没有表头", f"column {number} has no header")
        for number, name in enumerate(headers, 1)
        if not name
    ]
    refuse(faults)
    return headers


@dataclass(frozen=True)
class Layout:
    """Which columns are no items: each candidate's group, how many candidates a row stands for, others."""

    group: str = ""
    count: str = ""
    ignore: tuple[str, ...] = ()

    @property
    def named(self) -> list[str]:
        """All of them."""
        return [name for name in (self.group, self.count, *self.ignore) if name]


def read_responses(data: bytes, key: bytes | None = None, layout: Layout | None = None) -> Responses:
    """The responses of this CSV, scored by the key when there is one; raises FaultyResponses with every fault."""
    layout = layout or Layout()
    rows = _cells(data, "作答文件", "the response file")
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if len(rows) < 2:
        refuse([file_fault("file.empty", "没有表头或没有作答", "there is no header or no response")])
    headers = _headers(rows[0])
    faults = list(_ragged(rows, len(headers)))
    zh, en = "没有这一列", "there is no such column"
    faults += [file_fault("column.missing", zh, en, name) for name in layout.named if name not in headers]
    refuse(faults)
    names, keys = read_key(key) if key is not None else ((), ())
    chosen = _item_columns(headers, names, len(keys), set(layout.named))
    picked = [headers.index(name) for name in chosen]
    body = rows[1:]
    spelled = {cell: normal(cell) for cell in {row[at] for row in body for at in picked}}
    refuse(list(_cell_faults(body, picked, headers, spelled, binary=not keys)))
    choices = np.array([[spelled[row[at]] for at in picked] for row in body]).reshape(len(body), len(picked))
    groups = np.array([row[headers.index(layout.group)].strip() for row in body] if layout.group else [])
    if layout.count:
        times = _counts(body, headers.index(layout.count), layout.count)
        choices, groups = np.repeat(choices, times, axis=0), np.repeat(groups, times) if layout.group else groups
    _check_size(*choices.shape)
    unused = tuple(name for name in headers if name not in chosen and name not in (layout.group, layout.count))
    return Responses(
        items=tuple(chosen),
        scores=(choices == (np.array(keys)[None, :] if keys else "1")).astype(np.float64),
        left_out=choices == "",
        choices=choices if keys else None,
        key=keys,
        groups=tuple(groups.tolist()),
        unused=unused,
    )


def _counts(rows: Sequence[Sequence[str]], at: int, name: str) -> NDArray[np.intp]:
    """How many candidates each row stands for; raises FaultyResponses."""
    found, faults = [], []
    for number, row in enumerate(rows, 2):
        word = row[at].strip()
        whole = re.fullmatch(r"(\d{1,7})(\.0+)?", word)
        found.append(int(whole[1]) if whole else 0)
        if not whole:
            faults.append(
                Fault(number, name, "count.malformed", f"“{word}”不是人数", f"{word!r} is no count", word[:40])
            )
    if sum(found) > MOST_PERSONS:
        zh, en = f"合计超过 {MOST_PERSONS} 名考生", f"they make more than {MOST_PERSONS} persons"
        faults.append(file_fault("count.too_many", zh, en, name))
    refuse(faults)
    return np.array(found, dtype=np.intp)


def _check_size(persons: int, items: int) -> None:
    if persons < FEWEST_PERSONS or items < FEWEST_ITEMS:
        zh = f"至少需要 {FEWEST_PERSONS} 名考生、{FEWEST_ITEMS} 道题，现有 {persons} 名、{items} 道"
        en = f"at least {FEWEST_PERSONS} persons and {FEWEST_ITEMS} items are needed, not {persons} and {items}"
        refuse([file_fault("file.too_small", zh, en)])


def _item_columns(headers: Sequence[str], names: Sequence[str], keys: int, others: set[str]) -> list[str]:
    """The columns that are items: those the key names, or the first ones left when it has keys only."""
    if names:
        zh, en = "答案文件有此题，作答文件没有这一列", "the key has this item, the responses lack the column"
        refuse([file_fault("column.missing", zh, en, name) for name in names if name not in headers])
        return list(names)
    free = [name for name in headers if name not in others and name.lower() not in _NO_ITEM]
    if len(free) < keys:
        zh, en = f"答案有 {keys} 个，作答只有 {len(free)} 题", f"there are {keys} keys for {len(free)} columns of items"
        refuse([file_fault("column.missing", zh, en)])
    return free[:keys] if keys else free


def _cell_faults(
    rows: Sequence[Sequence[str]], picked: Sequence[int], headers: Sequence[str], spelled: dict[str, str], binary: bool
) -> Iterator[Fault]:
    """Every cell that is no option, or no 0/1 where no key was given; a column without any sound cell is told once."""
    good = {raw for raw, word in spelled.items() if not word or (word in "01" if binary else _OPTION.fullmatch(word))}
    if len(good) == len(spelled):
        return
    zh, en = "不是选项", "is no option"
    if binary:
        zh, en = "不是 0 或 1（选项作答需要答案文件）", "is not 0 or 1 (options need a key file)"
    hopeless = {at for at in picked if not any(spelled[row[at]] and row[at] in good for row in rows)}
    for at in sorted(hopeless):
        word = next((row[at] for row in rows if row[at] not in good), "")
        if word:
            yield file_fault("column.no_item", f"整列都{zh}，如“{word}”", f"no cell fits: {word!r} {en}", headers[at])
    for number, row in enumerate(rows, 2):
        for at in picked:
            if row[at] not in good and at not in hopeless:
                word = row[at][:40]
                yield Fault(number, headers[at], "option.unknown", f"“{word}”{zh}", f"{word!r} {en}", word)
