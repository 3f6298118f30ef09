"""`exam bank stats`: item and test statistics of any table of responses, from files alone; nothing is stored."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from examserver.kernel.errors import for_scripts
from itembank.psychometrics.report import MODELS, ItemReport, Report, analyse
from itembank.psychometrics.responses import FaultyResponses, Layout, read_responses

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN_FAULTS = 20


@click.command()
@click.argument("responses", type=FILE)
@click.option("--key", type=FILE, help="Key: columns item and key, one key per line, or two lines. Not for 0/1.")
@click.option("--group", default="", help="Column that names each candidate's group; items are compared by group.")
@click.option("--reference", default="", help="Group the others are compared with; the largest when left out.")
@click.option("--count", default="", help="Column that says how many candidates a row stands for.")
@click.option("--ignore", multiple=True, help="Column that is no item; repeatable.")
@click.option("--model", type=click.Choice(MODELS), default="2pl", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def stats(responses: Path, key: Path | None, model: str, as_json: bool, **asked: Any) -> None:
    """Item and test statistics of a CSV of responses: rows are candidates, columns items (0/1 or the option chosen)."""
    if asked["reference"] and not asked["group"]:
        raise click.UsageError("--reference needs --group")
    layout = Layout(asked["group"], asked["count"], asked["ignore"])
    try:
        table = read_responses(responses.read_bytes(), key.read_bytes() if key else None, layout)
        report = analyse(table, model, asked["reference"])
    except FaultyResponses as error:
        _show_faults(error, as_json)
        raise SystemExit(1) from None
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, allow_nan=False))
        return
    _show(report)


def _show_faults(error: FaultyResponses, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(for_scripts(error), ensure_ascii=False))
        return
    for fault in error.fields["faults"][:SHOWN_FAULTS]:
        place = f"第 {fault['row']} 行 " if fault["row"] else ""
        column = f"{fault['column']}：" if fault["column"] else ""
        click.echo(f"{place}{column}{fault['reason_zh']} / {fault['reason_en']} [{fault['code']}]", err=True)
    if error.fields["count"] > SHOWN_FAULTS:
        click.echo(f"…… 共 {error.fields['count']} 处 / {error.fields['count']} faults in all", err=True)
    click.echo(f"{error.next_step('zh')} / {error.next_step('en')}", err=True)


def _number(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _show(report: Report) -> None:
    """The tables a person reads: the test, the items, then every remark."""
    console = Console(width=None if Console().is_terminal else 140, highlight=False)
    test = report.test
    low, high = test.interval or (None, None)
    mean = f"均分 mean {test.mean:.2f} ± {test.deviation:.2f}"
    console.print(f"{test.persons} 名考生 persons · {test.items} 题 items · {mean}")
    between = f"（{test.level:.0%}：{_number(low, 3)} – {_number(high, 3)}）" if test.interval else ""
    alpha = f"α {_number(test.alpha, 4) or '—'}{between} · KR-20 {_number(test.kr20, 4) or '—'}"
    console.print(f"{alpha} · 测量标准误 SEM {_number(test.error) or '—'}")
    if report.calibration:
        made = report.calibration
        console.print(f"{made.model.upper()}：log L {made.log_likelihood:.2f}，{made.rounds} 轮 rounds")
    console.print(_item_table(report))
    if any(item.figures.options for item in report.items):
        console.print(_option_table(report))
    for item in report.items:
        for flag in item.flags:
            console.print(f"{item.figures.item}：{flag.reason_zh} / {flag.reason_en} [{flag.code}]", markup=False)
    for note in report.notes:
        console.print(f"{note.reason_zh} / {note.reason_en} [{note.code}]", markup=False)


def _item_table(report: Report) -> Table:
    table = Table("题 item", title="试题 items")
    for header in ("难度 p", "区分 r", "高低分 D", "α 去此题", "未答", "a", "b", "c", "S-X² p", "DIF"):
        table.add_column(header, justify="right")
    for item in report.items:
        table.add_row(item.figures.item, *_item_cells(item))
    return table


def _item_cells(item: ItemReport) -> list[str]:
    figures, made, fit = item.figures, item.estimate, item.fit
    parameters = ["", "", ""]
    if made:
        parameters = [_with_error(made.a, made.se_a), _with_error(made.b, made.se_b)]
        parameters.append(_with_error(made.c, made.se_c) if made.c else "")
    return [
        _number(figures.difficulty, 3),
        _number(figures.discrimination, 3),
        _number(figures.upper_lower),
        _number(figures.alpha_without, 3),
        f"{figures.left_out:.0%}",
        *parameters,
        _number(fit.probability, 3) if fit else "",
        " ".join(f"{each.group}:{each.grade or '—'}" for each in item.groups),
    ]


def _with_error(value: float | None, error: float | None) -> str:
    return f"{_number(value) or '—'} ±{_number(error) or '?'}"


def _option_table(report: Report) -> Table:
    table = Table("题 item", "选项", title="选项 options（* 答案 key）")
    for header in ("人数 n", "比例", "低分组", "高分组", "相关 r"):
        table.add_column(header, justify="right")
    for item in report.items:
        for at, each in enumerate(item.figures.options):
            name = "" if at else item.figures.item
            cells = (str(each.count), f"{each.share:.1%}", f"{each.lower:.1%}", f"{each.upper:.1%}")
            table.add_row(name, f"{each.option}{'*' if each.right else ''}", *cells, _number(each.correlation, 3))
    return table
