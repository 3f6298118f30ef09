"""What is doubtful about a sound item is told with its reason, and hardly ever without one."""

from collections import Counter
from pathlib import Path

import pytest

from itembank.exchange.figures import NO_FIGURES
from itembank.exchange.mapping import read_mapping
from itembank.exchange.reading import rows_of_sheet
from itembank.exchange.sheet import read_sheet
from itembank.exchange.store import mapping_text
from itembank.items.content import ItemBody, ItemContent, Option, html_block, text_block
from itembank.quality.distractors import doubts


def item(stem: str, *options: str, key: str = "A", kind: str = "single_response") -> ItemBody:
    """An item with this stem and these options."""
    shown = tuple(Option(letter, (text_block(text),)) for letter, text in zip("ABCDEFGH", options, strict=False))
    return ItemBody(ItemContent("T-1", kind, "A-A-001", (text_block(stem),), shown), tuple(key.split()))


def told(body: ItemBody) -> list[str]:
    """The codes of all doubts."""
    return [flaw.code.removeprefix("doubt.") for flaw in doubts(body)]


SOUND = ("更换熔断器", "检查接线", "测量电压", "断开电源")


@pytest.mark.parametrize(
    "last",
    [
        "以上都对",
        "以上都不是",
        "上述全部正确",
        "以上选项均正确",
        "以上答案都不对",
        "A、B、C都对",
        "All of the above",
        "均正确",
    ],
)
def test_an_option_that_speaks_of_the_others_is_told(last: str) -> None:
    assert told(item("故障时首先应（　）。", *SOUND[:3], last, key="D")) == ["all_of_above"]


@pytest.mark.parametrize("last", ["都江堰", "全部断开电源开关", "都可以使用绝缘手套", "以上级主管单位的通知为准"])
def test_an_option_that_only_begins_like_it_is_not(last: str) -> None:
    assert told(item("故障时首先应（　）。", *SOUND[:3], last, key="D")) == []


def test_a_key_far_longer_than_the_others_is_told() -> None:
    long = "先断开电源并验明确无电压，再挂接地线和标示牌，然后更换熔断器"
    assert told(item("更换熔断器时应（　）。", long, *SOUND[1:])) == ["length_cue"]
    assert told(item("更换熔断器时应（　）。", *SOUND[1:], long)) == [], "a long distractor gives nothing away"
    assert told(item("更换熔断器时应（　）。", "先断开电源再更换", *SOUND[1:])) == []


def test_options_that_differ_in_spelling_only_are_told() -> None:
    assert told(item("额定电压为（　）。", "220 V", "50.0V", "50 V", "36V")) == ["same_meaning"]
    assert told(item("额定功率为（　）。", "5 mW", "5 MW", "50 mW", "50 MW")) == []


@pytest.mark.parametrize("stem", ["下列说法不正确的是（　）。", "以下不属于安全用具的是（　）", "下列哪项是错误的？"])
def test_a_not_that_nothing_sets_off_is_told(stem: str) -> None:
    assert told(item(stem, *SOUND)) == ["negative_unmarked"]


@pytest.mark.parametrize(
    "stem",
    [
        "下列说法“不正确”的是（　）。",
        "下列【不】属于安全用具的是（　）",
        "下列绝缘电阻不得小于（　）。",
        "电机不能起动的原因是什么？",
    ],
)
def test_a_not_that_is_set_off_or_asks_nothing_is_not(stem: str) -> None:
    assert told(item(stem, *SOUND)) == []


def test_an_emphasis_in_rich_text_counts() -> None:
    body = item("x", *SOUND)
    rich = html_block("<p>下列说法<strong>不正确</strong>的是（　）。</p>")
    content = ItemContent("T-1", "single_response", "A-A-001", (rich,), body.content.options)
    assert told(ItemBody(content, ("A",))) == []


def test_a_form_that_only_the_key_has_is_told() -> None:
    assert told(item("应先（　）。", "断开电源。", *SOUND[:3])) == ["form_cue"]
    assert told(item("电压为（　）。", "220 V", "110", "380", "36")) == ["form_cue"]
    assert told(item("电压为（　）。", "220 V", "110 V", "380", "36")) == []


def test_absolute_words_that_rule_options_out_are_told() -> None:
    assert told(item("操作时应（　）。", "视情况停电", "在任何情况下停电", "永远不停电", "请示")) == ["absolute"]
    statement = ItemBody(item("设备检修时一律停电。", kind="true_false").content, ("false",))
    assert told(statement) == ["absolute"]


def test_ranges_that_share_values_are_told_where_a_value_is_asked() -> None:
    assert told(item("接地电阻应（　）。", "大于4Ω", "大于10Ω", "大于30Ω")) == ["overlap"]
    assert told(item("接地电阻应（　）。", "0-4Ω", "4-10Ω", "10-30Ω")) == []
    assert told(item("K 指数的取值范围是（　）。", "0-9", "0-8", "0-7")) == []


def test_a_real_bank_hears_few_doubts_and_each_can_be_explained(corpora: Path) -> None:
    file = corpora / "crac-2025" / "full.csv"
    if not file.is_file():
        pytest.skip(f"no CRAC bank at {file}")
    read = rows_of_sheet(read_sheet(file.read_bytes()), read_mapping(mapping_text("crac-2025")), NO_FIGURES)
    counts = Counter(flaw.code.removeprefix("doubt.") for row in read.rows for flaw in doubts(row.body))
    assert counts == {"length_cue": 29, "negative_unmarked": 6, "absolute": 1, "form_cue": 1, "same_meaning": 1}
