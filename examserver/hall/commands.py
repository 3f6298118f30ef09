"""`exam hall …`: make the hall's identity, bring files in by hand, check the whole database."""

import json
import sys
from pathlib import Path

import click

from examserver.kernel.access import system_actor
from examserver.kernel.canonical import b64u
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import Settings

OPERATOR = system_actor("command line")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def hall() -> None:
    """Run an exam hall."""


def hall_runtime(settings: Settings) -> RoleRuntime:
    """The hall role with its database ready."""
    from examserver.app import build_runtimes

    return build_runtimes(settings.model_copy(update={"roles": ("hall",)}))["hall"]


@hall.command()
@click.option("--name", "names", multiple=True, help="Name or address in the certificate; repeatable.")
@click.pass_obj
def init(settings: Settings, names: tuple[str, ...]) -> None:
    """Make keys, CA and TLS certificate; again: keep them and print who this hall is."""
    from examserver.hall.identity import fingerprint
    from examserver.hall.store import ensure_tls

    runtime = hall_runtime(settings)
    tls = ensure_tls(runtime.files / "tls", names or settings.hall.names)
    pair = runtime.keys
    click.echo(f"signing key  {pair.signing.id}  {b64u(pair.signing.public_raw)}")
    click.echo(f"sealing key  {pair.sealing.id}  {b64u(pair.sealing.public_raw)}")
    click.echo(f"CA file      {tls.ca}")
    click.echo(f"CA SHA-256   {fingerprint(tls.ca.read_bytes())}")


@hall.command()
@click.argument("file", type=FILE)
@click.pass_obj
def order(settings: Settings, file: Path) -> None:
    """Import a signed sitting order."""
    from examserver.hall.sittings.actions import import_order
    from examserver.plumbing.work import open_work

    with open_work(hall_runtime(settings), OPERATOR) as work:
        click.echo(import_order(work, file.read_bytes()).id)


@hall.command()
@click.argument("file", type=FILE)
@click.pass_obj
def paper(settings: Settings, file: Path) -> None:
    """Import a sealed paper package."""
    from examserver.hall.sittings.actions import import_paper
    from examserver.plumbing.work import open_work

    with open_work(hall_runtime(settings), OPERATOR) as work:
        click.echo(import_paper(work, file.read_bytes())[0].paper)


@hall.command()
@click.argument("sitting")
@click.argument("file", type=FILE)
@click.pass_obj
def release(settings: Settings, sitting: str, file: Path) -> None:
    """Hand in one custodian's key release for a sitting."""
    from examserver.hall.release.actions import submit_release

    verdict = submit_release(hall_runtime(settings), OPERATOR, sitting, file.read_bytes())
    click.echo(f"{verdict.outcome}: {verdict.message_zh} / {verdict.message_en}")


@hall.command()
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
@click.pass_obj
def fsck(settings: Settings, as_json: bool) -> None:
    """Recompute every chain; name whatever is missing, doubled, altered or reordered. Exit status 1 if anything is."""
    from examserver.hall.fsck.actions import fsck_hall
    from examserver.plumbing.work import open_work

    with open_work(hall_runtime(settings), OPERATOR, write=False) as work:
        checks = fsck_hall(work)
    failed = [check for check in checks if not check.ok]
    if as_json:
        click.echo(json.dumps({"ok": not failed, "checks": [check.as_json() for check in checks]}, ensure_ascii=False))
    else:
        for check in failed:
            click.echo(f"FAIL {check.name}: {check.detail} [{check.place}]")
        click.echo(f"{len(checks) - len(failed)} checks hold, {len(failed)} fail")
    sys.exit(1 if failed else 0)
