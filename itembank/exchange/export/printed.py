"""Decides what of an item is printed for a reader: its words in reading order, and with the key only where asked for.

For `pdf.py`. Choices under the bank's letters, blanks as lines with their numbers, areas by their coordinates, rubric
and model answer only together with the key.
"""

import re
from collections.abc import Sequence

from itembank.exchange.export.linear import Line, Part, Picture, Run, parts_of
from itembank.items.content import Block, ItemBody, Json, read_blocks, text_block
from itembank.items.kinds import load_type

_MARK = re.compile(r"\{\{(\d+)\}\}")
_COGNITION = {"recall": "识记", "understand": "理解", "apply": "应用"}
_SHAPES = {"circle": "圆", "rect": "矩形", "poly": "多边形"}
_RULES = {
    "partial_no_wrong": "少选按比例给分，错选不得分",
    "per_place": "按位置给分",
    "per_part": "按各处平均给分",
}
_TOLERANCE = {
    "exact": "精确",
    "absolute": "± {amount}",
    "relative": "± {amount}（相对）",
    "significant": "{amount} 位有效数字",
}


def heading_of(body: ItemBody, number: int) -> str:
    """The line above an item."""
    content = body.content
    return f"{number}.  {content.code}　{load_type(content.type).label_zh}　{content.points} 分"


def attributes_of(body: ItemBody) -> str:
    """The small line below the heading."""
    content = body.content
    said = [f"鉴定点 {content.point}"]
    said += [f"重要程度 {body.importance}"] if body.importance else []
    said += [_COGNITION.get(body.cognition, body.cognition)] if body.cognition else []
    said += [f"难度 0.{body.difficulty:03d}".rstrip("0")] if body.difficulty else []
    said += [f"案例 {content.case.code} 第 {content.case.place}/{content.case.size} 题"] if content.case else []
    said += [f"互斥题 {'、'.join(body.enemies)}"] if body.enemies else []
    said += [text for text in (body.source, body.owner, body.funding) if text]
    return "　".join(said)


def stem_of(body: ItemBody) -> list[Part]:
    """The stem with its blanks as numbered lines, then what there is to choose from."""
    return [*parts_of([_with_lines(block) for block in body.content.stem]), *_choices(body), *_shown(body)]


def _with_lines(block: Block) -> Block:
    text = _MARK.sub(lambda mark: f"＿＿（{mark[1]}）＿＿", block.text)
    return Block(block.kind, text, block.asset, block.alt, block.plays)


def labelled(label: str, blocks: Sequence[Block], indent: int = 1) -> list[Part]:
    """Paragraphs of which the first carries a label."""
    parts = parts_of(blocks, indent)
    first = parts[0] if parts else None
    if isinstance(first, Line):
        return [Line((Run(f"{label}  "), *first.runs), first.indent), *parts[1:]]
    return [Line((Run(label),), indent), *parts]


def _choices(body: ItemBody) -> list[Part]:
    found: list[Part] = []
    for option in body.content.options:
        if body.content.type != "true_false":
            found += labelled(f"{option.id}.", option.content)
    shown = body.content.interaction
    for target in shown.get("targets", ()):
        found += labelled(f"{target['id']}.", read_blocks(target["content"]), 2)
    for gap in shown.get("gaps", ()):
        for option in gap["options"]:
            found += labelled(f"（{gap['id']}）{option['id'][len(gap['id']) :]}.", read_blocks(option["content"]))
    return found


def _shown(body: ItemBody) -> list[Part]:
    shown = body.content.interaction
    found: list[Part] = []
    if shown.get("asset"):
        found.append(Picture(shown["asset"], shown.get("alt", "")))
    if "unit" in shown:
        unit = {"shown": f" {shown.get('unit_text', '')}", "asked": "　单位：＿＿＿＿"}.get(shown["unit"], "")
        found.append(_line(f"答：＿＿＿＿＿＿{unit}"))
    if "choose" in shown:
        found.append(_line(f"在图上点出 {shown['choose']} 处"))
    if "lines" in shown:
        found.append(_line(f"作答：{shown['lines']} 行，最多 {shown['longest']} 字"))
    return found


def _line(text: str, indent: int = 1) -> Line:
    return Line((Run(text),), indent)


def key_of(body: ItemBody) -> list[Part]:
    """The key, what else is accepted, the rubric and the model answer."""
    scoring = body.scoring
    found: list[Part] = [_line(text) for text in _key_lines(body)]
    if scoring.get("rule") in _RULES:
        found.append(_line(f"计分：{_RULES[scoring['rule']]}"))
    for criterion in scoring.get("rubric", ()):
        found.append(_line(f"要点 {criterion['id']}（{criterion['points']} 分）：{criterion['title']}"))
        found += [_line(f"{band['points']} 分：{band['words']}", 2) for band in criterion.get("bands", ())]
    if scoring.get("model"):
        found += labelled("参考答案：", read_blocks(scoring["model"]))
    return found


def _key_lines(body: ItemBody) -> list[str]:
    scoring, kind = body.scoring, body.content.type
    if "blanks" in scoring:
        return [f"（{number}）{' / '.join(blank['accept'])}" for number, blank in enumerate(scoring["blanks"], 1)]
    if "value" in scoring:
        return [_number(scoring)]
    if "areas" in scoring:
        return [
            f"热区：{_SHAPES.get(each['shape'], '')} {','.join(map(str, each['coords']))}" for each in scoring["areas"]
        ]
    if not body.key:
        return []
    if kind == "true_false":
        return ["答案：" + ("正确" if body.key == ("true",) else "错误")]
    mark = "" if kind in ("single_response", "multiple_response") else "  "
    return [f"答案：{mark.join(body.key)}"]


def _number(scoring: Json) -> str:
    tolerance = scoring.get("tolerance", {})
    said = _TOLERANCE.get(tolerance.get("kind", "exact"), "").format(amount=tolerance.get("amount", ""))
    units = scoring.get("unit", {}).get("accept", ())
    return f"答案：{scoring['value']}（{said}）" + (f"　单位：{' / '.join(units)}" if units else "")


def stimulus_of(body: ItemBody) -> list[Part]:
    """The text a case group shares, under its own heading."""
    case = body.content.case
    if case is None:
        return []
    title = text_block(f"【案例 {case.code}】以下材料供 {case.size} 道小题使用")
    return [*parts_of([title]), *parts_of(case.stimulus)]
