"""Reads what a type of item needs besides stem and options from the cells of the project's own workbook.

For `rows.py`. What cannot be read becomes a flaw of its cell; what is read but wrong is judged by the item checks. The
spellings people use are wide (full width, `220±5 V`, `____` for a blank), what is written by `cells_of.py` reads back
the same.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from itembank.exchange.cells import Find, parted, read_blocks, read_entries
from itembank.exchange.figures import Figure
from itembank.exchange.mapping import folded
from itembank.exchange.spellings import (
    ASKED,
    EMPTY_SHEET,
    EXACT,
    LONG_SPACE,
    NORMALISE,
    NOTHING_NORMALISED,
    RULES,
    SHAPES_ZH,
    SHORT_SPACE,
    USUALLY_NORMALISED,
    YES,
)
from itembank.items.content import Json
from itembank.items.faults import Flaw
from itembank.items.kinds import OPTION_LETTERS

_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_VALUE = re.compile(rf"({_NUMBER})\s*(?:(?:±|\+/-|\+-)\s*({_NUMBER})\s*(%?))?\s*(\S.*)?")
_TOLERANCE = re.compile(rf"(±|相对|绝对)?\s*({_NUMBER})\s*(%|位(?:有效数字)?)?")
_CRITERION = re.compile(r"(\d{1,2})[.．、]\s*(.*?)\s*[\[【(（]\s*([\d.]+)\s*分?\s*[\]】)）]")
_BAND = re.compile(r"[-—–•]\s*([\d.]+)\s*分?\s*[:：]\s*(.*)")
_SIZE = re.compile(r"(\d+)\s*[×xX*]\s*(\d+)")
_GAP = re.compile(r"(\d{1,2})([A-H])")


@dataclass(frozen=True)
class Typed:
    """Interaction, scoring and key as the cells say them."""

    interaction: Json = field(default_factory=dict)
    scoring: Json = field(default_factory=dict)
    key: tuple[str, ...] = ()


class TypedCells:
    """The cells of one row, by field; collects flaws and the pictures that were named."""

    def __init__(self, text: Callable[[str], str], find: Find, rich: bool = False) -> None:
        self.text, self.find, self.rich = text, find, rich
        self.flaws: list[Flaw] = []
        self.figures: list[Figure] = []

    def read(self, kind: str, marks: int) -> Typed:
        """What this type needs; `marks` is how many blanks the stem has."""
        readers: dict[str, Callable[[], Typed]] = {
            "ordering": self.ordering,
            "matching": self.matching,
            "text_entry": lambda: self.text_entry(marks),
            "numeric_entry": self.numeric,
            "hotspot": self.hotspot,
            "inline_choice": self.inline,
            "short_answer": lambda: self.in_words(SHORT_SPACE),
            "extended_response": lambda: self.in_words(LONG_SPACE),
            "drawing": self.drawing,
        }
        typed = readers[kind]() if kind in readers else Typed()
        rule = self.rule()
        return Typed(typed.interaction, typed.scoring | rule, typed.key)

    def flaw(self, name: str, code: str, zh: str, en: str, value: str = "") -> None:
        self.flaws.append(Flaw(name, code, zh, en, value[:80]))

    def rule(self) -> Json:
        raw = self.text("rule")
        if not raw:
            return {}
        words = {folded(word): rule for rule, word in RULES.items()} | {folded(rule): rule for rule in RULES}
        if folded(raw) not in words:
            zh = f"计分规则“{raw}”无法识别，可用：{'、'.join(RULES.values())}"
            self.flaw("rule", "rule.unknown", zh, f"Unknown scoring rule {raw}", raw)
        return {"rule": words[folded(raw)]} if folded(raw) in words else {}

    def blocks(self, text: str, name: str) -> list[Json]:
        """The paragraphs of a text as plain data."""
        cell = read_blocks(text, self.find, name, self.rich)
        self.flaws += cell.flaws
        self.figures += cell.figures
        return [block.as_json() for block in cell.blocks]

    def list_of(self, name: str) -> list[str]:
        """The parts of a cell that holds a simple list."""
        return [part for part in re.split(r"[;；,，、\s]+", self.text(name)) if part]

    def whole(self, name: str, usual: int) -> int:
        """The whole number of a cell; the usual one when it is empty."""
        raw = unicodedata.normalize("NFKC", self.text(name)).strip()
        if raw.isdigit() and len(raw) < 7:
            return int(raw)
        if raw:
            self.flaw(name, f"{name}.malformed", f"“{raw}”应为整数", f"{raw} should be a whole number", raw)
        return usual

    def ordering(self) -> Typed:
        letters = [each for each in folded(self.text("key")) if each in OPTION_LETTERS]
        return Typed(key=tuple(letters))

    def matching(self) -> Typed:
        entries, before = read_entries(self.text("targets"))
        if before:
            zh = "匹配项每条须以编号开头，如“1. 安培”"
            self.flaw("targets", "targets.unreadable", zh, "Every target begins with its number", before)
        targets = [{"id": name, "content": self.blocks(words, f"targets:{name}")} for name, words in entries]
        pairs = [
            f"{left}-{right}"
            for left, right in re.findall(r"([A-H])\s*[-—–=:→]*\s*(\d{1,2})", folded(self.text("key")))
        ]
        reuse = folded(self.text("reuse")) in (folded(YES), "Y", "YES", "TRUE", "1", "√")
        return Typed({"targets": targets, "reuse": reuse}, key=tuple(sorted(pairs)))

    def text_entry(self, marks: int) -> Typed:
        lines = [line for line in self.text("key").split("\n") if line.strip()]
        accepted = [[word for word in parted(line) if word] for line in lines]
        widths, count = self.list_of("widths"), max(marks, len(lines))
        if any(not width.isdigit() for width in widths) or len(widths) > count:
            zh, en = "空宽应为整数，每空一个，以分号分隔", "Widths are whole numbers, one per blank"
            self.flaw("widths", "widths.malformed", zh, en, self.text("widths"))
            widths = []
        usual = [min(max((len(word) for word in words), default=4) + 4, 40) for words in accepted] + [8] * count
        blanks = [
            {"id": str(number + 1), "width": int(widths[number]) if number < len(widths) else usual[number]}
            for number in range(count)
        ]
        rules = self.normalise(len(accepted))
        scored = [{"accept": words, "normalise": rules[number]} for number, words in enumerate(accepted)]
        return Typed({"blanks": blanks}, {"blanks": scored})

    def normalise(self, count: int) -> list[list[str]]:
        """What does not matter in each blank; one line holds for all blanks."""
        lines = [line.strip() for line in self.text("normalise").split("\n") if line.strip()]
        words = {word: rule for rule, word in NORMALISE.items()} | {rule: rule for rule in NORMALISE}
        found = []
        for line in lines:
            parts = [] if line == NOTHING_NORMALISED else re.split(r"[;；,，、\s]+", line)
            unknown = [part for part in parts if part not in words]
            if unknown:
                known = "、".join(NORMALISE.values())
                zh = f"忽略差异“{unknown[0]}”无法识别，可用：{known}、无"
                self.flaw("normalise", "normalise.unknown", zh, f"Unknown {unknown[0]}", unknown[0])
            found.append([words[part] for part in parts if part in words])
        if len(lines) > 1 and len(lines) != count:
            zh, en = "忽略差异应只写一行，或每空一行", "One line for all blanks, or one line for each"
            self.flaw("normalise", "normalise.count", zh, en, str(len(lines)))
        return (found or [list(USUALLY_NORMALISED)]) * count if len(found) <= 1 else [*found, *[[]] * count]

    def numeric(self) -> Typed:
        raw = unicodedata.normalize("NFKC", self.text("key")).strip()
        said = _VALUE.fullmatch(raw)
        if raw and said is None:
            zh = f"答案“{raw}”不是数值，应如 220、220±5 或 220±5 V"
            self.flaw("key", "key.unreadable", zh, f"The key {raw} is no number", raw)
        value, amount, percent, unit = said.groups() if said else ("", None, "", None)
        tolerance = self.tolerance()
        if tolerance is None:
            tolerance = {"kind": "exact"}
            if amount:
                tolerance = _relative(amount) if percent else {"kind": "absolute", "amount": amount}
        shown, accepted = self.unit(unit or "")
        scoring: Json = {"value": value, "tolerance": tolerance}
        return Typed(shown, scoring | ({"unit": {"accept": accepted}} if accepted else {}))

    def tolerance(self) -> Json | None:
        """What the cell of the tolerance says; None when it is empty."""
        raw = unicodedata.normalize("NFKC", self.text("tolerance")).strip()
        if not raw or raw == EXACT:
            return {"kind": "exact"} if raw else None
        said = _TOLERANCE.fullmatch(raw)
        if said is None or (said[1] == "绝对" and said[3]):
            zh = f"误差“{raw}”无法识别，应如 ±5、±2%、相对 0.02、3 位有效数字、精确"
            self.flaw("tolerance", "tolerance.malformed", zh, f"The tolerance {raw} is not understood", raw)
            return {"kind": "exact"}
        if (said[3] or "").startswith("位"):
            return {"kind": "significant", "amount": said[2]}
        if said[3] == "%":
            return _relative(said[2])
        return {"kind": "relative" if said[1] == "相对" else "absolute", "amount": said[2]}

    def unit(self, beside: str) -> tuple[Json, list[str]]:
        """How the unit is shown or asked for; `beside` is what stands behind the number of the key."""
        raw = self.text("unit")
        asked = re.fullmatch(rf"(?:{ASKED})\s*[:：]?\s*(.*)", raw)
        if asked:
            return {"unit": "asked"}, [word for word in parted(asked[1]) if word] or ([beside] if beside else [])
        text = raw or beside
        return ({"unit": "shown", "unit_text": text} if text else {"unit": "none"}), []

    def picture(self, may_be_empty: bool = False) -> Json:
        """The picture to point at or draw on; its size is that of the file."""
        name, alt, size = [*parted(self.text("picture")), "", ""][:3] if self.text("picture") else ["", "", ""]
        if name == EMPTY_SHEET or (not name and may_be_empty):
            measured = _SIZE.fullmatch(size) or _SIZE.fullmatch(alt)
            alt = "" if _SIZE.fullmatch(alt) else alt
            width, height = (int(measured[1]), int(measured[2])) if measured else (800, 500)
            return {"asset": "", "alt": alt, "width": width, "height": height}
        figure = self.find(name) if name else None
        if figure is None:
            zh = f"题图 {name} 不在压缩包中" if name else "缺少题图"
            self.flaw("picture", "figure.missing", zh, f"The picture {name} is not in the archive", name)
            return {"asset": "", "alt": alt, "width": 0, "height": 0}
        self.figures.append(figure)
        return {"asset": figure.digest, "alt": alt, "width": figure.width, "height": figure.height}

    def hotspot(self) -> Typed:
        areas = [area for line in self.text("areas").split("\n") if (area := self.area(line.strip()))]
        return Typed(self.picture() | {"choose": self.whole("choose", len(areas))}, {"areas": areas})

    def area(self, line: str) -> Json | None:
        """One shape with its whole numbers; None for an empty line."""
        if not line:
            return None
        words = {word: shape for shape, word in SHAPES_ZH.items()} | {shape: shape for shape in SHAPES_ZH}
        word = next((word for word in words if line.startswith(word)), "")
        numbers = line[len(word) :].strip(" :：\t")
        if not word or not re.fullmatch(r"-?\d+(?:[\s,，;；]+-?\d+)*", numbers):
            zh = f"热区“{line}”无法识别，应如“圆 300,150,40”“矩形 10,10,60,50”“多边形 400,20 500,20 450,90”"
            self.flaw("areas", "areas.unreadable", zh, f"The area {line} is not understood", line)
            return None
        return {"shape": words[word], "coords": [int(number) for number in re.findall(r"-?\d+", numbers)]}

    def inline(self) -> Typed:
        entries, before = read_entries(self.text("gaps"))
        gaps: dict[str, list[Json]] = {}
        strange = [name for name, _ in entries if not _GAP.fullmatch(name)]
        if before or strange:
            zh = "下拉选项每条须以空号和字母开头，如“1A. 红”“2B. 绿”"
            self.flaw("gaps", "gaps.unreadable", zh, "Every option begins with gap and letter", before or strange[0])
        for name, words in entries:
            said = _GAP.fullmatch(name)
            if said:
                gaps.setdefault(said[1], []).append({"id": name, "content": self.blocks(words, f"gaps:{name}")})
        key = re.findall(r"\d{1,2}[A-H]", folded(self.text("key")))
        shown = {"gaps": [{"id": number, "options": options} for number, options in gaps.items()]}
        return Typed(shown, key=tuple(key))

    def in_words(self, usual: tuple[int, int]) -> Typed:
        space = {"lines": self.whole("lines", usual[0]), "longest": self.whole("longest", usual[1])}
        return Typed(space, self.rubric())

    def drawing(self) -> Typed:
        return Typed(self.picture(may_be_empty=True), self.rubric())

    def rubric(self) -> Json:
        """The criteria with their bands, and the model answer."""
        criteria: list[Json] = []
        for line in (line.strip() for line in self.text("rubric").split("\n")):
            criterion, band = _CRITERION.fullmatch(line), _BAND.fullmatch(line)
            if criterion:
                title = _words(criterion[2])
                criteria.append({"id": criterion[1], "title": title, "points": criterion[3], "bands": []})
            elif band and criteria:
                criteria[-1]["bands"].append({"points": band[1], "words": _words(band[2])})
            elif line:
                zh = f"评分要点“{line}”无法识别，应如“1. 步骤完整 [3]”，其下“- 3：三步齐全”"
                self.flaw("rubric", "rubric.unreadable", zh, f"The line {line} is not understood", line)
        return {"rubric": criteria, "model": self.blocks(self.text("model"), "model")}


def _relative(percent: str) -> Json:
    """A share from a percentage."""
    return {"kind": "relative", "amount": format((Decimal(percent) / 100).normalize(), "f")}


def _words(text: str) -> str:
    """The words behind one line of a rubric."""
    return parted(text, "\0")[0]
