"""What every `exam bank` command of a person begins with: the role's runtime, login and password, the named bank."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy import or_, select

from examserver.kernel.access import Actor, Permit, check_access, system_actor
from examserver.plumbing import identity
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import Settings
from examserver.plumbing.work import Work, open_work
from examserver.slices import load_tables
from itembank.items.tables import BankRow, NoSuchBank

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@contextmanager
def bank_runtime(settings: Settings) -> Iterator[RoleRuntime]:
    """The bank's database, ready to work."""
    load_tables()
    runtime = RoleRuntime("bank", settings)
    runtime.database.prepare()
    try:
        yield runtime
    finally:
        runtime.close()


def sign_in(runtime: RoleRuntime, login: str, password: str, permission: str) -> Actor:
    """The person behind login and password; raises WrongCredentials or NotPermitted."""
    token, _ = identity.sign_in(runtime, login, password, "command line")
    with open_work(runtime, system_actor("command line")) as work:
        found = identity.staff_of_cookie(runtime, work.session, token)
        identity.sign_out(work, token)
    if found is None:
        raise identity.WrongCredentials()
    check_access(found[0], Permit(permission))
    return found[0]


def find_bank(work: Work, named: str) -> BankRow:
    """The bank of this name or id; raises NoSuchBank."""
    row = work.session.scalars(select(BankRow).where(or_(BankRow.id == named, BankRow.name == named))).first()
    if row is None:
        raise NoSuchBank(what=named)
    return row


def find_only_bank(work: Work, named: str) -> BankRow:
    """The named bank, or the only one there is."""
    rows = list(work.session.scalars(select(BankRow).order_by(BankRow.name).limit(2)))
    if named or not rows:
        return find_bank(work, named)
    if len(rows) > 1:
        raise click.UsageError("there are several banks: name one with --bank")
    return rows[0]


def person(command: Any) -> Any:
    """The options by which a person acts."""
    command = click.option("--password-file", type=click.File("r"), help="File (or -) holding the password.")(command)
    return click.option("--login", help="Who acts.")(command)
