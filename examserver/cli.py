"""The command line `exam`: loads each command only when it is called, so that `exam verify` starts at once."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import click

from examserver.kernel.errors import ExamError, Json, for_scripts
from examserver.plumbing.settings import Settings, load_settings

GROUPS = {
    "bank": "itembank.commands:bank",
    "custodian": "itembank.papers.commands:custodian",
    "paper": "itembank.papers.ceremonies.commands:paper",
    "authority": "examserver.transparency.commands:authority",
    "hall": "examserver.hall.commands:hall",
    "capture": "proctor.capture.commands:capture",
    "verify": "examserver.verify:verify",
    "demo": "examserver.demo.command:demo",
}


class LazyGroup(click.Group):
    """A group whose further commands are imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return sorted({*super().list_commands(ctx), *GROUPS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now if need be."""
        if cmd_name not in GROUPS:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = GROUPS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config", "files", type=click.Path(exists=True, path_type=Path), multiple=True, help="TOML over defaults."
)
@click.option("--data", type=click.Path(path_type=Path), help="Data directory (overrides data_dir).")
@click.pass_context
def exam(ctx: click.Context, files: tuple[Path, ...], data: Path | None) -> None:
    """Deliver statutory exams: bank, authority, hall, and the proof."""
    overrides: dict[str, Any] = {"data_dir": data} if data else {}
    ctx.obj = load_settings(files, **overrides)


@exam.command()
@click.option("--role", type=click.Choice(["all", "bank", "authority", "hall"]), default="all", show_default=True)
@click.option("--host")
@click.option("--port", type=int)
@click.pass_obj
def serve(settings: Settings, role: str, host: str | None, port: int | None) -> None:
    """Serve one role, or all of them in one process."""
    from gevent import monkey

    monkey.patch_all()
    from examserver.app import serve as run
    from examserver.plumbing.telemetry import log_to_stderr

    log_to_stderr()
    asked: dict[str, Any] = {} if role == "all" else {"roles": (role,)}
    asked |= {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    run(settings.model_copy(update=asked))


@exam.command()
@click.option("--role", type=click.Choice(["all", "bank", "authority", "hall"]), default="all", show_default=True)
@click.option("--until-idle", is_flag=True, help="Stop when no job is left.")
@click.pass_obj
def worker(settings: Settings, role: str, until_idle: bool) -> None:
    """Run queued jobs: assembly, sealing, grading, documents."""
    from examserver.plumbing.telemetry import log_to_stderr
    from examserver.worker import work

    log_to_stderr()
    work(settings if role == "all" else settings.model_copy(update={"roles": (role,)}), until_idle)


@exam.command()
@click.option("--out", type=click.Path(path_type=Path), help="Write here instead of standard output.")
def openapi(out: Path | None) -> None:
    """Print the OpenAPI 3.1 document of every endpoint and socket event."""
    from examserver.plumbing.openapi import document
    from examserver.slices import load_slices

    load_slices()
    text = json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=False) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, "utf-8")


@exam.command()
@click.argument("role", type=click.Choice(["bank", "authority", "hall"]))
@click.argument("login")
@click.option("--name", required=True)
@click.option("--as", "roles", multiple=True, required=True, help="A role from config/roles.toml; repeatable.")
@click.option("--password-file", type=click.File("r"), required=True, help="File (or -) holding the password.")
@click.pass_obj
def account(settings: Settings, role: str, login: str, name: str, roles: tuple[str, ...], password_file: Any) -> None:
    """Create a staff account directly in a role's database (the first administrator is made like this)."""
    from examserver.app import build_runtimes
    from examserver.kernel.access import system_actor
    from examserver.plumbing.identity import create_account
    from examserver.plumbing.work import open_work

    runtime = build_runtimes(settings.model_copy(update={"roles": (role,)}))[role]
    with open_work(runtime, system_actor("command line")) as work:
        click.echo(create_account(work, login, name, list(roles), password_file.read().strip()))


def main() -> None:
    """Entry point: refusals are printed in words with their next step, and end with status 1.

    A script that asked for `--json` gets the refusal as `{"error": …}` on standard output besides.
    """
    try:
        exam(standalone_mode=False)
    except click.ClickException as error:
        click.echo("用法有误（exam … --help 给出全部选项）：", err=True)
        error.show()
        usage = {"code": "usage", "message": error.format_message(), "next": "exam … --help", "fields": {}}
        _answer_scripts({"error": usage | {"message_en": error.format_message(), "next_en": "exam … --help"}})
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        sys.exit(130)
    except ExamError as error:
        click.echo(f"{error.text('zh')}\n{error.text('en')}", err=True)
        if error.next_step("zh"):
            click.echo(f"→ {error.next_step('zh')} / {error.next_step('en')}", err=True)
        _answer_scripts(for_scripts(error))
        sys.exit(1)


def _answer_scripts(answer: Json) -> None:
    if "--json" in sys.argv:
        click.echo(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
