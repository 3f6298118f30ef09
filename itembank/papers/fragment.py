"""Decides what a photographed fragment says, as data: items and options in the order shown, a watermark.

For leak tracing. A fragment is written down by a person from a photograph, often cut off and partly unreadable: words
are compared as the bank compares stems (width, blanks and marks do not count), a piece of a sentence is enough, and an
unreadable sign is `?` or `*`.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from examserver.kernel.errors import Invalid, Json
from itembank.papers.wildcards import found_in, may_stand_in, read_signs

ENOUGH = 4
ALIKE = 88


class FragmentUnreadable(Invalid):
    """The description of the fragment is not of the described shape."""

    code = "trace.fragment"
    message_zh = "片段描述有误：{reason_zh}"
    message_en = "The description of the fragment is wrong: {reason_en}"
    next_zh = "请按 exam paper trace --help 的格式填写题目、选项顺序和水印"
    next_en = "Write items, options and watermark as exam paper trace --help shows"


@dataclass(frozen=True)
class Seen:
    """One photographed item: its code or words, its number where it is readable, its options from top to bottom."""

    item: str
    number: int | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fragment:
    """Everything a photograph shows; empty parts were not in the picture."""

    seen: tuple[Seen, ...] = ()
    watermark: str = ""


_TAG = re.compile(r"<[^<>]*>")
_NUMBERED = re.compile(r"^\s*(\d{1,3})\s*[.．、:：]\s*(?=\D)(.+)$", re.DOTALL)


def bare(text: str, wild: str = "") -> str:
    """Words without width, blanks, marks and tags: what is compared; the marks in `wild` stay."""
    plain = unicodedata.normalize("NFKC", html.unescape(_TAG.sub("", text))).lower()
    return "".join(sign for sign in plain if sign.isalnum() or sign in wild)


def read_words(text: str) -> str:
    """The bare words somebody read, with `?` and `*` for what could not be read."""
    return bare(text, "?*")


def words_of(blocks: Iterable[Json]) -> str:
    """The bare words of blocks as printed."""
    return bare("".join(str(block.get("text", block.get("html", ""))) for block in blocks))


def read_fragment(items: Sequence[object], watermark: str) -> Fragment:
    """A fragment from plain data: texts, or objects with item, number and options; raises FragmentUnreadable."""
    seen = tuple(_seen(one) for one in items)
    if not seen and not watermark.strip():
        raise FragmentUnreadable(reason_zh="没有任何题目或水印", reason_en="neither items nor a watermark are given")
    return Fragment(seen, watermark.strip())


def _seen(value: object) -> Seen:
    if isinstance(value, str):
        numbered = _NUMBERED.match(value)
        found = Seen(numbered[2], int(numbered[1])) if numbered else Seen(value)
    elif isinstance(value, dict) and set(value) <= {"item", "number", "options"}:
        number, options = value.get("number"), value.get("options", [])
        if not (number is None or (isinstance(number, int) and number > 0)) or not isinstance(options, list):
            raise FragmentUnreadable(
                reason_zh="题号或选项的形式不对", reason_en="number or options have the wrong shape"
            )
        found = Seen(str(value.get("item", "")), number, tuple(str(one) for one in options))
    else:
        raise FragmentUnreadable(reason_zh="题目应为文字或对象", reason_en="an item is a text or an object")
    if len(bare(found.item)) < ENOUGH:
        reason = {
            "reason_zh": f"“{found.item[:20]}”少于 {ENOUGH} 个字",
            "reason_en": f"“{found.item[:20]}” is too short",
        }
        raise FragmentUnreadable(**reason)
    return found


def is_item(seen: str, code: str, words: str) -> bool:
    """Whether the words read in a photograph are this item's code, or stand in it, as far as they can be read."""
    if unicodedata.normalize("NFKC", seen).strip().lower() == code.lower():
        return True
    return stands_in(read_words(seen), words)


def stands_in(read: str, words: str) -> bool:
    """Whether words read stand in words printed; long ones may differ in few signs.

    A question mark may be a sign that was lost or the sentence's own, which is no word: it stands for one sign or none.
    """
    if "?" in read or "*" in read:
        return may_stand_in(read, words) and found_in(read_signs(read, perhaps=True), words)
    if read in words:
        return True
    return len(read) >= 8 and fuzz.partial_ratio(read, words, score_cutoff=ALIKE) > 0


def in_order(places: Sequence[Sequence[int]]) -> bool:
    """Whether one place can be chosen from each set so that they grow: things seen from top to bottom."""
    last = -1
    for choices in places:
        later = [place for place in choices if place > last]
        if not later:
            return False
        last = min(later)
    return True


@dataclass(frozen=True)
class Mark:
    """What of a watermark could be read: ticket, seat, copy mark (with `?` for lost signs), minute of the day."""

    words: tuple[str, ...]
    minute: int | None
    day: tuple[int, int] | None


_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:：]([0-5]\d)")
_DAY = re.compile(r"(\d{1,2})\s*[月/-]\s*(\d{1,2})(?!\d*[:：])")


def read_mark(text: str) -> Mark:
    """The parts of a watermark, whatever order and marks they stand in."""
    clock, day = _CLOCK.search(text), _DAY.search(text)
    rest = text
    for found in (clock, day):
        rest = rest.replace(found[0], " ") if found else rest
    rest = re.sub(r"\d{4}\s*[年/-]|星期.|周.|日|年|月", " ", rest)
    words = tuple(word.upper() for word in re.split(r"[\s·|,，;；]+", rest) if len(word.strip("-?*.")) >= 2)
    minute = int(clock[1]) * 60 + int(clock[2]) if clock else None
    return Mark(words, minute, (int(day[1]), int(day[2])) if day else None)


def fits(word: str, printed: str) -> bool:
    """Whether a word read is this printed one or, from three signs on, a piece of it."""
    read, whole = word.upper(), printed.upper()
    reading = read_signs(read, perhaps=False)
    return found_in(reading, whole, whole=True) or (len(read) >= 3 and found_in(reading, whole))
