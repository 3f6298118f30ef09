"""Writes one item of the bank as a QTI 3.0 assessment item.

For `package.py`. One function per interaction; what QTI has no words for (which differences a blank overlooks, a shown
unit, the rubric's bands) stands in `data-` attributes, which other readers leave alone. Source: QTI 3.0 ASI
Information Model and XSD (order of the parts of an item), the official examples.
"""

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from itembank.exchange.export import qti_scoring as scoring
from itembank.exchange.export.markup import Place, Writer, add, make
from itembank.items.content import ItemBody, Json, read_blocks, text_block
from itembank.items.kinds import load_type

NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def root_attributes() -> dict[str, str]:
    """Namespace and schema of a QTI 3.0 file."""
    return {"xmlns": NAMESPACE, "xmlns:xsi": XSI, "xsi:schemaLocation": f"{NAMESPACE} {_SCHEMA}"}


def identifier_of(code: str) -> str:
    """A code as an XML identifier, which never begins with a digit."""
    return code if code[:1].isalpha() else f"_{code}"


class Parts:
    """The parts of one item while it is written, in the order the schema wants them."""

    def __init__(self, body: ItemBody, place: Place) -> None:
        self.body, self.content = body, body.content
        self.writer = Writer(place, self.blank)
        self.responses: list[Element] = []
        self.below: list[Element] = []
        self.processing: Element | None = None
        self.blanks: dict[int, Element] = {}

    @property
    def points(self) -> str:
        """What the item is worth."""
        return self.content.points

    @property
    def rule(self) -> str:
        """Its rule, also where it is the usual one."""
        return str(self.body.scoring.get("rule") or load_type(self.content.type).rule)

    def blank(self, number: int) -> Element:
        """The interaction in a blank of the stem; the bare mark where there is none."""
        return self.blanks.pop(number, make("span", {}, f"{{{{{number}}}}}"))

    def options(self, tag: str, **attributes: str) -> list[Element]:
        """The options under the bank's letters."""
        return [
            make(tag, {"identifier": option.id, **_dashed(attributes)}, *self.writer.blocks(option.content))
            for option in self.content.options
        ]


def _dashed(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in attributes.items()}


def write_item(body: ItemBody, place: Place, stimulus: str = "") -> Element:
    """The assessment item; `stimulus` is the path of the text it shares with others."""
    parts, kind = Parts(body, place), body.content.type
    WRITERS[kind](parts)
    code = body.content.code
    root = make(
        "qti-assessment-item",
        {
            **root_attributes(),
            "identifier": identifier_of(code),
            "title": code,
            "adaptive": "false",
            "time-dependent": "false",
            "xml:lang": "zh-CN",
        },
        *parts.responses,
        scoring.outcome(parts.points, load_type(kind).rule == "rubric"),
    )
    if stimulus and body.content.case is not None:
        case = identifier_of(body.content.case.code)
        root.append(make("qti-assessment-stimulus-ref", {"identifier": case, "href": stimulus, "title": case}))
    root.append(make("qti-item-body", {}, *parts.writer.blocks(body.content.stem), *parts.below))
    if parts.processing is not None:
        root.append(parts.processing)
    return root


def _choice(parts: Parts) -> None:
    several = parts.content.type == "multiple_response"
    partial = parts.rule == "partial_no_wrong"
    worth = scoring.part_of(parts.points, max(1, len(parts.body.key)))
    mapping = [(each, worth if each in parts.body.key else f"-{parts.points}") for each in parts.content.option_ids]
    cardinality = "multiple" if several else "single"
    parts.responses.append(
        scoring.declare(
            "RESPONSE", cardinality, "identifier", parts.body.key, mapping if partial else (), lower=partial
        )
    )
    most = "0" if several else "1"
    parts.below.append(
        make(
            "qti-choice-interaction",
            {"response-identifier": "RESPONSE", "shuffle": "false", "max-choices": most},
            *parts.options("qti-simple-choice"),
        )
    )
    parts.processing = scoring.map_response() if partial else scoring.match_correct(parts.points)


def _order(parts: Parts) -> None:
    parts.responses.append(scoring.declare("RESPONSE", "ordered", "identifier", parts.body.key))
    parts.below.append(
        make(
            "qti-order-interaction",
            {"response-identifier": "RESPONSE", "shuffle": "true"},
            *parts.options("qti-simple-choice"),
        )
    )
    by_place = parts.rule == "per_place" and parts.body.key
    parts.processing = (
        scoring.by_place(parts.body.key, parts.points) if by_place else scoring.match_correct(parts.points)
    )


def _match(parts: Parts) -> None:
    shown = parts.content.interaction
    pairs = [f"{one} T{other}" for one, _, other in (pair.partition("-") for pair in parts.body.key)]
    shares = parts.rule == "per_part"
    worth = scoring.part_of(parts.points, max(1, len(pairs)))
    mapping = [(pair, worth) for pair in pairs] if shares else []
    parts.responses.append(scoring.declare("RESPONSE", "multiple", "directedPair", pairs, mapping, lower=True))
    most = "0" if shown.get("reuse") else "1"
    targets = [
        make(
            "qti-simple-associable-choice",
            {"identifier": f"T{target['id']}", "match-max": most},
            *parts.writer.blocks(read_blocks(target["content"])),
        )
        for target in shown.get("targets", ())
    ]
    left = make("qti-simple-match-set", {}, *parts.options("qti-simple-associable-choice", match_max="1"))
    said = {"response-identifier": "RESPONSE", "shuffle": "true", "max-associations": str(len(parts.content.options))}
    parts.below.append(make("qti-match-interaction", said, left, make("qti-simple-match-set", {}, *targets)))
    parts.processing = scoring.map_response() if shares else scoring.match_correct(parts.points)


def _text(parts: Parts) -> None:
    blanks = parts.content.interaction.get("blanks", ())
    accepted = parts.body.scoring.get("blanks", ())
    shares, names = parts.rule == "per_part", []
    worth = scoring.part_of(parts.points, max(1, len(accepted))) if shares else "1"
    for number, (blank, answers) in enumerate(zip(blanks, accepted, strict=True), 1):
        name, texts = f"RESPONSE{number}", list(answers["accept"])
        names.append(name)
        exact = "case" not in answers.get("normalise", ())
        mapping = [(text, worth) for text in texts]
        parts.responses.append(scoring.declare(name, "single", "string", texts[:1], mapping, exact))
        parts.blanks[number] = make(
            "qti-text-entry-interaction",
            {
                "response-identifier": name,
                "expected-length": str(blank["width"]),
                "data-normalise": " ".join(answers.get("normalise", ())),
            },
        )
    tests = [scoring.any_worth(name) for name in names]
    parts.processing = scoring.in_shares(names) if shares else scoring.all_or_nothing(tests, parts.points)


def _number(parts: Parts) -> None:
    said, shown = parts.body.scoring, parts.content.interaction
    kind, amount = said["tolerance"]["kind"], str(said["tolerance"].get("amount", ""))
    parts.responses.append(scoring.declare("RESPONSE", "single", "float", [said["value"]]))
    attributes = {
        "response-identifier": "RESPONSE",
        "expected-length": "15",
        "data-tolerance-kind": kind,
        "data-tolerance-amount": amount,
    }
    tests = [scoring.equal_number(said["value"], kind, amount)]
    after: list[Element | str] = []
    if shown.get("unit") == "shown":
        attributes["data-unit-text"] = shown["unit_text"]
        after.append(f" {shown['unit_text']}")
    if shown.get("unit") == "asked":
        units = list(said["unit"]["accept"])
        parts.responses.append(scoring.declare("UNIT", "single", "string", units[:1], [(each, "1") for each in units]))
        after += [" ", make("qti-text-entry-interaction", {"response-identifier": "UNIT", "expected-length": "8"})]
        tests.append(scoring.any_worth("UNIT"))
    field = make("qti-text-entry-interaction", attributes)
    parts.below.append(make("p", {"data-part": "answer"}, field, *after))
    parts.processing = scoring.all_or_nothing(tests, parts.points)


def _picture(parts: Parts) -> Element:
    shown = parts.content.interaction
    said = {"src": parts.writer.place(shown["asset"]), "alt": shown["alt"]}
    said |= {"width": str(shown["width"]), "height": str(shown["height"])}
    return make("img", said if shown["asset"] else {**said, "data-blank": "true"})


def _hotspot(parts: Parts) -> None:
    areas, most = parts.body.scoring.get("areas", []), parts.content.interaction["choose"]
    parts.responses.append(scoring.declare_points(areas, most > 1, parts.points))
    said = {"response-identifier": "RESPONSE", "max-choices": str(most)}
    parts.below.append(make("qti-select-point-interaction", said, _picture(parts)))
    total = make("qti-map-response-point", {"identifier": "RESPONSE"})
    if parts.rule == "per_part":
        parts.processing = scoring.processing(scoring.set_score(total))
    else:
        nearly = make("qti-gt", {}, total, scoring.number(_just_below(parts.points)))
        parts.processing = scoring.all_or_nothing([nearly], parts.points)


def _just_below(points: str) -> str:
    """A little less than full points: equal shares need not sum up exactly."""
    return scoring.part_of(str(float(points) * 0.999), 1)


def _inline(parts: Parts) -> None:
    gaps, names = parts.content.interaction.get("gaps", ()), []
    shares = parts.rule == "per_part"
    worth = scoring.part_of(parts.points, max(1, len(gaps)))
    for number, (gap, answer) in enumerate(zip(gaps, parts.body.key, strict=True), 1):
        name = f"RESPONSE{number}"
        names.append(name)
        mapping = [(f"G{answer}", worth)] if shares else []
        parts.responses.append(scoring.declare(name, "single", "identifier", [f"G{answer}"], mapping))
        choices = [
            make(
                "qti-inline-choice",
                {"identifier": f"G{option['id']}"},
                *parts.writer.blocks(read_blocks(option["content"]), inline=True),
            )
            for option in gap["options"]
        ]
        said = {"response-identifier": name, "shuffle": "false"}
        parts.blanks[number] = make("qti-inline-choice-interaction", said, *choices)
    tests = [scoring.matches(name) for name in names]
    parts.processing = scoring.in_shares(names) if shares else scoring.all_or_nothing(tests, parts.points)


def _extended(parts: Parts) -> None:
    shown = parts.content.interaction
    parts.responses.append(scoring.declare("RESPONSE", "single", "string", []))
    said = {"response-identifier": "RESPONSE", "expected-lines": str(shown["lines"])}
    said["expected-length"] = str(shown["longest"])
    parts.below += [make("qti-extended-text-interaction", said), _rubric(parts)]


def _drawing(parts: Parts) -> None:
    parts.responses.append(scoring.declare("RESPONSE", "single", "file", []))
    picture = _picture(parts)
    parts.below += [make("qti-drawing-interaction", {"response-identifier": "RESPONSE"}, picture), _rubric(parts)]


def _rubric(parts: Parts) -> Element:
    """The rubric for the person who marks, readable as it stands, with the model answer."""
    said: Json = parts.body.scoring
    content = make("qti-content-body", {})
    for criterion in said.get("rubric", ()):
        held = {"data-criterion": criterion["id"], "data-points": criterion["points"]}
        title = parts.writer.block(text_block(criterion["title"]))
        bands = [_band(parts, band) for band in criterion.get("bands", ())]
        add(content, make("div", held, title, *([make("ul", {}, *bands)] if bands else [])))
    model = parts.writer.blocks(read_blocks(said.get("model", [])))
    content.append(make("div", {"data-part": "model"}, *model))
    return make("qti-rubric-block", {"use": "scoring", "view": "scorer", "data-part": "rubric"}, content)


def _band(parts: Parts, band: Mapping[str, str]) -> Element:
    line = parts.writer.block(text_block(band["words"]))
    line.tag, line.attrib = "li", {"data-points": band["points"], "data-block": "text"}
    return line


WRITERS: dict[str, Callable[[Parts], None]] = {
    "single_response": _choice,
    "multiple_response": _choice,
    "true_false": _choice,
    "ordering": _order,
    "matching": _match,
    "text_entry": _text,
    "numeric_entry": _number,
    "hotspot": _hotspot,
    "inline_choice": _inline,
    "short_answer": _extended,
    "extended_response": _extended,
    "drawing": _drawing,
}
