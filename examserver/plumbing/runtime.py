"""What a running role owns: its settings, database, clock, folder, keys, and the parts slices keep in memory."""

import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from examserver.kernel.clock import Clock, SystemClock
from examserver.kernel.crypto.keys import KeyPair, read_key_file, write_key_file
from examserver.plumbing.database import Database
from examserver.plumbing.files import SECRET, write_durably
from examserver.plumbing.settings import Settings

T = TypeVar("T")


class RoleRuntime:
    """One role in one process."""

    def __init__(self, role: str, settings: Settings, clock: Clock | None = None) -> None:
        self.role, self.settings = role, settings
        self.clock: Clock = clock or SystemClock()
        self.files: Path = settings.role_dir(role)
        self.files.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.database = Database(role, settings.database_url(role), settings.pool.size, settings.pool.timeout_s)
        self.keys: KeyPair = load_role_keys(self.files, role)
        self._parts: dict[type[Any], Any] = {}
        self._parts_lock = threading.RLock()

    def part(self, kind: type[T], factory: Callable[[], T]) -> T:
        """The one instance of `kind` in this runtime, made on first use."""
        with self._parts_lock:
            if kind not in self._parts:
                self._parts[kind] = factory()
            found: T = self._parts[kind]
            return found

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def load_role_keys(folder: Path, role: str) -> KeyPair:
    """The role's key pair; made on first use and kept under a passphrase beside it, both readable by the owner only."""
    key_path, passphrase_path = folder / "role.key.json", folder / "role.passphrase"
    if not key_path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        passphrase = secrets.token_urlsafe(24)
        write_durably(passphrase_path, passphrase.encode(), SECRET)
        write_durably(key_path, write_key_file(KeyPair.generate(), role, passphrase), SECRET)
    return read_key_file(key_path.read_bytes(), passphrase_path.read_text("utf-8"))
