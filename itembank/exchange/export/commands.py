"""`exam bank export`: items of a bank as QTI 3.0, Excel or PDF, by a person and for a purpose.

Beside a workbook with pictures stands OUT-figures.zip, which the import takes together with it. Exit status 1 when
there is nothing to export.
"""

import json
import time
from pathlib import Path
from typing import Any

import click

from examserver.kernel.errors import ExamError
from examserver.plumbing.jobs import load_job, run_all
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import Settings
from examserver.plumbing.work import open_work
from itembank.entry.commands import bank_runtime, find_only_bank, person, sign_in
from itembank.exchange.export.actions import PDF, QTI3, XLSX, Asked, fetch_export, request_export
from itembank.items.actions import ItemQuery


@click.command("export")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--bank", "named", default="", help="Name or id of the bank; not needed when there is only one.")
@click.option("--format", "kind", type=click.Choice([QTI3, XLSX, PDF]), required=True)
@click.option("--purpose", required=True, help="What the export is for; recorded.")
@click.option("--with-keys/--without-keys", default=None, help="Keys: usual for qti3 and xlsx, not for pdf.")
@click.option("--state", default="", help="Only items in this state.")
@click.option("--type", "item_type", default="", help="Only items of this type.")
@click.option("--point", default="", help="Only items whose competency point begins so.")
@click.option("--code", "codes", multiple=True, help="Only these items; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@person
@click.pass_obj
def export_items(settings: Settings, /, out: Path, named: str, kind: str, as_json: bool, **asked: Any) -> None:
    """Export items of a bank to OUT."""
    begun = time.perf_counter()
    if not (asked["login"] and asked["password_file"]):
        raise click.UsageError("--login and --password-file are needed")
    with_keys = kind != PDF if asked["with_keys"] is None else asked["with_keys"]
    filters = ItemQuery(state=asked["state"], type=asked["item_type"], point=asked["point"])
    wanted = Asked(kind, asked["purpose"], with_keys, filters, asked["codes"])
    with bank_runtime(settings) as runtime:
        password = asked["password_file"].read().strip()
        result = _export(runtime, asked["login"], password, named, wanted, out)
    result["seconds"] = round(time.perf_counter() - begun, 2)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    for each in result["files"]:
        click.echo(f"{each['path']}  {each['bytes']}  {each['digest']}")
    click.echo(f"{result['items']} 道 / items")


def _export(runtime: RoleRuntime, login: str, password: str, named: str, wanted: Asked, out: Path) -> dict[str, Any]:
    """Runs the export at once and writes its files."""
    actor = sign_in(runtime, login, password, "items.export")
    with open_work(runtime, actor) as work:
        job_id, _ = request_export(work, find_only_bank(work, named).id, wanted)
    run_all(runtime)
    with open_work(runtime, actor) as work:
        row = load_job(work, job_id)
        if row.state != "done":
            raise click.ClickException(json.dumps(row.error or ExamError().as_json(), ensure_ascii=False))
        files = [fetch_export(work, job_id, part) for part in range(len(row.result["files"]))]
    paths = [out, out.with_name(f"{out.stem}-figures.zip")]
    written = []
    for path, found, kept in zip(paths, files, row.result["files"], strict=False):
        path.write_bytes(found.data)
        written.append({"path": str(path), "bytes": len(found.data), "digest": kept["digest"]})
    return {"items": row.result["items"], "format": wanted.format, "keys": wanted.with_keys, "files": written}
