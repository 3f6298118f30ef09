"""Decides who must countersign a sitting record and who has."""

from examserver.hall.schemas import CountersignView
from examserver.kernel.documents import read_document
from examserver.kernel.errors import Refused

COUNTERSIGNERS = ("chief_invigilator", "quality_supervisor")


class AlreadySigned(Refused):
    """This role, or this person, has signed."""

    code = "record.already_signed"
    message_zh = "{name} 已经签署，须由另一人以另一身份签署"
    message_en = "{name} has signed; another person in the other role is needed"
    next_zh = "请由尚未签署的人员签署"
    next_en = "Have the person who has not signed do it"


class NotACountersigner(Refused):
    """The account has neither of the two roles."""

    code = "record.not_a_countersigner"
    message_zh = "只有主考和质量督导员可以签署"
    message_en = "Only the chief invigilator and the quality supervisor sign"
    next_zh = "请用相应身份的账号登录"
    next_en = "Sign in with such an account"


def countersigned(document: bytes) -> list[CountersignView]:
    """Give who has countersigned the record."""
    return [
        CountersignView(role=one.role, name=one.name)
        for one in read_document(document).signatures
        if one.role in COUNTERSIGNERS
    ]


def role_to_sign(roles: list[str], name: str, key: str, document: bytes) -> str:
    """Give the role this person signs in; raises NotACountersigner or AlreadySigned."""
    signatures = read_document(document).signatures
    if any(one.key == key for one in signatures):
        raise AlreadySigned(name=name)
    open_roles = [role for role in COUNTERSIGNERS if role not in {one.role for one in signatures}]
    mine = [role for role in COUNTERSIGNERS if role in roles]
    if not mine:
        raise NotACountersigner()
    fitting = [role for role in mine if role in open_roles]
    if not fitting:
        taken = next(one.name for one in signatures if one.role == mine[0])
        raise AlreadySigned(name=taken)
    return fitting[0]
