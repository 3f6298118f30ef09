"""Every file of three public collections of QTI: read rightly, or refused by the name of what is in the way.

Key against key: what the official item declares as its correct response, found again here by its words.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring

import pytest

from itembank.exchange.archive import RefusedArchive
from itembank.exchange.formats.qti import read_qti
from itembank.exchange.formats.refusals import UnreadableFile
from itembank.exchange.formats.source import Settings, Source
from itembank.exchange.rows import ReadRow
from itembank.items.content import option_text

POINT = Settings(default_point="A-A-1", known_points=frozenset(["A-A-1"]))
ITEM = re.compile(r"<(\w+:)?(qti-assessment-item|assessmentItem|questestinterop)\b")
SAMPLES = "qti-qtiworks/qtiworks-samples"


def bundle(folder: Path, pages: list[Path]) -> bytes:
    """The folder as a package whose manifest lists these pages."""
    listed = "".join(f'<resource type="imsqti_item" href="{page.relative_to(folder)}"/>' for page in pages)
    return zipped(folder, f"<manifest><resources>{listed}</resources></manifest>".encode())


def zipped(folder: Path, manifest: bytes | None = None) -> bytes:
    """The folder as an archive, with another manifest where one is given."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        if manifest is not None:
            archive.writestr("imsmanifest.xml", manifest)
        for path in sorted(folder.rglob("*")):
            replaced = manifest is not None and path.name == "imsmanifest.xml"
            if path.is_file() and path.suffix != ".zip" and not replaced:
                archive.write(path, str(path.relative_to(folder)))
    return stream.getvalue()


def outcome(data: bytes) -> tuple[Counter[str], Source | None]:
    """How many items came in, and why others did not: by the code of their first flaw, or of the whole file."""
    try:
        source = read_qti(data, POINT)
    except (UnreadableFile, RefusedArchive) as error:
        assert error.text("zh") and error.text("en")
        return Counter([error.code]), None
    for row in source.rows:
        assert all(flaw.reason_zh and flaw.reason_en for flaw in row.flaws)
    return Counter(row.flaws[0].code if row.flaws else "in" for row in source.rows), source


def item_pages(folder: Path) -> list[Path]:
    """The item files below a folder."""
    return [page for page in sorted(folder.rglob("*.xml")) if ITEM.search(page.read_text("utf-8", "replace"))]


# The table of README.md: items that came in, items in all.
FOLDERS = {
    "qti-1edtech-examples/qtiv2p2-examples/items": (26, 57),
    "qti-1edtech-examples/qtiv3-examples/items/shared-vocabulary/Items": (7, 29),
    SAMPLES: (78, 143),
    "qti-qtiworks/qtiworks-jqtiplus": (0, 14),
    "qti-canvas/items_1.2": (32, 64),
    "qti-canvas/items_2.1": (7, 10),
    "qti-canvas/items_2.2": (30, 61),
    "qti-canvas/tests": (12, 22),
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_items_of_a_folder_come_in_or_are_refused_by_name(corpora: Path, folder: str) -> None:
    found, source = outcome(bundle(corpora / folder, item_pages(corpora / folder)))
    assert (found["in"], found.total()) == FOLDERS[folder], found
    assert source is not None
    for row in source.rows:
        for flaw in row.flaws:
            if flaw.code == "qti.unsupported":
                assert flaw.value and flaw.value in flaw.reason_zh, "the construct is named"


PACKAGES = {
    "canvas_cartridge": Counter({"in": 16, "qti.unsupported": 4, "qti.several_right": 2, "qti.no_interaction": 2}),
    "test_qti_1.2": Counter({"in": 3, "figure.missing": 2}),
    "test_qti_2.1": Counter({"in": 4, "figure.unusable": 1}),
    "test_qti_2.2": Counter({"in": 6}),
    "test_with_comments": Counter({"options.empty": 1}),
    "with_banks": Counter({"in": 5, "options.too_few": 2, "qti.no_interaction": 1}),
    "test_imscc_canvas": Counter({"in": 4}),
    "test_qti_1.2_canvas": Counter({"in": 4}),
    "test_qti_1.2_multi": Counter({"in": 2}),
    "package_shared": Counter({"in": 1, "qti.file_missing": 1}),
    "imsqti_2.2_package": Counter({"in": 1}),
    "unsupported_version": Counter({"import.no_questions": 1}),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_packages_of_canvas_are_read_by_their_manifest(corpora: Path, name: str) -> None:
    found, _ = outcome(zipped(corpora / "qti-canvas" / name))
    assert found == PACKAGES[name]


ARCHIVES = {
    "ZipSlip.zip": Counter({"archive.path_escapes": 1}),
    "WebDeveloperTest1-incomplete.zip": Counter({"archive.broken": 1}),
    "NotContentPackage.zip": Counter({"import.qti_no_manifest": 1}),
    "BadManifest.zip": Counter({"import.xml_malformed": 1}),
    "MissingFile.zip": Counter({"qti.file_missing": 1}),
    "ExternalHref.zip": Counter({"qti.file_missing": 1}),
    "WebDeveloperTest1.zip": Counter({"in": 8, "figure.unusable": 1}),
    "Aardvark-cannon.zip": Counter({"in": 1}),
    "BadMix.zip": Counter({"in": 8, "figure.unusable": 1}),
}


def test_archives_of_qtiworks_hostile_ones_among_them(corpora: Path) -> None:
    archives = {path.name: path.read_bytes() for path in (corpora / "qti-qtiworks").rglob("*.zip")}
    assert {name: outcome(data)[0] for name, data in archives.items()} == ARCHIVES


def test_files_that_are_no_items_or_no_xml_are_refused_whole(corpora: Path) -> None:
    found: Counter[str] = Counter()
    for folder in ("qti-1edtech-examples", "qti-qtiworks", "qti-canvas"):
        for page in sorted((corpora / folder).rglob("*.xml")):
            if not ITEM.search(page.read_text("utf-8", "replace")):
                counted, source = outcome(page.read_bytes())
                assert source is None, page
                found += counted
    assert found == Counter({"import.qti_other_root": 99, "import.xml_malformed": 2}), found


def local(element: Element) -> str:
    return element.tag.rpartition("}")[2].removeprefix("qti-").replace("-", "").casefold()


def first(root: Element, name: str) -> Element | None:
    return next((each for each in root.iter() if local(each) == name), None)


def spoken(element: Element) -> str:
    """The words of a choice without the feedback inside it."""
    parts = [element.text or ""]
    for child in element:
        parts += [spoken(child) if not local(child).startswith("feedback") else "", child.tail or ""]
    return re.sub(r"\s", "", "".join(parts))


def official_key(root: Element) -> set[str] | None:
    """The words of the options that the item itself declares right; None where it is no single choice interaction."""
    interactions = [each for each in root.iter() if local(each).endswith("interaction")]
    declared = [each for each in root.iter() if local(each) == "responsedeclaration"]
    if len(interactions) != 1 or len(declared) != 1 or local(interactions[0]) != "choiceinteraction":
        return None
    correct = first(declared[0], "correctresponse")
    right = {(each.text or "").strip() for each in correct} if correct is not None else set()
    choices = [each for each in interactions[0].iter() if local(each) == "simplechoice"]
    return {spoken(choice) for choice in choices if choice.get("identifier") in right} or None


def own_key(row: ReadRow) -> set[str]:
    options = {option.id: re.sub(r"\s", "", option_text(option)) for option in row.body.content.options}
    return {options[letter] for letter in row.body.key}


def choices_of(corpora: Path) -> Iterator[tuple[Path, set[str], ReadRow]]:
    for folder in ("qti-1edtech-examples", "qti-qtiworks", "qti-canvas"):
        for page in item_pages(corpora / folder):
            try:
                official = official_key(fromstring(page.read_bytes()))
            except (ParseError, ValueError):
                continue
            found, source = outcome(page.read_bytes())
            row = source.rows[0] if source and len(source.rows) == 1 else None
            if official and row and row.body.key and row.body.content.type != "true_false" and found:
                yield page, official, row


def test_every_choice_has_the_key_its_authors_declared(corpora: Path) -> None:
    compared = 0
    for page, official, row in choices_of(corpora):
        if any(block.kind != "text" for option in row.body.content.options for block in option.content):
            continue
        assert own_key(row) == official, page
        compared += 1
    assert compared >= 60, compared


def only(corpora: Path, path: str) -> ReadRow:
    source = read_qti((corpora / path).read_bytes(), POINT)
    assert len(source.rows) == 1
    return source.rows[0]


V22 = "qti-1edtech-examples/qtiv2p2-examples/items"


def test_official_items_of_other_kinds_by_hand(corpora: Path) -> None:
    order = only(corpora, f"{V22}/order.xml").body
    assert [option_text(option) for option in order.content.options][2] == "Michael Schumacher"
    assert order.key == ("C", "A", "B")
    match = only(corpora, f"{V22}/match.xml").body
    assert match.key == ("A-2", "B-1", "C-1", "D-3") and match.content.interaction["reuse"]
    rivals = only(corpora, f"{V22}/associate.xml").body
    sides = dict(pair.split("-") for pair in rivals.key)
    right = {target["id"]: target["content"][0]["text"] for target in rivals.content.interaction["targets"]}
    pairs = {option_text(option): right[sides[option.id]] for option in rivals.content.options}
    assert pairs == {"Antonio": "Prospero", "Capulet": "Montague", "Demetrius": "Lysander"}
    gaps = only(corpora, f"{V22}/gap_match.xml").body
    said = {
        each["id"]: each["content"][0]["text"] for gap in gaps.content.interaction["gaps"] for each in gap["options"]
    }
    assert [said[each] for each in gaps.key] == ["winter", "summer"]
    assert only(corpora, f"{V22}/text_entry.xml").body.scoring["blanks"] == [{"accept": ["York"], "normalise": []}]
    assert only(corpora, f"{V22}/hotspot.xml").body.scoring["areas"] == [{"shape": "circle", "coords": [77, 115, 8]}]
    numeric = only(corpora, "qti-canvas/tests/interactionmix_saxony_v3/TextEntrynumeric_770468849.xml").body
    assert numeric.scoring["tolerance"] == {"kind": "relative", "amount": "0.050"}


def test_numbers_of_canvas_become_values_with_a_tolerance(corpora: Path) -> None:
    wanted = {"margin_error": ("77", "7"), "margin_error_percent": ("200", "40"), "within_range": ("11.5", "10.5")}
    for name, (value, amount) in wanted.items():
        scoring = only(corpora, f"qti-canvas/items_1.2/numeric_{name}.xml").body.scoring
        assert scoring == {"value": value, "tolerance": {"kind": "absolute", "amount": amount}}, name


def test_items_under_one_text_become_a_case(corpora: Path) -> None:
    folder = corpora / V22
    _, source = outcome(bundle(folder, [folder / "orkney1.xml", folder / "orkney2.xml"]))
    assert source is not None
    cases = [row.body.content.case for row in source.rows]
    assert [(case.code, case.place, case.size) for case in cases if case] == [("Q-orkney", 1, 2), ("Q-orkney", 2, 2)]
    assert cases[0] and "seventy islands" in " ".join(block.text for block in cases[0].stimulus)
