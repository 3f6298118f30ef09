"""What is done with the authority's log: publish its state after every act, and prove what it holds.

Three words: *sequenced* (an index in the transaction of the act, `plumbing.log.append_leaf`), *integrated* (in the
tree), *published* (in a signed checkpoint outside the database).
"""

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from examserver.kernel.access import system_actor
from examserver.kernel.canonical import b64u, digest
from examserver.kernel.checkpoint import Checkpoint, make_checkpoint
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.kernel.errors import Broken, ExamError, Missing, Refused
from examserver.kernel.merkle import consistency_proof, inclusion_proof, leaf_hash, root
from examserver.plumbing.audit_store import audit_head
from examserver.plumbing.contract import on_start
from examserver.plumbing.log import PUBLISHERS
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from examserver.transparency.store import log_folder, write_log
from examserver.transparency.tables import (
    CheckpointRow,
    all_checkpoints,
    last_checkpoint,
    leaf_count,
    leaf_rows,
    lock_log,
)
from examserver.transparency.tiles import Leaf, grown_tiles, parse_leaf

logger = logging.getLogger("exam.log")
AUDIT_HEAD_TYPE = "exam.audit-head"
TILE_NAME = re.compile(r"tile/(entries|[0-9]{1,2})/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?", re.ASCII)


class LogForked(Broken):
    """The entries in the database no longer lead to the state that was published."""

    code = "log.forked"
    message_zh = "日志与已公布的检查点不一致,停止公布:{what}"
    message_en = "The log no longer leads to its published state; nothing is published: {what}"
    next_zh = "请停止操作,运行 exam authority fsck 并通知监督人员"
    next_en = "Stop, run exam authority fsck and tell the supervisors"


class NothingPublished(Missing):
    """No checkpoint has been published yet."""

    code = "log.nothing_published"
    message_zh = "日志尚未公布过检查点"
    message_en = "No checkpoint has been published yet"
    next_zh = "请稍后再试"
    next_en = "Try again later"


class NotInLog(Missing):
    """The log has no entry about this digest."""

    code = "log.not_found"
    message_zh = "日志中没有关于 {what} 的条目"
    message_en = "The log has no entry about {what}"
    next_zh = "请核对摘要;若文件属实,请向发证机构查询"
    next_en = "Check the digest; if the file is genuine, ask the issuing authority"


class NoSuchTree(Refused):
    """A consistency proof needs two published sizes, the older first."""

    code = "log.no_such_tree"
    message_zh = "没有大小为 {size} 的已公布日志"
    message_en = "No tree of size {size} has been published"
    next_zh = "请使用已公布检查点中的大小,且旧的在前"
    next_en = "Use sizes of published checkpoints, the older one first"


class NoSuchTile(Missing):
    """No tile or entry bundle of this name is published."""

    code = "log.no_such_tile"
    message_zh = "没有已公布的日志文件 {what}"
    message_en = "No log file {what} is published"
    next_zh = "请按检查点中的大小推算文件名"
    next_en = "Derive the name from the size in the checkpoint"


@dataclass(frozen=True)
class Published:
    """What goes into files once the transaction that published it is durable."""

    size: int
    text: str
    tiles: list[tuple[str, bytes]]
    audit: bytes


def origin_of(runtime: RoleRuntime) -> str:
    """The log's name in checkpoints: bound to the key that signs it."""
    return f"exam.authority/{runtime.keys.signing.id.removeprefix('ed25519:')}"


def _signed_audit_head(work: Work) -> bytes:
    count, head = audit_head(work.session, work.role)
    body = {"role": work.role, "count": count, "head": head, "at_ms": work.now_ms}
    signer = Signer("authority", origin_of(work.runtime), work.runtime.keys.signing)
    return sign_document(body, AUDIT_HEAD_TYPE, 1, [signer])


def _integrate(work: Work) -> Published | None:
    """Sign the state of the tree when it has grown; raises LogForked when the published part changed."""
    lock_log(work.session)
    last, (count, size) = last_checkpoint(work.session), leaf_count(work.session)
    old_size = last.size if last else 0
    if count != size:
        raise LogForked(what=f"{size} entries were sequenced, {count} are left")
    if size == old_size:
        return None
    entries = [row[3].encode() for row in leaf_rows(work.session)]
    hashes = [leaf_hash(entry) for entry in entries]
    if last is not None and root(hashes[: last.size]).hex() != last.root:
        raise LogForked(what=f"tree of {last.size} entries published at {last.at_ms}")
    now_root = root(hashes)
    state = Checkpoint(origin_of(work.runtime), len(entries), now_root)
    text = make_checkpoint(state, work.runtime.keys.signing)
    work.session.add(CheckpointRow(size=len(entries), root=now_root.hex(), text=text, at_ms=work.now_ms))
    work.record("log.published", str(len(entries)), root=now_root.hex())
    work.session.flush()
    return Published(len(entries), text, grown_tiles(old_size, entries), _signed_audit_head(work))


def publish(runtime: RoleRuntime) -> int | None:
    """Publish a new checkpoint when entries wait for one; returns the size of the tree."""
    with open_work(runtime, system_actor("log")) as work:
        published = _integrate(work)
    if published is None:
        return None
    write_log(log_folder(runtime.files), published.size, published.text, published.tiles, published.audit)
    return published.size


def publish_after_act(runtime: RoleRuntime) -> None:
    """Publish; a failure is an alarm in the journal, for the act it follows is already durable."""
    try:
        publish(runtime)
    except ExamError as error:
        logger.critical("the log could not be published", extra={"facts": {"code": error.code, "why": str(error)}})


PUBLISHERS.append(publish_after_act)


@on_start("authority")
def restore_files(runtime: RoleRuntime) -> None:
    """After a crash between commit and files: write what is missing, then publish what waits."""
    folder = log_folder(runtime.files)
    with open_work(runtime, system_actor("log"), write=False) as work:
        missing = [
            row for row in all_checkpoints(work.session) if not (folder / "checkpoints" / f"{row.size:012}").exists()
        ]
        entries = [row[3].encode() for row in leaf_rows(work.session)] if missing else []
        audit = _signed_audit_head(work)
    for row in missing:
        write_log(folder, row.size, row.text, grown_tiles(0, entries[: row.size]), audit)
    publish_after_act(runtime)


def checkpoint_text(work: Work) -> str:
    """The newest signed checkpoint; raises NothingPublished."""
    row = last_checkpoint(work.session)
    if row is None:
        raise NothingPublished()
    return row.text


def tile_path_of(work: Work, *parts: str) -> Path:
    """The published tile or entry bundle of this name; raises NoSuchTile."""
    name = "/".join(("tile", *parts))
    path = log_folder(work.runtime.files) / name
    if not TILE_NAME.fullmatch(name) or not path.is_file():
        raise NoSuchTile(what=name[:80])
    return path


def leaves(work: Work, kind: str | None = None) -> list[Leaf]:
    """Every entry, or those of one kind, in order; raises LeafAltered."""
    rows = leaf_rows(work.session)
    return [parse_leaf(index, data.encode()) for index, own, _, data, _ in rows if kind in (None, own)]


def _index_of(rows: list[tuple[int, str, str, str, int]], wanted: str) -> int:
    """The newest entry that is, or speaks of, this digest; raises NotInLog."""
    for index, _, own, data, _ in reversed(rows):
        if own == wanted or (wanted in data and parse_leaf(index, data.encode()).body.get("digest") == wanted):
            return index
    raise NotInLog(what=wanted)


def prove_inclusion(work: Work, wanted: str) -> dict[str, Any]:
    """The entry about this digest with its way to the published root; raises NothingPublished or NotInLog."""
    text, row = checkpoint_text(work), last_checkpoint(work.session)
    size = row.size if row else 0
    rows = leaf_rows(work.session)[:size]
    index = _index_of(rows, wanted)
    hashes = [leaf_hash(one[3].encode()) for one in rows]
    data = rows[index][3]
    return {
        "type": "exam.log-proof",
        "version": 1,
        "index": index,
        "size": size,
        "leaf": data,
        "leaf_digest": digest(data.encode()),
        "proof": [b64u(one) for one in inclusion_proof(hashes, index)],
        "checkpoint": text,
    }


def prove_consistency(work: Work, old_size: int, new_size: int) -> dict[str, Any]:
    """The proof that an older published tree is a prefix of a newer one; raises NoSuchTree."""
    texts = {row.size: row.text for row in all_checkpoints(work.session)}
    for size in (old_size, new_size):
        if size not in texts or old_size > new_size:
            raise NoSuchTree(size=size)
    hashes = [leaf_hash(row[3].encode()) for row in leaf_rows(work.session)[:new_size]]
    return {
        "type": "exam.log-consistency",
        "version": 1,
        "old": texts[old_size],
        "new": texts[new_size],
        "proof": [b64u(one) for one in consistency_proof(hashes, old_size)],
    }
