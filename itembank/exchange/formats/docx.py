"""Reads Word documents (.docx) with questions in the usual Chinese layout. For the importer.

Source: the layouts of published theory papers - numbered stems, options A-D in lines, columns or cells, 答案 below, in
the brackets of the stem or at the end - and ISO/IEC 29500 for the file. Only the main text is read: no macros,
comments, headers or footers; linked files are never fetched.
"""

from collections import Counter
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from itembank.exchange.archive import MIB, Archive, Limits, RefusedArchive, open_archive
from itembank.exchange.formats.build import Question, Reading
from itembank.exchange.formats.docx_items import Maker
from itembank.exchange.formats.docx_layout import Draft, Paper, read_layout
from itembank.exchange.formats.docx_numbering import W, read_numbering
from itembank.exchange.formats.docx_text import Lines, is_plain, without_marks
from itembank.exchange.formats.refusals import LineTooLong, NoQuestions, check_size, kind_of, wrong_kind
from itembank.exchange.formats.source import Format, Settings, Source
from itembank.exchange.formats.xml_reader import local, parse_xml

TITLES = ("Word 文档", "Word")
_WANTED = ("Word 文档（.docx）", "a Word document")
LIMITS = Limits(most_bytes=60 * MIB, most_unpacked=300 * MIB, nested=True)
LONGEST_LINE = 20_000
_MAIN = "word/document.xml"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
)
_OTHERS = (("xl/workbook.xml", "Excel 工作簿", "an Excel workbook"), ("ppt/", "演示文稿", "a presentation"))


class _Document:
    """The parts of one document that matter here."""

    def __init__(self, data: bytes) -> None:
        self.archive = _opened(data)
        self.relations = {each.get("Id", ""): each for each in self._part("word/_rels/document.xml.rels")}

    def _part(self, name: str) -> list[Element]:
        root = self.root(name)
        return list(root) if root is not None else []

    def root(self, name: str) -> Element | None:
        """The root of a part; None when the document has no such part."""
        if name not in self.archive:
            return None
        data = self.archive.read(name)
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
        return parse_xml(data)

    def picture(self, relation: str) -> tuple[str, bytes] | None:
        """Name and bytes of an embedded picture; None for links and for what is not there."""
        found = self.relations.get(relation)
        if found is None or found.get("TargetMode") == "External":
            return None
        target = found.get("Target", "")
        name = target.lstrip("/") if target.startswith("/") else f"word/{target}"
        return (PurePosixPath(name).name, self.archive.read(name)) if name in self.archive else None


def _opened(data: bytes) -> Archive:
    check_size(data)
    if not data.startswith(b"PK"):
        raise wrong_kind(_WANTED, kind_of(data) or ("其他内容", "something else"))
    archive = open_archive(data, LIMITS)
    if _MAIN not in archive:
        found = ((zh, en) for name, zh, en in _OTHERS if any(each.startswith(name) for each in archive.names))
        raise wrong_kind(_WANTED, next(found, ("其他压缩包", "another archive")))
    return archive


def _lines(document: _Document) -> Lines:
    main = document.root(_MAIN)
    body = main.find(f"{W}body") if main is not None else None
    lines = Lines(read_numbering(document.root("word/numbering.xml"), document.root("word/styles.xml")))
    if body is None:
        found = local(main) if main is not None else ""
        raise wrong_kind(_WANTED, (f"XML {found}", f"XML {found}"))
    lines.body(body)
    for number, line in enumerate(lines.lines, 1):
        if len(line) > LONGEST_LINE:
            raise LineTooLong(line=number, most=LONGEST_LINE)
    return lines


def read_docx(data: bytes, settings: Settings) -> Source:
    """Every question of the document; raises UnreadableFile or RefusedArchive for the file as a whole."""
    document = _Document(data)
    lines = _lines(document)
    paper = read_layout(lines.lines)
    if not any(draft.is_complete or draft.heading.kind for draft in paper.drafts):
        raise NoQuestions(format_zh="带编号和选项或答案的", format_en="the usual layout")
    reading, maker = Reading("docx", *TITLES, settings), Maker(lines, document.picture)
    alone = Counter(draft.number for draft in paper.drafts)
    for number, draft in enumerate(paper.drafts, 1):
        question = Question(number, settings)
        listed = paper.answers.of(draft.heading, draft.place, draft.number, alone[draft.number] == 1)
        reading.add(question, maker.row(draft, question, listed))
    _tell_gaps(reading, paper)
    return reading.source()


def _tell_gaps(reading: Reading, paper: Paper) -> None:
    """What was perhaps not recognised: jumps of the numbers, keys that fit nothing, words outside questions."""
    before: Draft | None = None
    for place, draft in enumerate(paper.drafts, 1):
        follows = before is not None and before.place == draft.place
        expected = before.number + 1 if follows and before is not None else draft.number
        if draft.number != expected:
            zh = f"编号从 {expected - 1} 跳到 {draft.number}，请核对是否有题目未识别"
            reading.remark(place, "number.gap", zh, f"The numbers jump from {expected - 1} to {draft.number}")
        before = draft
    for fault in paper.answers.faults:
        zh, en = f"答案列表“{fault}”的个数与题号不符", f"The list of answers {fault} does not fit its numbers"
        reading.remark(0, "key.list", zh, en, fault)
    marks = sum(not is_plain(line) for line in paper.preamble)
    if marks:
        zh = f"题目之外的 {marks} 个表格或图片未导入；以表格排列的题目请另存为 Excel 后导入"
        en = f"{marks} table(s) or picture(s) outside questions; questions laid out as a table: save them as Excel"
        reading.remark(0, "docx.table", zh, en)
    words = [text for text in (without_marks(line).strip() for line in paper.preamble) if text]
    if words:
        zh, en = f"题目之外的 {len(words)} 行文字未导入", f"{len(words)} line(s) outside questions were not imported"
        reading.remark(0, "docx.preamble", zh, en, " / ".join(words))


def recognise(data: bytes, file_name: str) -> bool:
    """An archive with the main part of a Word document."""
    try:
        return data.startswith(b"PK\x03\x04") and _MAIN in open_archive(data, LIMITS)
    except RefusedArchive:
        return False


FORMAT = Format("docx", *TITLES, (".docx", ".docm"), recognise, read_docx)
