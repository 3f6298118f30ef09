"""`exam verify FILE`: recognises any artefact and prints a report of named checks.

Exit status 1 and the record, field and time in words for anything altered, missing, extra or reordered. No input makes
it fail otherwise: a hostile file ends in a report too.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from examserver.kernel.checks import Check, Report
from examserver.kernel.crypto.keys import KeyPair, read_key_file
from examserver.kernel.documents import Trust, read_trust
from examserver.kernel.errors import ExamError
from examserver.kernel.opener import Opener
from examserver.recognise import BY_SUFFIX, recognise, verifier

LARGEST_FILE = 2**31 - 1
TRUST_FILE = "trust.json"
TRUST_PARENTS = 3
MOST_COMPANIONS = 200


def _failed(path: Path, kind: str, name: str, detail: str) -> Report:
    return Report(path.name, kind, (Check(name, False, detail, path.name),))


def find_trust(path: Path) -> Trust | None:
    """The trust list beside the file or in one of three folders above; None where there is none."""
    folder = path.resolve().parent
    for place in [folder, *folder.parents[:TRUST_PARENTS]]:
        if (place / TRUST_FILE).is_file():
            return read_trust((place / TRUST_FILE).read_bytes())
    return None


def companions_of(path: Path, given: Sequence[Path]) -> tuple[Path, ...]:
    """The files named with --with, then the artefacts that lie beside the file."""
    beside = [
        other
        for other in sorted(path.resolve().parent.glob("*"))[: 10 * MOST_COMPANIONS]
        if other.is_file() and other.name != path.name and other.name.endswith(tuple(BY_SUFFIX))
        if not other.name.endswith((".pdf", ".cert.json"))
    ]
    return (*given, *beside[:MOST_COMPANIONS])


def _content(path: Path) -> bytes | Report:
    """The file's bytes, or the report that says why they cannot be read."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            return _failed(path, "unknown", "file_readable", "the file is too large")
        return path.read_bytes()
    except OSError as error:
        return _failed(path, "unknown", "file_readable", f"the file cannot be read: {error.strerror}")


def verify_file(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """The report of whatever artefact this is; never raises for what a file holds."""
    if path.is_dir() and (path / "checkpoint").is_file():
        path = path / "checkpoint"
    data = _content(path)
    if isinstance(data, Report):
        return data
    name = recognise(path, data)
    if name is None:
        return _failed(path, "unknown", "recognised", "this is no artefact of the exam system, or it is cut")
    try:
        return verifier(name)(path, trust, opener)
    except ExamError as error:
        return _failed(path, name.partition(":verify_")[2], "readable", f"{error.text('zh')} / {error.text('en')}")
    except Exception as error:  # noqa: BLE001 - a hostile file must end in a report, never in a traceback
        return _failed(
            path, name.partition(":verify_")[2], "readable", f"malformed beyond reading ({type(error).__name__})"
        )


def _pairs(key_files: Sequence[Path], passphrase_files: Sequence[Path]) -> tuple[KeyPair, ...]:
    """The opened key files; one passphrase file may serve them all."""
    if key_files and not passphrase_files:
        raise click.UsageError("--open-with needs --passphrase-file")
    phrases = [path.read_text("utf-8").strip() for path in passphrase_files]
    if len(phrases) not in (0, 1, len(key_files)):
        raise click.UsageError("give one --passphrase-file, or one for each --open-with")
    words = phrases * len(key_files) if len(phrases) == 1 else phrases
    return tuple(read_key_file(path.read_bytes(), word) for path, word in zip(key_files, words, strict=True))


def print_report(report: Report) -> None:
    """The report as a numbered table for a person."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from examserver.words import words_of_check

    table = Table(title=f"{report.artefact} · {report.kind}", title_justify="left")
    for heading in ("#", "检查 / check", "结果", "说明 / detail", "位置 / place"):
        table.add_column(heading, overflow="fold")
    for number, check in enumerate(report.checks, 1):
        mark = Text("✓", "green") if check.ok else Text("✗ 未通过", "bold red")
        cells = [Text(text) for text in (str(number), words_of_check(check.name), check.detail, check.place)]
        table.add_row(cells[0], cells[1], mark, *cells[2:])
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    console.print(table)
    failed = len(report.failures())
    verdict = "全部通过 / every check passed" if report.ok else f"{failed} 项未通过 / {failed} checks failed"
    console.print(Text(verdict, "bold green" if report.ok else "bold red"))


def _print_all(reports: Sequence[Report], as_json: bool) -> None:
    if not as_json:
        for report in reports:
            print_report(report)
    elif len(reports) == 1:
        click.echo(json.dumps(reports[0].as_json(), ensure_ascii=False))
    else:
        ok = all(report.ok for report in reports)
        click.echo(json.dumps({"ok": ok, "reports": [one.as_json() for one in reports]}, ensure_ascii=False))


PATH = click.Path(path_type=Path)
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option(
    "--trust", "trust_file", type=EXISTING, help="Keys you trust (default: trust.json beside the file or above)."
)
@click.option("--with", "given", type=EXISTING, multiple=True, help="A file the artefact refers to; repeatable.")
@click.option(
    "--open-with", "key_files", type=EXISTING, multiple=True, help="Key file that opens sealed parts; repeatable."
)
@click.option(
    "--passphrase-file", "passphrase_files", type=EXISTING, multiple=True, help="Passphrase of the key files."
)
@click.option(
    "--rescore", "rescored", is_flag=True, help="FILE is a sitting record: score it again and compare the results."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(
    files: tuple[Path, ...],
    trust_file: Path | None,
    given: tuple[Path, ...],
    key_files: tuple[Path, ...],
    passphrase_files: tuple[Path, ...],
    rescored: bool,
    as_json: bool,
) -> None:
    """Check artefacts: packages, releases, orders, records, receipts, videos, results, certificates, the log."""
    pairs = _pairs(key_files, passphrase_files)
    reports = []
    for path in files:
        trust = read_trust(trust_file.read_bytes()) if trust_file else find_trust(path)
        opener = Opener(pairs, companions_of(path, given))
        reports.append(_rescore(path, trust, opener) if rescored else verify_file(path, trust, opener))
    _print_all(reports, as_json)
    sys.exit(0 if all(report.ok for report in reports) else 1)


def _rescore(path: Path, trust: Trust | None, opener: Opener) -> Report:
    from examserver.rescore import verify_rescore

    try:
        return verify_rescore(path, trust, opener)
    except ExamError as error:
        return _failed(path, "rescore", "readable", f"{error.text('zh')} / {error.text('en')}")
    except Exception as error:  # noqa: BLE001 - a hostile file must end in a report, never in a traceback
        return _failed(path, "rescore", "readable", f"malformed beyond reading ({type(error).__name__})")
