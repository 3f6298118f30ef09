"""Cuts the lines of a question paper into questions: stem, options, key, labels; and the answers at its end.

For the reader of Word documents. Walks line by line and remembers where it is; what it cannot place belongs to whatever
came before, so that no word is lost. Decides nothing about soundness: that is `docx_items.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from itembank.exchange.formats import docx_labels as words
from itembank.exchange.formats.docx_keys import Answers, is_list_line, same_section
from itembank.exchange.formats.docx_labels import Heading, Numbered, Option

NO_HEADING = Heading("", "")


@dataclass
class Draft:
    """One question as it stands in the document."""

    heading: Heading
    place: int
    style: str = ""
    number: int = 0
    kind: str = ""
    stem: list[str] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    answer: list[str] | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)
    explained: bool = False
    unplaced: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether another number may begin another question for certain."""
        return bool(self.options) or self.answer is not None


@dataclass
class Paper:
    """Everything a document holds: its questions, the answers at its end, lines before the first question."""

    drafts: list[Draft] = field(default_factory=list)
    answers: Answers = field(default_factory=Answers)
    preamble: list[str] = field(default_factory=list)


class _Walk:
    """Goes through the lines."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines, self.paper = lines, Paper()
        self.heading, self.place, self.draft = NO_HEADING, 0, Draft(NO_HEADING, 0)
        self.state, self.style = "preamble", ""
        self.in_list = self.lists_between = False
        self.seen: list[Heading] = []

    def run(self) -> Paper:
        for index, line in enumerate(self.lines):
            if line.strip():
                self.take(line, index)
        if self.lists_between:
            self.paper.answers.belong(self.heading)
        return self.paper

    def next_line(self, index: int) -> str:
        return next((line for line in self.lines[index + 1 :] if line.strip()), "")

    def take(self, line: str, index: int) -> None:
        head, answers = words.headed_list(line)
        if self.paper.drafts and answers and is_list_line(answers, strict=not self.in_list):
            self.in_list = True
            self.paper.answers.enter(words.heading_of(head) or NO_HEADING)
            self.paper.answers.take(answers)
            return
        heading = words.heading_of(line)
        if heading is not None and self.begins_section(heading):
            return
        if self.begins_list(line, index):
            self.in_list = True
        elif self.in_list:
            self.paper.answers.take(line)
        elif not (self.begins_question(line) or self.takes_options(line, index) or self.takes_labels(line)):
            self.goes_on(line)

    def begins_section(self, heading: Heading) -> bool:
        if self.in_list and (not self.seen or any(same_section(heading, each) for each in self.seen)):
            self.paper.answers.enter(heading)
            return True
        if self.in_list:
            # A section not seen before: every section has its answers behind it.
            self.paper.answers.belong(self.heading)
            self.in_list, self.lists_between = False, True
        if self.heading is NO_HEADING and not any(draft.is_complete for draft in self.paper.drafts):
            # Numbered instructions before the first section are no questions.
            self.paper.preamble += [line for draft in self.paper.drafts for line in draft.stem]
            self.paper.drafts = []
        self.heading, self.state, self.style, self.place = heading, "section", "", self.place + 1
        self.seen.append(heading)
        return True

    def begins_list(self, line: str, index: int) -> bool:
        """The answers at the end: a heading followed by them, or a line that cannot be anything else."""
        if self.in_list:
            return words.is_list_head(line)
        following = self.next_line(index)
        after = is_list_line(following) or words.heading_of(following) is not None
        waits = self.state in ("stem", "options") and self.draft.answer is None and not self.paper.answers.found
        if words.is_list_head(line) and (after or not waits) and self.paper.drafts:
            self.paper.answers.enter(NO_HEADING)
            return after
        if is_list_line(line, strict=True) and self.paper.drafts:
            self.paper.answers.enter(NO_HEADING)
            self.paper.answers.take(line)
            return True
        return False

    def begins_question(self, line: str) -> bool:
        first = self.state in ("preamble", "section")
        certain = (first or self.draft.is_complete) and self.style in ("", "dot")
        expected = (1 if first else self.draft.number + 1) if certain else 0
        line = words.key_behind(line)
        found = words.numbered(line, expected)
        if found is None or not self.may_begin(found):
            return False
        self.draft = Draft(self.heading, self.place, found.style, found.number)
        self.paper.drafts.append(self.draft)
        self.style, self.state = self.style or found.style, "stem"
        self.draft.kind, rest = words.tagged(line[found.end :])
        stem, options = words.options_in(rest, "A")
        if options and stem.strip() and options[0].letter == "A":
            self.draft.options, self.state = options, "options"
            rest = stem
        self.draft.stem.append(rest.strip())
        return True

    def may_begin(self, found: Numbered) -> bool:
        """Whether this number begins a question: written as the others of its section, and no point of an answer."""
        written = (self.draft.kind or self.heading.kind) in (words.SHORT, words.LONG)
        if self.state == "answer" and written and self.draft.answer:
            points = [each for each in map(words.numbered, self.draft.answer) if each and each.style == found.style]
            if points and words.numbered(self.draft.answer[0]) and found.number == points[-1].number + 1:
                return False
        if not self.style or found.style == self.style:
            return True
        return self.draft.is_complete and not written and found.number == self.draft.number + 1

    def takes_options(self, line: str, index: int) -> bool:
        if self.state not in ("stem", "options"):
            return False
        expected = chr(ord(self.draft.options[-1].letter) + 1) if self.draft.options else "A"
        before, options = words.options_in(line, expected)
        if not options or (not self.draft.options and options[0].letter != "A" and before.strip()):
            return False
        if not self.draft.options and len(options) == 1 and not self.others_follow(index):
            return False
        if before.strip():
            self.goes_on(before)
        self.draft.options += options
        self.state = "options"
        return True

    def others_follow(self, index: int) -> bool:
        """Whether a lone A at the start of a line is an option, not a stem that begins with A、B 两点."""
        following = [line for line in self.lines[index + 1 : index + 8] if line.strip()][:4]
        letters = [letter for letter in map(words.opening_letter, following) if letter]
        return bool(letters) and letters[0] != "A"

    def takes_labels(self, line: str) -> bool:
        found = words.labels(line)
        if not found or self.state in ("preamble", "section"):
            return False
        for label, value in found:
            self.label(label, value)
        return True

    def label(self, label: str, value: str) -> None:
        if words.is_answer(label):
            self.draft.answer = [*(self.draft.answer or []), *([value] if value else [])]
            self.state = "answer"
        elif words.is_explanation(label):
            self.draft.explained, self.state = True, "explanation"
        else:
            self.draft.attributes.append((label, value))
            self.state = "labels"

    def goes_on(self, line: str) -> None:
        """A line that begins nothing goes on with what came before."""
        if self.state == "stem":
            self.draft.stem.append(line.strip())
        elif self.state == "options":
            last = self.draft.options[-1]
            self.draft.options[-1] = Option(last.letter, f"{last.text}\n{line.strip()}".strip())
        elif self.state == "answer" and (not self.draft.answer or self.may_be_long()):
            self.draft.answer = [*(self.draft.answer or []), line.strip()]
        elif self.state in ("preamble", "section"):
            self.paper.preamble.append(line.strip())
        elif self.state != "explanation":
            self.draft.unplaced.append(line.strip())

    def may_be_long(self) -> bool:
        """Whether the key of this question may take several lines."""
        return not self.draft.options and (self.draft.kind or self.heading.kind) not in (*words.LETTERED, words.TRUTH)


def read_layout(lines: Sequence[str]) -> Paper:
    """The questions and answers of these lines."""
    return _Walk([re.sub(r"[\u200b\ufeff]", "", line) for line in lines]).run()
