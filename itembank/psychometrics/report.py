"""Puts all statistics of one table of responses together, as the data that screens, files and the command line show.

For whoever asks for statistics. Items everybody or nobody got right keep their classical figures and stay out of the
estimation; when too little is left to estimate from, the report says so instead of giving parameters.
"""

from collections import Counter
from dataclasses import asdict, dataclass

import numpy as np

from examserver.kernel.errors import Json
from itembank.psychometrics.classical import ItemFigures, TestFigures, describe_items, describe_test
from itembank.psychometrics.dif import FEWEST_IN_GROUP, GroupFigure, compare_groups
from itembank.psychometrics.fit import Fit, check_fit
from itembank.psychometrics.flags import Flag, Limits, flag_item
from itembank.psychometrics.irt import Calibration, Estimate, calibrate
from itembank.psychometrics.responses import Responses

MODELS = ("2pl", "3pl", "none")
FEWEST_TO_ESTIMATE = 3
FEWEST_PERSONS_TO_ESTIMATE = 100


@dataclass(frozen=True)
class ItemReport:
    """Everything about one item."""

    figures: ItemFigures
    estimate: Estimate | None
    fit: Fit | None
    groups: tuple[GroupFigure, ...]
    flags: tuple[Flag, ...]

    def as_json(self) -> Json:
        """Plain data: `null` where a figure is not defined."""
        figures = asdict(self.figures)
        groups = [{name: value for name, value in asdict(each).items() if name != "item"} for each in self.groups]
        return {
            **figures,
            "options": list(figures["options"]),
            "irt": asdict(self.estimate) if self.estimate else None,
            "fit": asdict(self.fit) if self.fit else None,
            "dif": groups,
            "flags": [flag.as_json() for flag in self.flags],
        }


@dataclass(frozen=True)
class Report:
    """Everything about one table of responses; `calibration` is None when nothing was estimated."""

    test: TestFigures
    items: tuple[ItemReport, ...]
    calibration: Calibration | None
    notes: tuple[Flag, ...]

    def as_json(self) -> Json:
        """Plain data."""
        test = asdict(self.test) | {"interval": list(self.test.interval) if self.test.interval else None}
        return {
            "test": test,
            "model": _model_json(self.calibration),
            "items": [item.as_json() for item in self.items],
            "notes": [note.as_json() for note in self.notes],
        }


def _model_json(calibration: Calibration | None) -> Json | None:
    if calibration is None:
        return None
    return {
        "name": calibration.model,
        "log_likelihood": calibration.log_likelihood,
        "rounds": calibration.rounds,
        "converged": calibration.converged,
        "prior": "g ~ N(logit 0.2, 0.6), ln a ~ N(0, 0.5)" if calibration.model == "3pl" else None,
    }


def analyse(responses: Responses, model: str = "2pl", reference: str = "", limits: Limits | None = None) -> Report:
    """All statistics; `model` is one of MODELS; groups are compared when the responses have them."""
    figures = describe_items(responses)
    varying = [at for at, each in enumerate(figures) if 0 < each.difficulty < 1]
    notes = _notes(responses, model, len(varying))
    calibration: Calibration | None = None
    estimates: dict[int, Estimate] = {}
    fits: dict[int, Fit] = {}
    if model != "none" and not any(note.code.startswith("model.") for note in notes):
        scores = responses.scores[:, varying]
        calibration = calibrate(scores, model)
        estimates = dict(zip(varying, calibration.items, strict=True))
        fits = dict(zip(varying, check_fit(scores, calibration), strict=True))
        notes += _unconverged(calibration)
    compared = compare_large(responses, reference, notes) if responses.groups else ()
    return Report(
        test=describe_test(responses.scores),
        items=tuple(_item(each, estimates.get(at), fits.get(at), compared, limits) for at, each in enumerate(figures)),
        calibration=calibration,
        notes=tuple(notes),
    )


def compare_large(responses: Responses, reference: str, notes: list[Flag]) -> tuple[GroupFigure, ...]:
    """Groups large enough to compare, compared; smaller ones are left out and named. Raises FaultyResponses."""
    sizes = Counter(group for group in responses.groups if group)
    small = sorted(name for name, size in sizes.items() if size < FEWEST_IN_GROUP)
    if small:
        names = "、".join(f"{name}（{sizes[name]}）" for name in small)
        zh = f"不足 {FEWEST_IN_GROUP} 人的组未参与比较：{names}"
        en = f"Groups of fewer than {FEWEST_IN_GROUP} are not compared: {', '.join(small)}"
        notes.append(Flag("group.left_out", zh, en))
    if small and len(sizes) - len(small) < 2 and reference not in small:
        return ()
    kept = np.array([bool(group) and group not in small for group in responses.groups])
    groups = tuple(group for group in responses.groups if group and group not in small)
    return compare_groups(responses.items, responses.scores[kept], groups, reference)


def _item(
    figures: ItemFigures,
    estimate: Estimate | None,
    fit: Fit | None,
    compared: tuple[GroupFigure, ...],
    limits: Limits | None,
) -> ItemReport:
    groups = tuple(each for each in compared if each.item == figures.item)
    return ItemReport(figures, estimate, fit, groups, flag_item(figures, estimate, fit, groups, limits))


def _notes(responses: Responses, model: str, varying: int) -> list[Flag]:
    notes = []
    persons = len(responses.scores)
    if responses.unused:
        zh, en = f"未使用的列：{'、'.join(responses.unused)}", f"Columns not used: {', '.join(responses.unused)}"
        notes.append(Flag("columns.unused", zh, en))
    unplaced = sum(not group for group in responses.groups)
    if unplaced:
        notes.append(Flag("group.blank", f"{unplaced} 名考生没有组别，未参与比较", f"{unplaced} persons have no group"))
    if model != "none" and (varying < FEWEST_TO_ESTIMATE or persons < FEWEST_PERSONS_TO_ESTIMATE):
        zh = f"数据太少（{persons} 名考生，{varying} 道有差异的题），不估计参数"
        en = f"Too little data ({persons} persons, {varying} items that vary): no parameters are estimated"
        notes.append(Flag("model.too_little", zh, en))
    if not np.ptp(responses.scores.sum(axis=1)):
        notes.append(Flag("test.constant", "所有考生得分相同，信度没有意义", "All scores are equal: no reliability"))
    return notes


def _unconverged(calibration: Calibration) -> list[Flag]:
    if calibration.converged:
        return []
    zh, en = f"{calibration.rounds} 轮后仍未收敛，参数仅供参考", f"Not converged after {calibration.rounds} rounds"
    return [Flag("estimation.unconverged", zh, en)]
