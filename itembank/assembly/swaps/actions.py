"""A person reviews a form and swaps an item: proposals that keep every rule, the swap on record, checked anew.

Swapping is done before approval; whoever swapped cannot approve. Reading the proposals is reading plain text and leaves
its trace with its purpose.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from examserver.kernel.errors import Refused
from examserver.plumbing.work import Work
from itembank.allocation.store import gate_preview
from itembank.assembly.actions import NotAssembled
from itembank.assembly.checker import check_among, check_forms, overlap_matrix
from itembank.assembly.content import FormDocument
from itembank.assembly.facts import CheckFacts, FormCheck
from itembank.assembly.order import PlacedItem, PlacedSection, place_items
from itembank.assembly.report import Measure, assembly_report, form_report
from itembank.assembly.store import (
    ChecksFailed,
    Yardstick,
    build_document,
    curves_as_json,
    facts_for,
    form_facts,
    load_specification,
    yardstick_of,
)
from itembank.assembly.supply import Unit, units_of
from itembank.assembly.swaps.ranking import candidates, distance, unit_with
from itembank.assembly.swaps.tables import SwapRow
from itembank.assembly.tables import (
    ASSEMBLED,
    AssemblyFormRow,
    AssemblyRow,
    NoSuchForm,
    curves_of,
    forms_of,
    load_assembly,
    load_pool,
    sections_as_json,
    sections_of,
    uses_within,
)
from itembank.items.content import ItemBody
from itembank.items.text import tidy

MOST_PROPOSED = 10


class NotInForm(Refused):
    """The item to be swapped is not in this form, or no longer usable."""

    code = "swap.not_in_form"
    message_zh = "试卷中没有试题 {item}"
    message_en = "The form holds no item {item}"
    next_zh = "请刷新试卷后重新选择"
    next_en = "Refresh the form and choose again"


class SwapBreaksRules(Refused):
    """With this item the form would not keep its rules."""

    code = "swap.breaks_rules"
    message_zh = "换上 {item} 后试卷不再满足要求：{first}"
    message_en = "With {item} the form would not keep its rules: {first}"
    next_zh = "请从推荐的等值试题中选择"
    next_en = "Choose one of the equivalent items proposed"


class NoReason(Refused):
    """A swap needs a reason."""

    code = "swap.no_reason"
    message_zh = "替换试题须写明理由"
    message_en = "A swap needs a reason"
    next_zh = "请填写替换理由"
    next_en = "Say why the item is swapped"


@dataclass(frozen=True)
class Proposal:
    """A unit that may stand in the place of another, with every check of the form as it would be."""

    unit: Unit
    distance: int
    bodies: tuple[ItemBody, ...]


@dataclass(frozen=True)
class _Desk:
    """Everything needed to try a swap in one form of an assembly."""

    row: AssemblyRow
    form: AssemblyFormRow
    index: int
    sections: tuple[PlacedSection, ...]
    yardstick: Yardstick
    units: list[Unit]
    bodies: Mapping[str, ItemBody]
    versions: Mapping[str, int]
    documents: list[FormDocument]

    @property
    def codes(self) -> list[str]:
        """The items of the form."""
        return [item.code for part in self.sections for item in part.items]


def _open(work: Work, assembly_id: str, form_id: str) -> _Desk:
    row = load_assembly(work.session, assembly_id)
    if row.state != ASSEMBLED:
        raise NotAssembled(state=row.state)
    gate_preview(work, row.bank_id, row.allocation_id, with_key=False)
    forms = forms_of(work.session, row.id)
    index = next((number for number, form in enumerate(forms) if form.form_id == form_id), None)
    if index is None:
        raise NoSuchForm(what=form_id)
    yardstick = yardstick_of(work, row)
    uses = uses_within(work.session, row.bank_id, yardstick.blueprint, work.now_ms, row.id)
    specification = load_specification(work, row.bank_id)
    pool, bodies = load_pool(work.session, row.bank_id, specification, row.purpose, uses)
    placed = {item.code for form in forms for part in sections_of(form) for item in part.items}
    if gone := sorted(placed - bodies.keys()):
        raise ChecksFailed(first=f"{gone[0]} is no longer usable", failed=gone)
    curves = {**curves_of(work.session, row.bank_id), **yardstick.curves}
    units = units_of(yardstick.blueprint, pool)
    documents = [
        build_document(work, form_facts(yardstick.blueprint, form), sections_of(form), bodies) for form in forms
    ]
    return _Desk(
        row=row,
        form=forms[index],
        index=index,
        sections=sections_of(forms[index]),
        yardstick=replace(yardstick, curves=curves),
        units=units,
        bodies=bodies,
        versions={item.code: item.version for item in pool},
        documents=documents,
    )


def propose_swaps(work: Work, assembly_id: str, form_id: str, item: str, purpose: str) -> tuple[Unit, list[Proposal]]:
    """Equivalents of an item (or of its case group) that keep every rule, the most alike first; reading is recorded."""
    desk = _open(work, assembly_id, form_id)
    out = _unit_out(desk, item)
    tried = candidates(desk.yardstick.blueprint, desk.units, out, desk.codes, desk.form.reserve)
    facts = _facts(work, desk, tried)
    found = []
    for unit in tried:
        document, _ = _with_swap(work, desk, out, unit)
        if all(check.ok for check in _check(desk, document, facts)):
            bodies = tuple(desk.bodies[each.code] for each in unit.items)
            found.append(Proposal(unit, distance(unit, out), bodies))
        if len(found) == MOST_PROPOSED:
            break
    shown = [proposal.unit.code for proposal in found]
    work.record("form.swaps_proposed", form_id, assembly=assembly_id, item=item, purpose=purpose, shown=shown)
    return out, found


def swap_item(work: Work, assembly_id: str, form_id: str, item: str, replacement: str, reason: str) -> AssemblyRow:
    """Puts one item (or case group) in the place of another, on record; digests and checks of the forms are renewed."""
    if not tidy(reason):
        raise NoReason()
    desk = _open(work, assembly_id, form_id)
    out, into = _unit_out(desk, item), unit_with(desk.units, replacement)
    allowed = candidates(desk.yardstick.blueprint, desk.units, out, desk.codes, desk.form.reserve)
    if into is None or into not in allowed:
        raise SwapBreaksRules(item=replacement, first="other area, type or case group")
    document, sections = _with_swap(work, desk, out, into)
    facts = _facts(work, desk, [into])
    failed = [check for check in _check(desk, document, facts) if not check.ok]
    if failed:
        raise SwapBreaksRules(item=replacement, first=f"{failed[0].name} {failed[0].value} ({failed[0].target})")
    swap = SwapRow(
        id=work.new_id("swp"),
        assembly_id=assembly_id,
        form_id=form_id,
        out=" ".join(each.code for each in out.items),
        into=" ".join(each.code for each in into.items),
        reason=tidy(reason),
        before=desk.form.digest,
        after=document.digest,
        by=work.actor.id,
        by_name=work.actor.name,
        at_ms=work.now_ms,
    )
    work.session.add(swap)
    _renew(work, desk, document, sections, facts)
    work.record(
        "form.item_swapped", form_id, assembly=assembly_id, out=swap.out, into=swap.into, reason=swap.reason,
        before=swap.before, after=swap.after,
    )  # fmt: skip
    return desk.row


def _unit_out(desk: _Desk, item: str) -> Unit:
    out = unit_with(desk.units, item)
    if out is None or item not in desk.codes:
        raise NotInForm(item=item)
    return out


def _facts(work: Work, desk: _Desk, tried: list[Unit]) -> CheckFacts:
    codes = {version["code"] for document in desk.documents for version in document.item_versions}
    return facts_for(work, desk.yardstick, codes | {item.code for unit in tried for item in unit.items})


def _with_swap(work: Work, desk: _Desk, out: Unit, into: Unit) -> tuple[FormDocument, tuple[PlacedSection, ...]]:
    """The form as it would be: the newcomers at the places of those that leave, their options drawn from the seed."""
    blueprint, exchanged = desk.yardstick.blueprint, dict(_pairs(out, into))
    codes = [exchanged.get(code, code) for code in desk.codes]
    numbered = {code: (desk.versions[code], desk.bodies[code]) for code in codes}
    drawn = place_items(blueprint, numbered, codes, desk.row.seed, desk.form.form_id)
    fresh = {item.code: item for part in drawn for item in part.items}
    sections = tuple(
        replace(part, items=tuple(_exchanged(item, exchanged, fresh) for item in part.items)) for part in desk.sections
    )
    return build_document(work, form_facts(blueprint, desk.form), sections, desk.bodies), sections


def _pairs(out: Unit, into: Unit) -> Iterator[tuple[str, str]]:
    for leaving, coming in zip(out.items, into.items, strict=True):
        yield leaving.code, coming.code


def _exchanged(item: PlacedItem, exchanged: Mapping[str, str], fresh: Mapping[str, PlacedItem]) -> PlacedItem:
    return replace(fresh[exchanged[item.code]], id=item.id) if item.code in exchanged else item


def _check(desk: _Desk, document: FormDocument, facts: CheckFacts) -> list[FormCheck]:
    pairs = [(one.content, one.key) for one in _with(desk, document)]
    return check_among(desk.index, pairs, facts, desk.form.reserve)


def _with(desk: _Desk, document: FormDocument) -> list[FormDocument]:
    return [document if number == desk.index else one for number, one in enumerate(desk.documents)]


def _renew(
    work: Work, desk: _Desk, document: FormDocument, sections: tuple[PlacedSection, ...], facts: CheckFacts
) -> None:
    """Digests, checks and reports of all forms as they are now."""
    documents, row, form = _with(desk, document), desk.row, desk.form
    form.sections = sections_as_json(sections)
    form.digest, form.key_digest = document.digest, document.key_digest
    pairs = [(one.content, one.key) for one in documents]
    rows = forms_of(work.session, row.id)
    for one, checks in zip(rows, check_forms(pairs, facts, [each.reserve for each in rows]), strict=True):
        one.checks = [vars(check) for check in checks]
    blueprint, theta = desk.yardstick.blueprint, desk.yardstick.theta
    bodies = [desk.bodies[item.code] for part in sections for item in part.items]
    specification = load_specification(work, row.bank_id)
    form.report = form_report(blueprint, specification, bodies, Measure(theta, desk.yardstick.curves))
    row.overlap = overlap_matrix(pairs)
    codes = {version["code"] for one in documents for version in one.item_versions}
    row.measured = {"theta": theta, "curves": curves_as_json(desk.yardstick.curves, codes)}
    whole = assembly_report(blueprint, [one.report for one in rows], row.overlap, theta)
    row.report = row.report | whole
