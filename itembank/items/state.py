"""Decides which step an item version may take next and who may take it: author, reviewer, approver are three persons.

For review and approval. Source: acceptance E1 ("no item is usable until a reviewer and an approver, both different from
the author, have signed"), separation of duties in the item bank.
"""

from dataclasses import dataclass
from typing import ClassVar

from examserver.kernel.errors import Refused

DRAFT, REVIEWED, APPROVED, RETURNED, RETIRED = "draft", "reviewed", "approved", "returned", "retired"
STATES = (DRAFT, REVIEWED, APPROVED, RETURNED, RETIRED)

REVIEW, APPROVE = "review", "approve"
ACCEPT, RETURN = "accept", "return"

_NEEDS = {REVIEW: DRAFT, APPROVE: REVIEWED}
_REACHES = {(REVIEW, ACCEPT): REVIEWED, (APPROVE, ACCEPT): APPROVED}


class SamePerson(Refused):
    """Somebody would sign twice on the same item."""

    code = "item.same_person"
    message_zh = "命题、审题、批准须由三个不同的人完成；{name} 已是这道试题的{role_zh}"
    message_en = "Author, reviewer and approver must be three persons; {name} is already the {role_en} of this item"
    next_zh = "请由另一位有权限的人员操作"
    next_en = "Let another person with the permission do it"


class WrongState(Refused):
    """The item is not at the stage this step needs."""

    code = "item.wrong_state"
    message_zh = "试题 {code} 处于“{state}”状态，不能执行此操作"
    message_en = "Item {code} is in state {state}, which does not allow this"
    next_zh = "请刷新列表，查看试题的当前状态"
    next_en = "Refresh the list and look at the item's state"


class CommentMissing(Refused):
    """A return without a word why."""

    code = "item.comment_missing"
    message_zh = "退回试题须写明理由"
    message_en = "Returning an item needs a comment"
    next_zh = "请填写退回理由"
    next_en = "Write why it is returned"


@dataclass(frozen=True)
class Signatures:
    """Who has signed this version so far, as account ids; empty where nobody has."""

    code: str
    state: str
    author: str
    reviewer: str = ""
    approver: str = ""

    ROLES: ClassVar = (("author", "命题人"), ("reviewer", "审题人"), ("approver", "批准人"))


def check_three_persons(signed: Signatures, account: str, name: str) -> None:
    """Raises SamePerson when this account already signed the version in another role."""
    for role, role_zh in Signatures.ROLES:
        if getattr(signed, role) == account:
            raise SamePerson(name=name, role_zh=role_zh, role_en=role, code=signed.code)


def next_state(signed: Signatures, stage: str, verdict: str, account: str, name: str, comment: str) -> str:
    """The state after this verdict; raises WrongState, SamePerson or CommentMissing."""
    if signed.state != _NEEDS[stage]:
        raise WrongState(code=signed.code, state=signed.state)
    check_three_persons(signed, account, name)
    if verdict == RETURN:
        if not comment.strip():
            raise CommentMissing()
        return RETURNED
    return _REACHES[stage, verdict]
