"""Rich text: what may stay stays, what could run never does, and cleaning twice is cleaning once."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itembank.items.rich import ALLOWED_TAGS, blocks_of_html, clean_html, is_clean

DIGEST = "sha256:" + "a" * 64
VECTORS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example/a.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src='javascript:alert(1)'>",
    "<img src=`javascript:alert(1)`>",
    '<img """><script>alert(1)</script>">',
    "<img src=https://x.example/track.png>",
    "<img src=//x.example/track.png>",
    '<img src="data:text/html;base64,PHNjcmlwdD4=">',
    f'<img src="{DIGEST}" onload="alert(1)" style="width:9999px">',
    f'<img src="{DIGEST}#x"><img src=" {DIGEST}">',
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><a xlink:href='javascript:alert(1)'>x</a></math>",
    "<math href='javascript:alert(1)'><mi>x</mi></math>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<math><maction actiontype='statusline#http://x'>x</maction></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)></style></mglyph></form>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml></math>",
    "<math><mtext><p title='</math><img src=x onerror=alert(1)>'>x</p></mtext></math>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='http://x.example'>x</a>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x.swf></object><embed src=x.swf>",
    "<base href=//x.example/>",
    "<meta http-equiv=refresh content='0;url=//x.example'>",
    "<link rel=stylesheet href=//x.example/a.css>",
    "<style>@import '//x.example/a.css'</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<p class=x id=y onclick=alert(1) onmouseover='alert(1)'>x</p>",
    "<body onload=alert(1)>x",
    "<input autofocus onfocus=alert(1)>",
    "<select onfocus=alert(1) autofocus><option>x</select>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)></audio>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<isindex type=image src=1 onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<template><img src=x onerror=alert(1)></template>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<table background=javascript:alert(1)><tr><td background=x colspan='2\" onclick=alert(1)'>x</table>",
    "<td colspan=99999999 rowspan=-1>x</td>",
    "<img src=x:alert(1) onerror=eval(src) alt=0>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<\x00script>alert(1)</script>",
    "<script\n>alert(1)</script\n>",
    "<p>" * 600,
    "<" * 500 + "p",
]
PIECES = [*VECTORS[:50], "<p>", "</p>", "<table>", "<tr>", "<td>", "</table>", "<math>", "</math>", "<mtext>", "<mi>",
          "</mi>", "<!--", "-->", "<b>", "</b>", "文字", "I<5A", "&amp;", "&", '"', "'", ">", "<", "=", "<svg>",
          "<style>", "</style>", "<div>", "</div>", "<mglyph>", "<annotation-xml>", "𠮷",
          f'<img src="{DIGEST}" alt="a<b">']  # fmt: skip


class _Witness(HTMLParser):
    """A second parser that looks at what the first one let through."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment is left")


def _harmless(html: str) -> None:
    witness = _Witness()
    witness.feed(html)
    witness.close()
    for tag, attributes in witness.seen:
        assert tag in ALLOWED_TAGS
        for name, value in attributes.items():
            assert not name.startswith("on") and name not in {"style", "class", "id", "href", "xlink:href", "srcdoc"}
            assert ":" not in (value or "") or name == "alt" or re.fullmatch(r"sha256:[0-9a-f]{64}", value or "")
        assert tag != "img" or re.fullmatch(r"sha256:[0-9a-f]{64}", attributes.get("src") or "")


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_nothing_that_runs_or_loads_survives(vector: str) -> None:
    cleaned = clean_html(f"<p>前</p>{vector}<p>后</p>")
    _harmless(cleaned.html)
    assert is_clean(cleaned.html)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=12).map("".join))
def test_cleaning_twice_is_cleaning_once_whatever_is_thrown_together(raw: str) -> None:
    cleaned = clean_html(raw).html
    _harmless(cleaned)
    assert clean_html(cleaned).html == cleaned
    for block in blocks_of_html(raw, {})[0]:
        if block.kind == "html":
            assert is_clean(block.text)


def test_words_tables_formulas_and_own_pictures_stay_as_they_are() -> None:
    for html in (
        "<p>水的化学式是 H<sub>2</sub>O，面积为 3 m<sup>2</sup></p>",
        '<table><tbody><tr><th colspan="2">参数</th></tr><tr><td>电压</td><td>220 V</td></tr></tbody></table>',
        '<math display="block"><mfrac><mi>U</mi><mi>R</mi></mfrac><mo>=</mo><mi mathvariant="bold">I</mi></math>',
        f'<p>见图 <img src="{DIGEST}" alt="电路"></p>',
        "<ruby>𬭎<rt>hóng</rt></ruby>",
    ):
        assert clean_html(html) == type(clean_html(html))(html, ())


def test_what_was_dropped_is_named() -> None:
    raw = '<p class="x" style="color:red" onclick="f()">甲<a href="http://x.example">乙</a><script>f()</script></p>'
    cleaned = clean_html(raw)
    assert cleaned.html == "<p>甲乙</p>"
    assert set(cleaned.removed) == {"a", "class", "href", "onclick", "script", "style"}
    assert set(cleaned.hostile) == {"onclick", "script"}


def test_mathml_with_a_prefix_or_a_namespace_is_the_same_formula() -> None:
    plain = "<math><msup><mi>x</mi><mn>2</mn></msup></math>"
    named = '<math xmlns="http://www.w3.org/1998/Math/MathML"><msup><mi>x</mi><mn>2</mn></msup></math>'
    prefixed = (
        '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:msup><m:mi>x</m:mi><m:mn>2</m:mn></m:msup></m:math>'
    )
    assert clean_html(named) == clean_html(plain) == clean_html(prefixed)


def test_paragraphs_of_words_become_text_and_a_lone_picture_a_figure() -> None:
    raw = '<div><p>甲 &amp; 乙<br/>丙</p><p><img src="img/a.png" alt="图 1"/></p><p>H<sub>2</sub>O</p>'
    raw += '<audio src="s.mp3"></audio></div>'
    blocks, flaws = blocks_of_html(raw, {"img/a.png": DIGEST, "s.mp3": DIGEST})
    assert not flaws
    assert [block.as_json() for block in blocks] == [
        {"kind": "text", "text": "甲 & 乙\n丙"},
        {"kind": "figure", "asset": DIGEST, "alt": "图 1"},
        {"kind": "html", "html": "<p>H<sub>2</sub>O</p>"},
        {"kind": "audio", "asset": DIGEST, "alt": "", "plays": 0},
    ]


def test_script_in_a_foreign_file_and_a_picture_that_is_absent_are_flaws() -> None:
    _, flaws = blocks_of_html('<p onclick="f()">甲<img src="b.png"></p>', {})
    assert [flaw.code for flaw in flaws] == ["text.markup", "figure.missing"]
    assert "onclick" in flaws[0].value and flaws[1].value == "b.png"


def test_words_that_look_like_markup_stay_words() -> None:
    blocks, flaws = blocks_of_html("<p>标签 &lt;script&gt; 的作用是</p>", {})
    assert not flaws
    assert [block.kind for block in blocks] == ["html"] and "&lt;script&gt;" in blocks[0].text


ENDLESS = ("<a ", "<b>", "<div>", "<math><mi>", "<a href='", "<table><tr><td></table>", "<!--", "<ruby><rt>", "<p>")


@pytest.mark.parametrize("piece", ENDLESS)
def test_no_rich_text_keeps_the_process_busy(piece: str) -> None:
    began = time.process_time()
    for size in (39_000, 400_000):
        raw = piece * (size // len(piece))
        clean_html(raw)
        _, flaws = blocks_of_html(raw, {})
    assert [flaw.code for flaw in flaws] == ["text.too_long"]
    assert clean_html(raw).hostile == ("?",), "what is not read is told, and a file with it is refused"
    assert time.process_time() - began < 2
