"""Writes one item of any type into the cells of the project's own workbook; `typed_cells.py` reads them back the same.

For the Excel export and the template. Cells are named by field; a mapping turns fields into headers.
"""

from collections.abc import Mapping as ReadOnly

from itembank.exchange.cells import asset_name, joined, write_blocks, write_entries
from itembank.exchange.spellings import (
    ASKED,
    COGNITION,
    EMPTY_SHEET,
    EXACT,
    NO,
    NORMALISE,
    NOTHING_NORMALISED,
    RULES,
    SHAPES_ZH,
    SIGNIFICANT,
    TRUTH,
    YES,
)
from itembank.items.content import ItemBody, Json, read_blocks
from itembank.items.kinds import ITEM_TYPES, TRUE_FALSE
from itembank.items.shapes import canonical

Cells = dict[str, str]


def cells_of(body: ItemBody) -> Cells:
    """The filled cells of one row by field: `stem`, `option:A`, `key`, `areas` …"""
    body = canonical(body)
    content = body.content
    cells = {
        "code": content.code,
        "point": content.point,
        "type": ITEM_TYPES[content.type].label_zh,
        "stem": write_blocks(content.stem),
        "points": content.points,
        "key": _key(body),
        "rule": RULES.get(str(body.scoring.get("rule", "")), ""),
    }
    cells |= _attributes(body) | _case(body) | _parts(body)
    if content.type != TRUE_FALSE.code:
        cells |= {f"option:{option.id}": write_blocks(option.content) for option in content.options}
    return {name: text for name, text in cells.items() if text}


def by_header(cells: ReadOnly[str, str], headers: ReadOnly[str, str]) -> Cells:
    """The cells under the headers of a layout; a field the layout lacks raises KeyError."""
    return {headers[name]: text for name, text in cells.items()}


def _attributes(body: ItemBody) -> Cells:
    share = "" if body.difficulty is None else f"0.{body.difficulty:03d}".rstrip("0")
    return {
        "importance": body.importance or "",
        "cognition": COGNITION.get(body.cognition or "", ""),
        "difficulty": share,
        "source": body.source,
        "enemies": ";".join(body.enemies),
        "owner": body.owner,
        "funding": body.funding,
    }


def _case(body: ItemBody) -> Cells:
    case = body.content.case
    if case is None:
        return {}
    place = f"{case.place}/{case.size}"
    return {"case": case.code, "case_place": place, "case_stimulus": write_blocks(case.stimulus)}


def _key(body: ItemBody) -> str:
    kind, scoring = body.content.type, body.scoring
    if kind == TRUE_FALSE.code:
        return TRUTH.get("".join(body.key), "")
    if kind == "text_entry":
        return "\n".join(joined(blank["accept"]) for blank in scoring["blanks"])
    if kind == "numeric_entry":
        return str(scoring["value"])
    return ";".join(body.key)


def _parts(body: ItemBody) -> Cells:
    """The cells that only some types have."""
    shown, scoring, cells = body.content.interaction, body.scoring, Cells()
    if "targets" in shown:
        cells |= {"targets": _choices(shown["targets"]), "reuse": YES if shown["reuse"] else NO}
    if "gaps" in shown:
        cells["gaps"] = _choices([option for gap in shown["gaps"] for option in gap["options"]])
    if "blanks" in shown:
        cells["widths"] = ";".join(str(blank["width"]) for blank in shown["blanks"])
        cells["normalise"] = "\n".join(_normalise(blank["normalise"]) for blank in scoring["blanks"])
    if "tolerance" in scoring:
        cells |= {"tolerance": _tolerance(scoring["tolerance"]), "unit": _unit(shown, scoring)}
    if "asset" in shown:
        cells["picture"] = _picture(shown)
    if "areas" in scoring:
        cells |= {"areas": "\n".join(map(_area, scoring["areas"])), "choose": str(shown["choose"])}
    if "lines" in shown:
        cells |= {"lines": str(shown["lines"]), "longest": str(shown["longest"])}
    if "rubric" in scoring:
        cells |= {"rubric": _rubric(scoring["rubric"]), "model": write_blocks(read_blocks(scoring["model"]))}
    return cells


def _choices(choices: list[Json]) -> str:
    return write_entries((choice["id"], read_blocks(choice["content"])) for choice in choices)


def _normalise(rules: list[str]) -> str:
    return " ".join(NORMALISE[rule] for rule in rules) or NOTHING_NORMALISED


def _tolerance(tolerance: Json) -> str:
    kind, amount = tolerance["kind"], tolerance.get("amount", "")
    words = {"absolute": f"±{amount}", "relative": f"相对 {amount}", "significant": f"{amount} {SIGNIFICANT}"}
    return words.get(kind, EXACT)


def _unit(shown: Json, scoring: Json) -> str:
    if shown["unit"] == "asked":
        return f"{ASKED}：{joined(scoring['unit']['accept'])}"
    return str(shown.get("unit_text", ""))


def _picture(shown: Json) -> str:
    name = asset_name(shown["asset"]) or EMPTY_SHEET
    return joined((name, shown["alt"], f"{shown['width']}×{shown['height']}"))


def _area(area: Json) -> str:
    return f"{SHAPES_ZH[area['shape']]} {','.join(map(str, area['coords']))}"


def _rubric(rubric: list[Json]) -> str:
    lines = []
    for criterion in rubric:
        lines.append(f"{criterion['id']}. {_line(criterion['title'])} [{criterion['points']}]")
        lines += [f"- {band['points']}：{_line(band['words'])}" for band in criterion["bands"]]
    return "\n".join(lines)


def _line(text: str) -> str:
    return joined([text], "\0")
