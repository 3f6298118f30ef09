"""Decides whether a case group is sound, and which items never meet in a form.

For import, editing, assembly. A case is one stimulus with 2 to 8 items that are chosen together; every member carries
the same code, size and stimulus. Being enemies is mutual, whoever of the two says it. Source: the issue, peers' rows on
item sets.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from itembank.items.content import Case, ItemBody, ItemContent
from itembank.items.faults import Flaw
from itembank.items.words import check_blocks, is_blank

SMALLEST_CASE, LARGEST_CASE = 2, 8
MOST_ENEMIES = 50
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def case_code(content: ItemContent) -> str:
    """The case an item belongs to, empty for none: what its row says beside its versions."""
    return content.case.code if content.case is not None else ""


def check_case(case: Case | None) -> Iterator[Flaw]:
    """Flaws of the case as one member tells it."""
    if case is None:
        return
    if not CODE.fullmatch(case.code):
        zh = "案例编号只能含字母、数字、点、下划线和连字符，最长 64 个字符"
        yield Flaw("case", "case.code", zh, "A case code has letters, digits, . _ - only", case.code[:80])
    if not SMALLEST_CASE <= case.size <= LARGEST_CASE:
        zh = f"案例应有 {SMALLEST_CASE} 至 {LARGEST_CASE} 道小题，现为 {case.size}"
        yield Flaw("case_place", "case.size", zh, f"A case has 2 to 8 items, not {case.size}", str(case.size))
    elif not 1 <= case.place <= case.size:
        zh = f"案例序号应为 1 至 {case.size}，现为 {case.place}"
        yield Flaw("case_place", "case.place", zh, f"The place lies between 1 and {case.size}", str(case.place))
    if is_blank(case.stimulus):
        yield Flaw("case_stimulus", "case.stimulus", "缺少案例材料", "The stimulus of the case is missing")
    yield from check_blocks("case_stimulus", case.stimulus)


def check_case_group(members: Sequence[ItemContent]) -> list[Flaw]:
    """What keeps these members of one case from being a whole: places, size, stimulus; empty when it is usable."""
    cases = [member.case for member in members if member.case is not None]
    if not cases:
        return []
    return [*check_case_company(cases[0], cases[1:]), *_check_whole(cases)]


def _check_whole(cases: Sequence[Case]) -> Iterator[Flaw]:
    first = cases[0]
    missing = sorted(set(range(1, first.size + 1)) - {case.place for case in cases})
    if missing:
        places = "、".join(map(str, missing))
        zh, en = f"案例 {first.code} 缺第 {places} 小题", f"Case {first.code} lacks its item {places}"
        yield Flaw("case", "case.incomplete", zh, en, places)


def closed_case(code: str) -> Flaw:
    """The flaw of a member that would join or rewrite a case of which the acting person may not see every member."""
    zh = f"案例编号 {code} 已由其他单位使用，请另取一个编号"
    return Flaw("case", "case.closed", zh, f"The case {code} belongs to others: choose another code", code)


def check_case_company(own: Case, others: Iterable[Case]) -> list[Flaw]:
    """Where a member contradicts other members of its case: size, stimulus, a place that is taken."""
    flaws: dict[str, Flaw] = {}
    taken = [own.place]
    for other in others:
        for flaw in _contradictions(own, other, taken):
            flaws.setdefault(flaw.code, flaw)
        taken.append(other.place)
    return list(flaws.values())


def _contradictions(own: Case, other: Case, taken: list[int]) -> Iterator[Flaw]:
    if other.code != own.code:
        zh, en = f"案例编号 {other.code} 与 {own.code} 不同", "The members name different cases"
        yield Flaw("case", "case.code_differs", zh, en, other.code)
    if other.size != own.size:
        zh = f"案例 {own.code} 的小题数不一致：{own.size} 与 {other.size}"
        yield Flaw("case_place", "case.size_differs", zh, f"Sizes differ: {own.size} and {other.size}", str(other.size))
    if other.stimulus != own.stimulus:
        zh = f"案例 {own.code} 的材料与其他小题不一致"
        yield Flaw("case_stimulus", "case.stimulus_differs", zh, "The stimulus differs from that of other members")
    if other.place in taken:
        zh = f"案例 {own.code} 的第 {other.place} 小题有两道"
        yield Flaw("case_place", "case.place_taken", zh, f"Place {other.place} is taken twice", str(other.place))


def check_enemies(body: ItemBody) -> Iterator[Flaw]:
    """Flaws of the list of enemies by itself."""
    for code in body.enemies:
        if not CODE.fullmatch(code):
            yield Flaw("enemies", "enemies.malformed", f"互斥题编号“{code[:40]}”有误", "No item code", code[:80])
    if body.content.code in body.enemies:
        yield Flaw("enemies", "enemies.self", "试题不能与自己互斥", "An item is no enemy of itself", body.content.code)
    if len(set(body.enemies)) < len(body.enemies):
        yield Flaw("enemies", "enemies.repeated", "互斥题编号有重复", "An enemy is named twice")
    if len(body.enemies) > MOST_ENEMIES:
        zh = f"互斥题多于 {MOST_ENEMIES} 道"
        yield Flaw("enemies", "enemies.too_many", zh, f"More than {MOST_ENEMIES} enemies", str(len(body.enemies)))


def check_enemies_known(body: ItemBody, known: Collection[str]) -> Iterator[Flaw]:
    """An enemy must be an item of the bank, or of the same file."""
    unknown = [code for code in body.enemies if code not in known]
    if unknown:
        names = "、".join(unknown[:5])
        zh, en = f"互斥题 {names} 不在题库中", f"The enemies {names} are not in the bank"
        yield Flaw("enemies", "enemies.unknown", zh, en, unknown[0][:80])


def enemy_pairs(enemies: Mapping[str, Iterable[str]]) -> set[frozenset[str]]:
    """Pairs of codes that never meet in a form, from what each item says of others; mutual whoever says it."""
    return {frozenset((code, other)) for code, others in enemies.items() for other in others if other != code}
