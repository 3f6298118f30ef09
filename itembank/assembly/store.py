"""The documents of stored forms: built from rows and figures, held against the bank of now by the checker.

For the acts of assembly: what is approved or handed over is always rebuilt and recounted, never taken from a copy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from examserver.kernel.errors import Broken, Refused
from examserver.plumbing.work import Work
from itembank.assembly.blueprint import Blueprint
from itembank.assembly.checker import check_forms
from itembank.assembly.content import Asset, FormDocument, FormFacts, build_form_content
from itembank.assembly.curves import Curve
from itembank.assembly.facts import BankItem, CheckFacts, FormCheck
from itembank.assembly.order import PlacedSection
from itembank.assembly.tables import (
    AssemblyFormRow,
    AssemblyRow,
    bank_items,
    blueprint_of,
    enemies_of,
    forms_of,
    sections_of,
    uses_within,
)
from itembank.items.content import ItemBody, assets_of
from itembank.items.state import FORMAL
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


@dataclass(frozen=True)
class Yardstick:
    """What the forms of one assembly are held against, as of one moment.

    `theta` and `curves` are those the forms were compared by when they were made.
    """

    bank_id: str
    blueprint: Blueprint
    as_of_ms: int
    purpose: str = FORMAL
    assembly_id: str = ""
    theta: int | None = None
    curves: Mapping[str, Curve] = field(default_factory=dict)


def yardstick_of(work: Work, row: AssemblyRow) -> Yardstick:
    """The yardstick of an assembly: as of its approval, or of now."""
    measured = row.measured or {}
    return Yardstick(
        bank_id=row.bank_id,
        blueprint=blueprint_of(work.session, row),
        as_of_ms=row.approved_ms or work.now_ms,
        purpose=row.purpose,
        assembly_id=row.id,
        theta=measured.get("theta"),
        curves=read_curves(measured.get("curves", {})),
    )


def read_curves(kept: Mapping[str, Sequence[float]]) -> dict[str, Curve]:
    """Parameters from their plain data."""
    return {code: Curve(*values) for code, values in kept.items()}


def curves_as_json(curves: Mapping[str, Curve], codes: set[str]) -> dict[str, Any]:
    """Plain data of the parameters of these items."""
    return {code: [curve.a, curve.b, curve.c] for code, curve in curves.items() if code in codes}


def load_specification(work: Work, bank_id: str) -> ContentSpecification:
    """The newest specification; raises NoSpecificationYet."""
    found = find_specification(work.session, bank_id)
    if found is None:
        raise NoSpecificationYet()
    return found


def build_document(
    work: Work, facts: FormFacts, sections: tuple[PlacedSection, ...], bodies: Mapping[str, ItemBody]
) -> FormDocument:
    """The documents of one form, with the figures its items use."""
    codes = [item.code for part in sections for item in part.items]
    wanted = {asset for code in codes for asset in assets_of(bodies[code].content)}
    assets = {name: Asset(row.media_type, row.data) for name, row in load_assets(work.session, wanted).items()}
    return build_form_content(facts, sections, bodies, assets)


def facts_for(work: Work, yardstick: Yardstick, codes: set[str]) -> CheckFacts:
    """Everything the checker needs to know of these items."""
    session, blueprint = work.session, yardstick.blueprint
    uses = uses_within(session, yardstick.bank_id, blueprint, yardstick.as_of_ms, yardstick.assembly_id)
    bank = {
        code: BankItem(
            held.version, held.state, held.body, held.standing, uses.get(code, 0), yardstick.curves.get(code)
        )
        for code, held in bank_items(session, yardstick.bank_id, codes).items()
    }
    apart = enemies_of(session, yardstick.bank_id)
    enemies = frozenset(frozenset((code, other)) for code, others in apart.items() for other in others)
    specification = load_specification(work, yardstick.bank_id)
    return CheckFacts(blueprint, specification, bank, yardstick.purpose, yardstick.theta, enemies)


def check_documents(work: Work, yardstick: Yardstick, documents: Sequence[FormDocument]) -> list[list[FormCheck]]:
    """What the checker says of these documents against the bank of now."""
    codes = {version["code"] for document in documents for version in document.item_versions}
    facts = facts_for(work, yardstick, codes)
    return check_forms([(one.content, one.key) for one in documents], facts, [one.reserve for one in documents])


def form_facts(blueprint: Blueprint, form: AssemblyFormRow) -> FormFacts:
    """What a stored form is called and how long it takes."""
    return FormFacts(form.form_id, form.name, form.reserve, blueprint.name, blueprint.duration_s)


def rebuild_documents(work: Work, row: AssemblyRow) -> list[FormDocument]:
    """The documents of all forms from the records; raises ChecksFailed or FormAltered."""
    yardstick = yardstick_of(work, row)
    rows = forms_of(work.session, row.id)
    placed = [(form, sections_of(form)) for form in rows]
    codes = {item.code for _, sections in placed for part in sections for item in part.items}
    held = bank_items(work.session, row.bank_id, codes)
    if missing := sorted(codes - held.keys()):
        raise ChecksFailed(first=f"unknown item {missing[0]}")
    bodies = {code: one.body for code, one in held.items()}
    documents = [
        build_document(work, form_facts(yardstick.blueprint, form), sections, bodies) for form, sections in placed
    ]
    _demand_checks(work, yardstick, documents)
    for form, document in zip(rows, documents, strict=True):
        if (form.digest, form.key_digest) != (document.digest, document.key_digest):
            raise FormAltered(what=f"{row.id} {form.name}")
    return documents


def _demand_checks(work: Work, yardstick: Yardstick, documents: Sequence[FormDocument]) -> None:
    failed = [
        f"{document.name} {check.name}: {check.value} ({check.target})"
        for document, checks in zip(documents, check_documents(work, yardstick, documents), strict=True)
        for check in checks
        if not check.ok
    ]
    if failed:
        raise ChecksFailed(first=failed[0], failed=failed)
