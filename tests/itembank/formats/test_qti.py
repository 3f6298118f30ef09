"""What the reader makes of single QTI items: the key is what the item's own processing rewards, or there is none."""

import base64
import random
import re
from typing import Any

import pytest

from examserver.kernel.archive import read_archive, write_archive
from itembank.exchange.archive import RefusedArchive
from itembank.exchange.export.package import Media, write_package
from itembank.exchange.formats.qti import read_qti, recognise
from itembank.exchange.formats.refusals import UnreadableFile
from itembank.exchange.formats.source import Settings, Source
from itembank.exchange.rows import ReadRow
from tests.every_type import ASSETS as EVERY_ASSET
from tests.every_type import BODIES, CASE, PANEL

POINT = Settings(default_point="A-A-1")
OPTIONS = "".join(f'<simpleChoice identifier="{each}">选项{each}</simpleChoice>' for each in "ABCD")
MATCH = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct"/>'
MAPPED = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response.xml"/>'


def item(declared: str, body: str, processing: str, more: str = "") -> bytes:
    """An item of QTI 2.2."""
    return (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="I-1" title="题" adaptive="false">'
        f'{declared}<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>{more}'
        f"<itemBody>{body}</itemBody>{processing}</assessmentItem>"
    ).encode()


def declared(correct: str, mapping: str = "", cardinality: str = "single", base: str = "identifier") -> str:
    values = "".join(f"<value>{each}</value>" for each in correct.split("|") if each)
    right = f"<correctResponse>{values}</correctResponse>" if values else ""
    entries = "".join(
        f'<mapEntry mapKey="{key}" mappedValue="{worth}"/>'
        for key, worth in (pair.rsplit("=", 1) for pair in mapping.split("|") if pair)
    )
    mapped = f'<mapping defaultValue="0" lowerBound="0">{entries}</mapping>' if entries else ""
    said = f'identifier="RESPONSE" cardinality="{cardinality}" baseType="{base}"'
    return f"<responseDeclaration {said}>{right}{mapped}</responseDeclaration>"


def choice(most: int = 1) -> str:
    return (
        f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="{most}">'
        f"<prompt>哪一项？</prompt>{OPTIONS}</choiceInteraction>"
    )


def read(data: bytes) -> tuple[ReadRow, Source]:
    source = read_qti(data, POINT)
    assert len(source.rows) == 1
    return source.rows[0], source


def codes(row: ReadRow) -> list[str]:
    return [flaw.code for flaw in row.flaws]


def said(source: Source) -> list[str]:
    return [remark.flaw.code for remark in source.warnings]


def test_a_choice_comes_in_with_its_words_and_its_key() -> None:
    row, source = read(item(declared("C"), "<p>看图。</p>" + choice(), MATCH))
    assert (row.flaws, said(source)) == ((), [])
    assert (row.body.content.code, row.body.content.type, row.body.key) == ("I-1", "single_response", ("C",))
    assert [block.text for block in row.body.content.stem] == ["看图。", "哪一项？"]


def _rule(test: str, score: str) -> str:
    return (
        f"<responseCondition><responseIf>{test}"
        f'<setOutcomeValue identifier="SCORE"><baseValue baseType="float">{score}</baseValue></setOutcomeValue>'
        "</responseIf></responseCondition>"
    )


def _is(value: str) -> str:
    return f'<match><variable identifier="RESPONSE"/><baseValue baseType="identifier">{value}</baseValue></match>'


def processing(*rules: str) -> str:
    return f"<responseProcessing>{''.join(rules)}</responseProcessing>"


def test_processing_that_rewards_another_answer_than_the_declared_one_is_a_fault() -> None:
    row, _ = read(item(declared("C"), choice(), processing(_rule(_is("B"), "1"))))
    assert codes(row) == ["qti.key_disputed"]


def test_a_key_is_found_where_only_the_processing_knows_it() -> None:
    row, _ = read(item(declared(""), choice(), processing(_rule(_is("B"), "3"))))
    assert (row.flaws, row.body.key, row.body.content.points) == ((), ("B",), "3")


def test_two_answers_that_both_get_full_marks_are_a_fault() -> None:
    row, _ = read(item(declared("A"), choice(), processing(_rule(_is("A"), "1"), _rule(_is("B"), "1"))))
    assert codes(row) == ["qti.several_right"]


def test_half_marks_for_a_second_answer_are_a_warning_in_words() -> None:
    row, source = read(item(declared("A"), choice(), processing(_rule(_is("A"), "1"), _rule(_is("B"), "0.5"))))
    assert (row.flaws, row.body.key, said(source)) == ((), ("A",), ["qti.weights"])


def test_an_operator_that_cannot_be_followed_is_named() -> None:
    row, _ = read(item(declared("A"), choice(), processing(_rule('<customOperator class="org.mad"/>', "1"))))
    (flaw,) = row.flaws
    assert (flaw.code, flaw.value) == ("qti.processing", "org.mad")


def test_an_unknown_template_is_named() -> None:
    unknown = '<responseProcessing template="https://example.org/my_template"/>'
    row, _ = read(item(declared("A"), choice(), unknown))
    assert codes(row) == ["qti.processing"] and "my_template" in row.flaws[0].value


@pytest.mark.parametrize(
    ("mapping", "rule", "warned"),
    [
        ("A=1|B=1|C=-2|D=-2", {"rule": "partial_no_wrong"}, []),
        ("A=1|B=1|C=-1|D=-1", {}, ["qti.weights"]),
    ],
)
def test_shares_of_right_options_become_the_rule_of_the_bank_only_when_it_is_the_same(
    mapping: str, rule: dict[str, Any], warned: list[str]
) -> None:
    row, source = read(item(declared("A|B", mapping, "multiple"), choice(0), MAPPED))
    assert (row.flaws, row.body.key, row.body.scoring, said(source)) == ((), ("A", "B"), rule, warned)
    assert row.body.content.points == "2"


def test_every_accepted_spelling_is_kept_and_lesser_ones_are_told() -> None:
    blank = '<p>首都是<textEntryInteraction responseIdentifier="RESPONSE" expectedLength="6"/>。</p>'
    row, source = read(item(declared("北京", "北京=1|北京市=1|燕京=0.5", base="string"), blank, MAPPED))
    assert row.body.content.stem[0].text == "首都是{{1}}。"
    assert row.body.scoring == {"blanks": [{"accept": ["北京", "北京市"], "normalise": []}]}
    assert said(source) == ["qti.partial_spelling"] and "燕京" in source.warnings[0].flaw.reason_zh


@pytest.mark.parametrize(
    ("said_in_file", "kept"),
    [
        ('toleranceMode="absolute" tolerance="0.5 0.5"', {"kind": "absolute", "amount": "0.5"}),
        ('toleranceMode="relative" tolerance="5"', {"kind": "relative", "amount": "0.05"}),
        ('toleranceMode="absolute" tolerance="1 3"', {"kind": "absolute", "amount": "2"}),
        ('toleranceMode="exact"', {"kind": "exact"}),
    ],
)
def test_a_number_keeps_the_tolerance_its_processing_has(said_in_file: str, kept: dict[str, str]) -> None:
    equal = f'<equal {said_in_file}><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></equal>'
    field = '<p>多少？<textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    row, _ = read(item(declared("220", base="float"), field, processing(_rule(equal, "1"))))
    assert row.body.content.type == "numeric_entry" and row.flaws == ()
    assert row.body.scoring["tolerance"] == kept
    assert row.body.scoring["value"] == ("221" if "1 3" in said_in_file else "220")


@pytest.mark.parametrize(
    ("more", "code"),
    [('<templateDeclaration identifier="X"/>', "qti.template"), ("", "qti.composite")],
)
def test_random_items_and_items_of_several_questions_are_refused_by_name(more: str, code: str) -> None:
    row, _ = read(item(declared("A"), choice() + choice(), MATCH, more))
    assert codes(row) == [code]


def test_a_script_in_an_item_keeps_it_out() -> None:
    hostile = item(declared("A"), "<p>看<b onclick='x()'>这里</b></p>" + choice(), MATCH)
    assert recognise(hostile, "x.xml")
    script = item(declared("A"), "<p><script>alert(1)</script></p>" + choice(), MATCH)
    row, _ = read(script)
    assert codes(row) == ["qti.unsupported"] and row.flaws[0].value == "script"
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + item(declared("A"), choice(), MATCH)
    with pytest.raises(UnreadableFile):
        read_qti(bomb, POINT)


def test_pictures_inside_the_file_and_tables_and_formulas_stay() -> None:
    picture = f'<p><img src="data:image/png;base64,{base64.b64encode(PANEL).decode()}" alt="面板"/></p>'
    formula = (
        '<p>由<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mi>I</m:mi><m:mo>=</m:mo>'
        "<m:mfrac><m:mi>U</m:mi><m:mi>R</m:mi></m:mfrac></m:math>得</p>"
    )
    table = '<table class="wide"><tr><td colspan="2">甲</td></tr></table>'
    row, _ = read(item(declared("A"), picture + formula + table + choice(), MATCH))
    assert row.flaws == ()
    kinds = [block.kind for block in row.body.content.stem]
    assert kinds[0] == "figure" and row.figures[0].width == 600
    rich = "".join(block.text for block in row.body.content.stem if block.kind == "html")
    assert "<mfrac><mi>U</mi><mi>R</mi></mfrac>" in rich and '<td colspan="2">甲</td>' in rich


def old(kind: str, responses: str, conditions: str, text: str = "题干") -> bytes:
    """An item of QTI 1.2 as Canvas writes it."""
    field = (
        f"<qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>{kind}</fieldentry></qtimetadatafield>"
    )
    words = f'<mattext texttype="text/html">&lt;p&gt;{text}&lt;/p&gt;</mattext>'
    return (
        f'<questestinterop><item ident="Q1"><itemmetadata><qtimetadata>{field}</qtimetadata></itemmetadata>'
        f"<presentation><material>{words}</material>{responses}"
        f'</presentation><resprocessing><outcomes><decvar varname="SCORE" maxvalue="100" minvalue="0"/></outcomes>'
        f"{conditions}</resprocessing></item></questestinterop>"
    ).encode()


def _label(ident: str, text: str) -> str:
    return f'<response_label ident="{ident}"><material><mattext>{text}</mattext></material></response_label>'


def _gives(test: str, amount: str, action: str = "Set") -> str:
    return (
        f"<respcondition><conditionvar>{test}</conditionvar>"
        f'<setvar action="{action}" varname="SCORE">{amount}</setvar></respcondition>'
    )


def test_old_blanks_stand_where_the_text_names_them_in_its_order() -> None:
    responses = "".join(
        f'<response_lid ident="response_{name}"><material><mattext>{name}</mattext></material><render_choice>'
        f"{_label(name + '1', right)}</render_choice></response_lid>"
        for name, right in (("b", "绿"), ("a", "红"))
    )
    rules = "".join(_gives(f'<varequal respident="response_{n}">{n}1</varequal>', "50", "Add") for n in "ab")
    row, _ = read(old("fill_in_multiple_blanks_question", responses, rules, "先[a]后[b]。"))
    assert row.body.content.stem[0].text == "先{{1}}后{{2}}。"
    accepted = [blank["accept"] for blank in row.body.scoring["blanks"]]
    assert (row.flaws, accepted, row.body.scoring["rule"]) == ((), [["红"], ["绿"]], "per_part")


def test_an_old_choice_is_judged_condition_by_condition() -> None:
    labels = "".join(_label(each, f"选项{each}") for each in "ABCD")
    response = f'<response_lid ident="R" rcardinality="Single"><render_choice>{labels}</render_choice></response_lid>'
    rules = _gives('<varequal respident="R">B</varequal>', "100") + _gives("<other/>", "0")
    row, _ = read(old("multiple_choice_question", response, rules))
    assert (row.flaws, row.body.key) == ((), ("B",))


def test_old_items_without_their_type_are_not_guessed() -> None:
    responses = "".join(
        f'<response_lid ident="response_{n}"><material><mattext>{n}</mattext></material><render_choice>'
        f"{_label(n + '1', '红')}{_label(n + '2', '蓝')}</render_choice></response_lid>"
        for n in "ab"
    )
    row, _ = read(old("", responses, _gives('<varequal respident="response_a">a1</varequal>', "50", "Add"), "[a][b]"))
    assert codes(row) == ["qti.ambiguous"]


LOM = (
    '<manifest xmlns:lom="http://ltsc.ieee.org/xsd/LOM"><resources><resource type="imsqti_item_xmlv2p2" href="a.xml">'
    "<metadata><lom:lom><lom:general><lom:keyword><lom:string>A-A-7</lom:string></lom:keyword></lom:general>"
    "<lom:educational><lom:difficulty><lom:source>LOMv1.0</lom:source><lom:value>difficult</lom:value>"
    "</lom:difficulty></lom:educational></lom:lom></metadata></resource></resources></manifest>"
)


def test_metadata_name_the_point_and_the_difficulty_when_they_are_known() -> None:
    package = write_archive([("imsmanifest.xml", LOM.encode()), ("a.xml", item(declared("A"), choice(), MATCH))])
    (row,) = read_qti(package, Settings(default_point="A-A-1", known_points=frozenset(["A-A-7"]))).rows
    body = row.body
    assert (body.content.point, body.difficulty, body.content.code, body.source) == ("A-A-7", 350, "I-1", "题")


def test_items_that_refer_to_one_stimulus_become_a_case_in_foreign_packages_too() -> None:
    media = {digest: Media(asset.media_type, asset.data) for digest, asset in EVERY_ASSET.items()}
    entries = read_archive(write_package([body for body in BODIES if body.content.case], media))
    manifest = re.sub(r"<metadata>.*?</metadata>", "", entries.pop("imsmanifest.xml").decode(), flags=re.DOTALL)
    source = read_qti(write_archive([("imsmanifest.xml", manifest.encode()), *entries.items()]), POINT)
    cases = [row.body.content.case for row in source.rows]
    assert [(case.code, case.place, case.size) for case in cases if case] == [("Q-K1", 1, 2), ("Q-K1", 2, 2)]
    assert cases[0] and cases[0].stimulus == CASE and not [flaw for row in source.rows for flaw in row.flaws]


def test_files_that_share_an_identifier_are_numbered() -> None:
    pages = [(f"{name}.xml", item(declared("A"), f"<p>{name}</p>" + choice(), MATCH)) for name in ("a", "b")]
    listed = "".join(f'<resource type="imsqti_item_xmlv2p2" href="{name}"/>' for name, _ in pages)
    manifest = f"<manifest><resources>{listed}</resources></manifest>".encode()
    source = read_qti(write_archive([("imsmanifest.xml", manifest), *pages]), POINT)
    assert [row.body.content.code for row in source.rows] == ["I-1", "Q-0002"]
    assert said(source) == ["qti.identifier_repeated"]


def test_words_dragged_into_gaps_become_a_choice_in_each_gap() -> None:
    gaps = (
        '<gapMatchInteraction responseIdentifier="RESPONSE"><gapText identifier="R">红</gapText>'
        '<gapText identifier="G">绿</gapText><p>停是<gap identifier="G1"/>，行是<gap identifier="G2"/>。</p>'
        "</gapMatchInteraction>"
    )
    key = declared("R G1|G G2", cardinality="multiple", base="directedPair")
    row, source = read(item(key, gaps, MATCH))
    assert (row.flaws, row.body.key, said(source)) == ((), ("1A", "2B"), ["qti.gaps_chosen"])
    assert row.body.content.stem[0].text == "停是{{1}}，行是{{2}}。"


_VALUES = ["", "-1", "1e999", "nan", "0", "99999999999", "A B C", "default", "RESPONSE", "ordered", "point", "1,2,3"]


def test_no_damage_to_a_file_ends_in_anything_but_a_reason() -> None:
    media = {digest: Media(asset.media_type, asset.data) for digest, asset in EVERY_ASSET.items()}
    package = write_package(BODIES, media)
    starts = [match.start() for match in re.finditer(rb"<qti-assessment-item ", package)]
    pages = [package[start : package.index(b"</qti-assessment-item>", start) + 22].decode() for start in starts]
    draw = random.Random(20261122)
    for _ in range(400):
        page = draw.choice(pages)
        for _ in range(draw.randint(1, 3)):
            spots = list(re.finditer(r'(?<==")[^"]*(?=")|(?<=>)[^<>\n]+(?=<)', page))
            spot = draw.choice(spots)
            page = page[: spot.start()] + draw.choice(_VALUES) + page[spot.end() :]
        try:
            assert read_qti(page.encode(), POINT).rows
        except (UnreadableFile, RefusedArchive) as error:
            assert error.text("zh")
