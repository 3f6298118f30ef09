"""One sound item of every type and a case of two, as small as they can be."""

from dataclasses import replace
from typing import Any

from itembank.items.content import (
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
PICTURE = "sha256:" + "1" * 64
SOUND = "sha256:" + "2" * 64
FORMULA = "<math><mfrac><mi>U</mi><mi>R</mi></mfrac></math>"


def options(*texts: str) -> tuple[Option, ...]:
    """Options from A on."""
    return tuple(Option(letter, (text_block(text),)) for letter, text in zip("ABCDEFGH", texts, strict=False))


def choices(prefix: str, labels: str, *texts: str) -> list[Json]:
    """Targets or options of a gap."""
    pairs = zip(labels, texts, strict=True)
    return [{"id": f"{prefix}{label}", "content": [{"kind": "text", "text": text}]} for label, text in pairs]


def item(kind: str, stem: str, **parts: Any) -> ItemBody:
    """An item of this type about the point A-A-1."""
    names = ("options", "points", "interaction", "case")
    content = {"options": (), "points": "1"} | {name: parts.pop(name) for name in names if name in parts}
    code = parts.pop("code", f"{kind.replace('_', '-')}-1")
    attributes = {"importance": "X", "cognition": "apply", "difficulty": 700, "source": "自编"}
    shown = ItemContent(code=code, type=kind, point="A-A-1", stem=(text_block(stem),), **content)
    return ItemBody(shown, parts.pop("key", ()), **(attributes | parts))


RUBRIC = {
    "rubric": [
        {"id": "1", "title": "步骤完整", "points": "3", "bands": [
            {"points": "3", "words": "齐全"}, {"points": "1.5", "words": "缺一步"}, {"points": "0", "words": "没有"}]},
        {"id": "2", "title": "用语规范", "points": "2", "bands": []},
    ],
    "model": [{"kind": "text", "text": "先在有电处试验，再验三相，最后复核。"}],
}  # fmt: skip

SOUND_ITEMS: dict[str, ItemBody] = {
    "single_response": item(
        "single_response", "导线电流的单位是？", options=options("安", "伏", "欧"), key=("A",),
        enemies=("multiple-response-1",), owner="某某学院", funding="省级专项",
    ),
    "multiple_response": item(
        "multiple_response", "哪些是安全用具？", options=options("验电器", "绝缘手套", "钢卷尺", "绝缘靴"),
        key=("A", "B", "D"), points="2", scoring={"rule": "partial_no_wrong"},
    ),
    "true_false": item(
        "true_false", "可以带负荷拉隔离开关。", key=("false",),
        options=(Option("true", (text_block("正确"),)), Option("false", (text_block("错误"),))),
    ),
    "ordering": item(
        "ordering", "按停电操作的先后排列。", options=options("断开断路器", "拉开负荷侧刀闸", "拉开电源侧刀闸"),
        key=("A", "B", "C"), scoring={"rule": "per_place"},
    ),
    "matching": item(
        "matching", "把物理量与单位配对。", options=options("电压", "电流"), key=("A-2", "B-1"),
        interaction={"targets": choices("", "123", "安培", "伏特", "欧姆"), "reuse": False},
        scoring={"rule": "per_part"},
    ),
    "text_entry": item(
        "text_entry", "低压验电器又叫{{1}}，使用前应在{{2}}上试验。",
        interaction={"blanks": [{"id": "1", "width": 8}, {"id": "2", "width": 12}]},
        scoring={"blanks": [
            {"accept": ["试电笔", "电笔"], "normalise": ["width", "case", "space", "marks"]},
            {"accept": ["有电设备"], "normalise": ["space"]}], "rule": "per_part"},
    ),
    "numeric_entry": item(
        "numeric_entry", "22 Ω 的电阻接在 220 V 上，电流是多少？", interaction={"unit": "asked"},
        scoring={"value": "10", "tolerance": {"kind": "relative", "amount": "0.02"}, "unit": {"accept": ["A", "安"]}},
    ),
    "hotspot": item(
        "hotspot", "点出急停按钮。",
        interaction={"asset": PICTURE, "alt": "面板", "width": 600, "height": 300, "choose": 3},
        scoring={"areas": [
            {"shape": "circle", "coords": [300, 150, 40]}, {"shape": "rect", "coords": [10, 10, 60, 50]},
            {"shape": "poly", "coords": [400, 20, 500, 20, 450, 90]}], "rule": "per_part"},
    ),
    "inline_choice": item(
        "inline_choice", "保护零线用{{1}}色，相线 L1 用{{2}}色。", key=("1B", "2A"),
        interaction={"gaps": [
            {"id": "1", "options": choices("1", "ABC", "红", "黄绿双", "蓝")},
            {"id": "2", "options": choices("2", "AB", "黄", "绿")}]},
    ),
    "short_answer": item(
        "short_answer", "简述验电的步骤。", interaction={"lines": 4, "longest": 400}, scoring=RUBRIC, points="5",
    ),
    "extended_response": item(
        "extended_response", "论述剩余电流保护的分级配合。", interaction={"lines": 20, "longest": 3000},
        scoring=RUBRIC, points="5",
    ),
    "drawing": item(
        "drawing", "在面板上画出接线。", scoring=RUBRIC, points="5",
        interaction={"asset": PICTURE, "alt": "面板", "width": 600, "height": 300},
    ),
}  # fmt: skip

STIMULUS = (
    text_block("某车间由一台 380 V 变压器供电。"),
    html_block("<table><tbody><tr><td>2.5 mm<sup>2</sup></td><td>25 A</td></tr></tbody></table>"),
    figure_block(PICTURE, "面板"),
)
CASE_ITEMS = tuple(
    replace(body, content=replace(body.content, code=f"K1-{place}", case=Case("K1", place, 2, STIMULUS)))
    for place, body in enumerate((SOUND_ITEMS["single_response"], SOUND_ITEMS["numeric_entry"]), 1)
)


def with_rich_stem(body: ItemBody) -> ItemBody:
    """The same item with a formula, a picture and a sound in its stem."""
    rich = (*body.content.stem, html_block(f"<p>已知 {FORMULA}，m<sup>2</sup></p>"), figure_block(PICTURE, "附图"),
            audio_block(SOUND, "提示音", 2))  # fmt: skip
    return replace(body, content=replace(body.content, stem=rich))
