"""The documents of stored forms: built from rows and figures, held against the bank of now by the checker.

For the acts of assembly: what is approved or handed over is always rebuilt and recounted, never taken from a copy.
"""

from examserver.kernel.errors import Broken, Refused
from examserver.plumbing.work import Work
from itembank.assembly.checker import BankItem, CheckFacts, FormCheck, check_forms
from itembank.assembly.content import Asset, FormDocument, FormFacts, build_form_content
from itembank.assembly.order import PlacedSection
from itembank.assembly.tables import AssemblyRow, bank_items, blueprint_of, forms_of, sections_of
from itembank.items.content import ItemBody, assets_of
from itembank.items.tables import load_assets
from itembank.specs.tables import find_specification
from itembank.specs.tree import ContentSpecification


class NoSpecificationYet(Refused):
    """A blueprint is written over a specification."""

    code = "blueprint.no_specification"
    message_zh = "题库还没有细目表，不能编写组卷方案"
    message_en = "The bank has no content specification, so there is nothing to write a blueprint over"
    next_zh = "请先上传细目表"
    next_en = "Upload the content specification first"


class ChecksFailed(Refused):
    """The checker found something on the forms as they are now."""

    code = "assembly.checks_failed"
    message_zh = "试卷未通过核查：{first}"
    message_en = "The forms do not pass the checks: {first}"
    next_zh = "试题在组卷之后有变动，请重新组卷"
    next_en = "Items have changed since; assemble again"


class FormAltered(Broken):
    """The documents rebuilt from the records are not those that were checked."""

    code = "assembly.form_altered"


def load_specification(work: Work, bank_id: str) -> ContentSpecification:
    """The newest specification; raises NoSpecificationYet."""
    found = find_specification(work.session, bank_id)
    if found is None:
        raise NoSpecificationYet()
    return found


def build_document(
    work: Work, facts: FormFacts, sections: tuple[PlacedSection, ...], bodies: dict[str, ItemBody]
) -> FormDocument:
    """The documents of one form, with the figures its items use."""
    codes = [item.code for part in sections for item in part.items]
    wanted = {asset for code in codes for asset in assets_of(bodies[code].content)}
    assets = {name: Asset(row.media_type, row.data) for name, row in load_assets(work.session, wanted).items()}
    return build_form_content(facts, sections, bodies, assets)


def check_documents(work: Work, row: AssemblyRow, documents: list[FormDocument]) -> list[list[FormCheck]]:
    """What the checker says of these documents against the bank of now."""
    codes = {version["code"] for document in documents for version in document.item_versions}
    bank = {code: BankItem(*found) for code, found in bank_items(work.session, row.bank_id, codes).items()}
    facts = CheckFacts(blueprint_of(work.session, row), load_specification(work, row.bank_id), bank, row.purpose)
    return check_forms([(document.content, document.key) for document in documents], facts)


def rebuild_documents(work: Work, row: AssemblyRow) -> list[FormDocument]:
    """The documents of all forms from the records; raises ChecksFailed or FormAltered."""
    blueprint = blueprint_of(work.session, row)
    rows = forms_of(work.session, row.id)
    placed = [(form, sections_of(form)) for form in rows]
    codes = {item.code for _, sections in placed for part in sections for item in part.items}
    held = bank_items(work.session, row.bank_id, codes)
    if missing := sorted(codes - held.keys()):
        raise ChecksFailed(first=f"unknown item {missing[0]}")
    bodies = {code: body for code, (_, _, body) in held.items()}
    documents = []
    for form, sections in placed:
        facts = FormFacts(form.form_id, form.name, form.reserve, blueprint.name, blueprint.duration_s)
        documents.append(build_document(work, facts, sections, bodies))
    _demand_checks(work, row, documents)
    for form, document in zip(rows, documents, strict=True):
        if (form.digest, form.key_digest) != (document.digest, document.key_digest):
            raise FormAltered(what=f"{row.id} {form.name}")
    return documents


def _demand_checks(work: Work, row: AssemblyRow, documents: list[FormDocument]) -> None:
    failed = [
        f"{document.name} {check.name}: {check.value} ({check.target})"
        for document, checks in zip(documents, check_documents(work, row, documents), strict=True)
        for check in checks
        if not check.ok
    ]
    if failed:
        raise ChecksFailed(first=failed[0], failed=failed)
