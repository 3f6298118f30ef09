"""Reads XML that nobody vouches for: no document type, no entities, no other file, no endless depth.

For every reader of XML in this folder (Moodle, QTI, the parts of a Word document). Source: the attacks listed by
defusedxml (billion laughs, quadratic blow-up, external entities) and by OWASP.
"""

import codecs
import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from itembank.exchange.formats.refusals import FileNotText, XmlBroken, XmlRefused, XmlTooDeep, check_kind, check_size

DEEPEST = 200
MOST_ELEMENTS = 2_000_000
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]+)[\"'][^>]*\?>")
_CHINESE = ("gb2312", "gbk", "gb18030", "gb-2312", "cp936", "x-gbk")


class _Bounded:
    """Builds the tree and stops where it becomes deeper or larger than any file of questions."""

    def __init__(self) -> None:
        self.builder, self.depth, self.count = TreeBuilder(), 0, 0

    def start(self, tag: str, attributes: dict[Any, Any]) -> Element:
        self.depth, self.count = self.depth + 1, self.count + 1
        if self.depth > DEEPEST or self.count > MOST_ELEMENTS:
            raise XmlTooDeep()
        return self.builder.start(tag, attributes)

    def end(self, tag: str) -> Element:
        self.depth -= 1
        return self.builder.end(tag)

    def data(self, text: str) -> None:
        self.builder.data(text)

    def close(self) -> Element:
        return self.builder.close()


def parse_xml(data: bytes) -> Element:
    """The root element; raises FileEmpty, WrongKind, FileNotText, XmlRefused, XmlTooDeep or XmlBroken."""
    check_size(data)
    check_kind(data, "XML", "XML")
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(_unicode(data))
        root: Element = parser.close()
        return root
    except DefusedXmlException as error:
        raise XmlRefused() from error
    except ParseError as error:
        line, column = error.position
        raise XmlBroken(line=line, column=column + 1, reason=str(error).partition(":")[0]) from error
    except (ValueError, LookupError) as error:
        raise XmlBroken(line=1, column=1, reason=str(error)[:80]) from error


def check_undeclared(start: bytes) -> None:
    """Raises XmlRefused when these first bytes of a part that another library will parse declare a document type."""
    for coding in ("ascii", "utf-16-le", "utf-16-be"):
        if any(word.encode(coding) in start for word in ("<!DOCTYPE", "<!ENTITY")):
            raise XmlRefused()


def _unicode(data: bytes) -> bytes:
    """The bytes in an encoding the parser knows: it has none of the Chinese ones."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data
    declared = _DECLARED.match(data[:300])
    if declared is None or declared[1].decode().casefold() not in _CHINESE:
        return data.removeprefix(codecs.BOM_UTF8)
    try:
        return data[declared.end() :].decode("gb18030").encode()
    except UnicodeError as error:
        raise FileNotText(place="GB 18030") from error


def local(element: Element) -> str:
    """The name of the element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text_at(element: Element, path: str) -> str:
    """The text of the first element at this path, without outer blanks; empty when there is none."""
    return (element.findtext(path) or "").strip()
