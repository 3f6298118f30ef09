"""What a virtual candidate will answer, decided beforehand from a seed: same seed, same answers, whatever happens.

The seat path never sees a key: the believed answers come from the owner of the demo bank's source table, and a
candidate of an ability between 45 and 95 per cent gives the believed answer that often and another option
otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from examserver.demo.beliefs import Value, composed_value, mistaken_value, text_of
from examserver.kernel.seeds import Draw

CHOICES = ("single_response", "multiple_response", "true_false")


@dataclass(frozen=True)
class Move:
    """One change on the screen: an answer or a flag on an item, in order of time."""

    item: str
    kind: str
    value: Any


def ability_of(seed: str, ticket: str) -> int:
    """Per cent of items this candidate knows."""
    return 45 + Draw(seed, f"ability {ticket}").below(51)


def final_answers(
    seed: str, ticket: str, form: Mapping[str, Any], beliefs: Mapping[str, Sequence[str]]
) -> dict[str, Value]:
    """The answer each item will hold in the end, by position id; one in forty stays blank."""
    ability = ability_of(seed, ticket)
    return {item["id"]: _final(seed, ticket, item, beliefs, ability) for item in items_of(form)}


def items_of(form: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every item of a form in order."""
    return [item for section in form["sections"] for item in section["items"]]


def _final(
    seed: str, ticket: str, item: Mapping[str, Any], beliefs: Mapping[str, Sequence[str]], ability: int
) -> Value:
    draw = Draw(seed, f"answer {ticket} {item['code']}")
    if item["type"] not in CHOICES:
        return _composed(draw, item, beliefs.get(item["code"], ()), ability)
    options = sorted(option["id"] for option in item["options"])
    believed = believed_options(item, beliefs) or options[:1]
    if draw.below(40) == 0:
        return None
    if draw.below(100) < ability:
        return believed if item["type"] == "multiple_response" else believed[0]
    return _wrong(draw, item["type"], options, believed)


def _composed(draw: Draw, item: Mapping[str, Any], believed: Sequence[str], ability: int) -> Value:
    """The answer to an item of a composed type: as believed, mistaken, or none."""
    right = composed_value(item, believed) if believed else None
    if right is None or draw.below(40) == 0:
        return None
    return right if draw.below(100) < ability else mistaken_value(item, right, draw)


def believed_options(item: Mapping[str, Any], beliefs: Mapping[str, Sequence[str]]) -> list[str]:
    """The ids of the options whose text (or id, for true and false) the candidate believes in, ascending."""
    texts = set(beliefs.get(item["code"], ()))
    return sorted(one["id"] for one in item["options"] if one["id"] in texts or option_text(one) in texts)


def option_text(option: Mapping[str, Any]) -> str:
    """An option's words."""
    return text_of(option)


def _wrong(draw: Draw, kind: str, options: list[str], believed: list[str]) -> Value:
    if kind != "multiple_response":
        return draw.sample([option for option in options if option not in believed] or options, 1)[0]
    chosen = sorted(draw.sample(options, 1 + draw.below(len(options))))
    return chosen if chosen != believed else chosen[:-1]


def moves_of(seed: str, ticket: str, form: Mapping[str, Any], finals: Mapping[str, Value]) -> list[Move]:
    """The changes in order: some first thoughts that are corrected, some flags set and taken back."""
    draw, moves, later = Draw(seed, f"moves {ticket}"), [], []
    for item in items_of(form):
        final = finals[item["id"]]
        if final is None:
            continue
        if draw.below(8) == 0:
            moves.append(Move(item["id"], "answer", _first_thought(draw, item, final)))
            moves.append(Move(item["id"], "flag", True))
            later += [Move(item["id"], "answer", final), Move(item["id"], "flag", False)]
        else:
            moves.append(Move(item["id"], "answer", final))
    return moves + later


def _first_thought(draw: Draw, item: Mapping[str, Any], final: Value) -> Value:
    if item["type"] not in CHOICES:
        return mistaken_value(item, final, draw) if isinstance(final, list) else final
    options = sorted(option["id"] for option in item["options"])
    chosen = draw.sample(options, 1)
    return chosen if isinstance(final, list) else chosen[0]
