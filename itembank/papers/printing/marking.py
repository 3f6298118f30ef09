"""Decides how an answer key reads on paper: per item what is right, how points are given, the rubric of marked items.

For: the markers of printed answer sheets, apart from the booklet and by other persons' permission. Source: the answer
key inside the key package; it holds the letters as shown, so that it fits the booklet and no other form.
"""

from collections.abc import Iterator, Sequence

from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from examserver.kernel.errors import Json
from itembank.papers.printing.flow import GRID, MM, WIDE, Kit, escaped, flow
from itembank.papers.printing.wording import (
    NORMALISE_WORDS,
    RULE_WORDS,
    SHAPES,
    TOLERANCE_WORDS,
    TYPES,
    WORDS,
)

WIDTHS = (14 * MM, 24 * MM, 72 * MM, 44 * MM, 16 * MM)


def marking_key(key: Json, name: str, paper_title: str, kit: Kit) -> list[Flowable]:
    """The whole marking key of one form; items in the order of the booklet."""
    head = [WORDS[one] for one in ("item", "type", "key", "rule", "value")]
    rows: list[list[Paragraph]] = [[kit.say(one, 10, bold=True) for one in head]]
    rubrics: list[Flowable] = []
    for number, one in enumerate(ordered(key), 1):
        rows.append([kit.say(cell, 9.5) for cell in _row(number, one)])
        rubrics += _rubric(number, one, kit)
    return [
        kit.say(WORDS["marking_secret"], 11, bold=True),
        Spacer(1, 3 * MM),
        kit.centred(f"{escaped(paper_title)}　{WORDS['marking_title']}", 15, bold=True),
        kit.centred(f"{WORDS['form']}　{escaped(name)}", 12, bold=True),
        Spacer(1, 5 * MM),
        Table(rows, list(WIDTHS), repeatRows=1, style=GRID, hAlign="LEFT"),
        Spacer(1, 5 * MM),
        *rubrics,
    ]


def ordered(key: Json) -> list[Json]:
    """The items of a key by their place in the form."""
    return [key["items"][name] for name in sorted(key["items"])]


def _row(number: int, one: Json) -> list[str]:
    kind = TYPES[one["type"]].partition("：")[0]
    return [str(number), kind, "<br/>".join(answer_lines(one)), RULE_WORDS.get(one["rule"], one["rule"]), one["points"]]


def answer_lines(one: Json) -> Iterator[str]:
    """What is right, line by line, as inline markup."""
    scoring = one.get("scoring", {})
    if one["type"] == "true_false":
        yield "、".join(WORDS[answer] for answer in one["key"])
    elif one["key"]:
        yield escaped((" → " if one["type"] == "ordering" else "、").join(one["key"]))
    elif "blanks" in scoring:
        yield from _blanks(scoring["blanks"])
    elif "value" in scoring:
        yield from _number(scoring)
    elif "areas" in scoring:
        yield from (f"{SHAPES[area['shape']]} ({', '.join(map(str, area['coords']))})" for area in scoring["areas"])
    else:
        yield WORDS["rubric"]


def _blanks(blanks: Sequence[Json]) -> Iterator[str]:
    for number, blank in enumerate(blanks, 1):
        ignored = "、".join(NORMALISE_WORDS[one] for one in blank.get("normalise", []))
        said = WORDS["or"].join(escaped(one) for one in blank["accept"])
        yield WORDS["blank"].format(n=number) + said + (f"　[{WORDS['normalise']} {ignored}]" if ignored else "")


def _number(scoring: Json) -> Iterator[str]:
    tolerance = scoring["tolerance"]
    amount = "" if tolerance["kind"] == "exact" else escaped(str(tolerance["amount"]))
    yield f"{escaped(scoring['value'])}　{WORDS['tolerance']} {TOLERANCE_WORDS[tolerance['kind']]}{amount}"
    if "unit" in scoring:
        yield f"{WORDS['unit']} {WORDS['or'].join(escaped(one) for one in scoring['unit']['accept'])}"


def _rubric(number: int, one: Json, kit: Kit) -> list[Flowable]:
    """The rubric of an item a person marks, with the model answer."""
    scoring = one.get("scoring", {})
    if "rubric" not in scoring:
        return []
    rows = [
        [
            kit.say(escaped(line["title"]), 9.5),
            kit.say(escaped(line["points"]), 9.5),
            [kit.say(_band(band), 9.5) for band in line["bands"]],
        ]
        for line in scoring["rubric"]
    ]
    made: list[Flowable] = [kit.say(f"{number}. {WORDS['rubric']}", 11, bold=True, spaceBefore=8, spaceAfter=3)]
    made.append(Table(rows, [50 * MM, 18 * MM, 102 * MM], style=GRID, hAlign="LEFT"))
    if scoring.get("model"):
        made += [kit.say(WORDS["model"], 10, bold=True, spaceBefore=4), *flow(scoring["model"], kit, {}, wide=WIDE)]
    return made


def _band(band: Json) -> str:
    return f"{escaped(band['points'])} {WORDS['points']}　{escaped(band['words'])}"
