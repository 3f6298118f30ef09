"""Sound items of every type, drawn at random: rare characters, markup signs in words, tables, formulas, pictures."""

from typing import Any

from hypothesis import strategies as st

from itembank.exchange.export.package import Media
from itembank.items.check import check_item
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
from itembank.items.rich import clean_html
from itembank.items.shapes import canonical
from itembank.items.text import tidy
from tests.every_type import BEEP, BEEP_ID, PANEL, PANEL_ID

Json = dict[str, Any]
MEDIA = {PANEL_ID: Media("image/png", PANEL), BEEP_ID: Media("audio/wav", BEEP)}
_LETTERS = "电压流阻器的是不ABCxyzμΩ±≤℃𠮷𬭎龘09 .,;:()&\"'%+=|\\-[]{}#·—“”《》"

words = st.text(_LETTERS, min_size=1, max_size=14).map(tidy).filter(bool)
lines = st.lists(words, min_size=1, max_size=3).map("\n".join).map(tidy)
_RICH = (
    "<p>{0}<sup>2</sup> <strong>{1}</strong></p>",
    '<table><tbody><tr><th>{0}</th><td colspan="2">{1}</td></tr></tbody></table>',
    "<p><math><mfrac><mi>{0}</mi><mi>R</mi></mfrac><mo>&lt;</mo></math>{1}</p>",
    "<ul><li>{0}</li><li>{1}<br>x&nbsp;y</li></ul>",
    '<p>{0}<img src="' + PANEL_ID + '" alt="{1}"></p>',
    "<pre>{0}\n  {1}</pre>",
    "<p><ruby>{0}<rp>(</rp><rt>{1}</rt></ruby></p>",
)


def _html(parts: tuple[str, str, str]) -> Block:
    shape, one, other = parts
    safe = [
        each.replace("&", "&amp;").replace('"', "&quot;").replace("{", "（").replace("}", "）") for each in (one, other)
    ]
    return html_block(clean_html(shape.format(*safe)).html)


rich = st.tuples(st.sampled_from(_RICH), words, words).map(_html)
text = lines.map(text_block)
figure = words.map(lambda alt: figure_block(PANEL_ID, alt))
sound = st.tuples(words, st.integers(0, 10)).map(lambda said: audio_block(BEEP_ID, *said))
block = st.one_of(text, text, rich, figure, sound)
blocks = st.lists(block, min_size=1, max_size=3).map(tuple)
stem = st.tuples(text, blocks).map(lambda parts: (parts[0], *parts[1]))
some = st.one_of(
    text.map(lambda each: (each,)), st.lists(st.one_of(text, rich, figure), min_size=1, max_size=2).map(tuple)
)


@st.composite
def _options(draw: st.DrawFn, low: int, high: int) -> tuple[Option, ...]:
    contents = draw(st.lists(some, min_size=low, max_size=high, unique_by=repr))
    return tuple(Option(letter, content) for letter, content in zip("ABCDEFGH", contents, strict=False))


def _choices(prefix: str, labels: str, contents: list[tuple[Block, ...]]) -> list[Json]:
    pairs = zip(labels, contents, strict=False)
    return [{"id": f"{prefix}{label}", "content": [each.as_json() for each in content]} for label, content in pairs]


def _with_rule(draw: st.DrawFn, scoring: Json, rule: str) -> Json:
    chosen = draw(st.sampled_from(("", "all_or_nothing", rule)))
    return {**scoring, **({"rule": chosen} if chosen else {})}


def _key(draw: st.DrawFn, ids: tuple[str, ...], low: int, high: int) -> tuple[str, ...]:
    return tuple(sorted(draw(st.lists(st.sampled_from(ids), min_size=low, max_size=high, unique=True))))


def _marked(draw: st.DrawFn, count: int) -> tuple[Block, ...]:
    marks = [f"{{{{{number}}}}}" for number in range(1, count + 1)]
    plain = draw(words).replace("{", "").replace("}", "") or "电"
    if draw(st.booleans()):
        return (text_block(plain + "，".join(marks) + "。"),)
    cells = "".join(f"<td>{mark}</td>" for mark in marks)
    return (text_block("填表。"), html_block(f"<table><tbody><tr>{cells}</tr></tbody></table>"))


def _single(draw: st.DrawFn) -> Json:
    options = draw(_options(3, 8))
    key = _key(draw, tuple(option.id for option in options), 1, 1)
    return {"type": "single_response", "options": options, "key": key}


def _multiple(draw: st.DrawFn) -> Json:
    options = draw(_options(4, 6))
    key = _key(draw, tuple(option.id for option in options), 2, len(options))
    return {
        "type": "multiple_response", "options": options, "key": key, "scoring": _with_rule(draw, {}, "partial_no_wrong")
    }  # fmt: skip


def _truth(draw: st.DrawFn) -> Json:
    options = (Option("true", (text_block("正确"),)), Option("false", (text_block("错误"),)))
    return {"type": "true_false", "options": options, "key": (draw(st.sampled_from(("true", "false"))),)}


def _ordering(draw: st.DrawFn) -> Json:
    options = draw(_options(3, 8))
    key = tuple(draw(st.permutations([option.id for option in options])))
    return {"type": "ordering", "options": options, "key": key, "scoring": _with_rule(draw, {}, "per_place")}


def _matching(draw: st.DrawFn) -> Json:
    options = draw(_options(2, 6))
    count, reuse = draw(st.integers(max(2, len(options)), 8)), draw(st.booleans())
    contents = draw(st.lists(some, min_size=count, max_size=count, unique_by=repr))
    ids = [str(number) for number in range(1, count + 1)]
    right = draw(st.permutations(ids)) if not reuse else draw(st.lists(st.sampled_from(ids), min_size=8, max_size=8))
    key = tuple(sorted(f"{option.id}-{other}" for option, other in zip(options, right, strict=False)))
    shown = {"targets": _choices("", "".join(ids), contents), "reuse": reuse}
    return {
        "type": "matching", "options": options, "key": key, "interaction": shown,
        "scoring": _with_rule(draw, {}, "per_part"),
    }  # fmt: skip


def _text(draw: st.DrawFn) -> Json:
    count = draw(st.integers(1, 3))
    accepted = [
        {
            "accept": draw(st.lists(words, min_size=1, max_size=3, unique=True)),
            "normalise": draw(st.sampled_from(([], ["case"], ["width", "case", "space", "marks"], ["space"]))),
        }
        for _ in range(count)
    ]
    shown = {"blanks": [{"id": str(n), "width": draw(st.integers(1, 60))} for n in range(1, count + 1)]}
    return {
        "type": "text_entry", "stem": _marked(draw, count), "interaction": shown,
        "scoring": _with_rule(draw, {"blanks": accepted}, "per_part"),
    }  # fmt: skip


def _number(draw: st.DrawFn) -> Json:
    value = draw(st.sampled_from(("220", "0.50", "-3.14", "1.5e3", "9.81", "1000", "0")))
    kinds = [("exact", "0"), ("exact", ""), ("absolute", "0.5"), ("significant", "2"), ("significant", "4")]
    kind, amount = draw(
        st.sampled_from([*kinds, *([("relative", "0.05"), ("relative", "0.050")] if value != "0" else [])])
    )
    scoring: Json = {"value": value, "tolerance": {"kind": kind, "amount": amount}}
    unit = draw(st.sampled_from(("none", "shown", "asked")))
    shown = {"unit": unit} | ({"unit_text": "kΩ"} if unit == "shown" else {})
    if unit == "asked":
        scoring["unit"] = {"accept": ["V", "伏"]}
    return {"type": "numeric_entry", "interaction": shown, "scoring": scoring}


def _picture(draw: st.DrawFn) -> Json:
    return {"asset": PANEL_ID, "alt": draw(words), "width": 600, "height": 300}


def _hotspot(draw: st.DrawFn) -> Json:
    shapes = [
        {"shape": "circle", "coords": [100, 100, 20]},
        {"shape": "rect", "coords": [200, 50, 260, 90]},
        {"shape": "poly", "coords": [300, 10, 380, 10, 340, 120]},
    ]
    areas = draw(st.lists(st.sampled_from(shapes), min_size=1, max_size=3, unique_by=lambda area: area["shape"]))
    shown = _picture(draw) | {"choose": draw(st.integers(len(areas), 4))}
    return {"type": "hotspot", "interaction": shown, "scoring": _with_rule(draw, {"areas": areas}, "per_part")}


def _inline(draw: st.DrawFn) -> Json:
    count = draw(st.integers(1, 3))
    gaps, key = [], []
    for number in range(1, count + 1):
        contents = draw(st.lists(text.map(lambda each: (each,)), min_size=2, max_size=5, unique_by=repr))
        options = _choices(str(number), "ABCDE", contents)
        gaps.append({"id": str(number), "options": options})
        key.append(draw(st.sampled_from([option["id"] for option in options])))
    return {
        "type": "inline_choice", "stem": _marked(draw, count), "key": tuple(key), "interaction": {"gaps": gaps},
        "scoring": _with_rule(draw, {}, "per_part"),
    }  # fmt: skip


def _rubric(draw: st.DrawFn) -> Json:
    bands = draw(st.sampled_from(([], [{"points": "2", "words": "好 & 全"}, {"points": "0", "words": "无"}])))
    criteria = [
        {"id": "1", "title": draw(words), "points": "2", "bands": bands},
        {"id": "2", "title": "语言", "points": "0.5", "bands": []},
    ]
    model = draw(st.one_of(st.just(()), st.lists(st.one_of(text, rich), max_size=2).map(tuple)))
    return {"rubric": criteria, "model": [each.as_json() for each in model if "<img" not in each.text]}


def _words(draw: st.DrawFn) -> Json:
    kind = draw(st.sampled_from(("short_answer", "extended_response")))
    shown = {"lines": draw(st.integers(1, 60)), "longest": draw(st.integers(1, 10_000))}
    return {"type": kind, "interaction": shown, "scoring": _rubric(draw), "points": "2.5"}


def _drawing(draw: st.DrawFn) -> Json:
    blank = {"asset": "", "alt": "", "width": 400, "height": 300}
    shown = draw(st.sampled_from((blank, _picture(draw))))
    return {"type": "drawing", "interaction": shown, "scoring": _rubric(draw), "points": "2.5"}


KINDS = (
    _single, _multiple, _truth, _ordering, _matching, _text, _number, _hotspot, _inline, _words, _drawing,
)  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn, kind: Any, code: str = "T-1", case: Case | None = None) -> ItemBody:
    """A sound item of this kind."""
    said = kind(draw)
    content = ItemContent(
        code=code,
        type=said["type"],
        point="A-A-001",
        stem=said.get("stem") or draw(stem),
        options=said.get("options", ()),
        points=said.get("points") or draw(st.sampled_from(("1", "2", "0.5", "3", "1.25"))),
        interaction=said.get("interaction", {}),
        case=case,
    )
    body = ItemBody(
        content,
        said.get("key", ()),
        draw(st.sampled_from((None, "X", "Y", "Z"))),
        draw(st.sampled_from((None, "recall", "apply"))),
        draw(st.sampled_from((None, 1, 650, 999))),
        draw(st.one_of(st.just(""), words)),
        said.get("scoring", {}),
        draw(st.sampled_from(((), ("T-9",), ("0.9", "Z")))),
        draw(st.one_of(st.just(""), words)),
        draw(st.one_of(st.just(""), words)),
    )
    body = canonical(body)
    return body if not check_item(body) else draw(st.nothing())


@st.composite
def sets(draw: st.DrawFn) -> list[ItemBody]:
    """One item of every kind, a case of two among them."""
    stimulus = draw(stem)
    codes = ["1.2-a", "T-1", "t-1", "中".encode().hex(), *(f"Q-{n:03d}" for n in range(20))]
    found = [draw(bodies(kind, code)) for kind, code in zip(KINDS, codes, strict=False)]
    pair = [draw(bodies(kind, f"C-{n}", Case("K.1", n, 2, stimulus))) for n, kind in ((1, _single), (2, _text))]
    return [*found, *pair]
