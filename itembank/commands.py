"""`exam bank`: make the role ready, import a workbook or look what is wrong with it, assemble forms.

A person acts on the command line as in the browser: with login and password, under the same permissions and the same
separation of duties. A dry run needs neither and writes nothing.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

import click

from examserver.kernel.access import system_actor
from examserver.kernel.checks import Report
from examserver.plumbing.jobs import run_all
from examserver.plumbing.settings import Settings
from examserver.plumbing.work import open_work
from itembank.assembly import actions as assembly
from itembank.assembly.api import assembly_view, blueprint_of_request
from itembank.assembly.schemas import AssemblyView, BlueprintRequest
from itembank.assembly.tables import load_assembly
from itembank.entry.commands import FILE, bank_runtime, find_bank, person, sign_in
from itembank.exchange.commands import import_items
from itembank.psychometrics.commands import stats
from itembank.quality.commands import duplicates


@click.group()
def bank() -> None:
    """The item bank: import items, assemble forms."""


@bank.command()
@click.pass_obj
def init(settings: Settings) -> None:
    """Make the role's database and keys; print the ids of its keys."""
    with bank_runtime(settings) as runtime:
        named = {"role": "bank", "signing_key": runtime.keys.signing.id, "sealing_key": runtime.keys.sealing.id}
        click.echo(json.dumps(named, ensure_ascii=False))


@bank.command()
@click.argument("blueprint", type=FILE)
@click.option("--bank", "named", required=True, help="Name or id of the bank.")
@click.option("--forms", type=click.IntRange(1, 40), default=3, show_default=True)
@click.option("--reserve", type=click.IntRange(0, 10), default=1, show_default=True, help="Reserve forms.")
@click.option("--seed", default="", help="Seed of the draw; one is drawn and recorded when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@person
@click.pass_obj
def assemble(settings: Settings, /, blueprint: Path, named: str, **asked: Any) -> None:
    """Assemble forms from a blueprint (TOML or JSON) and print what the checker found."""
    if not (asked["login"] and asked["password_file"]):
        raise click.UsageError("--login and --password-file are needed")
    text = blueprint.read_text("utf-8")
    rules = json.loads(text) if blueprint.suffix == ".json" else tomllib.loads(text)
    body = BlueprintRequest.model_validate(rules)
    password = asked["password_file"].read().strip()
    with bank_runtime(settings) as runtime:
        actor = sign_in(runtime, asked["login"], password, "forms.assemble")
        with open_work(runtime, actor) as work:
            saved = assembly.save_blueprint(work, find_bank(work, named).id, blueprint_of_request(body))
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

    with bank_runtime(settings) as runtime, open_work(runtime, system_actor("fsck"), write=False) as work:
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
bank.add_command(import_items)
bank.add_command(duplicates)
