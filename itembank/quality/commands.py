"""`exam bank duplicates`: items that ask the same thing, side by side for a person, as one object for a program."""

import json
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from examserver.kernel.access import Actor, system_actor
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import Settings
from examserver.plumbing.work import open_work
from itembank.entry.commands import FILE, bank_runtime, find_only_bank, person, sign_in
from itembank.exchange.actions import choose_mapping
from itembank.exchange.mapping import read_mapping
from itembank.exchange.reading import Submitted
from itembank.quality.actions import compare_file, entries_of_bank, record_comparison
from itembank.quality.duplicates import KINDS, Duplicates, Entry, Pair, find_duplicates
from itembank.quality.similar import RATIO

WORDS = {
    "contradiction": "答案矛盾 contradiction",
    "same_item": "同一试题 same item",
    "reordered_options": "选项换序 reordered options",
    "near_stem": "题干相近 near stem",
}


@click.command()
@click.option("--bank", "named", default="", help="Name or id of the bank; not needed when there is only one.")
@click.option("--file", type=FILE, help="Compare the items of a file instead; needs no bank.")
@click.option("--figures", type=FILE, help="Zip of the file's figures.")
@click.option("--mapping", default="", help="Layout of the file; recognised from the headers when left out.")
@click.option("--sheet", default="", help="Sheet of the workbook.")
@click.option("--ratio", type=click.IntRange(50, 100), default=RATIO, show_default=True, help="Least likeness.")
@click.option("--limit", type=click.IntRange(0), default=50, show_default=True, help="Most pairs shown to a person.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with all pairs.")
@person
@click.pass_obj
def duplicates(settings: Settings, /, named: str, file: Path | None, **asked: Any) -> None:
    """Find items that ask the same thing, and contradictions; only a person with a login sees a bank's texts."""
    begun = time.perf_counter()
    if file is not None:
        archive = asked["figures"].read_bytes() if asked["figures"] else b""
        submitted = Submitted(file.name, file.read_bytes(), archive, asked["mapping"], asked["sheet"])
        mapping = read_mapping(choose_mapping(submitted))
        found, with_text = compare_file(submitted, mapping, asked["ratio"]), True
    else:
        with_text = bool(asked["login"] and asked["password_file"])
        actor = system_actor("command line")
        with bank_runtime(settings) as runtime:
            if with_text:
                actor = sign_in(runtime, asked["login"], asked["password_file"].read().strip(), "items.read")
            found = _compare_bank(runtime, actor, named, with_text, asked["ratio"])
    show_duplicates(found, time.perf_counter() - begun, asked["as_json"], with_text, asked["limit"])


def _compare_bank(runtime: RoleRuntime, actor: Actor, named: str, with_text: bool, ratio: int) -> Duplicates:
    """Reads, leaves its trace, and compares when no transaction is open: others may write meanwhile."""
    with open_work(runtime, actor, write=False) as work:
        bank_id = find_only_bank(work, named).id
        entries = entries_of_bank(work, bank_id)
    with open_work(runtime, actor) as work:
        record_comparison(work, bank_id, len(entries), with_text)
    return find_duplicates(entries, ratio=ratio)


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
