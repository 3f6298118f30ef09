"""Decides the key of a question by asking its own judge: which responses it rewards, wholly, partly or not at all.

For the readers of QTI. A declared key the judge does not reward, a second answer it rewards as well, or weights the
bank has no rule for are told in words; never does another key come in unseen. Source: the two scoring rules of the bank
(all or nothing, share of the parts) and QTI's freedom to do anything else.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, permutations

from itembank.exchange.formats.build import Question
from itembank.exchange.formats.qti_operators import NotUnderstood, Responses, Scorer

NEAR = 1e-6
MOST_SUBSETS_OF = 8
NOWHERE = "\ue000no such answer\ue000"
Rule = str


def same(one: float, other: float, scale: float = 1.0) -> bool:
    """Whether two scores are the same but for rounding."""
    return abs(one - other) <= max(NEAR, 0.011 * abs(scale)) if scale != 1.0 else abs(one - other) <= NEAR


def judged(question: Question, field: str, decide: Callable[[], Rule | None]) -> Rule | None:
    """What `decide` finds; None with a flaw where the judge uses something that cannot be followed."""
    try:
        return decide()
    except NotUnderstood as error:
        construct = str(error)[:60]
        zh = f"评分规则用到“{construct}”，无法确认答案与原题一致"
        en = f"The response processing uses {construct}; the key cannot be confirmed"
        question.flaw(field, "qti.processing", zh, en, construct)
        return None


def unrewarded(question: Question, shown: str) -> None:
    """The key is not what the processing rewards."""
    zh, en = (
        "所列答案按原题的评分规则得不到满分",
        "The declared key does not get full marks by the item's own processing",
    )
    question.flaw("key", "qti.key_disputed", zh, en, shown)


def no_answer(question: Question) -> None:
    """Nothing is rewarded."""
    zh, en = "没有任何作答能得分，无法确定答案", "No response gets any marks, so that there is no key"
    question.flaw("key", "key.missing", zh, en)


def several(question: Question, shown: str) -> None:
    """More than one answer is right where the bank knows only one."""
    zh, en = f"不止一个答案得满分：{shown}", f"More than one answer gets full marks: {shown}"
    question.flaw("key", "qti.several_right", zh, en, shown)


def other_weights(question: Question, rule_zh: str, rule_en: str) -> None:
    """Partial or negative marks the bank has no rule for."""
    zh = f"原题的部分给分或倒扣分未导入，改为{rule_zh}"
    en = f"Partial or negative marks of the original are dropped; scored {rule_en}"
    question.remark("points", "qti.weights", zh, en)


def unjudged(question: Question) -> None:
    """There is a key but nothing that judges by it."""
    zh, en = "原题没有评分规则，按所列答案全对得分", "The item has no response processing; its declared key is used"
    question.remark("key", "qti.no_processing", zh, en)


def worth(question: Question, full: float) -> None:
    """Takes the highest score for the points of the item where they are not said otherwise and can be said here."""
    exact = Decimal(str(round(full, 6)))
    if not question.points and 0 < exact < 1000 and exact == round(exact, 2):
        question.points = points_text(exact)


def points_text(number: Decimal) -> str:
    """A number without needless zeros."""
    return format(number.normalize(), "f")


def choose(
    question: Question, score: Scorer, response: str, ids: Sequence[str], correct: Sequence[str], most: int
) -> tuple[tuple[str, ...], Rule]:
    """The ids of the right options and the rule; flaws where the judge and the declared key do not agree."""
    sets = _subsets(ids, correct, most)
    scores = {chosen: score({response: chosen}) for chosen in sets}
    best = max(scores.values(), default=0.0)
    if best <= NEAR:
        no_answer(question)
        return (), ""
    winners = [chosen for chosen in sets if best - scores[chosen] <= NEAR]
    key = _winner(question, winners, frozenset(correct), most)
    worth(question, best)
    return key, _rule_of_choice(question, scores, key, best) if key else ""


def _subsets(ids: Sequence[str], correct: Sequence[str], most: int) -> list[tuple[str, ...]]:
    """Every response worth asking about, smallest first."""
    if len(ids) > MOST_SUBSETS_OF:
        wanted = tuple(each for each in ids if each in correct)
        return [*((each,) for each in ids), *([wanted] if len(wanted) > 1 else [])]
    largest = len(ids) if most == 0 else min(most, len(ids))
    return [chosen for size in range(1, largest + 1) for chosen in combinations(ids, size)]


def _winner(
    question: Question, winners: Sequence[tuple[str, ...]], correct: frozenset[str], most: int
) -> tuple[str, ...]:
    declared = next((chosen for chosen in winners if frozenset(chosen) == correct), None)
    if correct and declared is None:
        unrewarded(question, " ".join(sorted(correct)))
        return ()
    smallest = [chosen for chosen in winners if len(chosen) == len(winners[0])]
    key = declared or (smallest[0] if len(smallest) == 1 else None)
    if key is None or (most == 1 and len(winners) > 1):
        several(question, " / ".join("+".join(chosen) for chosen in winners[:5]))
        return ()
    if len(winners) > 1:
        zh = "原题多选或少选也可得满分，导入后须与答案完全一致"
        en = "The original also rewards other choices fully; here the answer must be exactly the key"
        question.remark("key", "qti.lenient", zh, en, " / ".join("+".join(each) for each in winners[:5]))
    return key


def _rule_of_choice(
    question: Question, scores: Mapping[tuple[str, ...], float], key: tuple[str, ...], best: float
) -> Rule:
    others = {chosen: points for chosen, points in scores.items() if best - points > NEAR}
    if all(abs(points) <= NEAR for points in others.values()):
        return ""
    wanted = {chosen: best * len(chosen) / len(key) if set(chosen) <= set(key) else 0.0 for chosen in others}
    if len(key) > 1 and all(same(others[chosen], wanted[chosen], best) for chosen in others):
        return "partial_no_wrong"
    other_weights(question, "全对得分", "all or nothing")
    return ""


def arrange(question: Question, score: Scorer, response: str, order: Sequence[str]) -> Rule:
    """The rule of an ordering whose right order is declared."""
    best = score({response: order})
    if best <= NEAR:
        unrewarded(question, " ".join(order))
        return ""
    worth(question, best)
    tried = {other: score({response: other}) for other in _orders(tuple(order))}
    equals = [other for other, points in tried.items() if points >= best - NEAR]
    if equals:
        several(question, " ".join(equals[0]))
    if all(abs(points) <= NEAR for points in tried.values()):
        return ""
    places = {other: best * _hits(other, order) / len(order) for other in tried}
    if all(same(points, places[other], best) for other, points in tried.items()):
        return "per_place"
    other_weights(question, "顺序全对得分", "all or nothing")
    return ""


def _orders(order: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """Other orders: all of a short list, of a long one every exchange of two, every rotation and the reverse."""
    if len(order) <= 5:
        return [each for each in permutations(order) if each != order]
    swapped = []
    for one, other in combinations(range(len(order)), 2):
        moved = list(order)
        moved[one], moved[other] = moved[other], moved[one]
        swapped.append(tuple(moved))
    turned = [order[at:] + order[:at] for at in range(1, len(order))]
    return dict.fromkeys([*swapped, *turned, order[::-1]])


def _hits(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(a == b for a, b in zip(one, other, strict=True))


def share(
    question: Question, score: Scorer, right: Responses, wrongs: Sequence[Sequence[Responses]], shown: str = ""
) -> Rule:
    """The rule of a question of several parts: `wrongs` holds for each part responses with only that part wrong."""
    best = score(right)
    if best <= NEAR:
        unrewarded(question, shown)
        return ""
    worth(question, best)
    left = [max((score(each) for each in variants), default=0.0) for variants in wrongs]
    if any(points > best + NEAR for points in left):
        unrewarded(question, shown)
    elif any(points >= best - NEAR for points in left):
        zh, en = "其中一处答错仍得满分，答案不唯一", "One part may be wrong without losing marks"
        question.flaw("key", "qti.several_right", zh, en, shown)
    return _rule_of_parts(question, left, best)


def _rule_of_parts(question: Question, left: Sequence[float], best: float) -> Rule:
    count = len(left)
    if all(abs(points) <= NEAR for points in left):
        return ""
    if count > 1 and all(same(points, best * (count - 1) / count, best) for points in left):
        return "per_part"
    if count > 1 and any(points > NEAR for points in left):
        other_weights(question, "按各处平均给分", "in equal shares")
        return "per_part"
    other_weights(question, "全对得分", "all or nothing")
    return ""


def accepted(
    score: Scorer, right: Responses, response: str, candidates: Iterable[str], best: float
) -> tuple[list[str], list[str]]:
    """Of the candidates for one blank: those worth full marks, and those worth only a part."""
    full, some = [], []
    lost = score({**right, response: [NOWHERE]})
    for candidate in dict.fromkeys(candidates):
        points = score({**right, response: [candidate]})
        if points >= best - NEAR:
            full.append(candidate)
        elif points > lost + NEAR:
            some.append(candidate)
    return full, some
