"""Says the name of a demand in words a person understands, in Chinese and English.

For reports of conflict and relaxation; the page has its own words for the checker's rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from itembank.assembly.blueprint import Blueprint
from itembank.assembly.supply import Shortage
from itembank.items.kinds import ITEM_TYPES

_PLAIN = {
    "words": ("字数", "Words to read"),
    "working_s": ("作答用时（秒）", "Working time (s)"),
    "cases": ("题组数", "Case groups"),
    "public": ("公开试题数", "Released items"),
    "expected_score": ("合格线处的期望得分", "Expected score at the cut score"),
    "per_point": ("每个鉴定点的题数上限", "Most items per competency point"),
    "rivals": ("同问试题不同卷", "No two items that ask the same"),
    "enemies": ("互斥试题不同卷", "No two enemies in one form"),
    "overlap": ("任意两卷重题上限", "Most items shared by two forms"),
    "max_uses": ("每题使用次数上限", "Most uses of an item"),
    "forms": ("试卷份数", "Number of forms"),
    "cut_score": ("合格线", "Cut score"),
    "total_points": ("总分", "Total points"),
}
MOST_CELLS = 3
LEVELS = {"recall": ("识记", "recall"), "understand": ("理解", "understand"), "apply": ("应用", "apply")}


@dataclass(frozen=True)
class Words:
    """A demand in both languages; a sum times `factor` is the figure shown, in `parts` where only whole ones go.

    `mean`: the figure is one of each form, however many forms are looked at together.
    """

    zh: str
    en: str
    factor: float = 1.0
    parts: int = 1
    mean: bool = False


def demand_words(blueprint: Blueprint, name: str) -> Words:
    """What a demand is called and how its sums are shown."""
    kind, _, rest = name.partition(":")
    if kind == "cell":
        return Words(*_cell_words(rest))
    if kind == "importance":
        return Words(f"重要程度 {rest} 的题数", f"Items of importance {rest}")
    if kind == "cognition":
        zh, en = LEVELS.get(rest, (rest, rest))
        return Words(f"认知层次“{zh}”的题数", f"Items of level {en}")
    if kind == "information":
        return Words(f"能力值 {rest} 处的信息量", f"Information at {rest}", parts=1000, mean=True)
    if kind == "difficulty":
        return Words("平均难度", "Mean difficulty", 1 / (1000 * max(blueprint.count, 1)), 1000, True)
    zh, en = _PLAIN.get(kind, (name, name))
    parts = 1000 if kind == "expected_score" else 1
    return Words(zh, en, parts=parts, mean=kind in ("words", "working_s", "expected_score"))


def _cell_words(rest: str) -> tuple[str, str]:
    area, kind, level = [*rest.split(":"), "", ""][:3]
    label = ITEM_TYPES[kind]
    zh_level, en_level = LEVELS.get(level, ("", ""))
    zh_area, en_area = ("全部", "everything") if area == "*" else (area, area)
    zh = " ".join(filter(None, (f"领域 {zh_area}", label.label_zh, zh_level)))
    return f"{zh}的题数", ", ".join(filter(None, (f"Area {en_area}", label.label_en, en_level)))


def gathered(shortages: Sequence[Shortage]) -> list[Shortage]:
    """For a person: the cells that take part in a conflict as one sentence, when they are many."""
    cells = [one for one in shortages if one.kind == "conflict" and one.demand.startswith("cell:")]
    if len(cells) <= MOST_CELLS:
        return list(shortages)
    names = ("、".join(one.reason_zh.partition("的题数")[0] for one in cells[:MOST_CELLS]), len(cells))
    zh = f"各领域、题型的题数：涉及 {names[1]} 处（{names[0]} 等），与以上要求不能全部同时做到"
    en = f"Counts per area and type: {names[1]} involved, not all of them can hold beside the demands above"
    whole = replace(
        cells[0], area="*", type="*", needed=len(cells), available=len(cells) - 1, reason_zh=zh, reason_en=en,
        demand="cells",
    )  # fmt: skip
    return [*(one for one in shortages if one not in cells), whole]
