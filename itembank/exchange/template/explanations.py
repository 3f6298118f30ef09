"""What the template says about its columns and types, in Chinese and English. For people; nothing reads it back."""

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("DDEBF7", ("code", "point", "type", "stem", "key", "points", "rich")),
    ("E2EFDA", ("importance", "cognition", "difficulty", "source", "owner", "funding", "enemies", "figure")),
    ("FFF2CC", ("rule", "targets", "reuse", "gaps", "widths", "normalise", "tolerance", "unit")),
    ("FCE4D6", ("picture", "areas", "choose", "lines", "longest", "rubric", "model")),
    ("EDEDED", ("case", "case_place", "case_stimulus")),
)

COLUMNS: dict[str, tuple[str, str]] = {
    "code": ("试题编号，题库内唯一：字母、数字、. _ -", "Item code, unique in the bank: letters, digits, . _ -"),
    "point": ("细目表中的鉴定点代码", "Code of the competency point in the specification"),
    "type": ("题型，可从下拉框选择", "Item type; choose from the list"),
    "stem": (
        "题干。填空题、文中选择题的空写作 {{1}}、{{2}}……，或画作 ____",
        "The stem. Blanks are written {{1}}, {{2}} … or drawn as ____",
    ),
    "option": ("选项，从 A 起连续填写；判断题不填", "Options from A on; none for true/false"),
    "key": (
        "答案。单选 C；多选 A;C；判断 正确/错误；排序 B;C;A；匹配 A-2;B-1；填空每空一行，可接受的写法用 | 隔开；"
        "数值 220、220±5 或 220±5 V；文中选择 1B;2A；简答、论述、作图、热区不填",
        "The key: C; A;C; true/false; order B;C;A; pairs A-2;B-1; one line per blank with variants separated by |; "
        "220, 220±5 or 220±5 V; gaps 1B;2A; empty for types that are marked and for hotspots",
    ),
    "points": ("分值，不填为 1 分", "Points; 1 when empty"),
    "rich": (
        "不填即纯文本。写“富文本”时，本行题干、选项、材料按 HTML 清理后收入（表格、上下标、MathML）",
        "Plain when empty. “富文本”: stem, options and stimulus of this row are HTML, cleaned on import",
    ),
    "importance": ("重要程度 X 核心、Y 一般、Z 辅助；不填按鉴定点", "Importance X core, Y general, Z auxiliary"),
    "cognition": ("认知层次：识记、理解、应用", "Cognitive level: recall, understand, apply"),
    "difficulty": ("预计答对的比例 0.05–0.95，或 易、中、难", "Expected share of right answers, or a word"),
    "source": ("来源：教材、标准条款、自编等", "Source"),
    "owner": ("命题单位", "Owner institution"),
    "funding": ("经费来源", "Funding source"),
    "enemies": ("互斥题编号，以分号分隔；互不同卷，只写一方即可", "Codes that never meet this item in a form"),
    "figure": ("题干附图的文件名，与图片压缩包中的一致", "File names of the stem's figures, as in the archive"),
    "rule": (
        "全对得分（不填即此）、按项给分、按位给分（排序）、少选给分（多选，选错不得分）",
        "All or nothing (default), per part, per place (ordering), partial (multiple response, none when wrong)",
    ),
    "targets": ("匹配题右侧，每条一行：1. 安培", "Right side of matching, one per line: 1. ampere"),
    "reuse": ("匹配目标可否重复使用：是、否", "Whether a target may be used twice: 是, 否"),
    "gaps": ("文中选择题各空的选项，每条一行：1A. 红", "Options of the gaps, one per line: 1A. red"),
    "widths": ("填空宽度（字数），以分号分隔；可不填", "Widths of the blanks in characters; may be empty"),
    "normalise": (
        "判填空时忽略的差异：全半角、大小写、空格、标点、无；一行管所有空，或每空一行",
        "Differences ignored in blanks: width, case, space, marks, none; one line for all or one per blank",
    ),
    "tolerance": (
        "数值误差：±5、±2%、相对 0.02、3 位有效数字、精确",
        "Tolerance: ±5, ±2%, 3 significant figures, exact",
    ),
    "unit": ("单位：写 V 即印在后面；写 填写：V|伏 即要求考生填写", "Unit: V is printed; 填写：V|伏 asks for it"),
    "picture": (
        "热区、作图的底图：文件名|替代文字；作图可写 空白||800×500",
        "Picture of hotspot or drawing: file name|words; 空白||800×500 is an empty sheet",
    ),
    "areas": (
        "热区，每个一行，单位为图片像素：圆 x,y,半径；矩形 左,上,右,下；多边形 x,y x,y x,y",
        "Areas in pixels, one per line: 圆 x,y,r; 矩形 left,top,right,bottom; 多边形 x,y x,y x,y",
    ),
    "choose": ("考生最多点几处；不填等于热区数", "How many points may be set; as many as areas when empty"),
    "lines": ("作答区行数", "Lines of the answer space"),
    "longest": ("最多字数", "Most characters"),
    "rubric": (
        "评分要点：1. 要点 [分值]，其下可写档次 - 分值：说明；各要点合计等于本题分值",
        "Criteria: 1. title [points]; below it bands - points: words; they sum to the item's points",
    ),
    "model": ("参考答案，供阅卷人看", "Model answer for the marker"),
    "case": ("案例编号；同一案例的小题写同一编号", "Code of the case group"),
    "case_place": ("案例序号：1/3 为共 3 小题的第 1 题", "Place in the case: 1/3"),
    "case_stimulus": ("案例材料，写在任一小题即可", "The stimulus; in one of the items"),
}

NOTES: tuple[tuple[str, str], ...] = (
    (
        "单元格里要有图片、音频、富文本时，各占一行写：[[图 文件名|替代文字]]、[[音频 文件名|说明|播放次数]]、"
        "[[富文本]]（其下为 HTML）、[[文字]]（回到文字）。图片与音频装入一个 zip，与工作簿一同上传。",
        "Pictures, sounds and rich text stand on lines of their own inside a cell; the files come in a zip.",
    ),
    ("公式用 MathML，写在富文本里；脚本、样式、链接一律清除或拒收。", "Formulas are MathML; scripts are refused."),
    ("示例行导入前请删除；“细目表”一页只在导入细目表时使用。", "Delete the example rows before you import."),
)
