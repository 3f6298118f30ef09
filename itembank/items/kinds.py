"""Which types of item exist and what a sound key of each looks like; a new type is one more entry here.

For the importer, the editor and the blueprint. Source: the types of the theory papers of levels 5 to 1, QTI 3.0 for the
words and for what each interaction records.
"""

from dataclasses import dataclass

from examserver.kernel.errors import Invalid


@dataclass(frozen=True)
class ItemType:
    """One type: how many options and keys it takes, and whether its options are fixed by the type itself.

    `rule` is how its points are given where the item says nothing else; `rubric` means that a person marks it.
    """

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

ORDERING = ItemType("ordering", "排序题", "Ordering", (3, 8), (3, 8))
MATCHING = ItemType("matching", "匹配题", "Matching", (2, 8), (2, 8))
TEXT_ENTRY = ItemType("text_entry", "填空题", "Text entry", (0, 0), (0, 0))
NUMERIC_ENTRY = ItemType("numeric_entry", "数值题", "Numeric entry", (0, 0), (0, 0))
HOTSPOT = ItemType("hotspot", "热区题", "Hotspot", (0, 0), (0, 0))
INLINE_CHOICE = ItemType("inline_choice", "文中选择题", "Inline choice", (0, 0), (1, 8))
SHORT_ANSWER = ItemType("short_answer", "简答题", "Short answer", (0, 0), (0, 0), rule="rubric")
EXTENDED_RESPONSE = ItemType("extended_response", "论述题", "Extended response", (0, 0), (0, 0), rule="rubric")
DRAWING = ItemType("drawing", "作图题", "Drawing", (0, 0), (0, 0), rule="rubric")

CHOICES = (SINGLE_RESPONSE, MULTIPLE_RESPONSE, TRUE_FALSE)
_OTHERS = (ORDERING, MATCHING, TEXT_ENTRY, NUMERIC_ENTRY, HOTSPOT, INLINE_CHOICE)
ITEM_TYPES = {kind.code: kind for kind in (*CHOICES, *_OTHERS, SHORT_ANSWER, EXTENDED_RESPONSE, DRAWING)}
OPTION_LETTERS = "ABCDEFGH"


class UnknownItemType(Invalid):
    """No type of this code."""

    code = "item.unknown_type"
    message_zh = "没有这种题型：{type}"
    message_en = "There is no item type {type}"
    next_zh = f"可用题型：{'、'.join(ITEM_TYPES)}"
    next_en = f"Available types: {', '.join(ITEM_TYPES)}"


def load_type(code: str) -> ItemType:
    """The type of this code; raises UnknownItemType."""
    if code not in ITEM_TYPES:
        raise UnknownItemType(type=code)
    return ITEM_TYPES[code]
