"""`exam bank open` and `exam bank list`: make a bank from the command line, and see which there are."""

import json
from typing import Any

import click
from pydantic import ValidationError

from examserver.kernel.access import system_actor
from examserver.plumbing.settings import Settings
from examserver.plumbing.work import open_work
from itembank.entry.commands import bank_runtime, person, sign_in
from itembank.items import actions
from itembank.items.actions import BankDraft
from itembank.items.schemas import BankRequest


@click.command("open")
@click.argument("name")
@click.option("--occupation-code", required=True, help="As 6-31-01-03.")
@click.option("--occupation", "occupation_name", required=True, help="Its name.")
@click.option("--level", type=click.IntRange(1, 5), required=True, help="5 junior … 1 senior technician.")
@click.option("--standard", required=True, help="The evaluation standard the bank belongs to.")
@click.option("--owner", default="", help="Institution that owns the bank.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@person
@click.pass_obj
def open_bank(settings: Settings, /, as_json: bool, **asked: Any) -> None:
    """Open a new, empty bank."""
    login, file = asked.pop("login"), asked.pop("password_file")
    if not (login and file):
        raise click.UsageError("--login and --password-file are needed")
    request = _request(asked)
    with bank_runtime(settings) as runtime:
        actor = sign_in(runtime, login, file.read().strip(), "banks.edit")
        with open_work(runtime, actor) as work:
            row = actions.open_bank(work, BankDraft(**request.model_dump(include=set(BankDraft.__annotations__))))
            made = {"id": row.id, "name": row.name}
    click.echo(json.dumps(made, ensure_ascii=False) if as_json else f"{made['id']} {made['name']}")


def _request(asked: dict[str, Any]) -> BankRequest:
    try:
        return BankRequest.model_validate(asked)
    except ValidationError as error:
        faults = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
        raise click.UsageError(faults) from None


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def list_banks(settings: Settings, as_json: bool) -> None:
    """The banks and how many items they hold in each state; no item is shown."""
    with bank_runtime(settings) as runtime, open_work(runtime, system_actor("command line"), write=False) as work:
        rows = [{"id": bank.id, "name": bank.name, "items": counts} for bank, counts in actions.list_banks(work)]
    if as_json:
        click.echo(json.dumps({"banks": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['id']} {row['name']} {row['items']}")
