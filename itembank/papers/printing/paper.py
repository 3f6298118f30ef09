"""Decides what a print of a form consists of: booklet and answer sheet per copy, or the marking key alone.

For: the fallback when a hall dies. Pure: form or key, titles, marks and fonts in, PDF out.
"""

import html
import json
from collections.abc import Mapping, Sequence

from examserver.kernel.errors import Json
from examserver.plumbing.typeface import FontSource
from itembank.papers.printing.answer_sheet import answer_sheet
from itembank.papers.printing.booklet import booklet
from itembank.papers.printing.flow import Kit
from itembank.papers.printing.marking import marking_key
from itembank.papers.printing.press import Part, Stamp, fonts_for, press
from itembank.papers.printing.wording import BOOKLET, MARKING, SHEET, WORDS

Sources = Mapping[str, Sequence[FontSource]]


def _letters(*documents: object) -> list[str]:
    """Every character the documents may print, entities resolved."""
    return [html.unescape(json.dumps(one, ensure_ascii=False)) for one in documents]


def _rare(texts: Sequence[str]) -> bool:
    return any(character > "\uffff" for text in texts for character in text)


def code_of(paper: str, form: str, mark: str) -> str:
    """The text of an answer sheet's QR code, without the page number."""
    return f"EXAMPAPER:1:{paper}:{form}:{mark}"


def print_form(paper: str, title: str, form: Json, marks: Sequence[str], sources: Sources) -> bytes:
    """Copies of a form, each booklet followed by its answer sheet; raises CharacterNotInFont or NoChineseFont."""
    texts = _letters({**form, "assets": {}}, title, list(marks))
    fonts = fonts_for(texts, sources)
    kit = Kit(fonts, form["assets"])
    footer = f"{title}　{WORDS['form']} {form['name']}"
    parts = [
        Part(BOOKLET, booklet(form, title, kit), footer),
        Part(SHEET, answer_sheet(form, title, kit), f"{footer}　{WORDS['sheet_title']}"),
    ]
    stamps = [Stamp(mark, code_of(paper, form["form"], mark)) for mark in marks]
    return press(f"{title} {form['name']}", parts, stamps, fonts, _rare(texts))


def print_marking_key(title: str, name: str, key: Json, printed_by: str, sources: Sources) -> bytes:
    """The marking key of one form; `printed_by` names the two persons on every page."""
    texts = _letters(key, title, name, printed_by)
    fonts = fonts_for(texts, sources)
    part = Part(MARKING, marking_key(key, name, title, Kit(fonts, {})), f"{WORDS['printed_by']}：{printed_by}")
    return press(f"{title} {name}", [part], [Stamp("", "")], fonts, _rare(texts))
