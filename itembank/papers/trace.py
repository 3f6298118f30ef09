"""Decides where a photographed fragment can come from: the smallest set of hall, sitting, seat that fits all of it.

For whoever investigates a leak. Source: `evidence.md`, "Tracing". Each step of evidence only removes candidates, and
says how many it left: which forms show these items, at these numbers, in this order; with these options in this order;
which seats had such a form; whose ticket, seat, minute or copy mark stands in the watermark. What the evidence cannot
tell apart stays in the answer. Evidence that contradicts the rest removes nothing and is said to; evidence like nothing
that was ever shown is told as such, once, and no later step counts it again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from examserver.kernel.calendar import local_time
from examserver.kernel.errors import Json
from itembank.papers.fragment import Fragment, Seen, fits, in_order, is_item, read_mark, read_words, stands_in, words_of

MINUTE_MS = 60_000
SLACK_MS = 10 * MINUTE_MS


@dataclass(frozen=True)
class ShownItem:
    """An item as a form shows it: its number in the form, bare words, options by letter with bare words."""

    number: int
    code: str
    words: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ShownForm:
    """A form as candidates saw it."""

    paper: str
    form: str
    name: str
    items: tuple[ShownItem, ...]


@dataclass(frozen=True)
class Source:
    """Where a form was shown: a seat of a sitting, a printed copy, or - without orders - the form alone."""

    paper: str
    form: str
    sitting: str = ""
    hall: str = ""
    seat: str = ""
    ticket: str = ""
    copy: str = ""
    from_ms: int = 0
    to_ms: int = 0
    form_name: str = field(default="", compare=False)

    @property
    def named(self) -> bool:
        """Whether a watermark can name it: a form nobody is known to have had can only fit by silence."""
        return bool(self.ticket or self.seat or self.copy)

    def as_json(self) -> Json:
        """What is known of it."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Step:
    """One piece of evidence: what it was, how many candidates it left, whether it says anything."""

    evidence: str
    before: int
    after: int
    words_zh: str
    words_en: str
    contradicts: bool = False

    def as_json(self) -> Json:
        """As printed."""
        return dict(vars(self))


@dataclass(frozen=True)
class Traced:
    """The answer: sources that fit everything, the steps, what cannot be told apart."""

    sources: tuple[Source, ...]
    steps: tuple[Step, ...]

    @property
    def contradicted(self) -> bool:
        """Whether some evidence fitted nothing that the rest left over."""
        return any(step.contradicts for step in self.steps)

    @property
    def unique(self) -> bool:
        """Whether one source alone fits everything: contradictory evidence names nobody."""
        return len(self.sources) == 1 and not self.contradicted

    def distinct(self, name: str) -> list[str]:
        """The different values of one field over all sources."""
        return sorted({str(getattr(one, name)) for one in self.sources if getattr(one, name)})

    def as_json(self) -> Json:
        """The whole answer."""
        return {
            "candidates": len(self.sources),
            "unique": self.unique,
            "contradicted": self.contradicted,
            **{f"{name}s": self.distinct(name) for name in ("paper", "form", "hall", "sitting", "seat", "ticket")},
            "copies": self.distinct("copy"),
            "sources": [one.as_json() for one in self.sources[:500]],
            "steps": [step.as_json() for step in self.steps],
        }


def shown_words(stem: Sequence[Json], stimulus: Sequence[Json]) -> str:
    """The words over which an item is recognised: its stem, and the material it shares with its case."""
    return "|".join(words_of(part) for part in (stem, stimulus) if part)


def shown_form(paper: str, content: Json) -> ShownForm:
    """A form document as it is compared."""
    items, number = [], 0
    for section in content["sections"]:
        for item in section["items"]:
            number += 1
            options = tuple((str(one["id"]), words_of(one["content"])) for one in item["options"])
            case = content.get("cases", {}).get(item.get("case", {}).get("code"), {})
            words = shown_words(item["stem"], case.get("stimulus", []))
            items.append(ShownItem(number, str(item["code"]), words, options))
    return ShownForm(paper, str(content["form"]), str(content["name"]), tuple(items))


def sources_of_order(order: Json) -> list[Source]:
    """Every seat of a sitting order with the form it was given."""
    hall = " ".join(
        str(part) for part in (order["institution"]["name"], order["centre"], order["room"]["name"]) if part
    )
    begins = int(order["starts_ms"])
    return [
        Source(
            paper="",
            form=str(one["form"]),
            sitting=str(order["sitting"]),
            hall=hall,
            seat=str(one["seat"]),
            ticket=str(one["ticket"]),
            from_ms=begins,
            to_ms=begins + 1000 * (int(order["duration_s"]) + int(one["accommodations"]["extra_s"])),
        )
        for one in order["candidates"]
    ]


def corrected(sources: Sequence[Source], record: Json) -> list[Source]:
    """What the sitting record says over what the order planned: forms and seats in fact, moves, nobody absent."""
    sessions = {row["ticket"]: row for row in record["sessions"]}
    by_session = {row["session"]: row["ticket"] for row in record["sessions"]}
    seats: dict[str, set[str]] = {ticket: {str(row["seat"])} for ticket, row in sessions.items()}
    for move in record["moves"]:
        ticket = by_session.get(move["session"])
        if ticket is not None:
            seats[ticket] |= {str(move["from_seat"]), str(move["to_seat"])}
    made = []
    for one in sources:
        if one.sitting != record["sitting"]:
            made.append(one)
        elif one.ticket in sessions:
            now = replace(one, form=str(sessions[one.ticket]["form"]), to_ms=max(one.to_ms, int(record["closed_ms"])))
            made += [replace(now, seat=seat) for seat in sorted(seats[one.ticket])]
    return made


Fit = Callable[[Source], bool]


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence before it is held against the candidates: its words, which sources fit it."""

    kind: str
    words_zh: str
    words_en: str
    fit: Fit


def trace_fragment(fragment: Fragment, forms: Sequence[ShownForm], sources: Sequence[Source]) -> Traced:
    """Every source that fits the fragment; forms nobody is known to have sat with stay in as forms alone."""
    shown = {one.form: one for one in forms}
    placed = [
        replace(one, paper=shown[one.form].paper, form_name=shown[one.form].name)
        for one in sources
        if one.form in shown
    ]
    seated = {one.form for one in placed if not one.copy}
    alone = [Source(one.paper, one.form, form_name=one.name) for one in forms if one.form not in seated]
    found = Traced((*placed, *alone), ())
    fitting: list[tuple[int, Seen]] = []
    for number, seen in enumerate(fragment.seen, 1):
        found = _narrowed(found, _item(number, seen, forms))
        fitting += [] if found.steps[-1].contradicts else [(number, seen)]
    for evidence in [*_order(fitting, forms), *_options(fitting, forms), *_watermark(fragment.watermark, placed)]:
        found = _narrowed(found, evidence)
    return found


def _narrowed(found: Traced, evidence: Evidence) -> Traced:
    """The sources that fit one more piece of evidence; all of them, and its contradiction, when none does."""
    left = found.sources
    kept = tuple(one for one in left if evidence.fit(one))
    if evidence.kind == "watermark" and any(one.named for one in kept):
        kept = tuple(one for one in kept if one.named)
    step = Step(evidence.kind, len(left), len(kept), evidence.words_zh, evidence.words_en, not kept and bool(left))
    return Traced(kept or left, (*found.steps, step))


def _nowhere(_source: Source) -> bool:
    """Evidence like nothing that was shown fits no source."""
    return False


def _of_form(forms: Sequence[ShownForm], test: Callable[[ShownForm], bool]) -> Fit:
    """Sources whose form passes the test."""
    fitting = {form.form for form in forms if test(form)}
    return lambda source: source.form in fitting


def _item(number: int, seen: Seen, forms: Sequence[ShownForm]) -> Evidence:
    """A photographed item: forms that show it, at its number where that is readable."""
    read = seen.item[:20]
    if any(places_of(form, seen) for form in forms):
        zh, en = f"含有第 {number} 道所见试题", f"shows item {number} of the fragment"
        return Evidence("item", zh, en, _of_form(forms, lambda form: bool(places_of(form, seen))))
    if any(places_of(form, replace(seen, number=None)) for form in forms):
        zh, en = f"各卷第 {seen.number} 题都不是“{read}”", f"no form shows “{read}” as its number {seen.number}"
    else:
        zh, en = f"各卷中没有与“{read}”相符的试题", f"no item of any form is like “{read}”"
    return Evidence("item", zh, en, _nowhere)


def _order(fitting: Sequence[tuple[int, Seen]], forms: Sequence[ShownForm]) -> Iterator[Evidence]:
    """The items that were found, from first to last."""
    seen = [one for _, one in fitting]
    if len(seen) > 1:
        fit = _of_form(forms, lambda form: items_in_order(form, seen))
        yield Evidence("order", "试题先后次序相同", "items in this order", fit)


def _options(fitting: Iterable[tuple[int, Seen]], forms: Sequence[ShownForm]) -> Iterator[Evidence]:
    """The options of each item that was found: those no form offers are told, the others must stand in this order."""
    for number, seen in fitting:
        unknown = [one for one in seen.options if not _is_offered(one, seen, forms)]
        if unknown:
            zh = f"第 {number} 道所见试题没有这样的选项：{'、'.join(f'“{one[:20]}”' for one in unknown)}"
            en = f"item {number} of the fragment has no option like {', '.join(f'“{one[:20]}”' for one in unknown)}"
            yield Evidence("options", zh, en, _nowhere)
        known = replace(seen, options=tuple(one for one in seen.options if one not in unknown))
        if known.options:
            zh, en = f"第 {number} 道所见试题的选项次序相同", f"options of item {number} in this order"
            yield Evidence("options", zh, en, _of_form(forms, partial(_options_fit, known)))


def _options_fit(seen: Seen, form: ShownForm) -> bool:
    return options_in_order(form, seen)


def _is_offered(read: str, seen: Seen, forms: Sequence[ShownForm]) -> bool:
    """Whether some form offers this option with the item, at whatever letter."""
    _, words = _lettered(read)
    items = (one for form in forms for one in form.items if one.number in places_of(form, seen))
    return any(_is_option(words, printed) for item in items for _, printed in item.options)


def places_of(form: ShownForm, seen: Seen) -> list[int]:
    """The numbers at which a form may show what was seen."""
    return [
        one.number
        for one in form.items
        if seen.number in (None, one.number) and is_item(seen.item, one.code, one.words)
    ]


def items_in_order(form: ShownForm, seen: Sequence[Seen]) -> bool:
    """Whether the form shows these items from first to last."""
    return in_order([places_of(form, one) for one in seen])


def options_in_order(form: ShownForm, seen: Seen) -> bool:
    """Whether some item of the form that fits shows these options from top to bottom, at these letters where given."""
    places = places_of(form, seen)
    items = [one for one in form.items if one.number in places]
    return any(in_order([_option_places(item, read) for read in seen.options]) for item in items)


_LETTERED = re.compile(r"\s*([A-Ha-h])\s*[.．、:：]\s*(\S.*)", re.DOTALL)


def _lettered(read: str) -> tuple[str, str]:
    """The letter, where one was read, and the bare words of an option."""
    found = _LETTERED.match(read)
    return (found[1].upper(), read_words(found[2])) if found else ("", read_words(read))


def _option_places(item: ShownItem, read: str) -> list[int]:
    """Where an option read as `A. words`, as words, or as a piece of them may stand."""
    letter, words = _lettered(read)
    return [
        place for place, (own, printed) in enumerate(item.options) if letter in ("", own) and _is_option(words, printed)
    ]


def _is_option(read: str, printed: str) -> bool:
    return bool(read) and (read == printed or (len(read) >= 2 and stands_in(read, printed)))


def _watermark(text: str, placed: Sequence[Source]) -> Iterator[Evidence]:
    """Words of the mark against ticket, seat and copy; its minute against the time of the sitting."""
    mark = read_mark(text)
    silent = not any(one.seat or one.ticket for one in placed)
    for word in mark.words:
        if silent or any(one.named and _bears(one, word, silent) for one in placed):
            zh, en = f"水印“{word}”", f"watermark “{word}”"
        else:
            zh = f"所给考试指令和印本中，没有座位、准考证号或印本号是“{word}”"
            en = f"no seat, ticket or copy of these orders is “{word}”"
        yield Evidence("watermark", zh, en, partial(_bears, word=word, silent=silent))
    if mark.minute is not None or mark.day is not None:
        zh, en = "水印时间在考试时间内", "the watermark's time is within the sitting"
        yield Evidence("time", zh, en, lambda one: _at(one, mark.minute, mark.day))


def _bears(source: Source, word: str, silent: bool) -> bool:
    """Whether a source prints this word; a form alone may, as long as nobody knows who sat where."""
    printed = [value for value in (source.ticket, source.seat, source.copy) if value]
    return any(fits(word, value) for value in printed) if printed else silent


def _at(source: Source, minute: int | None, day: tuple[int, int] | None) -> bool:
    """Whether the sitting was under way at this minute, on this day; unknown times exclude nothing."""
    if not source.to_ms:
        return True
    first = (source.from_ms - SLACK_MS) // MINUTE_MS
    last = (source.to_ms + SLACK_MS) // MINUTE_MS
    return any(_is_minute(at, minute, day) for at in range(first, last + 1))


def _is_minute(at: int, minute: int | None, day: tuple[int, int] | None) -> bool:
    local = local_time(at * MINUTE_MS)
    return minute in (None, local.hour * 60 + local.minute) and day in (None, (local.month, local.day))
