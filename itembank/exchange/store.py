"""The bytes of an import: mapping files under config/mappings, uploaded files kept under their digest."""

from examserver.kernel.errors import Missing
from examserver.plumbing.files import Vault
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import REPOSITORY

MAPPINGS = REPOSITORY / "config" / "mappings"


class NoSuchMapping(Missing):
    """No mapping file of this name."""

    code = "mapping.missing"
    next_zh = "可用的映射：{names}"
    next_en = "Available mappings: {names}"


def mapping_names() -> list[str]:
    """Names of the mappings that ship with the system."""
    return sorted(path.stem for path in MAPPINGS.glob("*.toml"))


def mapping_text(name: str) -> str:
    """The TOML text of a mapping; raises NoSuchMapping."""
    names = mapping_names()
    if name not in names:
        raise NoSuchMapping(what=name, names="、".join(names))
    return (MAPPINGS / f"{name}.toml").read_text("utf-8")


def uploads(runtime: RoleRuntime) -> Vault:
    """Where uploaded workbooks and archives of figures are kept."""
    return Vault(runtime.files / "imports")
