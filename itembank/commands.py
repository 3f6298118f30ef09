"""`exam bank`: make the role ready, import a workbook or look what is wrong with it, assemble forms.

A person acts on the command line as in the browser: with login and password, under the same permissions and the same
separation of duties. A dry run needs neither and writes nothing.
"""

import json
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy import or_, select

from examserver.kernel.access import Actor, Permit, check_access, system_actor
from examserver.kernel.checks import Report
from examserver.plumbing import identity
from examserver.plumbing.jobs import run_all
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import Settings
from examserver.plumbing.work import Work, open_work
from itembank.assembly import actions as assembly
from itembank.assembly.api import assembly_view, blueprint_of_request
from itembank.assembly.schemas import AssemblyView, BlueprintRequest
from itembank.assembly.tables import load_assembly
from itembank.exchange import actions as exchange
from itembank.exchange.actions import Submitted, choose_mapping, examine_alone
from itembank.exchange.api import import_view
from itembank.exchange.check import CheckedImport, count_by_code
from itembank.exchange.mapping import read_mapping
from itembank.items.tables import BankRow, NoSuchBank
from itembank.papers import tables as papers_tables  # noqa: F401 - registers its rows before the schema is prepared
from itembank.psychometrics.commands import stats
from itembank.quality.actions import compare_file, entries_of_bank, record_comparison
from itembank.quality.commands import show_duplicates
from itembank.quality.duplicates import Duplicates, find_duplicates
from itembank.quality.similar import RATIO
from itembank.specs.actions import import_specification

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def bank() -> None:
    """The item bank: import items, assemble forms."""


@contextmanager
def _runtime(settings: Settings) -> Iterator[RoleRuntime]:
    runtime = RoleRuntime("bank", settings)
    runtime.database.prepare()
    try:
        yield runtime
    finally:
        runtime.close()


def _sign_in(runtime: RoleRuntime, login: str, password: str, permission: str) -> Actor:
    """The person behind login and password; raises WrongCredentials or NotPermitted."""
    token, _ = identity.sign_in(runtime, login, password, "command line")
    with open_work(runtime, system_actor("command line")) as work:
        found = identity.staff_of_cookie(runtime, work.session, token)
        identity.sign_out(work, token)
    if found is None:
        raise identity.WrongCredentials()
    check_access(found[0], Permit(permission))
    return found[0]


def _find_bank(work: Work, named: str) -> BankRow:
    row = work.session.scalars(select(BankRow).where(or_(BankRow.id == named, BankRow.name == named))).first()
    if row is None:
        raise NoSuchBank(what=named)
    return row


def _person(command: Any) -> Any:
    """The options by which a person acts."""
    command = click.option("--password-file", type=click.File("r"), help="File (or -) holding the password.")(command)
    return click.option("--login", help="Who acts.")(command)


@bank.command()
@click.pass_obj
def init(settings: Settings) -> None:
    """Make the role's database and keys; print the ids of its keys."""
    with _runtime(settings) as runtime:
        named = {"role": "bank", "signing_key": runtime.keys.signing.id, "sealing_key": runtime.keys.sealing.id}
        click.echo(json.dumps(named, ensure_ascii=False))


@bank.command("import")
@click.argument("file", type=FILE)
@click.option("--bank", "named", help="Name or id of the bank.")
@click.option("--figures", type=FILE, help="Zip of figures.")
@click.option("--mapping", default="", help="Layout under config/mappings; recognised from the headers when left out.")
@click.option("--sheet", default="", help="Sheet of the workbook.")
@click.option("--dry-run", is_flag=True, help="Only list what is wrong; write nothing, need no bank.")
@click.option("--specification", is_flag=True, help="Import the content specification instead of items.")
@click.option("--take-good-rows", is_flag=True, help="Leave the faulty rows out and take the others.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_person
@click.pass_obj
def import_items(settings: Settings, /, file: Path, named: str | None, figures: Path | None, **asked: Any) -> None:
    """Check a workbook or CSV and take its items into a bank."""
    archive = figures.read_bytes() if figures else b""
    submitted = Submitted(file.name, file.read_bytes(), archive, asked["mapping"], asked["sheet"])
    if asked["dry_run"]:
        mapping = read_mapping(choose_mapping(submitted))
        _show_report(examine_alone(submitted, mapping), mapping.name, asked["as_json"])
        return
    if not (named and asked["login"] and asked["password_file"]):
        raise click.UsageError("--bank, --login and --password-file are needed, or --dry-run")
    permission = "specs.edit" if asked["specification"] else "items.import"
    password = asked["password_file"].read().strip()
    with _runtime(settings) as runtime:
        actor = _sign_in(runtime, asked["login"], password, permission)
        if asked["specification"]:
            _take_specification(runtime, actor, named, submitted, asked["as_json"])
        else:
            _take_items(runtime, actor, named, submitted, asked["take_good_rows"], asked["as_json"])


def _show_report(report: CheckedImport, mapping: str, as_json: bool) -> None:
    """Prints the report; ends with status 1 when there is any fault."""
    if as_json:
        shown = {
            "mapping": mapping,
            "rows": report.rows,
            "good": len(report.good),
            "by_code": count_by_code(report.faults),
            "faults": [fault.as_json() for fault in report.faults],
            "warnings": [warning.as_json() for warning in report.warnings],
        }
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        for fault in report.faults:
            click.echo(f"第 {fault.row} 行 {fault.column}：{fault.reason_zh} / {fault.reason_en} [{fault.code}]")
        click.echo(f"{mapping}：{report.rows} 行，合格 {len(report.good)} 行，有问题 {report.faulty_rows} 行")
    if report.faults:
        raise SystemExit(1)


def _take_items(
    runtime: RoleRuntime, actor: Actor, named: str, submitted: Submitted, take_good_rows: bool, as_json: bool
) -> None:
    with open_work(runtime, actor) as work:
        row = exchange.check_file(work, _find_bank(work, named).id, submitted)
    for fault in () if as_json else row.faults:
        click.echo(f"第 {fault['row']} 行 {fault['column']}：{fault['reason_zh']} [{fault['code']}]", err=True)
    with open_work(runtime, actor) as work:
        view = import_view(exchange.accept_import(work, row.id, take_good_rows))
    click.echo(view.model_dump_json() if as_json else f"{view.id}：收入 {view.good} / {view.rows} 行")


def _take_specification(runtime: RoleRuntime, actor: Actor, named: str, submitted: Submitted, as_json: bool) -> None:
    with open_work(runtime, actor) as work:
        bank_id = _find_bank(work, named).id
        row = import_specification(work, bank_id, submitted.data, submitted.mapping, submitted.sheet)
    shown = {"version": row.version, "digest": row.digest, "contradictions": row.contradictions}
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for each in row.contradictions:
        click.echo(f"第 {each['row']} 行：{each['reason_zh']} / {each['reason_en']}")
    click.echo(f"细目表第 {row.version} 版，矛盾 {len(row.contradictions)} 处")


@bank.command()
@click.argument("blueprint", type=FILE)
@click.option("--bank", "named", required=True, help="Name or id of the bank.")
@click.option("--forms", type=click.IntRange(1, 40), default=3, show_default=True)
@click.option("--reserve", type=click.IntRange(0, 10), default=1, show_default=True, help="Reserve forms.")
@click.option("--seed", default="", help="Seed of the draw; one is drawn and recorded when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_person
@click.pass_obj
def assemble(settings: Settings, /, blueprint: Path, named: str, **asked: Any) -> None:
    """Assemble forms from a blueprint (TOML or JSON) and print what the checker found."""
    if not (asked["login"] and asked["password_file"]):
        raise click.UsageError("--login and --password-file are needed")
    text = blueprint.read_text("utf-8")
    rules = json.loads(text) if blueprint.suffix == ".json" else tomllib.loads(text)
    body = BlueprintRequest.model_validate(rules)
    password = asked["password_file"].read().strip()
    with _runtime(settings) as runtime:
        actor = _sign_in(runtime, asked["login"], password, "forms.assemble")
        with open_work(runtime, actor) as work:
            saved = assembly.save_blueprint(work, _find_bank(work, named).id, blueprint_of_request(body))
            work.session.flush()
            row = assembly.request_assembly(work, saved.id, asked["forms"], asked["reserve"], asked["seed"])
        run_all(runtime)
        with open_work(runtime, actor, write=False) as work:
            view = assembly_view(work, load_assembly(work.session, row.id))
    _show_assembly(view, asked["as_json"])


def _show_assembly(view: AssemblyView, as_json: bool) -> None:
    """Prints the assembly; ends with status 1 when there are no forms."""
    if as_json:
        click.echo(view.model_dump_json())
    else:
        for form in view.forms:
            failed = [check.name for check in form.checks if not check.ok]
            word = "未通过：" + "、".join(failed) if failed else f"{len(form.checks)} 项核查全部通过"
            click.echo(f"{form.name} {form.form} {form.items} 题 {word}")
        for shortage in view.shortages:
            click.echo(f"{shortage.reason_zh} / {shortage.reason_en}")
        click.echo(f"{view.id}：{view.state}，种子 {view.seed}")
    if view.state != "assembled":
        raise SystemExit(1)


@bank.command("fsck")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def fsck_command(settings: Settings, as_json: bool) -> None:
    """Check audit chain, item versions and sealed papers; name every record that does not hold."""
    from itembank.papers.fsck import fsck

    with _runtime(settings) as runtime, open_work(runtime, system_actor("fsck"), write=False) as work:
        report = Report("bank", "bank database", tuple(fsck(work)))
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    for check in report.failures() if not as_json else []:
        click.echo(f"✗ {check.name}：{check.detail} [{check.place}]")
    if not as_json:
        click.echo(f"{len(report.checks)} 项核查，{len(report.failures())} 项未通过 / failed")
    if not report.ok:
        raise SystemExit(1)


bank.add_command(stats)


@bank.command()
@click.option("--bank", "named", default="", help="Name or id of the bank; not needed when there is only one.")
@click.option("--file", type=FILE, help="Compare the rows of a workbook or CSV instead; needs no bank.")
@click.option("--figures", type=FILE, help="Zip of the file's figures.")
@click.option("--mapping", default="", help="Layout of the file; recognised from the headers when left out.")
@click.option("--sheet", default="", help="Sheet of the workbook.")
@click.option("--ratio", type=click.IntRange(50, 100), default=RATIO, show_default=True, help="Least likeness.")
@click.option("--limit", type=click.IntRange(0), default=50, show_default=True, help="Most pairs shown to a person.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with all pairs.")
@_person
@click.pass_obj
def duplicates(settings: Settings, /, named: str, file: Path | None, **asked: Any) -> None:
    """Find items that ask the same thing, and contradictions; only a person with a login sees a bank's texts."""
    begun = time.perf_counter()
    if file is not None:
        archive = asked["figures"].read_bytes() if asked["figures"] else b""
        submitted = Submitted(file.name, file.read_bytes(), archive, asked["mapping"], asked["sheet"])
        found, with_text = compare_file(submitted, asked["ratio"]), True
    else:
        with_text = bool(asked["login"] and asked["password_file"])
        actor = system_actor("command line")
        with _runtime(settings) as runtime:
            if with_text:
                actor = _sign_in(runtime, asked["login"], asked["password_file"].read().strip(), "items.read")
            found = _compare_bank(runtime, actor, named, with_text, asked["ratio"])
    show_duplicates(found, time.perf_counter() - begun, asked["as_json"], with_text, asked["limit"])


def _compare_bank(runtime: RoleRuntime, actor: Actor, named: str, with_text: bool, ratio: int) -> Duplicates:
    """Reads, leaves its trace, and compares when no transaction is open: others may write meanwhile."""
    with open_work(runtime, actor, write=False) as work:
        bank_id = _find_only_bank(work, named).id
        entries = entries_of_bank(work, bank_id)
    with open_work(runtime, actor) as work:
        record_comparison(work, bank_id, len(entries), with_text)
    return find_duplicates(entries, ratio=ratio)


def _find_only_bank(work: Work, named: str) -> BankRow:
    """The named bank, or the only one there is."""
    rows = list(work.session.scalars(select(BankRow).order_by(BankRow.name).limit(2)))
    if named or not rows:
        return _find_bank(work, named)
    if len(rows) > 1:
        raise click.UsageError("there are several banks: name one with --bank")
    return rows[0]
