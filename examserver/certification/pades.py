"""Decides how a certificate PDF is signed, so that ordinary readers show who made it and whether it was changed.

Source: PAdES (ETSI EN 319 142, baseline B) with Ed25519 (ISO/TS 32002). The X.509 certificate carries the very key that
signs certificate documents: whoever trusts that key by its id can trust the PDF, without another authority.
"""

import io
from datetime import UTC, datetime, timedelta

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from examserver.kernel.crypto.keys import SigningKey

FIELD = "ExamCertification"
VALID_DAYS = 36_525
# Hexadecimal digits kept for the signature; told beforehand, or every document would be signed twice to find out.
RESERVED = 4096
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def role_certificate(key: SigningKey, name: str) -> bytes:
    """The self-signed X.509 certificate (DER) of a signing key: same key, same name, same bytes."""
    private = Ed25519PrivateKey.from_private_bytes(key.raw)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(int(key.id.partition(":")[2], 16))
        .not_valid_before(EPOCH)
        .not_valid_after(EPOCH + timedelta(days=VALID_DAYS))
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    return builder.sign(private, None).public_bytes(Encoding.DER)


def sign_pdf(pdf: bytes, key: SigningKey, name: str, reason: str) -> bytes:
    """The PDF with an invisible signature over all of it."""
    # Imported here: half a second that a restarting server must not wait for.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    private = Ed25519PrivateKey.from_private_bytes(key.raw)
    raw = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(role_certificate(key, name)),
        signing_key=asn1_keys.PrivateKeyInfo.load(raw),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha512", subfilter=SigSeedSubFilter.PADES, name=name, reason=reason
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signed: io.BytesIO = signers.sign_pdf(writer, meta, signer=signer, bytes_reserved=RESERVED)
    return signed.getvalue()
