"""What the hall holds outside its rows: TLS files, and the hold on its database that makes it the only server.

TLS files are made once; the server certificate is renewed when names change or it grows old.  Heads and frozen sessions
live in one process's memory, so a second server on the same database is refused: it could acknowledge an answer into a
session the first one is closing.  The hold ends with the process, however it ends.
"""

import datetime
import fcntl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text

from examserver.hall.identity import Issued, make_ca, make_server, serves
from examserver.kernel.errors import Unavailable
from examserver.plumbing.database import Database
from examserver.plumbing.files import SECRET, write_durably
from examserver.plumbing.runtime import RoleRuntime

SERVER_LOCK = 0x68616C6C


class OtherServer(Unavailable):
    """Another process serves this hall's database."""

    code = "hall.other_server"
    message_zh = "另一个进程正在使用本考场的数据库"
    message_en = "Another process is serving this hall's database"
    next_zh = "请先停止另一个考场服务进程"
    next_en = "Stop the other hall server first"


@dataclass
class Hold:
    """What keeps others out while it lives."""

    file: IO[bytes] | None = None
    connection: Connection | None = None


def hold_database(runtime: RoleRuntime) -> Hold:
    """Become the only server of this hall's database; raises OtherServer."""
    return runtime.part(Hold, lambda: _held_file(runtime) if runtime.database.is_sqlite else _held_lock(runtime))


def _held_file(runtime: RoleRuntime) -> Hold:
    file = (runtime.files / "server.lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise OtherServer() from None
    return Hold(file=file)


def _held_lock(runtime: RoleRuntime) -> Hold:
    engine = Database(runtime.role, runtime.database.url, pool_size=1).engine
    connection = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": SERVER_LOCK}):
        connection.close()
        raise OtherServer()
    return Hold(connection=connection)


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
    write_durably(path, data, SECRET)
