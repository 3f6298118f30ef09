"""Decides whether a sealed paper may be used for a plan, from its manifest alone.

For: the plan officer who attaches a paper, and the sitting order. Source: `evidence.md`, "Sealed paper package": the
authority reads only the signed manifest of the package, never a form; the paper must be the bank's, for this
occupation and level, open during the whole release window, with enough parallel forms for neighbours to differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import digest
from examserver.kernel.documents import Trust, read_document, require_signatures
from examserver.kernel.errors import Invalid, Refused
from itembank.papers.manifest import MANIFEST_NAME, MANIFEST_TYPE, Manifest, parse_manifest


class NotAPaperPackage(Invalid):
    code = "paper.not_a_package"
    message_zh = "文件不是密封试卷包：没有 manifest.json。"
    message_en = "The file is not a sealed paper package: it holds no manifest.json."
    next_zh = "请上传题库导出的 .paper.zip 文件。"
    next_en = "Upload the .paper.zip file exported by the item bank."


class PaperUnsuitable(Refused):
    code = "paper.unsuitable"
    message_zh = "试卷包不能用于本计划：{reasons_zh}。"
    message_en = "The paper cannot be used for this plan: {reasons_en}."
    next_zh = "请向题库索取适用于本计划的试卷包。"
    next_en = "Ask the item bank for a paper made for this plan."


@dataclass(frozen=True)
class PaperNeed:
    """What a plan needs of its paper."""

    plan: str
    occupation_code: str
    level: int
    release_opens_ms: int
    release_closes_ms: int


@dataclass(frozen=True)
class PlannedForm:
    """A form of the paper, by id and name; reserve forms are kept apart."""

    form: str
    name: str
    reserve: bool


@dataclass(frozen=True)
class PlannedPaper:
    """What the authority keeps of a paper."""

    paper: str
    title: str
    manifest_digest: str
    manifest: bytes
    forms: tuple[PlannedForm, ...]


def read_package(data: bytes, trust: Trust) -> tuple[Manifest, bytes]:
    """Return the manifest and its bytes once the bank's signature holds; raises NotAPaperPackage or SignatureBroken."""
    entries = read_archive(data)
    file = entries.get(MANIFEST_NAME)
    if file is None:
        raise NotAPaperPackage()
    document = read_document(file, MANIFEST_TYPE)
    require_signatures(document, trust, {"bank"})
    return parse_manifest(document, digest(file)), file


def require_suitable(manifest: Manifest, need: PaperNeed) -> None:
    """Raise PaperUnsuitable with every reason why the paper does not fit the plan."""
    reasons = list(unsuitable(manifest, need))
    if reasons:
        raise PaperUnsuitable(
            reasons_zh="；".join(zh for zh, _ in reasons), reasons_en="; ".join(en for _, en in reasons)
        )


def unsuitable(manifest: Manifest, need: PaperNeed) -> Iterator[tuple[str, str]]:
    """Yield every reason, in both languages, why the paper does not fit."""
    if manifest.occupation_code != need.occupation_code:
        yield f"职业为 {manifest.occupation_code}", f"its occupation is {manifest.occupation_code}"
    if manifest.level != need.level:
        yield f"等级为 {manifest.level}级", f"its level is {manifest.level}"
    scope = manifest.scope.get("plan")
    if scope not in (None, need.plan):
        yield "它是为另一计划密封的", "it was sealed for another plan"
    if manifest.not_before_ms > need.release_opens_ms or manifest.expires_ms < need.release_closes_ms:
        yield "有效期没有覆盖启封时段", "its validity does not cover the release window"
    if manifest.provenance != "enrolled":
        yield "题库未纳入统一题库", "its bank is not enrolled in the unified item bank"
    if not any(not form.reserve for form in manifest.forms):
        yield "没有正式试卷", "it has no regular form"
    if len({form.name for form in manifest.forms}) < len(manifest.forms):
        yield "有同名试卷", "two of its forms have one name"


def planned_paper(manifest: Manifest, file: bytes) -> PlannedPaper:
    """Return what the authority keeps of an accepted paper."""
    forms = tuple(PlannedForm(form.form, form.name, form.reserve) for form in manifest.forms)
    return PlannedPaper(manifest.paper, manifest.title, manifest.digest, file, forms)
