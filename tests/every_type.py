"""One sound item of every type, a case of two, and what a candidate answers who knows everything."""

import io
from typing import Any

from PIL import Image, ImageDraw

from examserver.kernel.canonical import digest
from itembank.assembly.content import Asset
from itembank.items.content import (
    Block,
    Case,
    ItemBody,
    ItemContent,
    Option,
    audio_block,
    figure_block,
    html_block,
    text_block,
)

Json = dict[str, Any]


def _panel() -> bytes:
    """A drawn switch panel of 600 × 300 pixels: three round buttons, the red one at 300, 150."""
    picture = Image.new("RGB", (600, 300), "white")
    pen = ImageDraw.Draw(picture)
    for x, colour in ((120, "green"), (300, "red"), (480, "black")):
        pen.ellipse((x - 40, 110, x + 40, 190), fill=colour, outline="black", width=3)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _beep() -> bytes:
    """A tenth of a second of silence as WAV."""
    body = bytes(1600)
    fmt = b"fmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0"
    return (
        b"RIFF"
        + (36 + len(body)).to_bytes(4, "little")
        + b"WAVE"
        + fmt
        + b"data"
        + len(body).to_bytes(4, "little")
        + body
    )


PANEL, BEEP = _panel(), _beep()
PANEL_ID, BEEP_ID = digest(PANEL), digest(BEEP)
ASSETS = {PANEL_ID: Asset("image/png", PANEL), BEEP_ID: Asset("audio/wav", BEEP)}
_ROWS = "<tr><th>线径</th><th>载流量</th></tr><tr><td>2.5 mm<sup>2</sup></td><td>25 A</td></tr>"
TABLE = f"<table><tbody>{_ROWS}</tbody></table>"
OHM = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>I</mi><mo>=</mo><mfrac><mi>U</mi><mi>R</mi></mfrac></math>'
CASE = (text_block("某车间由一台 380 V 变压器供电，负荷如下表。"), html_block(TABLE))


def _options(*texts: str) -> tuple[Option, ...]:
    return tuple(Option(letter, (text_block(text),)) for letter, text in zip("ABCDEFGH", texts, strict=False))


def _choices(prefix: str, labels: str, *texts: str) -> list[Json]:
    pairs = zip(labels, texts, strict=True)
    return [{"id": f"{prefix}{label}", "content": [{"kind": "text", "text": text}]} for label, text in pairs]


def body(
    code: str,
    kind: str,
    stem: str | tuple[Block, ...],
    options: tuple[Option, ...] = (),
    key: tuple[str, ...] = (),
    interaction: Json | None = None,
    scoring: Json | None = None,
    points: str = "1",
    case: Case | None = None,
) -> ItemBody:
    """An item of the point A-A-1."""
    blocks = (text_block(stem),) if isinstance(stem, str) else stem
    content = ItemContent(code, kind, "A-A-1", blocks, options, points, interaction or {}, case)
    return ItemBody(content, key, "X", "理解", 700, "自编", scoring or {})


def _rubric(points: str) -> Json:
    bands = [{"points": points, "words": "完整"}, {"points": "0", "words": "没有"}]
    return {"rubric": [{"id": "1", "title": "要点", "points": points, "bands": bands}], "model": []}


BODIES: tuple[ItemBody, ...] = (
    body("T-01", "single_response", "导线的单位是？", _options("米", "伏", "安"), ("A",)),
    body(
        "T-02",
        "multiple_response",
        (text_block("听提示音，哪些是安全用具？"), audio_block(BEEP_ID, "提示音", 2)),
        _options("验电器", "绝缘手套", "钢卷尺", "绝缘靴"),
        ("A", "B", "D"),
        scoring={"rule": "partial_no_wrong"},
        points="2",
    ),
    body(
        "T-03",
        "true_false",
        "带负荷拉隔离开关。",
        (Option("true", (text_block("正确"),)), Option("false", (text_block("错误"),))),
        ("false",),
    ),
    body(
        "T-04",
        "ordering",
        "把停电操作按先后排列。",
        _options("断开断路器", "拉开负荷侧刀闸", "拉开电源侧刀闸", "验电并挂接地线"),
        ("A", "B", "C", "D"),
        scoring={"rule": "per_place"},
        points="2",
    ),
    body(
        "T-05",
        "matching",
        "把物理量与单位配对。",
        _options("电压", "电流", "电阻"),
        ("A-2", "B-1", "C-3"),
        {"targets": _choices("", "1234", "安培", "伏特", "欧姆", "瓦特"), "reuse": False},
        {"rule": "per_part"},
        points="3",
    ),
    body(
        "T-06",
        "text_entry",
        "低压验电器又叫{{1}}，使用前应在{{2}}上试验。",
        interaction={"blanks": [{"id": "1", "width": 8}, {"id": "2", "width": 12}]},
        scoring={
            "blanks": [
                {"accept": ["试电笔", "电笔"], "normalise": ["width", "space", "marks"]},
                {"accept": ["有电设备", "带电设备"], "normalise": ["width", "case", "space", "marks"]},
            ],
            "rule": "per_part",
        },
        points="2",
    ),
    body(
        "T-07",
        "numeric_entry",
        (html_block(f"<p>由 {OHM}，22 Ω 的电阻接在 220 V 上，电流是多少？</p>"),),
        interaction={"unit": "asked"},
        scoring={
            "value": "10",
            "tolerance": {"kind": "relative", "amount": "0.02"},
            "unit": {"accept": ["A", "安", "安培"]},
        },
        points="2",
    ),
    body(
        "T-08",
        "hotspot",
        "点出急停按钮。",
        interaction={"asset": PANEL_ID, "alt": "三个按钮的面板", "width": 600, "height": 300, "choose": 1},
        scoring={"areas": [{"shape": "circle", "coords": [300, 150, 42]}]},
    ),
    body(
        "T-09",
        "inline_choice",
        "保护零线用{{1}}色，相线 L1 用{{2}}色。",
        key=("1B", "2A"),
        interaction={
            "gaps": [
                {"id": "1", "options": _choices("1", "ABC", "红", "黄绿双", "蓝")},
                {"id": "2", "options": _choices("2", "AB", "黄", "绿")},
            ]
        },
        scoring={"rule": "per_part"},
        points="2",
    ),
    body(
        "T-10",
        "short_answer",
        "简述验电的三个步骤。",
        interaction={"lines": 4, "longest": 400},
        scoring=_rubric("3"),
        points="3",
    ),
    body(
        "T-11",
        "extended_response",
        "论述剩余电流保护的分级配合。",
        interaction={"lines": 12, "longest": 3000},
        scoring=_rubric("8"),
        points="8",
    ),
    body(
        "T-12",
        "drawing",
        "在面板上画出接线。",
        interaction={"asset": PANEL_ID, "alt": "面板", "width": 600, "height": 300},
        scoring=_rubric("5"),
        points="5",
    ),
    body(
        "T-13",
        "numeric_entry",
        (text_block("见材料：线径 2.5 mm² 的载流量（A）？"), figure_block(PANEL_ID, "面板")),
        interaction={"unit": "shown", "unit_text": "A"},
        scoring={"value": "25", "tolerance": {"kind": "exact", "amount": "0"}},
        case=Case("K1", 1, 2, CASE),
    ),
    body(
        "T-14",
        "single_response",
        "见材料：供电电压是？",
        _options("220 V", "380 V", "10 kV"),
        ("B",),
        case=Case("K1", 2, 2, CASE),
    ),
)


def right_value(keyed: Json) -> Any:
    """What a candidate sends who answers an item of a key document rightly; prose for the types a person marks."""
    kind, scoring = keyed["type"], keyed.get("scoring", {})
    if kind in ("single_response", "true_false"):
        return keyed["key"][0]
    if kind == "text_entry":
        return [blank["accept"][0] for blank in scoring["blanks"]]
    if kind == "numeric_entry":
        return [scoring["value"], scoring["unit"]["accept"][0]] if "unit" in scoring else [scoring["value"]]
    if kind == "hotspot":
        return sorted(f"{area['coords'][0]},{area['coords'][1]}" for area in scoring["areas"])
    if kind == "drawing":
        return ["10,10 20,20"]
    return "先在有电处试验。" if kind in ("short_answer", "extended_response") else list(keyed["key"])
