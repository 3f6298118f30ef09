"""Reads what the authority tells of a graded sitting into responses per form, in the bank's own letters.

For item statistics. A form shows options under other letters than the bank keeps; the assembled form says which, so
that a distractor is counted under its own name whatever form it stood in. Source: `examserver/docs/formats.md`,
"Response matrix". An item is right when it earned all its points.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray

from examserver.kernel.errors import Invalid, Json, Refused
from examserver.kernel.fields import Fields
from itembank.psychometrics.responses import Choices, Scores

MATRIX_TYPE = "exam.response-matrix"
_PAIR = re.compile(r"[A-Z]-\d{1,2}")
MOST_PERSONS = 200_000
MOST_ITEMS = 1000


class MatrixMalformed(Invalid):
    """A response matrix does not say what its forms promise."""

    code = "matrix.malformed"
    message_zh = "作答矩阵有误：{place_zh}"
    message_en = "The response matrix is malformed: {place_en}"
    next_zh = "请向成绩机构重新索取"
    next_en = "Ask the grading authority for the file again"


class MatrixOfAnotherBank(Refused):
    """The matrix speaks of forms this bank never assembled."""

    code = "matrix.other_bank"
    message_zh = "作答矩阵中的试卷 {form} 不是由本题库组成的"
    message_en = "Form {form} of the response matrix was not assembled from this bank"
    next_zh = "请选择组成这份试卷的题库"
    next_en = "Choose the bank the paper came from"


@dataclass(frozen=True)
class Place:
    """An item at its place in a form: shown → bank letters, the key in bank letters, whether its order counts."""

    code: str
    version: int
    letters: Mapping[str, str]
    key: str
    ordered: bool = False


@dataclass(frozen=True)
class FormResponses:
    """All persons of one sitting who had one form: persons × items, in the order of the form's positions.

    `right` is 1 for full points; `choices` holds bank letters or short answers, "" where left out; `seconds` is 0 where
    unknown; `groups` has one word per person under each name.
    """

    matrix: str
    held_ms: int
    form: str
    items: tuple[tuple[str, int], ...]
    keys: tuple[str, ...]
    right: Scores
    choices: Choices
    seconds: NDArray[np.float64]
    groups: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Remark:
    """What a candidate reported about an item."""

    code: str
    version: int
    text: str


def _malformed(zh: str, en: str) -> MatrixMalformed:
    return MatrixMalformed(place_zh=zh, place_en=en)


def read_remarks(body: Json) -> list[Remark]:
    """The remarks of a matrix; raises MalformedField."""
    many = Fields(body, "matrix").many("remarks", 100_000)
    return [Remark(one.text("code", 64), one.integer("version", 1), one.text("text", 1000)) for one in many]


def forms_named(body: Json) -> list[str]:
    """The forms a matrix speaks of; raises MalformedField."""
    return [one.text("form", 80) for one in Fields(body, "matrix").many("forms", 1000)]


def read_matrix(digest: str, body: Json, places: Mapping[str, Mapping[str, Place]]) -> list[FormResponses]:
    """Responses by form; `places` says what stands where in each form. Raises MatrixOfAnotherBank, MatrixMalformed."""
    fields = Fields(body, "matrix")
    held_ms = fields.integer("held_ms")
    persons = fields.many("persons", MOST_PERSONS)
    by_form: dict[str, list[Fields]] = {form: [] for form in forms_named(body)}
    for person in persons:
        form = person.text("form", 80)
        if form not in by_form:
            raise _malformed(f"考生的试卷 {form} 不在清单中", f"the form {form} of a person is not listed")
        by_form[form].append(person)
    names = tuple(fields.texts("groups", 20))
    found = []
    for one in fields.many("forms", 1000):
        form = one.text("form", 80)
        if form not in places:
            raise MatrixOfAnotherBank(form=form)
        items = _items(one, form, places[form])
        if by_form[form]:
            found.append(_form_responses(digest, held_ms, form, items, by_form[form], names))
    return found


def _items(one: Fields, form: str, places: Mapping[str, Place]) -> list[tuple[Place, Decimal]]:
    """The places of a form's items in the order of the matrix, with the most points each can earn."""
    found = []
    for item in one.many("items", MOST_ITEMS):
        place = places.get(item.text("item", 40))
        if place is None or (place.code, place.version) != (item.text("code", 64), item.integer("version", 1)):
            raise MatrixOfAnotherBank(form=form)
        found.append((place, _points(item.text("max", 20))))
    if not found:
        raise _malformed(f"试卷 {form} 没有试题", f"form {form} has no items")
    return found


def _points(text: object) -> Decimal:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        raise _malformed(f"分值“{text}”不是数", f"the points {text} are no number") from None


def _form_responses(
    digest: str,
    held_ms: int,
    form: str,
    items: Sequence[tuple[Place, Decimal]],
    persons: Sequence[Fields],
    names: tuple[str, ...],
) -> FormResponses:
    shape = (len(persons), len(items))
    right, seconds = np.zeros(shape), np.zeros(shape)
    choices = np.full(shape, "", dtype="U64")
    for row, person in enumerate(persons):
        answers = person.values("answers", MOST_ITEMS)
        if len(answers) != len(items):
            raise _malformed(
                f"第 {row + 1} 名考生的作答数与试题数不同", f"person {row + 1} has another number of answers"
            )
        for at, ((place, most), answer) in enumerate(zip(items, answers, strict=True)):
            value, points, spent = _answer(answer)
            right[row, at] = most > 0 and points >= most
            choices[row, at] = _choice(place, value)
            seconds[row, at] = spent / 1000
    said = [person.any("groups") for person in persons]
    return FormResponses(
        matrix=digest,
        held_ms=held_ms,
        form=form,
        items=tuple((place.code, place.version) for place, _ in items),
        keys=tuple(place.key for place, _ in items),
        right=right,
        choices=choices,
        seconds=seconds,
        groups={name: tuple(_group(one, name) for one in said) for name in names},
    )


def _group(said: object, name: str) -> str:
    return str(said.get(name, ""))[:40] if isinstance(said, dict) else ""


def _answer(answer: object) -> tuple[object, Decimal, int]:
    if not isinstance(answer, list) or len(answer) != 3 or not isinstance(answer[2], int):
        raise _malformed("一个作答不是 [值, 得分, 毫秒]", "an answer is not [value, points, milliseconds]")
    return answer[0], _points(answer[1]), max(0, answer[2])


def _choice(place: Place, value: object) -> str:
    """What was chosen in the bank's letters; a short answer in its own words."""
    parts = value if isinstance(value, list) else [] if value is None else [value]
    own = [_own(place.letters, str(part)) for part in parts]
    letters = all(len(part) == 1 for part in own)
    set_of = letters or all(_PAIR.fullmatch(part) for part in own)
    return ("" if letters else " ").join(sorted(own) if set_of and not place.ordered else own)[:64]


def _own(letters: Mapping[str, str], shown: str) -> str:
    """The bank's name of a shown option, of both sides of a pair; other words stay as they are."""
    left, dash, right = shown.partition("-")
    if dash and left in letters and right in letters:
        return f"{letters[left]}-{letters[right]}"
    return letters.get(shown, shown)
