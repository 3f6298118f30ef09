"""`exam bank`: make the role ready, import a workbook or look what is wrong with it, assemble forms.

A person acts on the command line as in the browser: with login and password, under the same permissions and the same
separation of duties. A dry run needs neither and writes nothing.
"""

import json

import click

from examserver.kernel.access import system_actor
from examserver.kernel.checks import Report
from examserver.plumbing.settings import Settings
from examserver.plumbing.work import open_work
from itembank.assembly.commands import assemble
from itembank.entry.commands import bank_runtime
from itembank.exchange.commands import import_items
from itembank.exchange.export.commands import export_items
from itembank.exchange.template.commands import template
from itembank.items.commands import list_banks, open_bank
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


bank.add_command(open_bank)
bank.add_command(list_banks)
bank.add_command(assemble)
bank.add_command(stats)
bank.add_command(import_items)
bank.add_command(export_items)
bank.add_command(template)
bank.add_command(duplicates)
