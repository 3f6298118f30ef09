"""`exam authority`: check everything the authority keeps, publish the log."""

import json
import sys

import click

from examserver.kernel.access import system_actor
from examserver.kernel.checks import Report
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import Settings
from examserver.plumbing.work import open_work


@click.group()
def authority() -> None:
    """Check the authority's evidence, publish its log."""


def _runtime(settings: Settings) -> RoleRuntime:
    from examserver.slices import load_slices

    load_slices()
    runtime = RoleRuntime("authority", settings)
    runtime.database.prepare()
    return runtime


@authority.command("fsck")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def fsck_command(settings: Settings, as_json: bool) -> None:
    """Recompute log, audit chain, results and certificates; name every record that does not hold."""
    from examserver.transparency.fsck import check_authority
    from examserver.verify import print_report

    runtime = _runtime(settings)
    try:
        with open_work(runtime, system_actor("fsck"), write=False) as work:
            report = Report("authority", "authority database", tuple(check_authority(work)))
    finally:
        runtime.close()
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        print_report(report)
    sys.exit(0 if report.ok else 1)


@authority.command("publish")
@click.pass_obj
def publish_command(settings: Settings) -> None:
    """Sign and publish the log's newest state now (it happens by itself after every act)."""
    from examserver.transparency.actions import publish

    runtime = _runtime(settings)
    try:
        size = publish(runtime)
    finally:
        runtime.close()
    click.echo("nothing to publish" if size is None else f"published: {size} entries")
