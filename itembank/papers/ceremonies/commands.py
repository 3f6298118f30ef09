"""`exam paper`: seal an assembly, call custodians to a ceremony, hand answers in, destroy what is past its time."""

import json
import time
from pathlib import Path
from typing import Any

import click

from examserver.plumbing.files import write_durably
from examserver.plumbing.jobs import run_all
from examserver.plumbing.settings import Settings
from examserver.plumbing.work import open_work
from itembank.entry.commands import bank_runtime, person, sign_in
from itembank.papers import actions as papers
from itembank.papers.ceremonies import actions
from itembank.papers.ceremonies.schemas import CeremonyRequest
from itembank.papers.printing.commands import marking_key, print_form_command
from itembank.papers.retention import actions as retention
from itembank.papers.schemas import SealRequest
from itembank.papers.tables import load_paper
from itembank.papers.tracing.commands import trace_command

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(path_type=Path)
HOUR_MS = 3_600_000


@click.group()
def paper() -> None:
    """Sealed papers: seal, ceremonies, prints, tracing, destruction."""


def _password(asked: dict[str, Any]) -> str:
    if not (asked["login"] and asked["password_file"]):
        raise click.UsageError("--login and --password-file are needed")
    return str(asked["password_file"].read().strip())


def _tell(told: dict[str, Any]) -> None:
    click.echo(json.dumps(told, ensure_ascii=False))


@paper.command()
@click.argument("assembly")
@click.option("--title", required=True)
@click.option("--custodian", "custodians", multiple=True, required=True, help="Id of a custodian; repeatable.")
@click.option("--threshold", type=click.IntRange(2, 20), required=True, help="How many of them open it together.")
@click.option("--from", "opens", type=int, required=True, help="Not to be opened before (ms since 1970).")
@click.option("--until", "expires", type=int, required=True, help="Not to be opened after (ms since 1970).")
@person
@click.pass_obj
def seal(settings: Settings, /, assembly: str, custodians: tuple[str, ...], **asked: Any) -> None:
    """Seal an approved assembly: any THRESHOLD of the custodians open it, within the window."""
    body = SealRequest(
        title=asked["title"],
        custodians=list(custodians),
        threshold=asked["threshold"],
        not_before_ms=asked["opens"],
        expires_ms=asked["expires"],
    )
    with bank_runtime(settings) as runtime:
        actor = sign_in(runtime, asked["login"], _password(asked), "papers.seal")
        with open_work(runtime, actor) as work:
            paper_id = papers.ask_sealing(work, assembly, body).id
        run_all(runtime)
        with open_work(runtime, actor, write=False) as work:
            row = load_paper(work.session, paper_id)
            _tell({"paper": row.id, "state": row.state, "manifest": row.manifest_digest, "package": row.package_digest})


@paper.command()
@click.argument("paper")
@click.option("--kind", type=click.Choice(["reseal", "print"]), required=True)
@click.option("--reason", required=True, help="Why; custodians read it.")
@click.option("--hours", type=click.IntRange(1, 24 * 60), default=72, show_default=True, help="How long it is open.")
@click.option("--custodian", "custodians", multiple=True, help="Reseal: id of a custodian from now on; repeatable.")
@click.option("--threshold", type=click.IntRange(0, 20), default=0, help="Reseal: how many of them open it.")
@click.option("--form", default="", help="Print: id of the form.")
@click.option("--copies", type=click.IntRange(0, 2000), default=0, help="Print: how many copies at most.")
@click.option("--place", default="", help="Print: where the copies go.")
@person
@click.pass_obj
def ceremony(settings: Settings, /, paper: str, **asked: Any) -> None:
    """Ask for a ceremony of a paper's custodians; another person approves it."""
    names = ("kind", "reason", "threshold", "form", "copies", "place")
    closes = time.time_ns() // 1_000_000 + asked["hours"] * HOUR_MS
    wish = {name: asked[name] for name in names} | {"custodians": list(asked["custodians"]), "closes_ms": closes}
    with bank_runtime(settings) as runtime:
        actor = sign_in(runtime, asked["login"], _password(asked), "papers.ceremony")
        with open_work(runtime, actor) as work:
            row = actions.ask_ceremony(work, paper, CeremonyRequest.model_validate(wish))
            _tell({"ceremony": row.id, "state": row.state})


@paper.command()
@click.argument("ceremony")
@click.option("--out", type=OUT, required=True, help="Where the signed call for the custodians goes.")
@person
@click.pass_obj
def approve(settings: Settings, /, ceremony: str, out: Path, **asked: Any) -> None:
    """Approve a ceremony somebody else asked for, and write the call."""
    with bank_runtime(settings) as runtime:
        actor = sign_in(runtime, asked["login"], _password(asked), "papers.custody")
        with open_work(runtime, actor) as work:
            row = actions.approve_ceremony(work, ceremony)
            write_durably(out, row.call or b"")
            _tell({"ceremony": row.id, "state": row.state, "call": str(out)})


@paper.command("hand-in")
@click.argument("ceremony")
@click.argument("answer", type=FILE)
@person
@click.pass_obj
def hand_in(settings: Settings, /, ceremony: str, answer: Path, **asked: Any) -> None:
    """Hand a custodian's answer in; the last one needed completes the ceremony."""
    with bank_runtime(settings) as runtime:
        actor = sign_in(runtime, asked["login"], _password(asked), "papers.ceremony")
        with open_work(runtime, actor) as work:
            done = actions.submit_answer(work, ceremony, answer.read_bytes())
            told = {"outcome": str(done.verdict.outcome), "shares": done.verdict.shares, "needed": done.verdict.needed}
            _tell({"ceremony": ceremony, "state": done.row.state, **told})


@paper.command()
@click.argument("subject")
@click.option("--approve", "approving", is_flag=True, help="SUBJECT is a destruction somebody else asked for.")
@click.option("--reason", default="保存期满", show_default=True)
@click.option("--out", type=OUT, help="Where the signed record goes (with --approve).")
@person
@click.pass_obj
def destroy(settings: Settings, /, subject: str, approving: bool, reason: str, out: Path | None, **asked: Any) -> None:
    """Ask for a paper's material to be destroyed, or approve that as the second person."""
    with bank_runtime(settings) as runtime:
        permission = "papers.custody" if approving else "papers.ceremony"
        actor = sign_in(runtime, asked["login"], _password(asked), permission)
        with open_work(runtime, actor) as work:
            row = (
                retention.approve_destruction(work, subject)
                if approving
                else retention.ask_destruction(work, subject, reason)
            )
            if out is not None:
                write_durably(out, retention.take_record(work, row.id))
            _tell({"destruction": row.id, "state": row.state, "material": row.material})


for _command in (trace_command, print_form_command, marking_key):
    paper.add_command(_command)
