"""Reads the answers at the end of a question paper: `1-5 ABCDC`, `1.A 2.B 3.√`, `一、单项选择题` before them.

For the layout of Word documents. An answer belongs to the question of its number in its section; where the paper
numbers its questions through, the section does not matter. What fits no question, or two, is told and never guessed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from itembank.exchange.formats.docx_labels import Heading, narrow, numbered

_ONE = r"[A-H]{1,8}|√|×|✓|✗|对|错|正确|错误|T|F"
_RANGE = re.compile(
    rf"(\d{{1,4}})\s*[-~–—―至到]+\s*(\d{{1,4}})\s*题?\s*[.、::)]?\s*((?:{_ONE})(?:[\s,、;]*(?:{_ONE}))*)(?![a-z])"
)
_PAIR = re.compile(
    rf"\(?(\d{{1,4}})\)?\s*[.、:)]?\s*((?:{_ONE})(?:[,、](?=[A-H](?![A-Za-z]))[A-H])*)(?=[\s,;、。.(]|\d|$)"
)
_BETWEEN = re.compile(r"[\s,;、。.]*")


@dataclass
class Answers:
    """The answers by section and number; `faults` names ranges whose letters do not fit their numbers."""

    sections: list[tuple[Heading, dict[int, list[str]]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    last: int = 0
    style: str = ""

    @property
    def found(self) -> bool:
        """Whether there are any."""
        return any(numbers for _, numbers in self.sections)

    def enter(self, heading: Heading) -> None:
        """The answers that follow belong to this section."""
        self.sections.append((heading, {}))
        self.last, self.style = 0, ""

    def take(self, line: str) -> None:
        """One line of answers; a line without a number goes on with the answer before it."""
        if not self.sections:
            self.enter(Heading("", ""))
        if is_list_line(line):
            for number, answer in _answers_in(narrow(line), self.faults):
                self._put(number, answer)
            return
        item = numbered(line, self.last + 1)
        if item and (not self.style or item.style == self.style):
            self._put(item.number, line[item.end :].strip())
            self.style = item.style
        elif self.last:
            self.sections[-1][1][self.last].append(line.strip())

    def belong(self, heading: Heading) -> None:
        """The groups without heading are those of this section, behind which they stand."""
        self.sections = [(head if head.kind or head.label else heading, numbers) for head, numbers in self.sections]

    def of(self, heading: Heading, place: int, number: int, alone: bool) -> list[str]:
        """Every answer that may belong to this number of this section, the `place`-th of the paper.

        Groups without heading belong to the sections in their order when there is one for each, and to any question
        whose number is `alone` in the paper when there is only one group.
        """
        fitting = [numbers for head, numbers in self.sections if number in numbers and same_section(head, heading)]
        bare = [numbers for head, numbers in self.sections if numbers and not (head.kind or head.label)]
        if not fitting and len(bare) > 1 and 0 < place <= len(bare):
            fitting = [bare[place - 1]] if number in bare[place - 1] else []
        elif not fitting and len(bare) == 1 and alone:
            fitting = [numbers for numbers in bare if number in numbers]
        return ["\n".join(numbers[number]) for numbers in fitting]

    def _put(self, number: int, answer: str) -> None:
        """An answer; a number that comes again without a heading begins the next group."""
        heading, numbers = self.sections[-1]
        if number in numbers:
            self.enter(heading)
        self.sections[-1][1][number] = [answer]
        self.last = number


def same_section(one: Heading, other: Heading) -> bool:
    """Whether two headings name one section: by their numerals where both have one, by their kinds otherwise."""
    if not (one.label or one.kind):
        return False
    if one.label and other.label:
        return one.label == other.label
    return one.kind == other.kind


def is_list_line(line: str, strict: bool = False) -> bool:
    """Whether the line is nothing but numbers with keys; `strict` asks for a range or for three of them."""
    text, place, count = narrow(line), 0, 0
    while place < len(text):
        found = _RANGE.match(text, place) or _PAIR.match(text, place)
        if found is None:
            return False
        count += 3 if found.re is _RANGE else 1
        between = _BETWEEN.match(text, found.end())
        place = between.end() if between else found.end()
        if found.end() == place < len(text) and not text[place].isdigit() and text[place] != "(":
            return False
    return count >= (3 if strict else 1)


def _answers_in(text: str, faults: list[str]) -> Iterator[tuple[int, str]]:
    place = 0
    while place < len(text):
        found = _RANGE.match(text, place)
        if found:
            yield from _spread(int(found[1]), int(found[2]), found[3], faults)
        else:
            found = _PAIR.match(text, place)
            if found is None:
                return
            yield int(found[1]), found[2]
        between = _BETWEEN.match(text, found.end())
        place = between.end() if between else found.end()


def _spread(first: int, last: int, keys: str, faults: list[str]) -> Iterator[tuple[int, str]]:
    """The keys of a range, one by one: as groups when there are as many, letter by letter otherwise."""
    groups = [group for group in re.split(r"[\s,、;]+", keys) if group]
    single = re.findall(r"正确|错误|.", "".join(groups))
    count = last - first + 1
    chosen = groups if len(groups) == count else single if len(single) == count else None
    if chosen is None:
        faults.append(f"{first}-{last} {keys}")
        return
    yield from zip(range(first, last + 1), chosen, strict=True)
