"""Messages about exports of items."""

from typing import Literal

from pydantic import Field

from examserver.plumbing.contract import Schema
from itembank.items.schemas import ItemsQuery


class ExportItemsRequest(Schema):
    """What to export and why: the filters are those of the item list; `codes` names single items instead."""

    format: Literal["qti3", "xlsx", "pdf"]
    purpose: str = Field(min_length=2, max_length=200)
    with_keys: bool = True
    filters: ItemsQuery = ItemsQuery()
    codes: list[str] = Field(default_factory=list, max_length=2000)


class ExportTicket(Schema):
    """The job that makes the files, and how many items they will hold."""

    job: str
    items: int
