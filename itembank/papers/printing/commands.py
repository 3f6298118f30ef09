"""`exam paper print` and `exam paper marking-key`: a form on paper when a hall dies, its marking key apart."""

import json
from pathlib import Path
from typing import Any

import click

from examserver.kernel.archive import read_archive
from examserver.plumbing.files import SECRET, write_durably
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import Settings
from itembank.entry.commands import bank_runtime, person, sign_in
from itembank.papers.manifest import MANIFEST_NAME
from itembank.papers.printing.actions import KeyFiles, print_copies, print_key

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(path_type=Path)


@click.command("print")
@click.argument("ceremony")
@click.option("--copies", type=click.IntRange(1, 60), required=True, help="How many to print now.")
@click.option("--out", type=OUT, required=True, help="PDF to write.")
@person
@click.pass_obj
def print_form_command(settings: Settings, /, ceremony: str, copies: int, out: Path, **asked: Any) -> None:
    """Print marked copies of a form whose custodians have answered; every copy is recorded."""
    if not (asked["login"] and asked["password_file"]):
        raise click.UsageError("--login and --password-file are needed")
    with bank_runtime(settings) as runtime:
        actor = sign_in(runtime, asked["login"], asked["password_file"].read().strip(), "papers.print")
        write_durably(out, print_copies(runtime, actor, ceremony, copies), SECRET)
    click.echo(json.dumps({"ceremony": ceremony, "copies": copies, "out": str(out)}, ensure_ascii=False))


@click.command("marking-key")
@click.option("--keys", type=FILE, required=True, help="The sealed key package.")
@click.option("--package", type=FILE, required=True, help="The sealed paper package, for title and form names.")
@click.option("--order", type=FILE, required=True, help="The signed order of the sitting; it must be over.")
@click.option("--form", required=True, help="Name or id of the form.")
@click.option("--login", "logins", multiple=True, required=True, help="Two persons of the authority.")
@click.option(
    "--password-file", "passwords", multiple=True, type=FILE, required=True, help="Theirs, in the same order."
)
@click.option("--out", type=OUT, required=True, help="PDF to write.")
@click.pass_obj
def marking_key(settings: Settings, /, keys: Path, package: Path, order: Path, form: str, **asked: Any) -> None:
    """Print the marking key of one form on the authority's server; two persons sign in for it."""
    if len(asked["logins"]) != len(asked["passwords"]):
        raise click.UsageError("give --login and --password-file as often as each other")
    files = KeyFiles(keys.read_bytes(), read_archive(package.read_bytes())[MANIFEST_NAME], order.read_bytes())
    runtime = RoleRuntime("authority", settings)
    runtime.database.prepare()
    try:
        pairs = zip(asked["logins"], asked["passwords"], strict=True)
        persons = [sign_in(runtime, login, path.read_text("utf-8").strip(), "keys.print") for login, path in pairs]
        printed, made = print_key(runtime, persons, files, form)
    finally:
        runtime.close()
    write_durably(asked["out"], made, SECRET)
    click.echo(json.dumps({"form": printed, "out": str(asked["out"])}, ensure_ascii=False))
