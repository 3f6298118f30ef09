"""Says in plain words what is wrong with an item and why, from its figures.

For item writers: each flag names the figure and the limit it crosses. The limits are conventions (Ebel and Frisbie
1991 for difficulty and discrimination; Haladyna and Downing 1993 for distractors; ETS for groups), so they are data
that a caller may replace.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from examserver.kernel.errors import Json
from itembank.psychometrics.classical import Distractor, ItemFigures
from itembank.psychometrics.dif import GroupFigure
from itembank.psychometrics.fit import Fit
from itembank.psychometrics.irt import Estimate


@dataclass(frozen=True)
class Limits:
    """Where a figure becomes worth a look."""

    hardest: float = 0.2
    easiest: float = 0.95
    weakest: float = 0.15
    idle_share: float = 0.02
    left_out: float = 0.1
    flat_slope: float = 0.3
    unsure_place: float = 1.0
    steepest_slope: float = 5.0
    farthest_place: float = 6.0
    fit_probability: float = 0.01
    fit_rmsea: float = 0.05


@dataclass(frozen=True)
class Flag:
    """One remark on one item."""

    code: str
    reason_zh: str
    reason_en: str

    def as_json(self) -> Json:
        """Plain data."""
        return dict(vars(self))


def flag_item(
    figures: ItemFigures,
    estimate: Estimate | None = None,
    fit: Fit | None = None,
    groups: Sequence[GroupFigure] = (),
    limits: Limits | None = None,
) -> tuple[Flag, ...]:
    """Everything worth a look about this item, the gravest first."""
    limits = limits or Limits()
    flags = [*_on_answers(figures, limits), *_on_options(figures, limits)]
    flags += [*_on_parameters(estimate, limits), *_on_fit(fit, limits), *_on_groups(groups)]
    return tuple(flags)


def _on_answers(figures: ItemFigures, limits: Limits) -> Iterator[Flag]:
    p, r = figures.difficulty, figures.discrimination
    if p in (0.0, 1.0):
        zh = "全体答对" if p else "全体答错，请核对答案"
        en = "everybody is right" if p else "nobody is right: check the key"
        yield Flag("item.constant", f"{zh}，无法区分考生，不参与参数估计", f"{en}; it tells candidates apart in no way")
        return
    if r is not None and r < 0:
        zh = f"区分度为负（{r:.2f}）：总分高的考生反而多答错，请先核对答案"
        en = f"discrimination is negative ({r:.2f}): stronger candidates fail it; check the key"
        yield Flag("item.reversed", zh, en)
    elif r is not None and r < limits.weakest:
        zh = f"区分度低（{r:.2f}，低于 {limits.weakest:.2f}）"
        yield Flag("item.weak", zh, f"low discrimination ({r:.2f}, below {limits.weakest:.2f})")
    if p < limits.hardest:
        zh = f"过难：只有 {p:.0%} 的考生答对（低于 {limits.hardest:.0%}）"
        yield Flag("item.hard", zh, f"very hard: {p:.0%} right (below {limits.hardest:.0%})")
    if p > limits.easiest:
        zh = f"过易：{p:.0%} 的考生答对（高于 {limits.easiest:.0%}）"
        yield Flag("item.easy", zh, f"very easy: {p:.0%} right (above {limits.easiest:.0%})")
    if figures.left_out > limits.left_out:
        zh = f"{figures.left_out:.0%} 的考生未作答（高于 {limits.left_out:.0%}）"
        yield Flag("item.left_out", zh, f"{figures.left_out:.0%} left it out (above {limits.left_out:.0%})")


def _on_options(figures: ItemFigures, limits: Limits) -> Iterator[Flag]:
    key = next((each for each in figures.options if each.right), None)
    others = [each for each in figures.options if not each.right]
    for each in others:
        if key is not None and _better(each, key):
            zh = f"选 {each.option} 与总分的相关（{each.correlation:.2f}）高于答案 {key.option}，答案可能有误"
            en = f"{each.option} goes with a higher score ({each.correlation:.2f}) than the key {key.option}: miskeyed?"
            yield Flag("option.better_than_key", zh, en)
    idle = [each.option for each in others if each.share < limits.idle_share]
    if idle:
        names = "、".join(idle)
        zh = f"干扰项 {names} 几乎无人选（低于 {limits.idle_share:.0%}）"
        yield Flag("option.idle", zh, f"hardly anybody chooses {', '.join(idle)} (below {limits.idle_share:.0%})")


def _better(option: Distractor, key: Distractor) -> bool:
    if option.correlation is None or option.correlation <= 0.05:
        return False
    return key.correlation is None or option.correlation > key.correlation


def _on_parameters(estimate: Estimate | None, limits: Limits) -> Iterator[Flag]:
    if estimate is None:
        return
    if 0 <= estimate.a < limits.flat_slope:
        zh = f"特征曲线平坦（a = {estimate.a:.2f}，低于 {limits.flat_slope:.2f}）"
        yield Flag("curve.flat", zh, f"the curve is flat (a = {estimate.a:.2f}, below {limits.flat_slope:.2f})")
    if estimate.a > limits.steepest_slope or (estimate.b is not None and abs(estimate.b) > limits.farthest_place):
        place = "—" if estimate.b is None else f"{estimate.b:.1f}"
        zh = f"参数超出常理（a = {estimate.a:.1f}，b = {place}），不可用于组卷；常见于彼此雷同的题或答案有误的题"
        en = (
            f"parameters beyond reason (a = {estimate.a:.1f}, b = {place}): twin items or a wrong key; not for assembly"
        )
        yield Flag("curve.extreme", zh, en)
    if estimate.se_b is None or estimate.se_b > limits.unsure_place:
        error = "未知" if estimate.se_b is None else f"{estimate.se_b:.2f}"
        words = "unknown" if estimate.se_b is None else f"{estimate.se_b:.2f}"
        zh = f"难度参数 b 的标准误为 {error}，数据不足以定位"
        yield Flag("curve.unsure", zh, f"the standard error of b is {words}: the data do not place it")


def _on_fit(fit: Fit | None, limits: Limits) -> Iterator[Flag]:
    if fit is None or fit.probability is None or fit.rmsea is None:
        return
    if fit.probability < limits.fit_probability and fit.rmsea > limits.fit_rmsea:
        zh = f"作答与模型不符（S-X² = {fit.statistic:.1f}，自由度 {fit.freedom}，RMSEA {fit.rmsea:.3f}）"
        en = f"answers do not follow the curve (S-X² = {fit.statistic:.1f}, df {fit.freedom}, RMSEA {fit.rmsea:.3f})"
        yield Flag("curve.misfit", zh, en)


def _on_groups(groups: Sequence[GroupFigure]) -> Iterator[Flag]:
    for each in groups:
        if each.grade in ("B", "C") and each.delta is not None:
            harder = each.delta < 0
            zh = f"能力相当时，对“{each.group}”组{'偏难' if harder else '偏易'}"
            en = f"{'harder' if harder else 'easier'} for {each.group} than for {each.reference} of equal ability"
            zh += f"（参照“{each.reference}”，MH D-DIF {each.delta:.2f}，{each.grade} 级），请审查题面"
            yield Flag(f"group.{each.grade.lower()}", zh, f"{en} (MH D-DIF {each.delta:.2f}, class {each.grade})")
