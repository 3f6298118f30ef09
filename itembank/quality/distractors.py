"""Says what is doubtful about a sound item: cues that give the key away, options that overlap, a missed "not".

For import and editing, as warnings with a reason; nothing here keeps an item out. Source: the item-writing guidelines
of Haladyna, Downing and Rodriguez (2002), as far as they can be seen without understanding the item. Precision matters
more than recall: a rule speaks only where a person would nearly always agree, so that warnings are read.
"""

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from itembank.items.content import ItemBody, Option, option_text, stem_text
from itembank.items.faults import Flaw
from itembank.items.kinds import MULTIPLE_RESPONSE, SINGLE_RESPONSE, TRUE_FALSE

LENGTH_RATIO = 2.0
LENGTH_MORE = 10
_ALL_OR_NONE = re.compile(
    r"^(以上|上述|前述|前面|以下)?(选项|答案|说法|各项|几项|[两二三四]项|[两二三四]者|情况|[A-H、,]{2,})*(全部|全|都|均|皆)(不)?"
    r"(是|对|正确|错|错误|可以|可|包括|属于|符合|有可能|行)?(以上|上述)?(选项)?$"
    r"|^(以上|上述)(各项|选项|答案|说法|几项|三项)?(都|均|全|皆)\S{0,6}$"
    r"|^(all|none|neither|both) of (the )?(above|these|them)\.?$",
    re.IGNORECASE,
)
_NEGATION = (
    r"不正确|不对|不属于|不包括|不包含|不符合|不恰当|不合适|不可能|不需要|不允许|不能|不得|不应该?|不宜|不会|不是|没有"
    r"|错误"
)
_LIMIT = r"(?!大于|小于|超过|低于|高于|少于|多于|晚于|早于|短于|长于)(?![^，。]*(?:原因|后果|办法|措施|时))"
_ASKS_NOT = re.compile(
    rf"({_NEGATION}){_LIMIT}[^，。；！？,;什何怎哪]{{0,12}}(的|者)?(是|为|有|一项|选项|[:：])?"
    r"[（(\[【_\s　]*[)）\]】?？。：:_…]*$"
)
_ASKED = re.compile(r"(哪|何|什么|下列|以下|下面|[（(]\s*[)）]|___)")
_MARKED = re.compile(r"<(strong|b|em|i|u)>[^<]*(不|非|没|错|未|除)[^<]*</\1>", re.IGNORECASE)
_OPEN, _WITHIN, _CLOSE = r"[“\"'‘【《「\[*]", r"[^”\"'’】》」\]*]{0,6}", r"[”\"'’】》」\]*]"
_SET_OFF = re.compile(rf"{_OPEN}{_WITHIN}(不|非|没|错|未|除){_WITHIN}{_CLOSE}")
_ABSOLUTE = re.compile(
    r"一律|绝对(?!高|值|湿|误|压|温|零|电|坐|位)|永远|从不|从来|毫无例外|在任何情况下|任何时候|无论如何|百分之百"
    r"|never|always",
    re.IGNORECASE,
)
_END_MARK = re.compile(r"[。.；;！!]$")
_NUMBER = r"[-+−]?\d+(?:\.\d+)?"
_BARE_NUMBER = re.compile(rf"^{_NUMBER}$")
_WITH_UNIT = re.compile(rf"^{_NUMBER}\s*[^\d\s.]{{1,8}}$")
_RANGE = re.compile(rf"^({_NUMBER})\s*(\D{{0,6}}?)\s*(?:~|～|-|—|–|至|到)\s*({_NUMBER})\s*(\D{{0,6}})$")
_LEAST = re.compile(rf"^(?:>=|≥|不小于|不少于|不低于|大于等于|至少)\s*({_NUMBER})\s*(\D{{0,6}})$")
_MORE = re.compile(rf"^(?:>|＞|大于|高于|多于|超过)\s*({_NUMBER})\s*(\D{{0,6}})$")
_MOST = re.compile(rf"^(?:<=|≤|不大于|不多于|不高于|不超过|小于等于|至多)\s*({_NUMBER})\s*(\D{{0,6}})$")
_LESS = re.compile(rf"^(?:<|＜|小于|低于|少于)\s*({_NUMBER})\s*(\D{{0,6}})$")
_ASKS_RANGE = re.compile(r"范围|频段|频率|波段|区间|之间|带宽|界限|时段")
_ZEROS = re.compile(r"(\d+\.\d*?)0+(?!\d)")

Range = tuple[Fraction | None, Fraction | None, str]


def doubts(body: ItemBody) -> list[Flaw]:
    """Everything doubtful about the item, field by field; nothing for types without options to choose from."""
    kind = body.content.type
    if kind == TRUE_FALSE.code:
        return [*_unmarked_negation(body), *_absolute_statement(body)]
    if kind not in (SINGLE_RESPONSE.code, MULTIPLE_RESPONSE.code):
        return []
    found = [*_all_or_none(body), *_same_meaning(body), *_unmarked_negation(body), *_overlapping(body)]
    if kind == SINGLE_RESPONSE.code and len(body.key) == 1:
        found += [*_length_cue(body), *_form_cue(body), *_absolute_options(body)]
    return found


def _plain(option: Option) -> str:
    return unicodedata.normalize("NFKC", option_text(option)).strip()


def _parted(body: ItemBody) -> tuple[Option | None, list[Option]]:
    """The key of a single response and the other options."""
    key = next((option for option in body.content.options if option.id in body.key), None)
    return key, [option for option in body.content.options if option.id not in body.key]


def _all_or_none(body: ItemBody) -> Iterator[Flaw]:
    for option in body.content.options:
        text = _plain(option).rstrip("。.")
        if text and _ALL_OR_NONE.match(text):
            zh = f"选项 {option.id}“{text[:20]}”依赖其他选项：认出两个对（或一个错）就能作答，也不能打乱次序"
            en = f"Option {option.id} speaks of the others: knowing two of them answers it, and they cannot be shuffled"
            yield Flaw(f"option:{option.id}", "doubt.all_of_above", zh, en, text[:80])


def _length_cue(body: ItemBody) -> Iterator[Flaw]:
    key, others = _parted(body)
    if key is None or len(others) < 2:
        return
    if _ALL_OR_NONE.match(_plain(key)):
        return
    own, longest = len(_plain(key)), max(len(_plain(other)) for other in others)
    if longest and own >= LENGTH_RATIO * longest and own >= longest + LENGTH_MORE:
        zh = f"正确选项 {key.id} 有 {own} 个字，其余最长 {longest} 个字，长度会提示答案"
        en = f"The key {key.id} has {own} characters, the longest other option {longest}: its length gives it away"
        yield Flaw(f"option:{key.id}", "doubt.length_cue", zh, en, str(own))


def _meaning(option: Option) -> str:
    """The text as far as it means something: width, blanks, end marks and the zeros of 50.0 do not."""
    text = _END_MARK.sub("", "".join(_plain(option).split()))
    return _ZEROS.sub(lambda match: match[1].rstrip("."), text)


def _same_meaning(body: ItemBody) -> Iterator[Flaw]:
    seen: dict[str, Option] = {}
    for option in body.content.options:
        meaning = _meaning(option)
        first = seen.setdefault(meaning, option) if meaning else option
        if first is not option and option_text(first).split() != option_text(option).split():
            zh = f"选项 {option.id} 与选项 {first.id} 除写法外相同"
            en = f"Options {first.id} and {option.id} differ in spelling only"
            yield Flaw(f"option:{option.id}", "doubt.same_meaning", zh, en, option_text(option)[:80])


def _unmarked_negation(body: ItemBody) -> Iterator[Flaw]:
    """A stem that asks for what is not so, where nothing sets the "not" off."""
    stem = stem_text(body.content).strip()
    found = _ASKS_NOT.search(stem)
    rich = any(block.kind == "html" and _MARKED.search(block.text) for block in body.content.stem)
    if body.content.type == TRUE_FALSE.code or rich or _SET_OFF.search(stem):
        return
    if found and _ASKED.search(stem):
        zh = f"题干问“{found[1]}”，但没有突出显示，容易看漏；请将其加粗或加下划线"
        en = f"The stem asks for what is not so ({found[1]}) and nothing sets it off; make it bold or underline it"
        yield Flaw("stem", "doubt.negative_unmarked", zh, en, found[1])


def _absolute_statement(body: ItemBody) -> Iterator[Flaw]:
    found = _ABSOLUTE.search(stem_text(body.content))
    if found and body.key == ("false",):
        zh = f"错误的判断题含“{found[0]}”这样的绝对词，考生不懂也会判错"
        en = f"A false statement with “{found[0]}” is judged false without knowing anything"
        yield Flaw("stem", "doubt.absolute", zh, en, found[0])


def _absolute_options(body: ItemBody) -> Iterator[Flaw]:
    key, others = _parted(body)
    if key is None or _ABSOLUTE.search(_plain(key)):
        return
    absolute = [option for option in others if _ABSOLUTE.search(_plain(option))]
    if len(absolute) >= 2:
        letters = "、".join(option.id for option in absolute)
        zh, en = f"干扰项 {letters} 用了绝对词，正确选项没有，容易被排除", f"Absolute words in {letters} rule them out"
        yield Flaw(f"option:{absolute[0].id}", "doubt.absolute", zh, en, _plain(absolute[0])[:80])


def _form_cue(body: ItemBody) -> Iterator[Flaw]:
    """Only the key has another form: a sentence mark at its end, a unit beside bare numbers."""
    key, others = _parted(body)
    if key is None or len(others) < 2:
        return
    text, rest = _plain(key), [_plain(other) for other in others]
    ends = [bool(_END_MARK.search(each)) for each in rest]
    if all(rest) and (all(ends) or not any(ends)) and bool(_END_MARK.search(text)) != ends[0]:
        zh, en = f"只有正确选项 {key.id} 的句末标点与其他选项不同", f"Only the key {key.id} ends in another mark"
        yield Flaw(f"option:{key.id}", "doubt.form_cue", zh, en, text[-20:])
    bare = [bool(_BARE_NUMBER.match(each)) for each in rest]
    if (all(bare) and _WITH_UNIT.match(text)) or (_BARE_NUMBER.match(text) and all(map(_WITH_UNIT.match, rest))):
        zh, en = f"只有正确选项 {key.id} 的单位写法与其他选项不同", f"Only the key {key.id} differs in having a unit"
        yield Flaw(f"option:{key.id}", "doubt.form_cue", zh, en, text[:80])


def _fraction(text: str) -> Fraction:
    return Fraction(text.replace("−", "-"))


def _range(text: str) -> Range | None:
    """(from, to, unit) of an option that names a range of numbers; None when it does not."""
    both = _RANGE.match(text)
    if both and (not both[2] or both[2] == both[4]):
        return _fraction(both[1]), _fraction(both[3]), both[4].strip()
    for pattern in (_LEAST, _MORE):
        if found := pattern.match(text):
            return _fraction(found[1]), None, found[2].strip()
    for pattern in (_MOST, _LESS):
        if found := pattern.match(text):
            return None, _fraction(found[1]), found[2].strip()
    return None


def _shared(first: Range, second: Range) -> bool:
    """Whether two ranges share more than an end."""
    lows = [each for each in (first[0], second[0]) if each is not None]
    highs = [each for each in (first[1], second[1]) if each is not None]
    return not lows or not highs or max(lows) < min(highs)


def _overlapping(body: ItemBody) -> Iterator[Flaw]:
    """Options that are all ranges, of which the key shares numbers with another; not where a range is asked."""
    if _ASKS_RANGE.search(stem_text(body.content)):
        return
    ranges = {option.id: _range(_plain(option)) for option in body.content.options}
    read = {letter: found for letter, found in ranges.items() if found is not None}
    if len(read) < len(ranges) or len(read) < 3 or len({found[2] for found in read.values()}) > 1:
        return
    for one, other in combinations(read, 2):
        if (one in body.key) != (other in body.key) and _shared(read[one], read[other]):
            zh, en = f"选项 {one} 与 {other} 的数值范围重叠", f"The ranges of options {one} and {other} overlap"
            yield Flaw(f"option:{other}", "doubt.overlap", zh, en, option_text(body.content.options[0])[:80])
            return
