"""Messages of the mapping screen: what a file looks like, which mapping is proposed, what its first items would be."""

from typing import Any

from pydantic import Field

from examserver.plumbing.contract import Schema
from itembank.exchange.schemas import FaultView, ImportView

Table = dict[str, Any]


class UploadForm(Schema):
    """The format of the file; empty to see it from the content."""

    format: str = Field(default="", max_length=20)


class LayoutQuestion(Schema):
    """Which sheet, header row (0: none) and encoding to look at; empty or absent to have them proposed."""

    sheet: str = Field(default="", max_length=120)
    header_row: int | None = Field(default=None, ge=0, le=100)
    encoding: str = Field(default="", max_length=20)
    mapping: str = Field(default="", max_length=80)


class SheetColumnView(Schema):
    """A column of the sheet with some of its cells, each text once."""

    header: str
    cells: list[str]


class LayoutProposal(Schema):
    """What the file looks like and how it could be read; `recognised` names the known layout, empty when guessed.

    `evidence` says per field whether its header or its content spoke for it. `mapping` is the mapping as tables.
    """

    format: str
    sheets: list[str]
    sheet: str
    header_row: int
    encoding: str
    columns: list[SheetColumnView]
    recognised: str
    mapping: Table
    evidence: dict[str, str]


class UploadedImport(Schema):
    """The kept file and the first proposal."""

    imported: ImportView
    proposal: LayoutProposal


class MappingTables(Schema):
    """A mapping as tables, and the sheet it is for."""

    mapping: Table
    sheet: str = Field(default="", max_length=120)


class ImportPreviewOption(Schema):
    """One option as it would go in."""

    id: str
    text: str
    right: bool


class ImportPreviewItem(Schema):
    """One item as it would go in, with everything wrong with it by itself."""

    row: int
    code: str
    type: str
    point: str
    stem: str
    options: list[ImportPreviewOption]
    key: str
    faults: list[FaultView]


class ImportPreview(Schema):
    """The first items of the file under a mapping."""

    items: list[ImportPreviewItem]


class SaveLayout(Schema):
    """A mapping to keep under a name, for this bank or for all."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")
    title: str = Field(min_length=1, max_length=120)
    mapping: Table
    for_all: bool = False


class MappingView(Schema):
    """A layout the importer knows: shipped with the system, or saved by a person for this bank or all."""

    name: str
    title_zh: str
    title_en: str
    headers: list[str]
    origin: str
    by: str


class MappingList(Schema):
    """All layouts."""

    mappings: list[MappingView]


class ImportFormat(Schema):
    """A format of question files beside sheets."""

    name: str
    title_zh: str
    title_en: str
    extensions: list[str]


class ImportFormatList(Schema):
    """All formats that can be imported."""

    formats: list[ImportFormat]
