"""How pairs of items that ask the same thing are printed: side by side for a person, one object for a program."""

import json

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from itembank.quality.duplicates import KINDS, Duplicates, Entry, Pair

WORDS = {
    "contradiction": "答案矛盾 contradiction",
    "same_item": "同一试题 same item",
    "reordered_options": "选项换序 reordered options",
    "near_stem": "题干相近 near stem",
}


def show_duplicates(found: Duplicates, seconds: float, as_json: bool, with_text: bool, limit: int) -> None:
    """Print the pairs; a person sees at most `limit` of them side by side."""
    if as_json:
        shown = {
            "items": found.items,
            "by_kind": found.counts(),
            "pairs": [pair.as_json(with_text) for pair in found.pairs],
            "complete": found.complete,
            "seconds": round(seconds, 2),
        }
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    console = Console(width=None if Console().is_terminal else 140, highlight=False)
    for pair in found.pairs[:limit]:
        console.print(_side_by_side(pair, with_text))
    _show_summary(console, found, min(limit, len(found.pairs)))


def _show_summary(console: Console, found: Duplicates, shown: int) -> None:
    counts = found.counts()
    kinds = "，".join(f"{WORDS[kind]} {counts[kind]}" for kind in KINDS if counts[kind])
    console.print(f"{found.items} 题 items，{len(found.pairs)} 对 pairs{'：' if kinds else ''}{kinds}")
    if shown < len(found.pairs):
        console.print(f"只显示前 {shown} 对（--limit），全部见 --json / the first {shown} are shown, all with --json")
    if not found.complete:
        console.print(
            "相近的题干过多，只列出其中最相近的 / too many stems are alike: only the nearest of them are listed"
        )


def _side_by_side(pair: Pair, with_text: bool) -> Table:
    table = Table(title=_title(pair), title_justify="left", expand=with_text, show_lines=with_text)
    for entry in (pair.first, pair.second):
        table.add_column(Text(f"{entry.code} {entry.place}".strip()), ratio=1 if with_text else None)
    if with_text:
        stems = _marked(pair.first.shown_stem, pair.second.shown_stem)
        table.add_row(*stems)
        table.add_row(_answers(pair.first), _answers(pair.second))
    return table


def _title(pair: Pair) -> Text:
    remarks = ["选项相同 same options" if pair.same_options else "选项不同 other options"]
    remarks.append("答案相同 same key" if pair.same_key else "答案不同 other key")
    return Text(f"{WORDS[pair.kind]} · {pair.score:.0f} % · {' · '.join(remarks)}")


def _marked(first: str, second: str) -> tuple[Text, Text]:
    """Both stems, with what lies between their common beginning and end set off."""
    shorter = min(len(first), len(second))
    start = next((at for at in range(shorter) if first[at] != second[at]), shorter)
    end = next((at for at in range(shorter - start) if first[-1 - at] != second[-1 - at]), shorter - start)
    texts = []
    for stem in (first, second):
        text = Text(stem)
        text.stylize("bold reverse", start, len(stem) - end)
        texts.append(text)
    return texts[0], texts[1]


def _answers(entry: Entry) -> Text:
    lines = [*entry.shown_options, f"答案 {entry.shown_key}"] if not entry.fixed else [f"答案 {entry.shown_key}"]
    return Text("\n".join(lines))
