"""Writes items of the bank as a QTI 3.0 package: always the same bytes for the same items.

For `actions.py`. Items in order of their codes, pictures and sounds under their digests, shared texts of case groups in
files of their own, the bank's attributes in the metadata of each resource. What is exported, imported and exported
again is the same file. Source: IMS Content Packaging 1.2 with the QTI 3.0 manifest profile.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from examserver.kernel.archive import write_archive
from itembank.exchange.export.keyless import strip_keys
from itembank.exchange.export.markup import Writer, document, make
from itembank.exchange.export.qti_item import XSI, identifier_of, root_attributes, write_item
from itembank.exchange.formats.qti_metadata import NAMESPACE as OWN_NAMESPACE
from itembank.exchange.formats.qti_metadata import OWN
from itembank.items.content import Block, ItemBody, digests_in
from itembank.items.shapes import canonical

PACKAGING = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/LOM"
_PACKAGING_SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd"
SUFFIXES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/mp4": "m4a",
}
BLANK_NAME = "blank.png"
BLANK = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da63f8ffff3f"
    "0005fe02fe331295140000000049454e44ae426082"
)


@dataclass(frozen=True)
class Media:
    """A picture or sound of the bank."""

    media_type: str
    data: bytes


Report = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    """Tells nobody."""


class _Names:
    """File names from codes: no two alike even where case does not count."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def of(self, code: str) -> str:
        """A free name for this code."""
        name, number = code, 2
        while name.casefold() in self.taken:
            name, number = f"{code}-{number}", number + 1
        self.taken.add(name.casefold())
        return name


def write_package(
    bodies: Iterable[ItemBody], media: Mapping[str, Media], report: Report = _silent, with_keys: bool = True
) -> bytes:
    """The package of these items; `media` holds every picture and sound they use by digest."""
    items = sorted(map(canonical, bodies), key=lambda body: body.content.code)
    paths = {digest: media_path(digest, found) for digest, found in media.items()}
    stimuli, names = _stimuli(items), _Names()
    entries: list[tuple[str, bytes]] = []
    resources: list[Element] = []
    for number, body in enumerate(items, 1):
        path, stimulus = f"items/{names.of(body.content.code)}.xml", stimuli.get(_case_key(body), "")
        root = write_item(body, _place(paths), f"../{stimulus}" if stimulus else "")
        entries.append((path, document(root if with_keys else strip_keys(root))))
        resources.append(_resource(body, path, [paths[each] for each in _assets(body)], stimulus))
        report(number, len(items))
    shared = _shared(items, stimuli, paths)
    used = sorted({paths[each] for body in items for each in _assets(body)})
    by_path = {paths[digest]: found.data for digest, found in media.items()}
    blanks = [(f"media/{BLANK_NAME}", BLANK)] if any(_without_picture(body) for body in items) else []
    manifest = _manifest([*resources, *(resource for _, _, resource in shared)])
    files = [(path, document(root)) for path, root, _ in shared]
    return write_archive(
        [("imsmanifest.xml", document(manifest)), *entries, *files, *((path, by_path[path]) for path in used), *blanks]
    )


def media_path(digest: str, media: Media) -> str:
    """Where a picture or sound stands in the package."""
    return f"media/{digest.removeprefix('sha256:')}.{SUFFIXES.get(media.media_type, 'bin')}"


def _place(paths: Mapping[str, str]) -> Callable[[str], str]:
    return lambda digest: f"../{paths[digest]}" if digest else f"../media/{BLANK_NAME}"


def _without_picture(body: ItemBody) -> bool:
    return body.content.type == "drawing" and not body.content.interaction["asset"]


def _assets(body: ItemBody) -> list[str]:
    """Digests of everything the item shows, also in its model answer."""
    return sorted(set(digests_in([body.content.as_json(), body.scoring])) - {""})


def _case_key(body: ItemBody) -> tuple[str, tuple[Block, ...]]:
    case = body.content.case
    return (case.code, case.stimulus) if case else ("", ())


def _stimuli(items: Sequence[ItemBody]) -> dict[tuple[str, tuple[Block, ...]], str]:
    """The file of each shared text, by case and text."""
    names = _Names()
    keys = sorted({_case_key(body) for body in items if body.content.case}, key=lambda key: (key[0], repr(key[1])))
    return {key: f"stimuli/{names.of(key[0])}.xml" for key in keys}


def _shared(
    items: Sequence[ItemBody], stimuli: Mapping[tuple[str, tuple[Block, ...]], str], paths: Mapping[str, str]
) -> list[tuple[str, Element, Element]]:
    """Path, content and resource of every shared text."""
    found = []
    for (code, blocks), path in stimuli.items():
        body = make("qti-stimulus-body", {}, *Writer(_place(paths)).blocks(blocks))
        said = {**root_attributes(), "identifier": identifier_of(code), "title": code, "xml:lang": "zh-CN"}
        files = [paths[each] for each in sorted(set(digests_in([block.as_json() for block in blocks])))]
        resource = _listed(path, "imsqti_stimulus_xmlv3p0", [], files)
        found.append((path, make("qti-assessment-stimulus", said, body), resource))
    return found


def _identifier(path: str) -> str:
    """The name of a resource in the manifest."""
    return "R-" + path.replace("/", "-")


def _listed(path: str, kind: str, metadata: Sequence[Element], files: Sequence[str], needs: str = "") -> Element:
    resource = make("resource", {"identifier": _identifier(path), "type": kind, "href": path}, *metadata)
    resource.extend([make("file", {"href": each}) for each in (path, *files)])
    if needs:
        resource.append(make("dependency", {"identifierref": _identifier(needs)}))
    return resource


def _resource(body: ItemBody, path: str, files: Sequence[str], stimulus: str) -> Element:
    metadata = make("metadata", {}, _metadata(body))
    return _listed(path, "imsqti_item_xmlv3p0", [metadata], files, stimulus)


def _metadata(body: ItemBody) -> Element:
    """LOM that every tool knows, and in it, where the schema lets others in, the bank's own attributes."""
    identifier = make("lom:identifier", {}, make("lom:entry", {}, body.content.code))
    point = make("lom:keyword", {}, make("lom:string", {}, body.content.point))
    return make("lom:lom", {}, make("lom:general", {}, identifier, point), _own_metadata(body))


def _own_metadata(body: ItemBody) -> Element:
    """The bank's attributes under a namespace of their own; what is empty is left out."""
    content, case = body.content, body.content.case
    said = {
        "code": content.code,
        "type": content.type,
        "point": content.point,
        "points": content.points,
        "rule": str(body.scoring.get("rule", "")),
        "importance": body.importance or "",
        "cognition": body.cognition or "",
        "difficulty": "" if body.difficulty is None else str(body.difficulty),
        "source": body.source,
        "owner": body.owner,
        "funding": body.funding,
    }
    if case is not None:
        said |= {"case": case.code, "place": str(case.place), "size": str(case.size)}
    parts = [make(f"bank:{name}", {}, value) for name, value in said.items() if value]
    parts += [make("bank:enemy", {}, enemy) for enemy in body.enemies]
    return make(f"bank:{OWN}", {}, *parts)


def _manifest(resources: Sequence[Element]) -> Element:
    head = make("metadata", {}, make("schema", {}, "QTI Package"), make("schemaversion", {}, "3.0.0"))
    said = {
        "xmlns": PACKAGING,
        "xmlns:lom": LOM,
        "xmlns:bank": OWN_NAMESPACE,
        "xmlns:xsi": XSI,
        "xsi:schemaLocation": f"{PACKAGING} {_PACKAGING_SCHEMA}",
        "identifier": "MANIFEST",
    }
    return make("manifest", said, head, make("organizations", {}), make("resources", {}, *resources))
