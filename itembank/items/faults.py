"""The one shape in which a fault of an item travels: the field it is in, a stable code, the reason in two languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Flaw:
    """A fault in one field of one item; `field` is `stem`, `key`, `option:C`, `point`, `difficulty` …"""

    field: str
    code: str
    reason_zh: str
    reason_en: str
    value: str = ""
