"""Whole papers as they are typed, published and exported: every question comes in, with its key and its points."""

from tests.itembank.formats.reading import counted, options, stem, told
from tests.itembank.formats.word import Word, parsed, plain_model

PAPER = """
电工四级理论题库
注意事项：
1、考试时间：90分钟。
2、请首先填写姓名。
一、单项选择题（第1题～第5题。每题1.5分，共7.5分）
1. 三相异步电动机的转速公式中，p 表示（　）。
A. 磁极数
B. 磁极对数
C. 频率
D. 转差率
答案：B
难度：0.65  重要程度：X  鉴定点：A-A-002
解析：转速与磁极对数成反比。
2、下列说法正确的是（ D ）。
A、甲　B、乙　C、丙　D、丁
3．额定电压 220V 的灯泡(  )
A.10W\tB.20W\tC.30W\tD.40W
【答案】Ｃ
4.在电流（A）的单位中，哪一个最大？
A．安培
B．毫安
C．微安
D．千安
参考答案：D
5. 多行题干
第二行题干：
（1）甲；（2）乙
A.是B.否C.不知道D.都不对
答案 A
二、多选题（每题2分）
1. 以下属于安全用具的有（　　）
A. 绝缘手套 B. 验电器
C. 手机 D. 绝缘靴
答案：A、B，D
三、判断题
1. 电流的方向规定为正电荷移动的方向。（ √ ）
2. 验电器可以不检查就使用。
答案：×
四、填空题
1. 我国工频为____Hz，线电压为______V。
答案：50；380
2. 欧姆定律的表达式为（　　）。
答案：I=U/R
五、简答题（每题10分）
1. 简述触电急救的步骤。
答：（1）脱离电源；
（2）就地抢救；
3）送医。
六、论述题
1. 论述TN-S系统。
答案：略述保护线与中性线分开。
"""


def test_a_usual_paper_comes_in_whole() -> None:
    word = Word().lines(PAPER)
    word.document.sections[0].footer.paragraphs[0].text = "第 1 页 1. 页脚"
    source = parsed(word, code_prefix="DG")
    assert counted(source) == (12, 12, {})
    types = [row.body.content.type for row in source.rows]
    assert types == ["single_response"] * 5 + ["multiple_response"] + ["true_false"] * 2 + ["text_entry"] * 2 + [
        "short_answer", "extended_response",
    ]  # fmt: skip
    keys = ["".join(row.body.key) for row in source.rows[:8]]
    assert keys == ["B", "D", "C", "D", "A", "ABD", "true", "false"]
    assert [row.body.content.points for row in source.rows] == ["1.5"] * 5 + ["2"] + ["1"] * 4 + ["10", "1"]
    assert [row.body.content.code for row in source.rows[:2]] == ["DG-0001", "DG-0002"]


def test_labels_below_a_question_say_point_difficulty_and_importance() -> None:
    first, second = parsed(Word().lines(PAPER)).rows[:2]
    assert (first.body.content.point, first.body.difficulty, first.body.importance) == ("A-A-002", 650, "X")
    assert (second.body.content.point, second.body.difficulty) == ("A-A-001", None)


def test_the_key_in_the_brackets_of_the_stem_never_reaches_the_candidate() -> None:
    rows = parsed(Word().lines(PAPER)).rows
    assert stem(rows[1]) == "下列说法正确的是（　）。"
    assert stem(rows[6]) == "电流的方向规定为正电荷移动的方向。（　）"
    assert stem(rows[3]) == "在电流（A）的单位中，哪一个最大？"


def test_instructions_before_the_first_section_are_told_not_read() -> None:
    source = parsed(Word().lines(PAPER))
    preamble = next(remark.flaw.value for remark in source.warnings if remark.flaw.code == "docx.preamble")
    assert "考试时间" in preamble and "电工四级理论题库" in preamble
    assert {"docx.preamble", "feedback.dropped", "rubric.default"} == told(source)


def test_a_fault_names_the_number_printed_in_the_paper() -> None:
    rows = parsed(Word().lines(PAPER.replace("答案：A、B，D", "答案：A、B，F"))).rows
    assert rows[5].flaws[0].reason_zh.startswith("〔二、1〕") and rows[5].flaws[0].reason_en.startswith("[二、1]")


OFFICIAL = """
2025年职业技能等级认定电工（四级）理论知识试卷
一、单项选择题（共4题，每题1分。请选取一个正确答案填写在括号中。错选、漏选、多选均不得分）
1．职业道德是指从事一定职业劳动的人们，在长期的职业活动中形成的（ C ）。
A、行为规范         B、操作程序
C、行为规范的总和   D、思维习惯
2．在市场经济条件下，（ B ）是职业道德社会功能的重要表现。
（A）克服利益导向　　　（B）遏制牟利最大化　　　（C）增强决策科学化　　　（D）促进员工行为的规范化
3．图示电路中 R1=10Ω，R2=20Ω，U=30V，则电流 I=(      )A。
A．1     B．1.5     C．3     D．0.5
4　电压 U=220V，f=50Hz，B=0.5T 时，（　　）。
A．正确
B．错误
C．不一定
D．A和B都对
（二）判断题（对的画√，错的画×，每题1分）
（ √ ）1．职业道德不倡导人们的牟利最大化观念。
（ × ）2．电工刀可以带电操作。
三、填空题
1．三相交流电的相位差是 120 度，频率为______Hz，周期为______s。
四、简答题
1．什么叫保护接地？有哪些要求？（10分）
第五部分 多项选择题
1．正确的是（ ）。（多选）
A. 一 B. 二 C. 三
参考答案
一、单项选择题：3．A  4．D
三、填空题
1．50；0.02
四、简答题
1．答：把外壳接地。
（1）可靠；
（2）≤4Ω。
五、多选题：1.AB
"""


def test_the_layout_of_official_papers_is_understood() -> None:
    source = parsed(Word().lines(OFFICIAL))
    assert counted(source) == (9, 9, {})
    assert [row.body.content.type for row in source.rows] == ["single_response"] * 4 + ["true_false"] * 2 + [
        "text_entry", "short_answer", "multiple_response",
    ]  # fmt: skip
    assert ["".join(row.body.key) for row in source.rows] == ["C", "B", "A", "D", "true", "false", "", "", "AB"]
    assert stem(source.rows[4]) == "职业道德不倡导人们的牟利最大化观念。（　）"
    assert options(source.rows[2]) == ["1", "1.5", "3", "0.5"]
    short = source.rows[7].body
    assert (short.content.points, plain_model(short.scoring["model"])) == (
        "10",
        "把外壳接地。\n（1）可靠；\n（2）≤4Ω。",
    )


EXPORTED = """
1、（单选题）下列哪个是对的？
A：甲
B：乙
C：丙
正确答案：C
答案解析：因为丙对
2、（判断题）水是湿的。
正确答案：正确
3、【多选题】选哪些？
A：甲
B：乙
C：丙
【答案】A,B【难度】0.5【解析】略
4、（填空题）电压单位是___。
正确答案：V|伏|伏特
5、（简答题）为什么？
答案为：因为……
"""


def test_the_layout_that_question_sites_export_is_understood() -> None:
    source = parsed(Word().lines(EXPORTED))
    assert counted(source) == (5, 5, {})
    types = ["single_response", "true_false", "multiple_response", "text_entry", "short_answer"]
    assert [row.body.content.type for row in source.rows] == types
    assert (source.rows[2].body.key, source.rows[2].body.difficulty) == (("A", "B"), 500)
    assert source.rows[3].body.scoring["blanks"][0]["accept"] == ["V", "伏", "伏特"]


def test_questions_laid_out_as_a_table_are_told() -> None:
    word = Word().table([["题干", "答案"], ["甲", "A"]]).lines("一、判断题\n1. 题\n答案：√")
    assert "docx.table" in told(parsed(word))


BETWEEN = """
一、单选题
1. 一
A. 甲 B. 乙 C. 丙
2. 二
A. 甲 B. 乙 C. 丙
答案：1-2 AB
二、判断题
1. 三
2. 四
答案：
1.√ 2.×
三、多选题
1. 五
A. 甲 B. 乙 C. 丙
答案
1. ABC
"""


def test_answers_behind_every_section_stay_with_their_section() -> None:
    source = parsed(Word().lines(BETWEEN))
    assert counted(source) == (5, 5, {})
    assert ["".join(row.body.key) for row in source.rows] == ["A", "B", "true", "false", "ABC"]
