"""`exam bank template OUT.xlsx`: the workbook for item writers, and beside it the pictures of its examples."""

from pathlib import Path

import click

from itembank.exchange.mapping import read_mapping
from itembank.exchange.store import mapping_text
from itembank.exchange.template.examples import figures_archive
from itembank.exchange.template.workbook import template_workbook


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def template(out: Path) -> None:
    """Write the workbook to fill in (and OUT-figures.zip with the pictures its examples name)."""
    if out.suffix.lower() != ".xlsx":
        raise click.UsageError(f"{out.name}: the template is an Excel workbook, name it …/{out.stem}.xlsx")
    figures = out.with_name(f"{out.stem}-figures.zip")
    out.write_bytes(template_workbook(read_mapping(mapping_text("exam-workbook"))))
    figures.write_bytes(figures_archive())
    click.echo(f"{out}\n{figures}")
