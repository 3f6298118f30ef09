"""Recounts what a blueprint may demand besides counts per area: levels, words, time, groups, enemies, uses, curves.

Part of the independent checker. Nothing here is shared with the solver: words are counted letter by letter from what
the form shows, information and expected scores by another form of the same formulas.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from math import tanh
from typing import Any

from itembank.assembly.curves import Curve
from itembank.assembly.facts import CheckFacts, FormCheck, bodies_in, codes_in, items_in, named, within
from itembank.exchange.identity import rival_group
from itembank.items.content import Block, ItemContent, read_blocks, words_of
from itembank.specs.tree import plain_decimal

Json = dict[str, Any]


def check_recount(content: Json, facts: CheckFacts, reserve: bool) -> Iterator[FormCheck]:
    """Every demand of the blueprint that is not a count of a cell."""
    yield from _check_levels(content, facts)
    yield from _check_company(content, facts)
    yield from _check_standing(content, facts, reserve)
    yield from _check_cases(content, facts)
    yield from _check_reading(content, facts)
    yield from _check_curves(content, facts)


def _check_levels(content: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    blueprint, bodies = facts.blueprint, bodies_in(content, facts)
    for name, (low, high) in sorted(blueprint.importance.items()):
        yield within(f"importance:{name}", low, high, sum(body.importance == name for body in bodies))
    for name, (low, high) in sorted(blueprint.cognition.items()):
        yield within(f"cognition:{name}", low, high, sum(body.cognition == name for body in bodies))


def rivals(content: ItemContent) -> str:
    """The group of items that ask the same; questions of a case ask about their own material."""
    own = rival_group(content)
    return f"{own} {content.case.code}" if content.case else own


def _check_company(content: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    """Who may not meet whom."""
    bodies = bodies_in(content, facts)
    groups = Counter(rivals(body.content) for body in bodies)
    yield named("rivals_together", [group for group, count in groups.items() if count > 1])
    here = {body.content.code for body in bodies}
    meeting = {frozenset((body.content.code, enemy)) for body in bodies for enemy in body.enemies if enemy in here}
    meeting |= {pair for pair in facts.enemies if pair <= here}
    yield named("enemies_together", sorted("/".join(sorted(pair)) for pair in meeting))


def _check_standing(content: Json, facts: CheckFacts, reserve: bool) -> Iterator[FormCheck]:
    """Released items, items kept for reserve forms, items used too often."""
    blueprint = facts.blueprint
    known = [(code, facts.bank[code]) for code in codes_in(content) if code in facts.bank]
    public, most = sum(item.standing == "public" for _, item in known), len(known) * blueprint.public_share // 100
    yield FormCheck("public", f"≤{most}", str(public), public <= most)
    kept = [code for code, item in known if item.standing == "reserved" and not reserve]
    yield named("reserved_items_in_regular_form", kept)
    if blueprint.max_uses is not None:
        yield named("used_too_often", [code for code, item in known if item.uses >= (blueprint.max_uses or 0)])


def _check_cases(content: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    """Case groups are whole, together and in order."""
    runs: dict[str, list[tuple[int, int]]] = {}
    sizes: dict[str, int] = {}
    for place, item in enumerate(items_in(content)):
        own = facts.bank.get(item["code"])
        case = own.body.content.case if own else None
        if case is not None:
            runs.setdefault(case.code, []).append((place, case.place))
            sizes[case.code] = case.size
    broken = [
        code
        for code, members in runs.items()
        if [place for _, place in members] != list(range(1, sizes[code] + 1))
        or [place - members[0][0] for place, _ in members] != list(range(sizes[code]))
    ]
    yield named("cases_broken", sorted(broken))
    if facts.blueprint.cases is not None:
        yield within("cases", *facts.blueprint.cases, len(runs))


def _check_reading(content: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    blueprint = facts.blueprint
    if blueprint.words is None and blueprint.working_s is None:
        return
    words = form_words(content)
    if blueprint.words is not None:
        yield within("words", *blueprint.words, words)
    if blueprint.working_s is not None:
        seconds = {section.type: section.seconds_each for section in blueprint.sections}
        planned = Decimal(sum(seconds.get(item["type"], 0) for item in items_in(content)))
        if blueprint.reading_per_minute:
            planned += Decimal(words * 60) / blueprint.reading_per_minute
        low, high = blueprint.working_s
        yield FormCheck("working_s", f"{low}-{high}", str(round(planned)), low <= round(planned, 6) <= high)


def form_words(content: Json) -> int:
    """How much there is to read: stems, options, and what case groups share, once each."""
    blocks: list[Json] = [block for case in content.get("cases", {}).values() for block in case["stimulus"]]
    texts = [blocks]
    for item in items_in(content):
        texts.append([*item["stem"], *(block for option in item["options"] for block in option["content"])])
    return sum(_words(read_blocks(part)) for part in texts)


def _words(blocks: tuple[Block, ...]) -> int:
    """Every Chinese character and every run of other letters or digits, letter by letter."""
    count, running = 0, False
    for letter in "\n".join(words_of(block) for block in blocks):
        chinese = _is_chinese(letter)
        joined = not chinese and letter.isalnum()
        count += chinese or (joined and not running)
        running = joined
    return count


def _is_chinese(letter: str) -> bool:
    code = ord(letter)
    return 0x2E80 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFF


def _solved(curve: Curve, theta: int) -> float:
    return curve.c + (1 - curve.c) * (1 + tanh(curve.a * (theta / 1000 - curve.b) / 2)) / 2


def _information(curve: Curve, theta: int) -> float:
    """The square of the slope over the variance."""
    share = _solved(curve, theta)
    slope = curve.a * (share - curve.c) * (1 - share) / (1 - curve.c)
    return slope**2 / (share * (1 - share)) if 0 < share < 1 else 0.0


def _check_curves(content: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    blueprint = facts.blueprint
    curves = {code: facts.bank[code].curve for code in codes_in(content) if code in facts.bank}
    if blueprint.information or facts.theta is not None:
        yield named("not_measured", sorted(code for code, curve in curves.items() if curve is None))
    for aim in blueprint.information:
        found = sum(_information(curve, aim.theta) for curve in curves.values() if curve is not None)
        low, high = (aim.information - aim.tolerance) / 1000, (aim.information + aim.tolerance) / 1000
        yield FormCheck(aim.name, f"{low:g}-{high:g}", f"{found:.3f}", low - 1e-6 <= found <= high + 1e-6)
    if facts.theta is not None:
        yield _check_expected(content, facts)


def expected_at_cut(content: Json, facts: CheckFacts) -> float | None:
    """The score somebody who just passes may expect of this form; None where forms are not compared."""
    if facts.theta is None:
        return None
    score = 0.0
    for item in items_in(content):
        own = facts.bank.get(item["code"])
        if own is not None and own.curve is not None:
            score += float(item["points"]) * _solved(own.curve, facts.theta)
    return score


def _check_expected(content: Json, facts: CheckFacts) -> FormCheck:
    cut, room = facts.blueprint.cut_score, facts.blueprint.total_points / 200
    score = Decimal(str(expected_at_cut(content, facts) or 0.0))
    wanted = f"{plain_decimal(cut - room)}-{plain_decimal(cut + room)}"
    return FormCheck("expected_score", wanted, f"{score:.3f}", abs(score - cut) <= room + Decimal("0.000001"))
