"""Which formats of question files can be read, and which of them a file is.

For the importer and the command line: a new format is one more entry here. Workbooks and CSV are not in this list; they
have columns and go through a mapping.
"""

from examserver.kernel.errors import Invalid
from itembank.exchange.formats import aiken, docx, gift, moodle, qti
from itembank.exchange.formats.source import Format

_READERS: tuple[Format, ...] = (docx.FORMAT, qti.FORMAT, moodle.FORMAT, gift.FORMAT, aiken.FORMAT)
FORMATS: dict[str, Format] = {each.name: each for each in _READERS}


class UnknownFormat(Invalid):
    """No format of this name, or none that fits the file."""

    code = "import.unknown_format"
    message_zh = "没有这种题目格式：{name}"
    message_en = "There is no format of questions called {name}"
    next_zh = "可用格式：{names}；Excel 与 CSV 按映射导入"
    next_en = "Formats: {names}; Excel and CSV go through a mapping"


def load_format(name: str) -> Format:
    """The format of this name; raises UnknownFormat."""
    if name not in FORMATS:
        raise UnknownFormat(name=name, names=", ".join(FORMATS))
    return FORMATS[name]


def find_format(data: bytes, file_name: str) -> Format | None:
    """The format the content shows, otherwise the one the file name says; None for workbooks, CSV and strangers.

    Content comes first: a name is easily wrong. The name still decides for broken files, so that they are refused by
    the reader that can say what is wrong.
    """
    lower = file_name.casefold()
    seen = next((each for each in FORMATS.values() if each.recognise(data, lower)), None)
    return seen or next((each for each in FORMATS.values() if lower.endswith(each.extensions)), None)
