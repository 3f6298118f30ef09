"""Formulas of Word become MathML that the bank stores unchanged, or name what cannot be brought along."""

from xml.etree.ElementTree import fromstring

import pytest

from itembank.exchange.formats.omml import UnknownMath, mathml
from itembank.items.rich import clean_html

SPACE = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def r(text: str) -> str:
    """A run."""
    return f"<m:r><m:t>{text}</m:t></m:r>"


def part(name: str, text: str) -> str:
    """An argument of one run."""
    return f"<m:{name}>{r(text)}</m:{name}>"


E, SUB, SUP = part("e", "x"), part("sub", "1"), part("sup", "2")
X, ONE, TWO = "<mrow><mi>x</mi></mrow>", "<mrow><mn>1</mn></mrow>", "<mrow><mn>2</mn></mrow>"
FORMULAS = {
    r("U=IR+3.5"): "<mi>U</mi><mo>=</mo><mi>I</mi><mi>R</mi><mo>+</mo><mn>3.5</mn>",
    r("a&lt;b"): "<mi>a</mi><mo>&lt;</mo><mi>b</mi>",
    '<m:r><m:rPr><m:sty m:val="p"/></m:rPr><m:t>sin</m:t></m:r>': "<mtext>sin</mtext>",
    f"<m:f>{part('num', '1')}{part('den', '2')}</m:f>": f"<mfrac>{ONE}{TWO}</mfrac>",
    f'<m:f><m:fPr><m:type m:val="noBar"/></m:fPr>{part("num", "1")}{part("den", "2")}</m:f>': (
        f'<mfrac linethickness="0">{ONE}{TWO}</mfrac>'
    ),
    f'<m:f><m:fPr><m:type m:val="lin"/></m:fPr>{part("num", "1")}{part("den", "2")}</m:f>': (
        f"<mrow>{ONE}<mo>/</mo>{TWO}</mrow>"
    ),
    f"<m:sSup>{E}{SUP}</m:sSup>": f"<msup>{X}{TWO}</msup>",
    f"<m:sSub>{E}{SUB}</m:sSub>": f"<msub>{X}{ONE}</msub>",
    f"<m:sSubSup>{E}{SUB}{SUP}</m:sSubSup>": f"<msubsup>{X}{ONE}{TWO}</msubsup>",
    f"<m:sPre>{SUB}{SUP}{E}</m:sPre>": f"<mmultiscripts>{X}<mprescripts></mprescripts>{ONE}{TWO}</mmultiscripts>",
    f'<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/>{E}</m:rad>': f"<msqrt>{X}</msqrt>",
    f"<m:rad>{part('deg', '2')}{E}</m:rad>": f"<mroot>{X}{TWO}</mroot>",
    f'<m:nary><m:naryPr><m:chr m:val="∑"/><m:limLoc m:val="undOvr"/></m:naryPr>{SUB}{SUP}{E}</m:nary>': (
        f"<mrow><munderover><mo>∑</mo>{ONE}{TWO}</munderover>{X}</mrow>"
    ),
    f'<m:nary><m:naryPr><m:subHide m:val="1"/><m:supHide m:val="1"/></m:naryPr><m:sub/><m:sup/>{E}</m:nary>': (
        f"<mrow><mo>∫</mo>{X}</mrow>"
    ),
    f'<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr>{E}</m:d>': f"<mrow><mo>[</mo>{X}<mo>]</mo></mrow>",
    f"<m:m><m:mr>{E}{E}</m:mr><m:mr>{E}{E}</m:mr></m:m>": (
        "<mtable>" + "<mtr><mtd><mi>x</mi></mtd><mtd><mi>x</mi></mtd></mtr>" * 2 + "</mtable>"
    ),
    f"<m:eqArr>{E}{E}</m:eqArr>": "<mtable>" + "<mtr><mtd><mi>x</mi></mtd></mtr>" * 2 + "</mtable>",
    f"<m:func>{part('fName', 'f')}{E}</m:func>": f"<mrow><mrow><mi>f</mi></mrow><mspace></mspace>{X}</mrow>",
    f"<m:limLow>{E}{part('lim', '1')}</m:limLow>": f"<munder>{X}{ONE}</munder>",
    f'<m:acc><m:accPr><m:chr m:val="→"/></m:accPr>{E}</m:acc>': f"<mover>{X}<mo>→</mo></mover>",
    f'<m:bar><m:barPr><m:pos m:val="top"/></m:barPr>{E}</m:bar>': f"<mover>{X}<mo>¯</mo></mover>",
    f"<m:borderBox>{E}</m:borderBox>": f"<menclose>{X}</menclose>",
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_usual_construct_is_converted_and_kept_by_the_allow_list(formula: str) -> None:
    shown = mathml(fromstring(f"<m:oMath {SPACE}>{formula}</m:oMath>"))
    assert shown == f"<math>{FORMULAS[formula]}</math>"
    assert clean_html(shown).html == shown


def test_what_has_no_counterpart_is_named() -> None:
    with pytest.raises(UnknownMath, match="ctrlFlow"):
        mathml(fromstring(f"<m:oMath {SPACE}><m:ctrlFlow/></m:oMath>"))
