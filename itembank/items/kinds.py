"""Which types of item exist and what a sound key of each looks like; a new type is one more entry here.

For the importer, the editor and the blueprint. Source: the three types of the theory papers of levels 5 to 1
(single response, multiple response, true/false), QTI 3.0 for the words.
"""

from dataclasses import dataclass

from examserver.kernel.errors import Invalid


@dataclass(frozen=True)
class ItemType:
    """One type: how many options and keys it takes, and whether its options are fixed by the type itself."""

    code: str
    label_zh: str
    label_en: str
    options: tuple[int, int]
    keys: tuple[int, int]
    fixed_options: tuple[tuple[str, str], ...] = ()
    rule: str = "all_or_nothing"


SINGLE_RESPONSE = ItemType("single_response", "单选题", "Single response", (3, 8), (1, 1))
MULTIPLE_RESPONSE = ItemType("multiple_response", "多选题", "Multiple response", (3, 8), (2, 8))
TRUE_FALSE = ItemType("true_false", "判断题", "True/false", (2, 2), (1, 1), (("true", "正确"), ("false", "错误")))

ITEM_TYPES = {kind.code: kind for kind in (SINGLE_RESPONSE, MULTIPLE_RESPONSE, TRUE_FALSE)}
OPTION_LETTERS = "ABCDEFGH"


class UnknownItemType(Invalid):
    """No type of this code."""

    code = "item.unknown_type"
    message_zh = "没有这种题型：{type}"
    message_en = "There is no item type {type}"
    next_zh = "可用题型：single_response、multiple_response、true_false"
    next_en = "Available types: single_response, multiple_response, true_false"


def load_type(code: str) -> ItemType:
    """The type of this code; raises UnknownItemType."""
    if code not in ITEM_TYPES:
        raise UnknownItemType(type=code)
    return ITEM_TYPES[code]
