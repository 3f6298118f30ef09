"""Decides whether an institution may assemble from a bank that was allocated to it, and what it sees of the forms.

For assembly by institutions. Source: ZJ16-4.3a4 (co-build and share: allocation of a bank to institutions), ZJ16-4.3a3
(institutions hold no item plaintext); policy value `bank_form_preview`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from examserver.kernel.errors import Denied, Invalid, Refused
from itembank.specs.tree import ContentSpecification

ACTIVE, REVOKED = "active", "revoked"
HIDDEN, WITH_PURPOSE = "hidden", "with_purpose"


class NotAllocated(Denied):
    """The institution has no allocation of this bank that holds today."""

    code = "allocation.none"
    message_zh = "题库“{bank}”没有分配给您的单位，或分配不在有效期内"
    message_en = "The bank {bank} is not allocated to your unit, or the allocation does not hold today"
    next_zh = "请向主管部门申请分配题库"
    next_en = "Ask the authority for an allocation"


class OutsideAllocation(Refused):
    """The blueprint asks for areas that were not allocated."""

    code = "allocation.scope"
    message_zh = "组卷方案超出分配范围：{areas}"
    message_en = "The blueprint goes beyond what is allocated: {areas}"
    next_zh = "请只使用分配范围内的领域，或申请扩大范围"
    next_en = "Use allocated areas only, or ask for more"


class AllocationUsedUp(Refused):
    """More forms than were allocated."""

    code = "allocation.used_up"
    message_zh = "分配的 {most} 套试卷已用 {used} 套，本次需要 {wanted} 套"
    message_en = "{used} of {most} allocated forms are used, {wanted} more are wanted"
    next_zh = "请减少套数，或申请增加"
    next_en = "Assemble fewer forms, or ask for more"


class PlaintextWithheld(Denied):
    """An institution may assemble the form but not read it."""

    code = "allocation.plaintext"
    message_zh = "分配的题库只可组卷，不可查看试题内容"
    message_en = "From an allocated bank forms are assembled unread"
    next_zh = "请由主管部门审卷；如确有需要，请申请“说明用途后查看”"
    next_en = "The authority reviews the form; ask it for reading with a purpose where needed"


class AllocationUnsound(Invalid):
    """The allocation contradicts itself."""

    code = "allocation.unsound"
    message_zh = "分配有误：{reason_zh}"
    message_en = "The allocation is not sound: {reason_en}"
    next_zh = "请改正后重新保存"
    next_en = "Correct it and save again"


@dataclass(frozen=True)
class Terms:
    """What was allocated: areas (empty: all), how many forms, from day to day, and what may be seen."""

    areas: tuple[str, ...]
    forms_max: int
    valid_from: str
    valid_to: str
    preview: str
    state: str = ACTIVE


def check_terms(terms: Terms, tree: ContentSpecification) -> None:
    """Raises AllocationUnsound."""
    if terms.valid_to < terms.valid_from:
        raise AllocationUnsound(reason_zh="截止日期早于开始日期", reason_en="it ends before it begins")
    unknown = [area for area in terms.areas if area not in tree.by_code]
    if unknown:
        raise AllocationUnsound(reason_zh=f"细目表中没有 {unknown[0]}", reason_en=f"there is no area {unknown[0]}")


def holds(terms: Terms, today: str) -> bool:
    """Whether the allocation is in force on a day."""
    return terms.state == ACTIVE and terms.valid_from <= today <= terms.valid_to


def check_assembly(terms: Terms, cell_areas: Sequence[str], tree: ContentSpecification, used: int, wanted: int) -> None:
    """Raises OutsideAllocation or AllocationUsedUp."""
    outside = [area or "全部" for area in cell_areas if terms.areas and not set(terms.areas) & set(tree.path(area))]
    if outside:
        raise OutsideAllocation(areas="、".join(sorted(set(outside))[:5]))
    if used + wanted > terms.forms_max:
        raise AllocationUsedUp(most=terms.forms_max, used=used, wanted=wanted)


def check_preview(terms: Terms, policy: str, with_key: bool) -> None:
    """Raises PlaintextWithheld: the key is never shown, the form only where policy and allocation both grant it."""
    if with_key or HIDDEN in (terms.preview, policy):
        raise PlaintextWithheld()
