"""Shapes of the certification endpoints; the public sees masked data only."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from examserver.institutions.schemas import Text
from examserver.kernel.canonical import nfc
from examserver.plumbing.contract import Schema


class IssueStarted(Schema):
    """Certificates are being made."""

    run: str
    job: str


class CertificateView(Schema):
    """A certificate in the register; name and document masked."""

    number: str
    name_masked: str
    document_masked: str
    occupation_code: str
    occupation_name: str
    level: int
    level_name: str
    institution: str
    theory_score: str
    issued_on: str
    plan: str
    run: str
    ticket: str
    state: Literal["valid", "void"]
    printed: bool


class CertificateQuery(Schema):
    """Which certificates to list."""

    run: str | None = Field(default=None, max_length=40)
    limit: int = Field(default=500, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class CertificateList(Schema):
    """One page of the register, the latest first."""

    total: int
    certificates: list[CertificateView]


class VoidRequest(Schema):
    """Why a certificate is declared void."""

    reason: Text


class PublicQuery(Schema):
    """Either number and name, or the text of the QR code."""

    number: str | None = Field(default=None, max_length=60)
    name: Annotated[str, AfterValidator(nfc), Field(max_length=100)] | None = None
    qr: str | None = Field(default=None, max_length=4000)


class PublicCertificate(Schema):
    """What the public sees of a certificate."""

    number: str
    name_masked: str
    document_masked: str
    occupation_code: str
    occupation_name: str
    level: int
    level_name: str
    institution: str
    issued_on: str
    void_on: str | None


class PublicCheck(Schema):
    """One check in words."""

    name_zh: str
    name_en: str
    ok: bool


class PublicAnswer(Schema):
    """Whether a certificate holds."""

    valid: bool
    state: Literal["valid", "void", "unknown"]
    certificate: PublicCertificate | None
    checks: list[PublicCheck]


class PublicKey(Schema):
    """A key that signs certificates."""

    key: str
    public_key: str
    role: str
    name: str


class PublicKeys(Schema):
    """The keys that sign certificates."""

    keys: list[PublicKey]
