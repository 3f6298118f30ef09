"""Decides whether the room for an answer in words and the rubric by which a person marks it are sound.

For the checks of short answers, extended responses and drawings. The points of a rubric sum to the points of the item,
and every criterion can be marked from its bands alone.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from itembank.items.content import ItemBody
from itembank.items.faults import Flaw
from itembank.items.shapes import Band, ByRubric, Criterion, Shape, Space
from itembank.items.words import check_blocks, check_text

MOST_CRITERIA = 12
MOST_BANDS = 12
MOST_LINES = 60
LONGEST_ANSWER = 10_000
_PLAIN = frozenset("0123456789.")


def check_space(body: ItemBody, shown: Shape, scored: Shape) -> Iterator[Flaw]:
    """Flaws of an item that is answered in words: its room and its rubric."""
    assert isinstance(shown, Space) and isinstance(scored, ByRubric)
    if not 1 <= shown.lines <= MOST_LINES:
        zh = f"作答行数应为 1 至 {MOST_LINES}"
        yield Flaw("lines", "lines.range", zh, f"Lines lie between 1 and {MOST_LINES}", str(shown.lines))
    if not 1 <= shown.longest <= LONGEST_ANSWER:
        zh = f"最多字数应为 1 至 {LONGEST_ANSWER}"
        yield Flaw("longest", "longest.range", zh, f"Between 1 and {LONGEST_ANSWER}", str(shown.longest))
    yield from check_rubric(body, scored)


def check_rubric(body: ItemBody, scored: ByRubric) -> Iterator[Flaw]:
    """Flaws of a rubric: numbering, titles, bands, the sum of its points."""
    ids, count = [each.id for each in scored.rubric], len(scored.rubric)
    if not 1 <= count <= MOST_CRITERIA:
        zh = f"评分要点应为 1 至 {MOST_CRITERIA} 条，现有 {count} 条"
        yield Flaw("rubric", "rubric.count", zh, f"Between 1 and {MOST_CRITERIA} criteria", str(count))
    if ids != [str(number) for number in range(1, count + 1)]:
        yield Flaw("rubric", "rubric.ids", "评分要点须从 1 起连续编号", "Criteria are numbered from 1 on")
    for criterion in scored.rubric:
        yield from _check_criterion(f"rubric:{criterion.id}"[:20], criterion)
    yield from _check_sum(body, scored)
    model = scored.model_blocks()
    yield from check_blocks("model", model)
    if any(block.kind not in ("text", "html") or "<img" in block.text for block in model):
        zh = "参考答案只能有文字、表格和公式：阅卷密钥包不带图片和音频"
        en = "The model answer holds words, tables and formulas only"
        yield Flaw("model", "model.media", zh, en)


def points_of(text: str) -> Decimal | None:
    """Points as a plain decimal with at most two places; None when the text is none."""
    whole, _, part = text.partition(".")
    sound = whole.isdigit() and set(text) <= _PLAIN and len(whole) <= 3 and len(part) <= 2 and not text.endswith(".")
    return Decimal(text) if sound else None


def _check_sum(body: ItemBody, scored: ByRubric) -> Iterator[Flaw]:
    each = [points_of(criterion.points) for criterion in scored.rubric]
    wanted, given = points_of(body.content.points), [one for one in each if one is not None]
    if wanted is not None and len(given) == len(each) and each and sum(given) != wanted:
        zh = f"评分要点合计 {sum(given)} 分，与本题 {wanted} 分不符"
        yield Flaw(
            "rubric", "rubric.sum", zh, f"The criteria sum to {sum(given)}, the item to {wanted}", str(sum(given))
        )


def _check_criterion(field: str, criterion: Criterion) -> Iterator[Flaw]:
    points = points_of(criterion.points)
    if points is None or points <= 0:
        zh, en = f"评分要点 {criterion.id} 的分值有误", f"Criterion {criterion.id} has no sound points"
        yield Flaw(field, "rubric.points", zh, en, criterion.points[:80])
    if not criterion.title.strip():
        yield Flaw(field, "rubric.title", f"评分要点 {criterion.id} 没有文字", f"Criterion {criterion.id} has no title")
    yield from check_text(field, criterion.title)
    for band in criterion.bands:
        yield from check_text(field, band.words)
    if points is not None and criterion.bands:
        yield from _check_bands(field, criterion, criterion.bands, points)


def _check_bands(field: str, criterion: Criterion, bands: list[Band], points: Decimal) -> Iterator[Flaw]:
    steps = [points_of(band.points) for band in bands]
    known = [step for step in steps if step is not None]
    falling = all(first > second for first, second in pairwise(known))
    if len(known) < len(steps) or not falling or known[:1] != [points] or len(steps) > MOST_BANDS:
        zh = f"评分要点 {criterion.id} 的档次须从满分 {points} 起逐档递减"
        en = f"The bands of criterion {criterion.id} fall from its full points {points}"
        yield Flaw(field, "rubric.bands", zh, en, " ".join(band.points for band in bands)[:80])
    if not all(band.words.strip() for band in bands):
        zh, en = f"评分要点 {criterion.id} 有档次没有文字", f"A band of criterion {criterion.id} has no words"
        yield Flaw(field, "rubric.bands_empty", zh, en)
