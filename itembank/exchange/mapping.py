"""What a mapping file may say: how the columns of one layout become items. Reads TOML text, refuses unknown words.

For the importer and whoever writes a mapping for another bank (config/mappings). Nothing of a layout is in the code:
sheet, header row, encoding, column names, type rules, key spellings, figure rule, duplicate rule all come from here.
A file may lack codes, points or types when `[defaults]` says them; formats without columns need nothing else.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from examserver.kernel.errors import Invalid
from itembank.exchange.patterns import LONG, MOST_PATTERNS, SHORT, BadPattern, Pattern, read_pattern
from itembank.exchange.sheet import header_name
from itembank.items.kinds import ITEM_TYPES, OPTION_LETTERS

Table = dict[str, Any]
REQUIRED_COLUMNS = ("code", "point", "type", "stem", "key")
DEFAULTED_COLUMNS = {"code": "code_prefix", "point": "point", "type": "type"}
OTHER_COLUMNS = (
    "importance", "cognition", "difficulty", "figure", "source", "points", "rich", "rule", "targets", "reuse", "gaps",
    "widths", "normalise", "tolerance", "unit", "picture", "areas", "choose", "lines", "longest", "rubric", "model",
    "case", "case_place", "case_stimulus", "enemies", "owner", "funding",
)  # fmt: skip
_SAME_COLUMN = {"figures": "figure", "accept": "key", "blanks": "widths", "interaction": "type", "scoring": "rule"}
IDENTITY_FIELDS = ("stem", "figures", "options")
FIGURE_RULES = ("none", "column", "label")
BY_KEY = "key"
LETTERS = "A."
OPTION_MARK = r"[（(]?[A-Ha-h][)）.．、:：]"


class MalformedMapping(Invalid):
    """The mapping file cannot be understood."""

    code = "mapping.malformed"
    message_zh = "映射文件有误：{place} {reason_zh}"
    message_en = "The mapping is wrong at {place}: {reason_en}"
    next_zh = "请对照 config/mappings 中的示例修改"
    next_en = "Compare it with the examples in config/mappings"


def malformed(place: str, zh: str, en: str) -> MalformedMapping:
    """What is wrong at this place of a mapping."""
    return MalformedMapping(place=place, reason_zh=zh, reason_en=en)


@dataclass(frozen=True)
class Columns:
    """Header texts of the fields of an item."""

    required: dict[str, str]
    options: tuple[str, ...]
    other: dict[str, str]

    def header(self, name: str) -> str:
        """The header of a field (`stem`, `option:C` …) as the sheet shows it; empty when not mapped."""
        if name.startswith("option:"):
            index = OPTION_LETTERS.find(name.partition(":")[2])
            return self.options[min(index, len(self.options) - 1)] if index >= 0 and self.options else ""
        if name == "options":
            return self.options[0] if self.options else ""
        name = name.partition(":")[0]
        name = _SAME_COLUMN.get(name, name)
        return self.required.get(name) or self.other.get(name, "")

    def all(self) -> set[str]:
        """Every header this layout knows."""
        return {*self.required.values(), *self.options, *self.other.values()}

    def expected(self) -> list[str]:
        """Headers without which the sheet is not of this layout: required fields and the first two options."""
        return list(dict.fromkeys([*self.required.values(), *self.options[:2]]))


@dataclass(frozen=True)
class KeyRule:
    """How keys are spelled."""

    separators: str = ";,、/ "
    true: frozenset[str] = frozenset()
    false: frozenset[str] = frozenset()
    count_pattern: Pattern | None = None
    numbers: bool = False


@dataclass(frozen=True)
class FigureRule:
    """Where an item's figures are named and when an item must have one."""

    rule: str = "none"
    separators: str = ";,、"
    required_if: Pattern | None = None


@dataclass(frozen=True)
class Defaults:
    """What holds where the file says nothing: point, prefix of codes, item type (`key`: as the key shows), source."""

    point: str = ""
    code_prefix: str = ""
    type: str = ""
    source: str = ""
    categories: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SpecificationRule:
    """Where the specification comes from: a sheet of the same workbook, or the point codes themselves."""

    sheet: str = ""
    header_row: int = 1
    columns: dict[str, str] = field(default_factory=dict)
    derive: bool = False
    separator: str = "."
    point_pattern: Pattern | None = None


@dataclass(frozen=True)
class Mapping:
    """One layout."""

    name: str
    title_zh: str
    title_en: str
    recognise: tuple[str, ...]
    sheet: str
    header_row: int
    encoding: str
    columns: Columns
    option_split: re.Pattern[str] | None
    types: dict[str, str]
    type_patterns: tuple[tuple[Pattern, str], ...]
    min_options: dict[str, int]
    keys: KeyRule
    importance: dict[str, str]
    cognition: dict[str, str]
    difficulty: dict[str, str]
    figures: FigureRule
    identity: tuple[str, ...]
    near_ratio: int
    specification: SpecificationRule
    defaults: Defaults = field(default_factory=Defaults)
    spellings: dict[str, str] = field(default_factory=dict)

    @property
    def patterns(self) -> frozenset[str]:
        """Every regular expression it searches with."""
        one = (self.keys.count_pattern, self.figures.required_if, self.specification.point_pattern)
        return frozenset(each.text for each in (*one, *(each for each, _ in self.type_patterns)) if each)


def folded(text: str) -> str:
    """The spelling under which words of a mapping are compared: width, case and outer blanks do not matter."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def read_mapping(text: str) -> Mapping:
    """The mapping in this TOML text; raises MalformedMapping naming the place."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise malformed("TOML", f"TOML 写法有误（{error}）", str(error)) from None
    return mapping_of(table)


def is_mapping(text: str) -> bool:
    """Whether this TOML text is a mapping that is understood."""
    try:
        read_mapping(text)
    except MalformedMapping:
        return False
    return True


def mapping_of(table: Table) -> Mapping:
    """The mapping in these tables, as TOML or the mapping screen gives them; raises MalformedMapping."""
    known = "name title_zh title_en recognise sheet columns options types type_patterns min_options keys importance"
    _refuse_unknown(table, "", f"{known} cognition difficulty figures duplicates specification defaults spellings")
    sheet = _part(table, "sheet", "name header_row encoding")
    duplicates = _part(table, "duplicates", "identity near_ratio")
    return Mapping(
        name=_need(table, "", "name"),
        title_zh=_need(table, "", "title_zh"),
        title_en=_need(table, "", "title_en"),
        recognise=tuple(map(header_name, _texts(_part(table, "recognise", "headers"), "recognise.", "headers"))),
        sheet=_text(sheet, "sheet.", "name", ""),
        header_row=_whole(sheet, "sheet.", "header_row", 1),
        encoding=_text(sheet, "sheet.", "encoding", "auto"),
        columns=(columns := _columns(table)),
        option_split=_option_split(_part(table, "options", "separators").get("separators", "")),
        types=_types(table),
        type_patterns=_type_patterns(table),
        min_options=_fewest_options(_part(table, "min_options", " ".join(ITEM_TYPES))),
        keys=_keys(_part(table, "keys", "separators true false count_pattern numbers")),
        importance=_words(table, "importance"),
        cognition=_words(table, "cognition"),
        difficulty=_words(table, "difficulty"),
        figures=_figures(_part(table, "figures", "rule separators required_if")),
        identity=_identity(duplicates),
        near_ratio=_whole(duplicates, "duplicates.", "near_ratio", 0),
        specification=_specification(table),
        defaults=_defaults(_part(table, "defaults", "point code_prefix type source categories")),
        spellings=_spellings(table, columns),
    )


def _refuse_unknown(table: Table, place: str, known: str) -> None:
    unknown = sorted(set(table) - set(known.split()))
    if unknown:
        raise malformed(f"{place}{unknown[0]}", "没有这个名称", "unknown")


def _part(table: Table, name: str, known: str) -> Table:
    part = table.get(name, {})
    if not isinstance(part, dict):
        raise malformed(name, "应为一组设置", "a table is expected")
    _refuse_unknown(part, f"{name}.", known)
    return part


def _need(table: Table, place: str, name: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value:
        raise malformed(f"{place}{name}", "必须填写文字", "a text is required")
    return value


def _whole(table: Table, place: str, name: str, default: int) -> int:
    value = table.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise malformed(f"{place}{name}", "应为非负整数", "a whole number is expected")
    return value


def _text(table: Table, place: str, name: str, default: str) -> str:
    value = table.get(name, default)
    if not isinstance(value, str):
        raise malformed(f"{place}{name}", "应为文字", "a text is expected")
    return value


def _texts(table: Table, place: str, name: str) -> list[str]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise malformed(f"{place}{name}", "应为一列文字", "a list of texts is expected")
    return value


def _fewest_options(part: Table) -> dict[str, int]:
    return {kind: _whole(part, "min_options.", kind, 0) for kind in part}


def _words(table: Table, name: str) -> dict[str, str]:
    part = table.get(name, {})
    if not isinstance(part, dict) or not all(isinstance(value, str) for value in part.values()):
        raise malformed(name, "应为一组文字", "a table of texts is expected")
    return {folded(word): value for word, value in part.items()}


def _columns(table: Table) -> Columns:
    part = _part(table, "columns", " ".join([*REQUIRED_COLUMNS, "options", *OTHER_COLUMNS]))
    options = _texts(part, "columns.", "options")
    if len(options) > len(OPTION_LETTERS):
        raise malformed("columns.options", "最多 8 个表头", "a list of at most 8 headers is expected")
    defaults = _part(table, "defaults", "point code_prefix type source categories")
    needed = [name for name in REQUIRED_COLUMNS if name in part or not defaults.get(DEFAULTED_COLUMNS.get(name, ""))]
    return Columns(
        required={name: header_name(_need(part, "columns.", name)) for name in needed if "columns" in table},
        options=tuple(header_name(option) for option in options),
        other={name: header_name(_need(part, "columns.", name)) for name in OTHER_COLUMNS if name in part},
    )


def _spellings(table: Table, columns: Columns) -> dict[str, str]:
    """Other headers a column may have, as in an earlier template; idle where a person has mapped either by hand."""
    part = table.get("spellings", {})
    if not isinstance(part, dict):
        raise malformed("spellings", "应为一组设置", "a table is expected")
    found = {header_name(each): header_name(_need(part, "spellings.", each)) for each in part}
    known = columns.all()
    return {each: header for each, header in found.items() if header in known and each not in known}


def _types(table: Table) -> dict[str, str]:
    words = _words(table, "types")
    for word, kind in words.items():
        if kind not in ITEM_TYPES:
            raise malformed(f"types.{word}", f"没有题型 {kind}", f"unknown item type {kind}")
    return words


def _defaults(part: Table) -> Defaults:
    texts = {name: _text(part, "defaults.", name, "") for name in ("point", "code_prefix", "type", "source")}
    if texts["type"] not in ("", BY_KEY, *ITEM_TYPES):
        raise malformed("defaults.type", f"应为 {BY_KEY} 或题型", f"{BY_KEY}, or one of {', '.join(ITEM_TYPES)}")
    return Defaults(**texts, categories=_words(part, "categories"))


def _option_split(separators: object) -> re.Pattern[str] | None:
    """Where one cell holds all options: between any of these characters or words, or before `A.` `B.` themselves."""
    if not isinstance(separators, str | list) or not all(isinstance(each, str) and each for each in separators):
        raise malformed("options.separators", "应为字符或一列词语", "characters, or a list of words, are expected")
    lettered = LETTERS in separators if isinstance(separators, list) else False
    words = [each for each in sorted(separators, key=len, reverse=True) if each != LETTERS]
    parts = [re.escape(each) for each in words] + ([rf"(?<![A-Za-z0-9])(?={OPTION_MARK})"] if lettered else [])
    return re.compile("|".join(parts)) if parts else None


def _type_patterns(table: Table) -> tuple[tuple[Pattern, str], ...]:
    entries = table.get("type_patterns", [])
    if not isinstance(entries, list) or len(entries) > MOST_PATTERNS or not all(isinstance(e, dict) for e in entries):
        raise malformed(
            "type_patterns", f"最多 {MOST_PATTERNS} 条", f"a list of at most {MOST_PATTERNS} tables is expected"
        )
    found = []
    for entry in entries:
        _refuse_unknown(entry, "type_patterns.", "pattern type")
        kind = _need(entry, "type_patterns.", "type")
        if kind not in ITEM_TYPES:
            raise malformed("type_patterns.type", f"没有题型 {kind}", f"unknown item type {kind}")
        found.append((_pattern(_need(entry, "type_patterns.", "pattern"), "type_patterns"), kind))
    return tuple(found)


def _pattern(text: str, place: str, groups: int = 0, most: int = SHORT) -> Pattern:
    try:
        return read_pattern(text, groups, most)
    except BadPattern as error:
        raise malformed(place, f"正则表达式不可用（{error}）", str(error)) from None


def _optional_pattern(part: Table, name: str, groups: int = 0, most: int = SHORT) -> Pattern | None:
    return _pattern(_need(part, "", name), name, groups, most) if part.get(name) else None


def _keys(part: Table) -> KeyRule:
    return KeyRule(
        separators=_text(part, "keys.", "separators", KeyRule.separators),
        true=frozenset(map(folded, _texts(part, "keys.", "true"))),
        false=frozenset(map(folded, _texts(part, "keys.", "false"))),
        count_pattern=_optional_pattern(part, "count_pattern", groups=1),
        numbers=bool(part.get("numbers", False)),
    )


def _figures(part: Table) -> FigureRule:
    rule = part.get("rule", "none")
    if rule not in FIGURE_RULES:
        raise malformed("figures.rule", f"应为 {'、'.join(FIGURE_RULES)} 之一", f"one of {', '.join(FIGURE_RULES)}")
    separators = _text(part, "figures.", "separators", FigureRule.separators) or FigureRule.separators
    return FigureRule(rule, separators, _optional_pattern(part, "required_if", most=LONG))


def _identity(part: Table) -> tuple[str, ...]:
    fields = tuple(_texts(part, "duplicates.", "identity")) or ("stem",)
    if "stem" not in fields or not set(fields) <= set(IDENTITY_FIELDS):
        raise malformed(
            "duplicates.identity", "须含 stem，可加 figures、options", "stem, and perhaps figures and options"
        )
    return fields


def _specification(table: Table) -> SpecificationRule:
    part = _part(table, "specification", "sheet header_row columns derive separator point_pattern")
    columns = _part(part, "columns", "code level parent name weight importance ratio")
    return SpecificationRule(
        sheet=_text(part, "specification.", "sheet", ""),
        header_row=_whole(part, "specification.", "header_row", 1),
        columns={name: header_name(_need(columns, "specification.columns.", name)) for name in columns},
        derive=bool(part.get("derive", False)),
        separator=_text(part, "specification.", "separator", ".") or ".",
        point_pattern=_optional_pattern(part, "point_pattern"),
    )
