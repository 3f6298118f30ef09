"""The words by which the project's own workbook spells rules, tolerances, shapes and attributes of an item.

For reading and writing cells (`typed_cells.py`, `cells_of.py`) and for the explanations in the template.
"""

RULES = {
    "all_or_nothing": "全对得分",
    "per_part": "按项给分",
    "per_place": "按位给分",
    "partial_no_wrong": "少选给分",
}
NORMALISE = {"width": "全半角", "case": "大小写", "space": "空格", "marks": "标点"}
NOTHING_NORMALISED = "无"
USUALLY_NORMALISED = ("width", "space", "marks")
SHAPES_ZH = {"circle": "圆", "rect": "矩形", "poly": "多边形"}
COGNITION = {"recall": "识记", "understand": "理解", "apply": "应用"}
TRUTH = {"true": "正确", "false": "错误"}
YES, NO = "是", "否"
RICH, PLAIN = "富文本", "纯文本"
EMPTY_SHEET = "空白"
ASKED = "填写"
EXACT, SIGNIFICANT = "精确", "位有效数字"
SHORT_SPACE, LONG_SPACE = (6, 500), (24, 3000)
