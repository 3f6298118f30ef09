"""Makes a Chromium of its own trust a hall's CA, so that keys, storage and cameras exist as they do in a hall.

Preferred: an NSS database in a home folder of its own (what `certutil` writes and Chromium reads). Where there is no
`certutil`, the server certificate's public key is named on the command line, which is a secure context too.
"""

import base64
import hashlib
import importlib.util
import os
import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def chromium_program() -> str | None:
    """The Chromium to start, or None; EXAM_CHROMIUM names another one."""
    for name in (os.environ.get("EXAM_CHROMIUM", ""), *PROGRAMS):
        found = shutil.which(name) if name else None
        if found is not None:
            return found
    return None


def available() -> bool:
    """Whether a real browser seat can be played here: Chromium and Playwright."""
    return chromium_program() is not None and importlib.util.find_spec("playwright") is not None


def trust_flags(ca: Path, home: Path, url: str) -> list[str]:
    """Make Chromium under this home trust the CA; gives the command-line flags that are needed besides."""
    program = shutil.which("certutil")
    if program is None:
        return [f"--ignore-certificate-errors-spki-list={key_hash(url)}"]
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True, exist_ok=True)
    run = [program, "-d", f"sql:{store}"]
    if not (store / "cert9.db").exists():
        subprocess.run([*run, "-N", "--empty-password"], check=True, capture_output=True, timeout=30)
    subprocess.run(
        [*run, "-A", "-t", "C,,", "-n", "exam hall", "-i", str(ca)], check=True, capture_output=True, timeout=30
    )
    return []


def key_hash(url: str) -> str:
    """Base64 of the SHA-256 of the server's public key, as Chromium wants it."""
    parts = urlsplit(url)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    address = (parts.hostname or "127.0.0.1", parts.port or 443)
    with socket.create_connection(address, timeout=10) as line, context.wrap_socket(line) as secure:
        certificate = x509.load_der_x509_certificate(secure.getpeercert(binary_form=True) or b"")
    raw = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(raw).digest()).decode("ascii")
