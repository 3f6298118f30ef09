"""Decides what a certificate PDF proves: who signed all of its bytes, and which document it carries.

For: the verifier. Source: PAdES baseline B. The signature is checked against the certificate in it; whether that
certificate's key is to be trusted is the caller's question, answered from the trust list.
"""

import io
from dataclasses import dataclass

from asn1crypto import x509
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
        return [_signature(one) for one in reader.embedded_regular_signatures]
    except (PdfError, SigningError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise ValueError(f"the PDF or its signature cannot be read ({type(error).__name__})") from error


def _signature(embedded: EmbeddedPdfSignature) -> PdfSignature:
    certificate: x509.Certificate = embedded.signer_cert
    context = ValidationContext(trust_roots=[certificate], allow_fetching=False)
    status = validate_pdf_signature(embedded, signer_validation_context=context)
    return PdfSignature(
        public_raw=bytes(certificate.public_key["public_key"].native or b""),
        holds=bool(status.intact and status.valid),
        whole=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
    )


def attached_document(pdf: bytes) -> bytes | None:
    """The one file `certificate.json` inside the PDF, None when there is not exactly one; raises ValueError."""
    try:
        found = dict(PdfReader(io.BytesIO(pdf)).attachments).get(ATTACHMENT, [])
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"the attachments cannot be read ({type(error).__name__})") from error
    return bytes(found[0]) if len(found) == 1 else None
