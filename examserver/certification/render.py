"""Decides how a certificate looks on paper: A4 landscape, Chinese first, every fact labelled in both languages.

For: holders, who frame it, and employers, who check it. Source: the national certificate's content; the QR code carries
the signed facts, the file `certificate.json` inside the PDF is the signed document itself.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter

from examserver.institutions.codes import LEVEL_NAMES_EN, LEVEL_NAMES_ZH
from examserver.kernel.errors import Json
from examserver.plumbing.pages import GREY, INK, Sheet, register_fonts
from examserver.plumbing.typeface import FontSource

ATTACHMENT = "certificate.json"
WIDTH, HEIGHT = 297.0, 210.0
RED, GOLD, PALE = (0.62, 0.09, 0.11), (0.72, 0.56, 0.27), (0.90, 0.84, 0.71)
TITLE_ZH, TITLE_EN = "职业技能等级证书", "Certificate of Occupational Skill Level"
STATEMENT_ZH = "经考核评价，持证人达到本证书所载职业（工种）和等级的技能水平要求，特发此证。"
STATEMENT_EN = "The holder has met the requirements of the occupation and skill level stated in this certificate."
SCAN_ZH, SCAN_EN = "扫码验证", "Scan to verify"
CHECK_ZH = (
    "登录 {hint} ，输入证书编号和姓名，或扫描二维码，可验证本证书真伪。本证书为电子证书，带数字签名，内含签名数据文件。"
)
ISSUER_ZH, ISSUER_EN = "评价机构（签章）", "Issued by"
STYLES = ("regular", "bold", "serif", "serif-bold")
ROWS = (
    ("姓　　名", "Name", "name"),
    ("证件号码", "ID No.", "document"),
    ("职业名称", "Occupation", "occupation"),
    ("技能等级", "Skill Level", "level"),
    ("理论知识考试成绩", "Theory Score", "score"),
    ("证书编号", "Certificate No.", "number"),
    ("发证日期", "Date of Issue", "issued"),
)


@dataclass(frozen=True)
class CertificatePage:
    """The texts of one certificate page."""

    values: Mapping[str, str]
    values_en: Mapping[str, str]
    institution: str
    number: str
    hint: str
    qr: str


def page_of(body: Json, qr: str) -> CertificatePage:
    """The texts of a certificate document."""
    year, month, day = body["issued_on"].split("-")
    values = {
        "name": body["name"],
        "document": body["document_masked"],
        "occupation": f"{body['occupation_name']}（{body['occupation_code']}）",
        "level": LEVEL_NAMES_ZH[body["level"]],
        "score": body["theory_score"],
        "number": body["number"],
        "issued": f"{year}年{int(month)}月{int(day)}日",
    }
    values_en = {"level": LEVEL_NAMES_EN[body["level"]], "issued": body["issued_on"]}
    return CertificatePage(values, values_en, body["institution"]["name"], body["number"], body["query_hint"], qr)


def prepare_fonts(pages: Sequence[CertificatePage], sources: Mapping[str, Sequence[FontSource]]) -> dict[str, str]:
    """Fonts with the characters of a whole batch of pages; raises NoChineseFont or CharacterNotInFont."""
    fixed = [TITLE_ZH, TITLE_EN, STATEMENT_ZH, STATEMENT_EN, SCAN_ZH, SCAN_EN, CHECK_ZH, ISSUER_ZH, ISSUER_EN]
    fixed += [text for zh, en, _ in ROWS for text in (zh, en)]
    said = [text for page in pages for text in _said(page)]
    return register_fonts({style: [*fixed, *said] for style in STYLES}, sources)


def _said(page: CertificatePage) -> list[str]:
    return [*page.values.values(), *page.values_en.values(), page.institution, page.hint]


def print_certificate(page: CertificatePage, fonts: Mapping[str, str], document: bytes) -> bytes:
    """The PDF of one certificate with its signed document attached as certificate.json."""
    sheet = Sheet(WIDTH, HEIGHT, f"{TITLE_ZH} {page.number}", fonts)
    _frame(sheet)
    _heading(sheet)
    _facts(sheet, page)
    _proof(sheet, page)
    _issuer(sheet, page)
    return _attached(sheet.finish(), document)


def _frame(sheet: Sheet) -> None:
    """A double line with a pale inner one, corners set off."""
    sheet.box(9, 9, WIDTH - 18, HEIGHT - 18, 2.2, RED)
    sheet.box(11.2, 11.2, WIDTH - 22.4, HEIGHT - 22.4, 0.5, GOLD)
    sheet.box(14, 14, WIDTH - 28, HEIGHT - 28, 0.4, PALE)
    for x in (11.2, WIDTH - 11.2):
        for y in (11.2, HEIGHT - 11.2):
            inward_x, inward_y = (9 if x < WIDTH / 2 else -9), (9 if y < HEIGHT / 2 else -9)
            sheet.line(x + inward_x, y, x + inward_x, y + inward_y, 0.8, GOLD)
            sheet.line(x, y + inward_y, x + inward_x, y + inward_y, 0.8, GOLD)


def _heading(sheet: Sheet) -> None:
    """Title in both languages over a thin rule."""
    middle = WIDTH / 2
    sheet.text(middle, 41, TITLE_ZH, 34, "serif-bold", "center", RED, spacing=7)
    sheet.text(middle, 50.5, TITLE_EN, 13, "serif", "center", GREY, spacing=0.6)
    sheet.line(middle - 48, 55.5, middle + 48, 55.5, 0.6, GOLD)


def _facts(sheet: Sheet, page: CertificatePage) -> None:
    """One labelled line per fact, Chinese above English, the number in letterspaced digits."""
    x, y = 34.0, 71.0
    for zh, en, name in ROWS:
        sheet.text(x, y, zh, 12.5, "serif", ink=GREY)
        sheet.text(x, y + 4.3, en, 7.5, "regular", ink=GREY)
        value, style = page.values[name], "bold" if name in ("name", "level", "number") else "regular"
        size = sheet.fitted(value, 17 if name == "name" else 14, 112, style)
        sheet.text(x + 46, y + 1, value, size, style, spacing=0.5 if name == "number" else 0)
        if name in page.values_en:
            after = x + 46 + sheet.measure(value, size, style) / (72 / 25.4) + 4
            sheet.text(after, y + 1, page.values_en[name], 9.5, "regular", ink=GREY)
        sheet.line(x + 45, y + 4, x + 160, y + 4, 0.25, PALE)
        y += 13.2


def _proof(sheet: Sheet, page: CertificatePage) -> None:
    """The QR code with its caption."""
    x, y, size = 209.0, 63.0, 52.0
    sheet.box(x - 1, y - 1, size + 2, size + 2, 0.4, PALE)
    sheet.qr(x, y, size, page.qr, "l")
    sheet.text(x + size / 2, y + size + 7, f"{SCAN_ZH}  {SCAN_EN}", 9, "regular", "center", GREY)


def _issuer(sheet: Sheet, page: CertificatePage) -> None:
    """Who issued it, on which ground, and how to check it."""
    middle, half = 235.0, 35.0
    sheet.text(middle, 137, f"{ISSUER_ZH}  {ISSUER_EN}", 9, "serif", "center", GREY)
    lines = _balanced(page.institution, sheet.measure(page.institution, 14, "serif-bold") > 2 * half * 72 / 25.4)
    for offset, line in enumerate(lines):
        size = sheet.fitted(line, 14, 2 * half, "serif-bold")
        sheet.text(middle, 145.5 + 7 * offset + 3.5 * (2 - len(lines)), line, size, "serif-bold", "center", INK)
    sheet.line(middle - half, 156.5, middle + half, 156.5, 0.25, PALE)
    sheet.text(WIDTH / 2, 172, STATEMENT_ZH, 12, "serif", "center")
    sheet.text(WIDTH / 2, 178, STATEMENT_EN, 8.5, "serif", "center", GREY)
    hint = CHECK_ZH.format(hint=page.hint)
    sheet.text(WIDTH / 2, 190.5, hint, sheet.fitted(hint, 7.5, 245), "regular", "center", GREY)


def _balanced(text: str, long: bool) -> list[str]:
    """A name on one line, or on two of about equal length."""
    middle = (len(text) + 1) // 2
    return [text[:middle], text[middle:]] if long else [text]


def _attached(pdf: bytes, document: bytes) -> bytes:
    """The PDF with the document inside."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.add_attachment(ATTACHMENT, document)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()
