"""What a virtual candidate believes of an item, and what they put down who do not know it.

For the candidates in code and the one at the browser. Beliefs are written in the bank's words - texts of options, pairs
of texts, words, numbers, points - because every form has letters of its own; here they become the value of its item.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from examserver.kernel.seeds import Draw

Json = Mapping[str, Any]
Value = str | list[str] | None

PAIR = " ⇔ "
DO_NOT_KNOW = ("不清楚", "相等", "断路器", "零线")


def believed_of(row: Mapping[str, str]) -> list[str]:
    """The belief behind one row of the demo's tables."""
    kind, key = row["type"], row["key"]
    if kind == "true_false":
        return [key]
    if kind == "text_entry":
        return [line.split("|")[0] for line in key.split("\n")]
    if kind == "numeric_entry":
        units = row["unit"].partition("：")[2].split("|")[0]
        return [key, units] if units else [key]
    if kind == "hotspot":
        return [_middle(line) for line in row["areas"].split("\n")]
    if kind == "matching":
        targets = _numbered(row["targets"])
        pairs = (pair.split("-") for pair in key.split(";"))
        return [_option(row, left) + PAIR + targets[right] for left, right in pairs]
    if kind == "inline_choice":
        gaps = _numbered(row["gaps"])
        return [gaps[one] for one in key.split(";")]
    return [_option(row, letter) for letter in key]


def _option(row: Mapping[str, str], letter: str) -> str:
    return row[f"option_{letter.lower()}"]


def _numbered(cell: str) -> dict[str, str]:
    """The entries of a cell by their numbers: `1. text` on a line each."""
    entries = (line.partition(". ") for line in cell.split("\n"))
    return {number: text for number, _, text in entries}


def _middle(area: str) -> str:
    """A point well inside an area as the workbook writes it: a circle, a rectangle."""
    shape, _, numbers = area.partition(" ")
    x, y, *rest = (int(one) for one in numbers.split(","))
    return f"{x},{y}" if shape == "圆" else f"{(x + rest[0]) // 2},{(y + rest[1]) // 2}"


def text_of(choice: Json) -> str:
    """The words of an option, a target, an option of a gap."""
    return "".join(block.get("text", "") for block in choice.get("content", ()))


def composed_value(item: Json, believed: Sequence[str]) -> Value:
    """A belief as the value of this form's item; None for a type of options that is simply chosen."""
    kind, shown = item["type"], item.get("interaction", {})
    if kind in ("text_entry", "numeric_entry"):
        return list(believed)
    if kind == "hotspot":
        return sorted(believed)
    ids = {text_of(option): str(option["id"]) for option in item["options"]}
    if kind == "ordering":
        return [ids[text] for text in believed]
    if kind == "matching":
        targets = {text_of(target): str(target["id"]) for target in shown["targets"]}
        pairs = (text.split(PAIR) for text in believed)
        return sorted(f"{ids[left]}-{targets[right]}" for left, right in pairs)
    if kind == "inline_choice":
        own = ({text_of(one): str(one["id"]) for one in gap["options"]} for gap in shown["gaps"])
        return [ids[text] for ids, text in zip(own, believed, strict=True)]
    return None


def mistaken_value(item: Json, right: Sequence[str], draw: Draw) -> Value:
    """What somebody puts down who does not know: another order, other pairs, a wrong number, a point elsewhere."""
    kind, shown = item["type"], item.get("interaction", {})
    if kind == "text_entry":
        return [right[0], *(draw.sample(DO_NOT_KNOW, 1)[0] for _ in right[1:])][: len(right)]
    if kind == "numeric_entry":
        return [f"{right[0]}{draw.below(10)}", *right[1:]]
    if kind == "hotspot":
        return [f"{draw.below(int(shown['width']))},{draw.below(int(shown['height']))}"]
    if kind == "ordering":
        at = draw.below(len(right) - 1)
        return [*right[:at], right[at + 1], right[at], *right[at + 2 :]]
    if kind == "matching":
        lefts, targets = zip(*(pair.split("-") for pair in right), strict=True)
        return sorted(f"{left}-{target}" for left, target in zip(lefts, [*targets[1:], targets[0]], strict=True))
    return [draw.sample([str(one["id"]) for one in gap["options"]], 1)[0] for gap in shown["gaps"]]
