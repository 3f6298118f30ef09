"""Decides what a certificate PDF proves: who signed all of its bytes, and which document it carries.

For: the verifier. Source: PAdES baseline B. The signature is checked against the certificate in it; whether that
certificate's key is to be trusted is the caller's question, answered from the trust list.
"""

import io
from dataclasses import dataclass

from asn1crypto import cms, x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader
from pypdf.errors import PyPdfError

ATTACHMENT = "certificate.json"


@dataclass(frozen=True)
class PdfSignature:
    """One signature in a PDF: the raw Ed25519 key, whether it holds, whether it covers the whole file."""

    public_raw: bytes
    holds: bool
    whole: bool


def signatures_of(pdf: bytes) -> list[PdfSignature]:
    """The signatures of a PDF; raises ValueError for what is no readable PDF."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        return [_signature(one, pdf) for one in reader.embedded_regular_signatures]
    except (PdfError, SigningError, ValueError, TypeError, LookupError, AttributeError, AssertionError) as error:
        raise ValueError(f"the PDF or its signature cannot be read ({type(error).__name__})") from error


def _signature(embedded: EmbeddedPdfSignature, pdf: bytes) -> PdfSignature:
    certificate: x509.Certificate = embedded.signer_cert
    context = ValidationContext(trust_roots=[certificate], allow_fetching=False)
    status = validate_pdf_signature(embedded, signer_validation_context=context)
    return PdfSignature(
        public_raw=bytes(certificate.public_key["public_key"].native or b""),
        holds=bool(status.intact and status.valid) and _plainly_written(embedded, pdf) and _self_signed(certificate),
        whole=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
    )


def _plainly_written(embedded: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Whether the gap that the signature cannot cover holds its one plain form and zeros, nothing else."""
    start, length, after, _ = (int(number) for number in embedded.byte_range)
    gap = pdf[start + length : after]
    digits = _plain_form(embedded.signed_data["signer_infos"][0], embedded.signer_cert).hex().upper().encode()
    return gap == b"<" + digits.ljust(len(gap) - 2, b"0") + b">"


def _plain_form(signer: cms.SignerInfo, certificate: x509.Certificate) -> bytes:
    """The CMS message with this certificate, these signed attributes and this signature, all else as specified."""
    issued = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(issued)}),
        "digest_algorithm": {"algorithm": "sha512"},
        "signed_attrs": cms.CMSAttributes.load(signer["signed_attrs"].untag().dump()),
        "signature_algorithm": {"algorithm": "ed25519"},
        "signature": signer["signature"].native,
    }
    data = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha512"}],
        "encap_content_info": {"content_type": "data"},
        "certificates": [certificate],
        "signer_infos": [cms.SignerInfo(info)],
    }
    message: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(data)}).dump()
    return message


def _self_signed(certificate: x509.Certificate) -> bool:
    """Whether the certificate is signed by its own key: nothing in it was changed."""
    loaded = load_der_x509_certificate(certificate.dump())
    try:
        loaded.verify_directly_issued_by(loaded)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def attached_document(pdf: bytes) -> bytes | None:
    """The one file `certificate.json` inside the PDF, None when there is not exactly one; raises ValueError."""
    try:
        found = dict(PdfReader(io.BytesIO(pdf)).attachments).get(ATTACHMENT, [])
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        raise ValueError(f"the attachments cannot be read ({type(error).__name__})") from error
    return bytes(found[0]) if len(found) == 1 else None
