"""The files an institution would bring: the item workbook with its figures, its faulty twin, and a roster.

For the demo and its tests. The items are the tables under config/demo, choices in one, composed types in the other; the
workbook shows them as a bank officer would, in Chinese and under the headings of config/mappings/exam-workbook.toml.
The faulty twin has rows of the kinds in acceptance E1 and says which. Same input, same bytes: no clock, no chance but
the seed.
"""

import csv
import io
import random
import re
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from examserver.demo.figures import draw_figures
from examserver.planning.identity_number import CITIZEN, check_character, sex_of
from examserver.plumbing.settings import REPOSITORY

SOURCE = REPOSITORY / "config" / "demo"
OPTIONS = ("选项A", "选项B", "选项C", "选项D", "选项E")
ITEM_HEADERS = (
    "编号", "鉴定点", "题型", "题干", *OPTIONS, "答案", "重要程度", "认知层次", "难度", "图", "来源",
    "计分规则", "匹配项", "下拉选项", "忽略差异", "误差", "单位", "题图", "热区", "可点次数",
    "案例编号", "案例序号", "案例材料",
)  # fmt: skip
#: The fields of the composed types, in the order of their headings.
COMPOSED = (
    "rule", "targets", "gaps", "normalise", "tolerance", "unit", "picture", "areas", "choose",
    "case", "case_place", "case_stimulus",
)  # fmt: skip
SPECIFICATION_HEADERS = ("代码", "层级", "上级", "名称", "比重", "重要程度", "比例")
ROSTER_HEADERS = ("姓名", "证件类型", "证件号码", "性别", "单位", "手机号")
TYPES = {
    "single_response": "单选题", "multiple_response": "多选题", "true_false": "判断题", "ordering": "排序题",
    "matching": "匹配题", "text_entry": "填空题", "numeric_entry": "数值题", "hotspot": "热区题",
    "inline_choice": "文中选择题",
}  # fmt: skip
TRUTHS = {"true": "正确", "false": "错误"}
_STAMP = (2026, 1, 1, 0, 0, 0)

Cell = str | int | float | None


@dataclass(frozen=True)
class FaultyRow:
    """One fault an import must report: the sheet's row, the heading of the column, the kind."""

    row: int
    column: str
    kind: str


@dataclass(frozen=True)
class WorkbookFiles:
    """What lies in the folder: the workbook, its figures as files and as one zip, and the faults put in."""

    workbook: Path
    figures_dir: Path
    figures_zip: Path
    faulty_rows: tuple[FaultyRow, ...]


def read_items() -> list[dict[str, str]]:
    """Every item of the demo bank, as the tables say it; fields a type has no use for are empty."""
    return [dict.fromkeys(COMPOSED, "") | item for item in [*_table("items.csv"), *_composed()]]


def read_specification() -> list[dict[str, str]]:
    """Every node of the content specification, as the table says it."""
    return _table("specification.csv")


def build_workbook(folder: Path, faults: bool) -> WorkbookFiles:
    """Write the item workbook and its figures into the folder, with faulty rows at the end if asked."""
    figures = draw_figures(folder / "figures")
    archive = folder / "figures.zip"
    archive.write_bytes(_zipped((path.name, path.read_bytes()) for path in figures))
    rows = [_item_row(item) for item in read_items()]
    faulty = _faulty_rows(rows) if faults else []
    book = Workbook()
    _fill(_first_sheet(book, "试题"), ITEM_HEADERS, [*rows, *(row for row, _, _ in faulty)])
    specification = [_specification_row(node) for node in read_specification()]
    _fill(book.create_sheet("细目表"), SPECIFICATION_HEADERS, specification)
    path = folder / ("items-faulty.xlsx" if faults else "items.xlsx")
    _save(book, path)
    start = len(rows) + 2
    told = tuple(FaultyRow(start + n, column, kind) for n, (_, column, kind) in enumerate(faulty))
    return WorkbookFiles(path, folder / "figures", archive, told)


def build_roster(folder: Path, candidates: int, seed: int) -> Path:
    """Write a roster of so many invented candidates; the seed decides everything in it."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    _fill(_first_sheet(book, "考生名单"), ROSTER_HEADERS, _candidates(rng, candidates))
    path = folder / "roster.xlsx"
    _save(book, path)
    return path


def _table(name: str) -> list[dict[str, str]]:
    with (SOURCE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _composed() -> list[dict[str, str]]:
    tables = tomllib.loads((SOURCE / "items-composed.toml").read_text("utf-8"))["item"]
    return [_plain(table) for table in tables]


def _plain(table: dict[str, Any]) -> dict[str, str]:
    """One item under the field names of the other table."""
    options = [*table.pop("options", ()), *[""] * 5]
    lettered = {f"option_{letter}": text for letter, text in zip("abcde", options, strict=False)}
    return lettered | {"key": "", "figure": "", "source": "自编"} | table


def _item_row(item: dict[str, str]) -> list[Cell]:
    options: list[Cell] = [item[f"option_{letter}"] or None for letter in "abcde"]
    key = TRUTHS.get(item["key"], item["key"])
    tail: list[Cell] = [item["importance"], item["cognitive_level"], float(item["difficulty"])]
    named: list[Cell] = [item["figure"] or None, item["source"]]
    composed: list[Cell] = [item[name] or None for name in COMPOSED]
    return [item["code"], item["point"], TYPES[item["type"]], item["stem"], *options, key, *tail, *named, *composed]


def _specification_row(node: dict[str, str]) -> list[Cell]:
    weight = float(node["weight"]) if node["weight"] else None
    if weight is not None and weight.is_integer():
        weight = int(weight)
    filled = (node["parent"] or None, node["name"], weight, node["importance"] or None, node["ratio"] or None)
    return [node["code"], int(node["level"]), *filled]


def _faulty_rows(good: Sequence[Sequence[Cell]]) -> list[tuple[list[Cell], str, str]]:
    """Rows of which each breaks one rule, with the column and the kind of its fault."""
    spoil: list[tuple[dict[str, Cell], str, str]] = [
        ({"鉴定点": "B-C-A-099"}, "鉴定点", "point.unknown"),
        ({"鉴定点": "Q-A-A-001"}, "鉴定点", "point.unknown"),
        ({"鉴定点": "A-D-A-1"}, "鉴定点", "point.unknown"),
        ({"答案": None}, "答案", "key.missing"),
        ({"答案": None, "题型": "多选题"}, "答案", "key.missing"),
        ({"题干": good[0][3]}, "题干", "stem.repeated"),
        ({"题干": good[40][3]}, "题干", "stem.repeated"),
        ({"题干": "断路器跳闸后应首先（　）。<script>alert('key')</script>"}, "题干", "text.markup"),
        ({"选项B": "<img src=x onerror=alert(1)>立即合闸"}, "选项B", "text.markup"),
        ({"答案": "E"}, "答案", "key.outside"),
        ({"选项B": None, "选项C": None, "选项D": None}, "选项A", "options.too_few"),
        ({"题型": "口试题"}, "题型", "type.unknown"),
        ({"图": "no-such-figure.png"}, "图", "figure.missing"),
        ({"编号": good[9][0]}, "编号", "code.repeated"),
    ]
    return [(_spoiled(n, change), column, kind) for n, (change, column, kind) in enumerate(spoil)]


def _spoiled(number: int, change: dict[str, Cell]) -> list[Cell]:
    stem, *options = _SPARE_ITEMS[number]
    sound: dict[str, Cell] = {
        "编号": f"DG4-9{number + 1:03d}",
        "鉴定点": "B-A-A-001",
        "题型": "单选题",
        "题干": stem + "（　）。",
        **dict(zip(OPTIONS, options, strict=False)),
        "答案": "A",
        "重要程度": "X",
        "认知层次": "理解",
        "难度": 0.6,
        "来源": "自编",
    }
    return [{**sound, **change}.get(header) for header in ITEM_HEADERS]


#: Sound items that serve only to be spoiled: stem, key, three more options.
_SPARE_ITEMS = tuple(
    line.split("|")
    for line in """\
断路器的额定短路分断能力应|不小于安装点的预期短路电流|等于负载额定电流|小于负载额定电流|与短路电流无关
更换断路器前应先|停电并验电|带电拆线|短接出线端|拆除保护线
塑壳断路器合闸前应检查|手柄位置与接线|外壳颜色|出厂年份|包装是否完好
断路器的辅助触点常用于|发出分合状态信号|切断主电路|限制短路电流|测量电压
分励脱扣器的作用是|远距离分闸|过载保护|短路保护|欠电压保护
断路器铭牌上的In表示|额定电流|额定电压|额定频率|额定绝缘电压
断路器铭牌上的Ue表示|额定工作电压|额定电流|短路分断能力|机械寿命
断路器跳闸后应首先|查明跳闸原因|立即强行合闸|更换更大的断路器|拆除脱扣器
断路器因过载跳闸后再合闸前应|等待脱扣器冷却并减小负载|连续合闸|拆下外壳散热|调高电压
微型断路器型号中的C型常用于|配电与照明线路|仅用于高压线路|仅用于直流电焊|仅用于电子测量
断路器上、下级之间的选择性是指|只由靠近故障的一级跳闸|两级同时跳闸|上级先跳闸|都不跳闸
断路器灭弧室的作用是|熄灭分断时的电弧|增大接触压力|降低线圈电压|测量短路电流
断路器进线端的导线应|压接牢固并留有散热空间|松动以便检修|与出线捆在一起|只接一股线
断路器的机械寿命以什么计|操作次数|使用电压|安装高度|导线长度
""".splitlines()
)

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余"
    "于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛"
)
_GIVEN = (
    "伟芳娜敏静强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红梅建国志海波宁浩宇轩佳欣怡然子涵思远文博"
    "晨曦雨桐一诺俊凯瑞雪峰鹏飞龙云凤春秋冬晓东立新永康永福德才家豪嘉懿若兮亦航泽楷睿哲"
)
#: Names that try the typefaces and the layout: rare characters, a middle dot, two-character surnames.
_TELLING_NAMES = (
    "𠮷广明", "王䶮", "李㛃", "买买提·艾力", "阿依古丽·吐尔逊江", "欧阳骉", "司马喆",
    "次仁旺姆", "朱堃䲜", "迪丽拜尔·阿布都热合曼",
)  # fmt: skip
_EMPLOYERS = (
    "江南机床厂", "甬东港机有限公司", "浙北电力安装公司", "钱塘职业技术学校", "南湖水泵厂", "临安电子厂",
    "绍越纺织机械公司", "台州湾造船厂", "金华江电机厂", "丽水水电站", "社会人员",
)  # fmt: skip
#: No county has this code, so no number made here is anybody's.
_NOWHERE = "339901"


def _candidates(rng: random.Random, count: int) -> list[list[Cell]]:
    numbers: dict[str, None] = {}
    while len(numbers) < count:
        numbers[_identity_number(rng)] = None
    return [_candidate(rng, index, number) for index, number in enumerate(numbers)]


def _candidate(rng: random.Random, index: int, number: str) -> list[Cell]:
    # No mobile network has numbers that begin with 120.
    return [_name(rng, index), CITIZEN, number, sex_of(number), rng.choice(_EMPLOYERS), f"120{index + 1:08d}"]


def _identity_number(rng: random.Random) -> str:
    born = date(1968, 1, 1) + timedelta(days=rng.randrange(38 * 365))
    odd = rng.random() < 0.7
    first17 = f"{_NOWHERE}{born:%Y%m%d}{2 * rng.randrange(1, 499) + odd:03d}"
    return first17 + check_character(first17)


def _name(rng: random.Random, index: int) -> str:
    place, rest = divmod(index, 7)
    if rest == 4 and place < len(_TELLING_NAMES):
        return _TELLING_NAMES[place]
    given = "".join(rng.sample(_GIVEN, 1 if rng.random() < 0.15 else 2))
    return rng.choice(_SURNAMES) + given


def _first_sheet(book: Workbook, title: str) -> Worksheet:
    sheet = book.worksheets[0]
    sheet.title = title
    return sheet


def _fill(sheet: Worksheet, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a headed table a person can read at once: frozen bold headings, wrapped text, fitting columns."""
    sheet.append(list(headers))
    for row in rows:
        sheet.append(list(row))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DCE6F1")
    for column, header in enumerate(headers, 1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = _WIDTHS.get(header, 12)
        for (cell,) in sheet.iter_rows(min_row=2, min_col=column, max_col=column):
            cell.alignment = Alignment(vertical="top", wrap_text=header in _WRAPPED)
            if isinstance(cell.value, str):
                cell.number_format = "@"
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


_WIDTHS = {
    "题干": 60, "名称": 36, "图": 24, "证件类型": 14, "证件号码": 22, "单位": 24, "手机号": 14,
    **dict.fromkeys((*OPTIONS, "匹配项", "下拉选项", "题图", "热区", "案例材料"), 24),
}  # fmt: skip
_WRAPPED = frozenset(("题干", *OPTIONS, "答案", "匹配项", "下拉选项", "案例材料"))


def _save(book: Workbook, path: Path) -> None:
    """Save with neither the hour nor the machine in the file: Excel's parts repacked under one date."""
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_zipped((name, _dateless(data) if name == "docProps/core.xml" else data) for name, data in parts))


def _dateless(core: bytes) -> bytes:
    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-01-01T00:00:00Z", core)


def _zipped(entries: Iterable[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return stream.getvalue()
