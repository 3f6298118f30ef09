"""The real parts tests run on: a PostgreSQL and a Redis of their own, a browser, the corpora.

A part this machine lacks skips the tests that need it, in plain words; with CI=true it fails them instead.
Everything started here listens on loopback only, lives in its own folder and is ended by process id.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent

MARK_OF_FOLDER = {"browser": "browser", "faults": "faults", "journeys": "journey", "bench": "bench"}
MARK_OF_FIXTURE = {
    "postgres_url": "postgres",
    "postgres_database": "postgres",
    "redis_url": "redis",
    "chromium_path": "browser",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks tests by their folder and by the parts they ask for, so nobody has to remember to.

    Browser tests come last: Playwright keeps an event loop running in this process, and whoever starts one of their own
    (signing a PDF does) would fail after them. Whole exams come first: they take longest and would be waited for.
    """
    for item in items:
        folders = item.path.relative_to(ROOT).parts if item.path.is_relative_to(ROOT) else ()
        marks = {MARK_OF_FOLDER[name] for name in folders if name in MARK_OF_FOLDER}
        fixtures: list[str] = getattr(item, "fixturenames", [])
        marks |= {MARK_OF_FIXTURE[name] for name in fixtures if name in MARK_OF_FIXTURE}
        for mark in sorted(marks):
            item.add_marker(mark)
    order = {"journeys": 0, "browser": 2}
    items.sort(key=lambda item: next((place for name, place in order.items() if name in item.path.parts), 1))


def leave_out(reason: str) -> NoReturn:
    """Skips for lack of a part, or fails where nothing may be skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} In CI this part must be present.", pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def end(child: subprocess.Popen[bytes], how: int) -> None:
    """Ends a child started here, kindly at first."""
    if child.poll() is None:
        child.send_signal(how)
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(timeout=10)


@contextmanager
def own_folder(prefix: str, owner: str | None = None) -> Iterator[Path]:
    """A folder that a server running as another user can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    if owner is not None:
        shutil.chown(folder, user=owner)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def postgres_programs() -> Path:
    """The folder of PostgreSQL's server programs, the newest when there are several."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if folders:
        return max(folders, key=lambda folder: float(folder.parent.name))
    found = shutil.which("postgres")
    if found is None:
        leave_out("PostgreSQL is not installed (make system installs it).")
    return Path(found).resolve().parent


def unprivileged() -> tuple[list[str], str | None]:
    """How to start PostgreSQL, which refuses to run as root: a command prefix and the account it runs as."""
    if os.geteuid() != 0:
        return [], None
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = "postgres" if "postgres" in names else "nobody"
    if shutil.which("setpriv") is None:
        leave_out("PostgreSQL can't run as root and setpriv is not installed.")
    return [
        "setpriv",
        f"--reuid={account}",
        "--regid",
        str(pwd.getpwnam(account).pw_gid),
        "--clear-groups",
    ], account


def wait_for_postgres(url: str, child: subprocess.Popen[bytes], log: Path) -> bool:
    """True once it answers; False if it ended, which means another process took the port."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if child.poll() is not None:
            return False
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return True
        except psycopg.OperationalError:
            time.sleep(0.1)
    pytest.fail(f"PostgreSQL did not answer in 30 s:\n{log.read_text()}")


@contextmanager
def postgres_server(folder: Path, programs: Path, prefix: list[str]) -> Iterator[int]:
    """A running server on a free port; the cluster in the folder was made before."""
    log = folder / "server.log"
    for _ in range(5):
        port = free_port()
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder), "fsync": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [*prefix, str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port), *options]
        with log.open("ab") as sink:
            child = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, cwd=folder)
        try:
            if wait_for_postgres(f"postgresql://exam@127.0.0.1:{port}/postgres", child, log):
                yield port
                return
        finally:
            end(child, signal.SIGINT)
    pytest.fail(f"PostgreSQL did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """SQLAlchemy address of a throw-away PostgreSQL server, gone after the run."""
    programs = postgres_programs()
    prefix, account = unprivileged()
    with own_folder("exam-pg-", account) as folder:
        make = [
            str(programs / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            "exam",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        made = subprocess.run(
            [*prefix, *make, "--locale=C", "--no-sync"],
            capture_output=True,
            timeout=60,
            cwd=folder,
            check=False,
        )
        if made.returncode != 0:
            pytest.fail(f"initdb failed:\n{made.stderr.decode(errors='replace')}")
        with postgres_server(folder, programs, prefix) as port:
            yield f"postgresql+psycopg://exam@127.0.0.1:{port}/postgres"


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """SQLAlchemy address of an empty database of this test's own on the throw-away server."""
    name = f"t_{os.urandom(6).hex()}"
    admin = postgres_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    yield postgres_url.rsplit("/", 1)[0] + f"/{name}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def redis_answers(port: int) -> bool:
    """Whether a Redis on this port says PONG."""
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=1)) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Address of a throw-away Redis server, gone after the run."""
    program = shutil.which("redis-server")
    if program is None:
        leave_out("Redis is not installed (make system installs it).")
    with own_folder("exam-redis-") as folder:
        port = free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 15
            while not redis_answers(port):
                if child.poll() is not None or time.monotonic() > until:
                    pytest.fail("Redis did not start.")
                time.sleep(0.05)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            end(child, signal.SIGTERM)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium that browser tests start."""
    names = (os.environ.get("EXAM_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    for name in names:
        found = shutil.which(name) if name else None
        if found is not None:
            return found
    leave_out("Chromium is not installed (make system installs it).")


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real question banks that are not part of the repository."""
    folder = Path(os.environ.get("EXAM_CORPORA", ROOT.parent / "shared" / "corpora"))
    if not folder.is_dir():
        pytest.skip(f"no corpora at {folder}; set EXAM_CORPORA to the folder that holds them")
    return folder
