"""The bytes of exports: kept under their digest for a day, then gone, so that plaintext does not gather on the disk."""

import time

from examserver.kernel.errors import Missing
from examserver.plumbing.files import NoSuchFile, Vault
from examserver.plumbing.runtime import RoleRuntime

KEPT_S = 24 * 3600


class ExportGone(Missing):
    """The file was kept for a day."""

    code = "export.gone"
    message_zh = "导出文件只保留一天，已删除"
    message_en = "The export was kept for a day and is gone"
    next_zh = "请重新导出"
    next_en = "Export the items again"


def exports(runtime: RoleRuntime) -> Vault:
    """Where exported files lie."""
    return Vault(runtime.files / "exports")


def load_export(runtime: RoleRuntime, digest: str) -> bytes:
    """The file; raises ExportGone."""
    try:
        return exports(runtime).get(digest)
    except NoSuchFile:
        raise ExportGone(what=digest) from None


def forget_old(runtime: RoleRuntime) -> None:
    """Removes files older than a day."""
    folder = runtime.files / "exports"
    oldest = time.time() - KEPT_S
    for path in folder.glob("*/*"):
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
