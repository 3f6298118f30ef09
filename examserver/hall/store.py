"""The hall's TLS files on disk: made once, the server certificate renewed when names change or it grows old."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from examserver.hall.identity import Issued, make_ca, make_server, serves
from examserver.plumbing.files import write_durably


@dataclass(frozen=True)
class Tls:
    """Where key, certificate chain and CA lie."""

    key: Path
    certificate: Path
    ca: Path


def tls_files(folder: Path) -> Tls:
    """Name the files."""
    return Tls(folder / "key.pem", folder / "cert.pem", folder / "ca.pem")


def ensure_tls(folder: Path, names: Sequence[str]) -> Tls:
    """Make what is missing: the CA once and for all, the server certificate for these names."""
    files, ca_key = tls_files(folder), folder / "ca-key.pem"
    now = datetime.datetime.now(datetime.UTC)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (files.ca.exists() and ca_key.exists()):
        ca = make_ca("Exam hall CA", now)
        _write_secret(ca_key, ca.key)
        write_durably(files.ca, ca.certificate)
        files.certificate.unlink(missing_ok=True)
    if not files.certificate.exists() or not serves(files.certificate.read_bytes(), names, now):
        ca = Issued(ca_key.read_bytes(), files.ca.read_bytes())
        server = make_server(ca, names, now)
        _write_secret(files.key, server.key)
        write_durably(files.certificate, server.certificate + ca.certificate)
    return files


def _write_secret(path: Path, data: bytes) -> None:
    write_durably(path, data)
    path.chmod(0o600)
