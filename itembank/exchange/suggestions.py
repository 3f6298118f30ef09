"""What a person can do about a fault of an imported row: a sentence per code, with the nearest known word if any.

For the report on the page, as CSV and on the command line. A suggestion never changes anything by itself.
"""

from collections.abc import Collection, Iterable

from rapidfuzz import fuzz, process

Words = tuple[str, str]
NEAR = 60

_BY_CODE: dict[str, Words] = {
    "code.missing": ("填写编号，或在导入时给出编号前缀", "Give a code, or a prefix for codes at import"),
    "code.malformed": ("只用字母、数字、点、下划线和连字符", "Use letters, digits, . _ - only"),
    "code.repeated": (
        "换一个编号；若是同一题的新版本，请在题库中修订",
        "Choose another code; revise the item if it is the same",
    ),
    "point.unknown": (
        "改为细目表中的代码，或先在细目表中增加",
        "Use a code of the specification, or add the point to it",
    ),
    "point.missing": ("填写鉴定点，或在导入时指定默认鉴定点", "Give a point, or a default point at import"),
    "type.unknown": ("改为已知题型，或在列对应中说明这个写法", "Use a known type, or map this spelling"),
    "type.missing": ("填写题型，或在列对应中选择“按答案判断”", "Give a type, or have it judged by the key"),
    "stem.missing": ("填写题干；若整行多余，可不接收", "Write the stem, or leave the row out"),
    "stem.repeated": ("删去其中一题，或改写题干使其考查不同内容", "Drop one of the two, or ask something else"),
    "key.missing": ("填写正确选项的字母，如 A 或 AC", "Give the letters of the right options, such as A or AC"),
    "key.outside": ("改为现有选项的字母，或补上缺少的选项", "Name an option that is there, or add the option"),
    "key.count": ("核对题型与答案个数", "Compare the type with the number of keys"),
    "key.repeated": ("每个选项只写一次", "Name every option once"),
    "key.unreadable": (
        "写作字母（A、AC）或 对/错；其他写法可在列对应中说明",
        "Write letters or 对/错; other spellings can be mapped",
    ),
    "key.declared": ("核对编号标明的答案个数与答案", "Compare the number the code declares with the key"),
    "options.too_few": (
        "补足选项；若选项写在一格，请在列对应中选分隔方式",
        "Add options, or map what parts them in one cell",
    ),
    "options.too_many": ("删去多余的选项", "Remove options"),
    "options.gap": ("从 A 起连续填写，不留空格", "Fill options from A on without gaps"),
    "options.empty": ("填写这个选项", "Write this option"),
    "options.repeated": ("改写其中一个选项", "Rewrite one of the two options"),
    "options.fixed": ("判断题不填选项", "Leave the options of a true/false item empty"),
    "figure.missing": ("把图片放入压缩包，文件名与表中一致", "Put the figure into the zip under the name in the sheet"),
    "text.markup": ("去掉标记，只保留文字；小于号两侧留空格", "Remove the markup; put blanks around a less-than sign"),
    "text.control": ("删去看不见的字符，重新输入这段文字", "Type the text anew without invisible characters"),
    "text.too_long": ("缩短文字，或把材料放入题组", "Shorten it, or put the material into a case"),
    "case.member": ("先改正同组有问题的题", "Mend the faulty item of the same group first"),
    "difficulty.malformed": ("写 0 与 1 之间的小数，如 0.65", "Write a fraction between 0 and 1, such as 0.65"),
    "difficulty.range": ("写 0 与 1 之间的小数，如 0.65", "Write a fraction between 0 and 1, such as 0.65"),
    "importance.unknown": ("写 X、Y 或 Z", "Write X, Y or Z"),
    "cognition.unknown": ("写 识记、理解 或 应用", "Write 识记, 理解 or 应用"),
    "enemies.unknown": ("核对互斥题的编号，或先导入那一题", "Compare the code of the enemy, or import it first"),
    "cell.formula": ("复制后选择性粘贴为“值”", "Copy the cell and paste it as a value"),
    "cell.date": ("把单元格设为“文本”后重新输入", "Format the cell as text and type it again"),
    "cell.error": ("改正 Excel 中的错误值", "Mend the error value in Excel"),
    "cell.extra": (
        "核对本行是否错位，多余的逗号或单元格应删去",
        "See whether the row is shifted; remove what is too much",
    ),
}
_BY_FAMILY: dict[str, Words] = {
    "qti": ("在原系统中改为支持的交互后重新导出，或改用模板录入", "Change it where it came from, or use our workbook"),
    "docx": ("按通用版式调整这道题，或改用模板录入", "Write the question in the usual layout, or use our workbook"),
    "gift": ("按 GIFT 写法改正括号与符号", "Mend braces and signs as GIFT has them"),
    "cloze": ("按 Moodle 填空写法改正", "Mend the cloze as Moodle writes it"),
    "case": (
        "同组各题的编号、题数和材料须一致，序号不重复",
        "Members share code, size and stimulus, each in its place",
    ),
}
_OTHERWISE: Words = ("按原因改正后重新核对", "Mend it as the reason says and check again")


class Suggestions:
    """Suggestions for one file; what is nearest to a wrong word is looked for once per word."""

    def __init__(self, points: Collection[str], types: Iterable[str]) -> None:
        self._choices = {"point.unknown": list(points), "type.unknown": list(types)}
        self._known: dict[tuple[str, str], Words] = {}

    def about(self, code: str, value: str) -> Words:
        """What to do about a fault with this code and value."""
        found = self._known.get((code, value))
        if found is None:
            found = self._known[code, value] = self._made(code, value)
        return found

    def _made(self, code: str, value: str) -> Words:
        zh, en = _BY_CODE.get(code) or _BY_FAMILY.get(code.partition(".")[0]) or _OTHERWISE
        choices = self._choices.get(code)
        near = process.extractOne(value, choices, scorer=fuzz.ratio, score_cutoff=NEAR) if choices and value else None
        return (f"是否为 {near[0]}？{zh}", f"Perhaps {near[0]}? {en}") if near else (zh, en)
