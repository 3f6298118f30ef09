"""The fixed words of printed papers, in one place so that the fonts are cut to hold every one of them."""

from collections.abc import Iterator

BOOKLET, SHEET, MARKING = "booklet", "sheet", "marking"
RULES = (
    "启封前请核对本人姓名、准考证号和试卷代号；试卷代号、份号须与答题卡一致。",
    "答案一律写在答题卡上，写在试卷上无效；热区题、作图题在答题卡的图上作答。",
    "填涂须将圆圈涂满，修改时用橡皮擦净；书写用黑色签字笔，不要超出答题区。",
    "不得在试卷和答题卡上做任何标记；不得折叠答题卡。",
    "考试结束时试卷与答题卡一并交回，不得带离考场；缺页、错页请举手报告。",
)
TYPES = {
    "single_response": "单选：只有一个选项正确",
    "multiple_response": "多选：有两个或两个以上选项正确",
    "true_false": "判断：正确涂“对”，错误涂“错”",
    "ordering": "排序：按先后次序在答题卡各位次上填涂选项字母",
    "matching": "匹配：为左边每一项填涂右边对应的编号",
    "text_entry": "填空：把答案写在答题卡对应的横线上",
    "numeric_entry": "数值：写出数值，要求写单位的写明单位",
    "hotspot": "热区：在答题卡的图上用“×”标出",
    "inline_choice": "文中选择：为每个空填涂所选项",
    "short_answer": "简答：写在答题卡的答题区内",
    "extended_response": "论述：写在答题卡的答题区内",
    "drawing": "作图：在答题卡的图上或方框内作答",
}
WORDS = {
    "cover": "职业技能等级认定理论知识考试", "paper_title": "试卷", "sheet_title": "答题卡", "secret": "启封前保密",
    "form": "试卷代号", "copy": "份号", "duration": "考试时间", "minutes": "分钟", "full": "满分", "points": "分",
    "rules": "考生须知", "contents": "试卷结构", "section": "部分", "count": "题数", "score": "分值", "sum": "合计",
    "name": "姓名", "ticket": "准考证号", "seat": "座位号", "signature": "考生签名", "room": "考点考场",
    "proctor": "监考签名", "absent": "缺考标记（监考填涂）", "page": "第 {x} 页　共 {y} 页", "case": "材料",
    "case_items": "根据以下材料回答第 {a} 至 {b} 题", "each": "每题 {n} 分", "item_points": "（{n} 分）",
    "sound": "［音频：{alt}，由监考人员播放］", "choose": "标出 {n} 处", "gap": "空 {n}", "place": "第 {n} 位",
    "blank": "（{n}）", "true": "对", "false": "错", "left": "项", "right": "可选项", "unit": "单位", "number": "数值",
    "omitted": "［图片 {alt} 无法印出］", "marking_title": "评分标准（参考答案）", "item": "题号", "type": "题型",
    "key": "答案", "rule": "计分", "value": "分值", "accept": "可接受", "or": " 或 ", "rubric": "评分细则",
    "areas": "区域（图上像素）", "tolerance": "允许误差", "model": "参考答案",
    "marking_secret": "仅限阅卷人员，阅卷结束后销毁",
    "printed_by": "印制", "and": "与", "scrap": "草稿区", "normalise": "忽略", "exact": "精确",
    "blank_page": "（此页无正文）",
}  # fmt: skip
RULE_WORDS = {
    "all_or_nothing": "全对得分", "partial_no_wrong": "按选对的比例得分；选错不得分", "per_part": "按空（项）得分",
    "per_place": "按位次得分", "rubric": "人工评分",
}  # fmt: skip
TOLERANCE_WORDS = {"exact": "精确", "absolute": "±", "relative": "相对 ±", "significant": "有效数字位数 "}
NORMALISE_WORDS = {"width": "全半角", "case": "大小写", "space": "空格", "marks": "标点"}
SHAPES = {"circle": "圆", "rect": "矩形", "poly": "多边形"}
ALWAYS = (
    "".join(chr(code) for code in range(0x21, 0x7F))
    + "　·—×÷±≤≥≠√°ΩμπΔ①②③④⑤⑥⑦⑧⑨⑩、，。；：？！（）［］《》“”…−∑∫∞←→↑↓\u00a0"
)


def fixed_texts() -> Iterator[str]:
    """Every fixed word that may be printed."""
    for group in (TYPES, WORDS, RULE_WORDS, TOLERANCE_WORDS, NORMALISE_WORDS, SHAPES):
        yield from group.values()
    yield from RULES
    yield ALWAYS
