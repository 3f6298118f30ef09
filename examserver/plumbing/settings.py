"""Settings: TOML files laid over one another, then the environment; a name nobody knows is refused, not ignored."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from examserver.kernel.errors import Invalid

ROLES: tuple[str, ...] = ("bank", "authority", "hall")
PREFIX = "EXAM_"
NOT_SETTINGS = {"EXAM_CHROMIUM", "EXAM_CONFIG", "EXAM_CORPORA", "EXAM_FONTS"}
REPOSITORY = Path(__file__).resolve().parents[2]
Role = Literal["bank", "authority", "hall"]


class BadSettings(Invalid):
    """A settings file or variable is unknown or has the wrong type."""

    code = "settings.invalid"
    message_zh = "配置有误：{reason}"
    message_en = "The settings are wrong: {reason}"


class Table(BaseModel):
    """A table of settings that refuses unknown names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseUrls(Table):
    """SQLAlchemy URLs; empty means an SQLite file in the role's folder."""

    bank: str = ""
    authority: str = ""
    hall: str = ""


class Pool(Table):
    """Connections kept per role database, and how long one waits for a free one."""

    size: int = 8
    timeout_s: int = 10


class Web(Table):
    """The web edge: where the built client lies and how much a request may carry."""

    dist_dir: str = ""
    session_hours: int = 12
    max_json_bytes: int = 1_048_576
    max_upload_bytes: int = 536_870_912


class Hall(Table):
    """The hall server: names in its certificate, when a seat counts as lost, how outages are credited."""

    names: tuple[str, ...] = ("localhost", "127.0.0.1")
    lost_after_s: int = 8
    outage_credit: Literal["none", "auto"] = "none"
    max_steps_per_second: int = 20


class Video(Table):
    """Length of a recorded segment and the interval of thumbnails, seconds."""

    segment_s: int = 10
    thumbnail_s: int = 5


class Policy(Table):
    """Which policy profile under config/policy applies."""

    profile: str = "default"


class Settings(Table):
    """Everything a process of this system can be told."""

    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = 8443
    roles: tuple[Role, ...] = ("bank", "authority", "hall")
    public_url: str = ""
    redis_url: str = ""
    language: Literal["zh", "en"] = "zh"
    database_urls: DatabaseUrls = DatabaseUrls()
    pool: Pool = Pool()
    web: Web = Web()
    hall: Hall = Hall()
    video: Video = Video()
    policy: Policy = Policy()

    def database_url(self, role: str) -> str:
        """The SQLAlchemy URL of a role's database."""
        configured = str(getattr(self.database_urls, role))
        return configured or f"sqlite:///{self.role_dir(role).resolve() / (role + '.db')}"

    def role_dir(self, role: str) -> Path:
        """The role's own folder under the data directory."""
        return self.data_dir / role

    def base_url(self) -> str:
        """The address others reach this server under."""
        return self.public_url or f"https://{self.host}:{self.port}"

    def dist(self) -> Path:
        """Where the built web client lies."""
        return Path(self.web.dist_dir) if self.web.dist_dir else REPOSITORY / "client_web" / "dist"


def load_settings(files: Sequence[Path] = (), env: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """config/default.toml, then the files, then EXAM_* variables, then the overrides; raises BadSettings."""
    values: dict[str, Any] = {}
    for file in (REPOSITORY / "config" / "default.toml", *files):
        _merge(values, _toml(file))
    _merge(values, _from_env(os.environ if env is None else env))
    _merge(values, overrides)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadSettings(reason=f"{place}: {first['msg']}") from None


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(reason=f"{file.name}: {error}") from None


def _from_env(env: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in sorted(name for name in env if name.startswith(PREFIX) and name not in NOT_SETTINGS):
        *tables, last = name.removeprefix(PREFIX).lower().split("__")
        place = values
        for table in tables:
            place = place.setdefault(table, {})
        place[last] = env[name].split(",") if last in ("roles", "names") else env[name]
    return values


def _merge(into: dict[str, Any], other: Mapping[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
