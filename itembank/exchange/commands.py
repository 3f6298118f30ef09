"""`exam bank import`: look what is wrong with a file of items, or take its good rows into a bank.

A dry run needs no person and writes nothing. Taking rows in is the act of a person: login, password, permission, and
the word that faulty rows may stay out. Exit status 1 when there is any fault that was not agreed to.
"""

import json
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from examserver.kernel.access import Actor
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import Settings
from examserver.plumbing.work import open_work
from itembank.entry.commands import FILE, bank_runtime, find_only_bank, person, sign_in
from itembank.exchange import actions
from itembank.exchange.actions import choose_mapping
from itembank.exchange.formats.source import QUESTION
from itembank.exchange.mapping import read_mapping
from itembank.exchange.reading import PLACES, ROW, SHEET, Submitted, format_of, place_en, toml_of
from itembank.exchange.store import load_report, mappings_for
from itembank.exchange.tables import ACCEPTED, ACCEPTING, CHECKING, load_import
from itembank.exchange.ticks import Pace, silent
from itembank.exchange.ticks import Progress as Tell
from itembank.quality.duplicates import CONTRADICTION
from itembank.specs.actions import import_specification, look_at_specification

Json = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What came of it, in the shape that is printed: plain faults, warnings and pairs as the report keeps them."""

    mapping: str
    format: str
    rows: int
    accepted: int
    faults: Sequence[Json]
    warnings: Sequence[Json]
    pairs: Sequence[Json]
    import_id: str = ""
    dry: bool = True
    counts: str = ROW

    def as_json(self, seconds: float) -> Json:
        """The one object of `--json`."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": [_told(fault) for fault in self.faults],
            "warnings": [_told(warning) for warning in self.warnings],
            "duplicates": [[p["a"], p["b"], p["score"]] for p in self.pairs if p["kind"] != CONTRADICTION],
            "duplicate_places": [_places(p) for p in self.pairs if p["kind"] != CONTRADICTION],
            "conflicts": [[p["a"], p["b"]] for p in self.pairs if p["kind"] == CONTRADICTION],
            "conflict_places": [_places(p) for p in self.pairs if p["kind"] == CONTRADICTION],
            "seconds": round(seconds, 2),
            "mapping": self.mapping,
            "format": self.format,
            "id": self.import_id,
            "dry_run": self.dry,
        }


def _places(pair: Json) -> list[str]:
    """Where each side of a pair stands: `bank`, or a row or question of the file."""
    return [place_en(pair[side]) if pair[side] else "bank" for side in ("place_a", "place_b")]


def _told(fault: Json) -> Json:
    reason = f"{fault['reason_zh']} / {fault['reason_en']}"
    told = {"row": fault["row"], "column": fault["column"], "reason": reason, "code": fault["code"]}
    hint = fault["suggestion_zh"]
    return told | ({"suggestion": f"{hint} / {fault['suggestion_en']}"} if hint else {})


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--bank", "named", default="", help="Name or id of the bank; not needed when there is only one.")
@click.option("--format", "asked_format", default="", help="Format of the file; seen from its content when left out.")
@click.option("--figures", type=FILE, help="Zip of figures.")
@click.option("--mapping", default="", help="A mapping: TOML file or name; recognised from the headers when left out.")
@click.option("--sheet", default="", help="Sheet of the workbook.")
@click.option("--point", default="", help="Competency point of items for which the file names none.")
@click.option("--code-prefix", default="", help="Begin of item codes where the file has none.")
@click.option("--dry-run", is_flag=True, help="Only list what is wrong; nothing goes in, no bank is needed.")
@click.option("--specification", is_flag=True, help="Import the content specification instead of items.")
@click.option("--take-good-rows", is_flag=True, help="Leave the faulty rows out and take the others.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@person
@click.pass_obj
def import_items(settings: Settings, /, file: Path, **asked: Any) -> None:
    """Check a file of items (xlsx, csv, Moodle, GIFT, Aiken, QTI, docx) and take its good rows into a bank."""
    began = time.monotonic()
    submitted = _submitted(file, asked)
    if asked["specification"] and asked["dry_run"]:
        _look_at_specification(submitted, asked["as_json"])
        return
    signed = bool(asked["login"] and asked["password_file"])
    if not signed and not asked["dry_run"]:
        raise click.UsageError("--login and --password-file are needed (and --bank among several), or --dry-run")
    if asked["dry_run"] and not signed:
        with _bar(asked["as_json"]) as tell:
            outcome = _look(_with_defaults(submitted, asked, None), tell)
        _show(outcome, time.monotonic() - began, asked["as_json"])
        return
    password = asked["password_file"].read().strip()
    with bank_runtime(settings) as runtime:
        permission = "specs.edit" if asked["specification"] else "items.import"
        actor = sign_in(runtime, asked["login"], password, permission)
        if asked["specification"]:
            _take_specification(runtime, actor, submitted, asked)
            return
        with _bar(asked["as_json"]) as tell:
            outcome = _import(runtime, actor, submitted, asked, tell)
    _show(outcome, time.monotonic() - began, asked["as_json"])


def _submitted(file: Path, asked: Json) -> Submitted:
    figures = asked["figures"].read_bytes() if asked["figures"] else b""
    path = Path(asked["mapping"]) if asked["mapping"] else None
    written = path is not None and path.suffix == ".toml" and path.is_file()
    text = path.read_text("utf-8") if path is not None and written else ""
    name = "" if written else asked["mapping"]
    return Submitted(file.name, file.read_bytes(), figures, name, asked["sheet"], asked["asked_format"], text)


def _with_defaults(submitted: Submitted, asked: Json, saved: dict[str, str] | None) -> Submitted:
    """The file with its mapping chosen, and what the command line says about point and codes laid over it."""
    text = choose_mapping(submitted, saved)
    said = {name: asked[name] for name in ("point", "code_prefix") if asked[name]}
    if said:
        table = tomllib.loads(text)
        table["defaults"] = table.get("defaults", {}) | said
        text = toml_of(table)
    return replace(submitted, mapping_text=text)


@contextmanager
def _bar(as_json: bool) -> Iterator[Tell]:
    """A progress bar for a person at a terminal; silence for a program."""
    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        yield silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task("读取文件", total=100)
        yield lambda percent, words: progress.update(task, completed=percent, description=words)


def _look(submitted: Submitted, tell: Tell) -> Outcome:
    """A dry run without a bank: the report on the file by itself."""
    mapping = read_mapping(submitted.mapping_text)
    read, report = actions.examine_alone(submitted, mapping, Pace(tell))
    return Outcome(
        mapping.name,
        format_of(submitted),
        report.rows,
        len(report.good),
        [fault.as_json() for fault in report.faults],
        [warning.as_json() for warning in report.warnings],
        [pair.as_json(False) for pair in report.pairs.pairs],
        counts=read.counts,
    )


def _import(runtime: RoleRuntime, actor: Actor, submitted: Submitted, asked: Json, tell: Tell) -> Outcome:
    """Checks against the bank and, unless it is a dry run, takes the good rows as the person said."""
    with open_work(runtime, actor) as work:
        bank_id = find_only_bank(work, asked["named"]).id
        chosen = _with_defaults(submitted, asked, mappings_for(work.session, bank_id))
        row = actions.check_file(work, bank_id, chosen)
    if row.state == CHECKING:
        actions.run_check(runtime, {"import": row.id}, lambda percent, words: tell(percent * 6 // 10, words))
    with open_work(runtime, actor, write=False) as work:
        row = load_import(work.session, row.id)
    if not asked["dry_run"] and row.good and (asked["take_good_rows"] or not row.faulty):
        with open_work(runtime, actor) as work:
            row = actions.accept_import(work, row.id, asked["take_good_rows"])
        if row.state == ACCEPTING:
            actions.run_acceptance(
                runtime, {"import": row.id}, lambda percent, words: tell(60 + percent * 4 // 10, words)
            )
        with open_work(runtime, actor, write=False) as work:
            row = load_import(work.session, row.id)
    report = load_report(runtime, row.report_file)
    dry = bool(asked["dry_run"])
    accepted = row.good if row.state == ACCEPTED or dry else 0
    return Outcome(
        row.mapping, row.format or SHEET, row.rows, accepted, report["faults"], report["warnings"], report["pairs"],
        row.id, dry, row.counts,
    )  # fmt: skip


def _show(outcome: Outcome, seconds: float, as_json: bool) -> None:
    """Prints what came of it; status 1 when there are faults that nobody agreed to leave out."""
    if as_json:
        click.echo(json.dumps(outcome.as_json(seconds), ensure_ascii=False, indent=1))
    else:
        for fault in outcome.faults:
            where = f"{PLACES[outcome.counts].format(n=fault['row'])} {fault['column']}"
            click.echo(f"{where}：{fault['reason_zh']} / {fault['reason_en']} [{fault['code']}]")
            click.echo(f"    {fault['suggestion_zh']} / {fault['suggestion_en']}")
        conflicts = sum(pair["kind"] == CONTRADICTION for pair in outcome.pairs)
        faulty = len({fault["row"] for fault in outcome.faults})
        done = "合格" if outcome.dry else "收入"
        unit = "道" if outcome.counts == QUESTION else "行"
        click.echo(
            f"{outcome.mapping}：共 {outcome.rows} {unit}，{done} {outcome.accepted} {unit}，有问题 {faulty} {unit}，"
            f"提示 {len(outcome.warnings)} 条，近似 {len(outcome.pairs) - conflicts} 对，矛盾 {conflicts} 对，"
            f"用时 {seconds:.1f} 秒 {outcome.import_id}"
        )
        click.echo(
            f"  {outcome.rows} items, {outcome.accepted} {'good' if outcome.dry else 'taken in'}, {faulty} faulty, "
            f"{len(outcome.warnings)} warnings, {len(outcome.pairs) - conflicts} alike, {conflicts} contradicting pairs"
        )
    if outcome.faults and (outcome.dry or not outcome.accepted):
        raise SystemExit(1)


def _take_specification(runtime: RoleRuntime, actor: Actor, submitted: Submitted, asked: Json) -> None:
    with open_work(runtime, actor) as work:
        bank_id = find_only_bank(work, asked["named"]).id
        row = import_specification(work, bank_id, submitted.data, submitted.mapping, submitted.sheet)
    shown = {"version": row.version, "digest": row.digest, "contradictions": row.contradictions}
    _show_specification(
        shown, f"细目表第 {row.version} 版 / content specification version {row.version}", asked["as_json"]
    )


def _look_at_specification(submitted: Submitted, as_json: bool) -> None:
    """A dry run of a content specification: its tree is read and checked, nothing is stored."""
    tree, contradictions = look_at_specification(submitted.data, submitted.mapping, submitted.sheet)
    shown = {
        "nodes": len(tree.nodes), "points": len(tree.points), "digest": tree.digest(),
        "contradictions": [vars(each) for each in contradictions], "dry_run": True,
    }  # fmt: skip
    title = (
        f"细目表 {len(tree.points)} 个鉴定点（未保存） / content specification of {len(tree.points)} points, not stored"
    )
    _show_specification(shown, title, as_json)


def _show_specification(shown: Json, title: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for each in shown["contradictions"]:
        click.echo(f"第 {each['row']} 行 / row {each['row']}：{each['reason_zh']} / {each['reason_en']}")
    count = len(shown["contradictions"])
    click.echo(f"{title}：矛盾 {count} 处 / contradictions: {count}")
