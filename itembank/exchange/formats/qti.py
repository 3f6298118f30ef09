"""Reads QTI 1.2, 2.1, 2.2 and 3.0: single items, files of items, packages with manifest, pictures and sounds.

For the registry. An archive is opened by the one safe reader, XML by the one that knows no document types. What is
wrong with one item stays with that item. Items that share a text become a case group. Source: IMS Content Packaging
1.1.4, QTI 1.2 to 3.0; the bank's own packages say in their metadata what QTI has no words for.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from itembank.exchange.archive import Archive, Limits, open_archive
from itembank.exchange.formats.build import Blocks, Question, Reading
from itembank.exchange.formats.qti_body import Files, NoFiles
from itembank.exchange.formats.qti_groups import group
from itembank.exchange.formats.qti_items import Reader, read_choice, read_inline, read_item, read_order
from itembank.exchange.formats.qti_metadata import Metadata, apply_metadata, extended, metadata_in
from itembank.exchange.formats.qti_old import old_items, parent_of, read_old_item, stimulus_of
from itembank.exchange.formats.qti_pairs import read_associate, read_gap_match, read_match
from itembank.exchange.formats.qti_pictures import read_drawing, read_hotspot, read_point
from itembank.exchange.formats.qti_texts import read_extended, read_text
from itembank.exchange.formats.qti_xml import children, plain
from itembank.exchange.formats.refusals import UnreadableFile
from itembank.exchange.formats.source import Format, Settings, Source
from itembank.exchange.formats.xml_reader import parse_xml
from itembank.exchange.rows import ReadRow

MIB = 2**20
LIMITS = Limits(most_bytes=240 * MIB, most_entries=70_000, most_unpacked=800 * MIB, most_per_entry=60 * MIB)
MANIFEST = "imsmanifest.xml"
_ROOTS = ("questestinterop", "assessmentItem", "qti-assessment-item", "assessmentTest", "qti-assessment-test")

READERS: Mapping[str, Reader] = {
    "choiceInteraction": read_choice,
    "orderInteraction": read_order,
    "associateInteraction": read_associate,
    "matchInteraction": read_match,
    "gapMatchInteraction": read_gap_match,
    "inlineChoiceInteraction": read_inline,
    "textEntryInteraction": read_text,
    "extendedTextInteraction": read_extended,
    "hotspotInteraction": read_hotspot,
    "selectPointInteraction": read_point,
    "drawingInteraction": read_drawing,
}


class NoManifest(UnreadableFile):
    """An archive without the list of what is in it."""

    code = "import.qti_no_manifest"
    message_zh = "压缩包中没有 imsmanifest.xml，不是 QTI 内容包"
    message_en = "The archive has no imsmanifest.xml, so that it is no QTI package"
    next_zh = "请从原系统按 QTI 内容包导出"
    next_en = "Export it as a QTI content package"


class NotQti(UnreadableFile):
    """XML, but no items."""

    code = "import.qti_other_root"
    message_zh = "文件的根元素是“{root}”，不是 QTI 试题"
    message_en = "The root element is {root}, which holds no QTI items"
    next_zh = "请选择试题文件（assessmentItem 或 questestinterop）；试卷（assessmentTest）请连同试题打成内容包"
    next_en = "Choose a file of items; pack a test (assessmentTest) together with its items"


@dataclass(frozen=True)
class PackageFiles:
    """The files of a package as one of them names the others."""

    archive: Archive
    names: Mapping[str, str]
    name: str

    def path(self, href: str) -> str | None:
        """The entry an address means: beside this file, from the root, or where course systems put their files."""
        plain_href = unquote(href.partition("#")[0]).replace("\\", "/").lstrip("/")
        folder = posixpath.dirname(self.name)
        guesses = (posixpath.join(folder, plain_href), plain_href, f"web_resources/{plain_href}")
        return next((self.names[key] for each in guesses if (key := _folded(each)) in self.names), None)

    def read(self, href: str) -> bytes | None:
        """The bytes of a file; None when it is not in the package."""
        path = self.path(href) if "://" not in href else None
        return self.archive.read(path) if path is not None else None

    def tree(self, href: str) -> Element | None:
        """The root of an XML file; None when it is not there or cannot be read."""
        data = self.read(href)
        try:
            return plain(parse_xml(data)) if data is not None else None
        except UnreadableFile:
            return None

    def beside(self, href: str) -> "PackageFiles":
        """The same files as seen from another one."""
        return replace(self, name=self.path(href) or href)


def _folded(path: str) -> str:
    return posixpath.normpath(path).casefold()


def recognise(data: bytes, file_name: str) -> bool:
    """Whether the content is a QTI package or a file with a QTI root."""
    if data.startswith(b"PK"):
        return MANIFEST.encode() in data
    start = data[:20_000].replace(b"\0", b"")
    return any(f"<{root}".encode() in start or f":{root}".encode() in start for root in _ROOTS)


def read_qti(data: bytes, settings: Settings) -> Source:
    """All items of a file or package; raises UnreadableFile or RefusedArchive for the file as a whole."""
    reading = Reading("qti", "QTI", "QTI", settings)
    run = _Run(reading, settings)
    if data.startswith(b"PK"):
        run.package(open_archive(data, LIMITS))
    else:
        run.file(plain(parse_xml(data)), NoFiles(), Metadata())
    reading.rows[:] = group(reading.rows, run.shared, run.questions)
    return reading.source()


class _Run:
    """Numbers the items of a file while they are read."""

    def __init__(self, reading: Reading, settings: Settings) -> None:
        self.reading, self.settings = reading, settings
        self.shared: dict[int, Mapping[str, Blocks]] = {}
        self.questions: dict[int, Question] = {}
        self.seen: set[str] = set()
        self.codes: set[str] = set()

    def question(self) -> Question:
        """The next question."""
        number = len(self.reading.rows) + 1
        return self.questions.setdefault(number, Question(number, self.settings))

    def package(self, archive: Archive) -> None:
        """The items a manifest lists, in its order."""
        names = {_folded(name): name for name in archive.names}
        manifests = sorted((name for name in names if posixpath.basename(name) == MANIFEST), key=len)
        if not manifests:
            raise NoManifest()
        files = PackageFiles(archive, names, names[manifests[0]])
        manifest = plain(parse_xml(archive.read(names[manifests[0]])))
        for href, element in _resources(manifest, files):
            self.resource(href, element, files)

    def resource(self, href: str, element: Element, files: PackageFiles) -> None:
        """One file of items; what is wrong with the file is told in a row of its own."""
        path = _folded(files.path(href) or href)
        if not href or path in self.seen:
            return
        self.seen.add(path)
        question, data = self.question(), files.read(href)
        if data is None:
            zh, en = f"清单列出的文件“{href}”不在包中", f"The manifest lists {href}, which is not in the package"
            self.take(question, question.unread("qti.file_missing", zh, en, href))
            return
        try:
            root = plain(parse_xml(data))
        except UnreadableFile as error:
            zh, en = f"{href}：{error.text('zh')}", f"{href}: {error.text('en')}"
            self.take(question, question.unread(error.code, zh, en, href))
            return
        metadata = next(children(element, "metadata"), None)
        self.file(root, files.beside(href), metadata_in(metadata))

    def file(self, root: Element, files: Files, metadata: Metadata) -> None:
        """The items of one XML file; raises NotQti for a single file of another kind."""
        if root.tag == "assessmentItem":
            self.item(root, files, metadata)
        elif root.tag == "questestinterop":
            self.old_file(root, files)
        elif not files.name:
            raise NotQti(root=root.tag[:60])
        elif root.tag == "assessmentTest":
            zh, en = (
                "试卷结构（分节、权重、抽题）未导入，只导入试题",
                "Sections and weights are not imported",
            )
            self.reading.remark(0, "qti.test_dropped", f"{files.name}：{zh}", f"{files.name}: {en}")
            if isinstance(files, PackageFiles):
                for reference in root.iter("assessmentItemRef"):
                    self.resource(files.beside(reference.get("href", "")).name, Element("resource"), files)

    def name(self, question: Question, root: Element, metadata: Metadata) -> None:
        """Code and attributes of an item; an identifier that many files share names none of them."""
        apply_metadata(question, root, metadata)
        if metadata.native is None and question.code in self.codes:
            zh, en = (
                f"标识“{question.code}”重复，改用顺序编号",
                f"The identifier {question.code} occurs twice; numbered instead",
            )
            question.remark("code", "qti.identifier_repeated", zh, en, question.code)
            question.code = ""
        self.codes.add(question.code)

    def old_file(self, root: Element, files: Files) -> None:
        """The items of a file of QTI 1.2; a text that others name as theirs is no item."""
        items = list(old_items(root))
        texts = {each.get("ident", ""): each for each in items}
        parents = [parent_of(each) for each in items]
        for item, parent in zip(items, parents, strict=True):
            if item.get("ident", "") in parents:
                continue
            question = self.question()
            self.name(question, item, Metadata())
            row = read_old_item(question, item, files)
            if parent in texts:
                self.shared[question.number] = {parent: stimulus_of(question, texts[parent], files)}
            self.take(question, row)

    def item(self, root: Element, files: Files, metadata: Metadata) -> None:
        """One item of QTI 2.x or 3.0."""
        question = self.question()
        self.name(question, root, metadata)
        row, stimuli = read_item(question, root, files, metadata.native, READERS)
        if metadata.native is not None and metadata.own.get("case"):
            row = extended(row, metadata.own, next(iter(stimuli.values()), ()), metadata.enemies)
        else:
            row = extended(row, metadata.own, (), metadata.enemies)
            self.shared[question.number] = stimuli
        self.take(question, row)

    def take(self, question: Question, row: ReadRow) -> None:
        """Keeps a row."""
        self.reading.add(question, row)


def _resources(manifest: Element, files: PackageFiles) -> Iterator[tuple[str, Element]]:
    """Files of items with the resource that lists them; of a test every file it brings along.

    Canvas keeps each quiz twice: the fuller one, outside of Common Cartridge, is taken.
    """
    fuller = {posixpath.basename(name).partition(".")[0]: name for name in files.names if name.endswith(".xml.qti")}
    for resource in manifest.iter("resource"):
        kind = resource.get("type", "")
        if not kind.startswith("imsqti") or "stimulus" in kind:
            continue
        inside = [each.get("href", "") for each in children(resource, "file")]
        pages = [each for each in inside if each.endswith((".xml", ".qti"))]
        hrefs = [resource.get("href") or next(iter(pages), "")] if "_test" not in kind else pages
        own = fuller.pop(posixpath.dirname(_folded(next(iter(pages), ""))), None) if "imscc" in kind else None
        for href in [files.names[own]] if own else hrefs:
            yield href, resource
    for name in fuller.values():
        yield files.names[name], Element("resource")


FORMAT = Format(
    "qti", "QTI 1.2 / 2.1 / 2.2 / 3.0", "QTI 1.2 / 2.1 / 2.2 / 3.0", (".xml", ".qti", ".zip", ".imscc"),
    recognise, read_qti,
)  # fmt: skip
