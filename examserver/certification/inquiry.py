"""Decides what the public learns about a certificate, and in which words.

For: the verification page, by number and name or by the QR code alone. Source: an existing number is not proof, there
is no check digit; so the name or the signature in the QR code must fit, and what is shown is masked.
"""

from dataclasses import dataclass

from examserver.institutions.codes import LEVEL_NAMES_ZH
from examserver.kernel.calendar import local_day
from examserver.kernel.errors import Json
from examserver.planning.identity_number import mask_name


@dataclass(frozen=True)
class Finding:
    """One check in words."""

    name_zh: str
    name_en: str
    ok: bool


WELL_FORMED = ("证书编号格式正确", "the number is well-formed")
FOUND = ("编号与姓名在证书登记册中相符", "number and name match the register")
QR_SIGNED = ("二维码由发证机构签名", "the QR code is signed by the issuer")
QR_SAME = ("二维码内容与登记册一致", "the QR code says what the register says")
SIGNED = ("证书数据的数字签名有效", "the certificate's digital signature is valid")
LOGGED = ("透明日志中有发证记录", "the transparency log records its issue")
NOT_VOID = ("证书未被宣布无效", "the certificate has not been voided")


def finding(words: tuple[str, str], ok: bool) -> Finding:
    """A check with its outcome."""
    return Finding(words[0], words[1], ok)


def unknown(*findings: Finding) -> Json:
    """The answer when nothing may be said: the same for a wrong number and a wrong name."""
    return {"valid": False, "state": "unknown", "certificate": None, "checks": [vars(one) for one in findings]}


def answer(body: Json, void_ms: int | None, findings: list[Finding]) -> Json:
    """The answer about a certificate in the register; unknown when its evidence does not hold."""
    evidence = all(one.ok for one in findings)
    checks = [*findings, finding(NOT_VOID, void_ms is None)]
    if not evidence:
        return unknown(*checks)
    state = "valid" if void_ms is None else "void"
    return {
        "valid": state == "valid",
        "state": state,
        "certificate": _masked(body, void_ms),
        "checks": [vars(one) for one in checks],
    }


def _masked(body: Json, void_ms: int | None) -> Json:
    """What the public sees."""
    return {
        "number": body["number"],
        "name_masked": mask_name(body["name"]),
        "document_masked": body["document_masked"],
        "occupation_code": body["occupation_code"],
        "occupation_name": body["occupation_name"],
        "level": body["level"],
        "level_name": LEVEL_NAMES_ZH[body["level"]],
        "institution": body["institution"]["name"],
        "issued_on": body["issued_on"],
        "void_on": local_day(void_ms).isoformat() if void_ms is not None else None,
    }
