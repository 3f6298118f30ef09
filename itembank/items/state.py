"""Decides which step an item version may take next and who may take it: every signature is by another person.

For review, approval and enrolment. Source: acceptance E1 ("no item is usable until a reviewer and an approver, both
different from the author, have signed"); ZJ16-4.3f: formal papers use items that the authority has enrolled, and
whoever enrols has written, reviewed or approved none of them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from examserver.kernel.errors import Refused

DRAFT, REVIEWED, APPROVED, ENROLLED = "draft", "reviewed", "approved", "enrolled"
RETURNED, RETIRED = "returned", "retired"
STATES = (DRAFT, REVIEWED, APPROVED, ENROLLED, RETURNED, RETIRED)

REVIEW, APPROVE, ENROL = "review", "approve", "enrol"
ACCEPT, RETURN = "accept", "return"

FORMAL, TRIAL = "formal", "trial"
"""Purposes of a paper: a trial one may use what is not enrolled yet, and is never sealed."""

USABLE = {FORMAL: frozenset({ENROLLED}), TRIAL: frozenset({APPROVED, ENROLLED})}

PREPARING, READY, CLOSED = "preparing", "ready", "closed"
READINESS_ZH = {PREPARING: "建设中", READY: "就绪", CLOSED: "关闭"}
"""States of a bank: only a ready one serves formal papers."""

NEEDS = {REVIEW: DRAFT, APPROVE: REVIEWED, ENROL: APPROVED}
_REACHES = {(REVIEW, ACCEPT): REVIEWED, (APPROVE, ACCEPT): APPROVED, (ENROL, ACCEPT): ENROLLED}


class SamePerson(Refused):
    """Somebody would sign twice on the same item."""

    code = "item.same_person"
    message_zh = "命题、审题、批准、入库须由不同的人完成；{name} 已是这道试题的{role_zh}"
    message_en = "All who sign an item must be different persons; {name} is already the {role_en} of this one"
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


def check_no_author(authors: Collection[str], code: str, account: str, name: str) -> None:
    """Raises SamePerson when this account wrote any version of the item, however little a later hand changed."""
    if account in authors:
        raise SamePerson(name=name, role_zh="命题人", role_en="author", code=code)


def next_state(signed: Signatures, stage: str, verdict: str, account: str, name: str, comment: str) -> str:
    """The state after this verdict; raises WrongState, SamePerson or CommentMissing."""
    if signed.state != NEEDS[stage]:
        raise WrongState(code=signed.code, state=signed.state)
    check_three_persons(signed, account, name)
    if verdict == RETURN:
        if not comment.strip():
            raise CommentMissing()
        return RETURNED
    return _REACHES[stage, verdict]
