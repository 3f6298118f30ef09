"""`exam bank assemble`: forms from a blueprint, checked, with a progress bar; Ctrl-C leaves nothing behind.

With login and password the forms are kept and wait for approval; without, they are made and checked to see whether it
works, and nothing of them is kept but the trace that somebody tried. Exit status: 0 forms, 1 something is wrong with
the blueprint or a check failed, 3 the bank cannot meet it, 130 cancelled.
"""

import json
import re
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress as Bar

from examserver.kernel.access import Actor, system_actor
from examserver.plumbing.jobs import load_job, run_all
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import Settings
from examserver.plumbing.work import open_work
from itembank.assembly import actions
from itembank.assembly.blueprint import Blueprint, read_blueprint
from itembank.assembly.faults import BlueprintMalformed, BlueprintUnreadable, faults_of_form
from itembank.assembly.forms import Request
from itembank.assembly.runs import actions as runs
from itembank.assembly.schemas import BlueprintCell, BlueprintRequest, BlueprintSection, DifficultyBand, InformationAim
from itembank.assembly.store import load_specification
from itembank.assembly.supply import Shortage
from itembank.assembly.tables import INFEASIBLE, RUNNING, AssemblyRow, forms_of, load_assembly, sections_of
from itembank.assembly.telling import gathered
from itembank.assembly.views import blueprint_of_request, request_as_json
from itembank.entry.commands import FILE, bank_runtime, find_only_bank, person, sign_in
from itembank.items.state import FORMAL, TRIAL

KEYS = {
    "": tuple(BlueprintRequest.model_fields),
    "cells": tuple(BlueprintCell.model_fields),
    "sections": tuple(BlueprintSection.model_fields),
    "difficulty": tuple(DifficultyBand.model_fields),
    "information": tuple(InformationAim.model_fields),
}
INFEASIBLE_STATUS, CANCELLED_STATUS = 3, 130
PAUSE_S = 0.3


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--blueprint", type=FILE, help="The blueprint as TOML or JSON (or give it without the option).")
@click.option("--bank", "named", default="", help="Name or id of the bank; not needed when there is only one.")
@click.option("--forms", type=click.IntRange(1, 40), default=3, show_default=True)
@click.option("--reserve", type=click.IntRange(0, 10), default=0, show_default=True, help="Reserve forms besides.")
@click.option("--seed", default="", help="Seed of the draw; one is drawn and recorded when left out.")
@click.option("--trial", is_flag=True, help="For a trial, which may use approved items not yet enrolled.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@person
@click.pass_obj
def assemble(settings: Settings, /, file: Path | None, blueprint: Path | None, named: str, **asked: Any) -> None:
    """Assemble forms from a blueprint and print what the checker found; without a login nothing is kept."""
    path = blueprint or file
    if path is None:
        raise click.UsageError("--blueprint is needed")
    rules = read_rules(path)
    with bank_runtime(settings) as runtime:
        if asked["login"] and asked["password_file"]:
            actor = sign_in(runtime, asked["login"], asked["password_file"].read().strip(), "forms.assemble")
            shown = _kept(runtime, actor, named, rules, asked)
        else:
            shown = _tried(runtime, named, rules, asked)
    _show(shown, asked["as_json"])


def read_rules(path: Path) -> Blueprint:
    """The blueprint of a file; raises BlueprintUnreadable, or BlueprintMalformed with every fault."""
    rules = _read_file(path)
    try:
        return blueprint_of_request(BlueprintRequest.model_validate(rules))
    except ValidationError as error:
        faults = faults_of_form(error.errors(include_url=False), KEYS)
    for fault in faults[1:]:
        click.echo(f"{fault.place}：{fault.reason_zh} / {fault.reason_en}", err=True)
    raise BlueprintMalformed(
        file=path.name,
        count=len(faults),
        place=faults[0].place,
        first_zh=faults[0].reason_zh,
        first_en=faults[0].reason_en,
        faults=[vars(fault) for fault in faults],
    )


def _read_file(path: Path) -> Any:
    """The data in a TOML or JSON file; raises BlueprintUnreadable."""
    where = ("不是 UTF-8 文本", "it is no UTF-8 text")
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except UnicodeDecodeError:
        pass
    except json.JSONDecodeError as error:
        place = (error.lineno, error.colno)
        where = ("第 {} 行第 {} 列不是 JSON".format(*place), "line {}, column {} is no JSON".format(*place))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        zh, en = ("第 {} 行第 {} 列", "line {}, column {}") if found else ("文件末尾", "the end of the file")
        numbers = found.groups() if found else ()
        where = (f"{zh.format(*numbers)}不是 TOML", f"{en.format(*numbers)} is no TOML")
    except (ValueError, RecursionError):
        where = ("数字过长或嵌套过深", "a number is too long or the nesting too deep")
    raise BlueprintUnreadable(file=path.name, where_zh=where[0], where_en=where[1])


def _kept(runtime: RoleRuntime, actor: Actor, named: str, rules: Blueprint, asked: dict[str, Any]) -> dict[str, Any]:
    """Saves the blueprint, runs the job here, and tells what came of it."""
    purpose = TRIAL if asked["trial"] else FORMAL
    with open_work(runtime, actor) as work:
        saved = actions.save_blueprint(work, find_only_bank(work, named).id, rules)
        work.session.flush()
        row = actions.request_assembly(work, saved.id, asked["forms"], asked["reserve"], asked["seed"], purpose)
        assembly, job = row.id, row.job_id
    try:
        with _watched(runtime, job):
            run_all(runtime)
    except KeyboardInterrupt:
        if _cancelled(runtime, actor, assembly):
            click.echo("已取消，没有留下试卷 / cancelled, nothing was kept", err=True)
            raise SystemExit(CANCELLED_STATUS) from None
    with open_work(runtime, actor, write=False) as work:
        row = load_assembly(work.session, assembly)
        return _of_row(row, forms_of(work.session, row.id))


def _cancelled(runtime: RoleRuntime, actor: Actor, assembly: str) -> bool:
    """Whether there was still something to cancel; what was already saved stays, and is told."""
    with open_work(runtime, actor) as work:
        running = load_assembly(work.session, assembly).state == RUNNING
        if running:
            actions.cancel_assembly(work, assembly)
    return running


@contextmanager
def _watched(runtime: RoleRuntime, job: str) -> Iterator[None]:
    """A progress bar on a terminal, fed from the job's row."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    ended = threading.Event()
    with Bar(console=console, transient=True) as bar:
        task = bar.add_task("组卷", total=100)

        def watch() -> None:
            while not ended.wait(PAUSE_S):
                with open_work(runtime, system_actor("command line"), write=False) as work:
                    row = load_job(work, job)
                bar.update(task, completed=row.percent, description=row.note or "组卷")

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()


def _of_row(row: AssemblyRow, forms: list[Any]) -> dict[str, Any]:
    """What the command says of an assembly that was kept."""
    seconds = round(row.took_ms / 1000, 2)
    if row.state == INFEASIBLE:
        return infeasible(row.shortages, row.relaxation, seconds)
    lines = [
        {
            "id": form.form_id,
            "name": form.name,
            "reserve": form.reserve,
            "digest": form.digest,
            "items": [item.code for part in sections_of(form) for item in part.items],
            "failed": [check["name"] for check in form.checks if not check["ok"]],
        }
        for form in forms
    ]
    return {"id": row.id, "state": row.state, "seed": row.seed, "forms": lines} | _figures(row.report, seconds)


def _figures(report: dict[str, Any], seconds: float) -> dict[str, Any]:
    names = ("deviation", "deviations", "max_overlap")
    return {name: report.get(name) for name in names} | {"seconds": seconds}


def infeasible(shortages: list[dict[str, Any]], relaxation: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Conflicting demands with what is needed and what there is, and the least change that would work."""
    demands = [
        {
            "demand": one["demand"] or one["kind"],
            "kind": one["kind"],
            "needed": one["needed"],
            "available": one["available"],
            "area": one["area"],
            "type": one["type"],
            "reason": one["reason_zh"],
            "reason_en": one["reason_en"],
        }
        for one in shortages
    ]
    offered = dict(relaxation)
    if offered:
        offered["blueprint"] = request_as_json(read_blueprint(offered["blueprint"]))
    return {"infeasible": demands, "relaxation": offered or None, "seconds": seconds}


def _tried(runtime: RoleRuntime, named: str, rules: Blueprint, asked: dict[str, Any]) -> dict[str, Any]:
    """Makes and checks the forms without keeping them; only the trace stays."""
    actor, begun = system_actor("command line"), time.perf_counter()
    purpose = TRIAL if asked["trial"] else FORMAL
    with open_work(runtime, actor, write=False) as work:
        bank_id = find_only_bank(work, named).id
        actions.demand_sound(rules, load_specification(work, bank_id))
        request = Request(rules, asked["seed"] or actions.new_seed(), asked["forms"], asked["reserve"])
        loaded = runs.load_run(work, bank_id, request, purpose)
    made, relaxation = runs.compute(loaded, lambda percent, note: None)
    with open_work(runtime, actor, write=False) as work:
        prepared = runs.prepare(work, loaded, made, relaxation)
    with open_work(runtime, actor) as work:
        work.record("assembly.tried", bank_id, blueprint=rules.digest(), seed=request.seed, forms=len(made.forms))
    seconds = round(time.perf_counter() - begun, 2)
    if not made.forms:
        shortages = [vars(shortage) for shortage in made.shortages]
        return infeasible(shortages, runs.relaxation_as_json(relaxation), seconds)
    lines = [
        {
            "id": document.form,
            "name": document.name,
            "reserve": document.reserve,
            "digest": document.digest,
            "items": [version["code"] for version in document.item_versions],
            "failed": [check.name for check in checks if not check.ok],
        }
        for document, checks in zip(prepared.documents, prepared.checks, strict=True)
    ]
    return {"state": "tried", "seed": request.seed, "forms": lines} | _figures(prepared.report, seconds)


def _show(shown: dict[str, Any], as_json: bool) -> None:
    """Prints it and ends with its status."""
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
    elif "infeasible" in shown:
        _tell_conflict(shown)
    else:
        _tell_forms(shown)
    if "infeasible" in shown:
        raise SystemExit(INFEASIBLE_STATUS)
    if any(form["failed"] for form in shown["forms"]) or not shown["forms"]:
        raise SystemExit(1)


def _tell_conflict(shown: dict[str, Any]) -> None:
    for one in gathered([_shortage(entry) for entry in shown["infeasible"]]):
        click.echo(f"{one.reason_zh} / {one.reason_en}")
    offered = shown["relaxation"]
    if offered:
        click.echo("最小的放宽（已试组可行）/ the least relaxation, tried and found to work:")
        for change in offered["changes"]:
            click.echo(f"  {change['words_zh']} / {change['words_en']}")


def _shortage(entry: dict[str, Any]) -> Shortage:
    told = {name: entry[name] for name in ("area", "type", "needed", "available", "kind", "demand")}
    return Shortage(**told, reason_zh=entry["reason"], reason_en=entry["reason_en"])


def _tell_forms(shown: dict[str, Any]) -> None:
    for form in shown["forms"]:
        word = "未通过：" + "、".join(form["failed"]) if form["failed"] else "核查全部通过"
        click.echo(f"{form['name']} {form['id']} {len(form['items'])} 题 {word}")
    click.echo(
        f"{shown.get('id', '未保存 / not kept')}：{shown['state']}，种子 {shown['seed']}，"
        f"最大偏差 {shown['deviation']}%，最多重题 {shown['max_overlap']}，{shown['seconds']} 秒"
    )
