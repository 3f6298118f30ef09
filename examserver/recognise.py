"""Decides which verifier a file belongs to, from its content first and its name second."""

import importlib
import json
import re
from collections.abc import Callable
from pathlib import Path

from examserver.kernel.checks import Report
from examserver.kernel.documents import Trust
from examserver.kernel.opener import Opener

Verifier = Callable[[Path, Trust | None, Opener | None], Report]

BY_TYPE = {
    "exam.paper-manifest": "itembank.papers.verify:verify_manifest",
    "exam.key-package": "itembank.papers.verify:verify_key_package",
    "exam.key-release": "itembank.papers.verify:verify_release",
    "exam.ceremony-call": "itembank.papers.ceremonies.verify:verify_call",
    "exam.possession-challenge": "itembank.papers.ceremonies.verify:verify_challenge",
    "exam.possession": "itembank.papers.ceremonies.verify:verify_possession",
    "exam.destruction": "itembank.papers.ceremonies.verify:verify_destruction",
    "exam.response-matrix": "examserver.grading.matrices.verify:verify_matrix",
    "exam.public-release": "itembank.release.verify:verify_public_release",
    "exam.sitting-order": "examserver.planning.verify:verify_order",
    "exam.receipt": "examserver.responses.verify:verify_receipt",
    "exam.video-manifest": "proctor.segments.verify:verify_video",
    "exam.result": "examserver.grading.verify:verify_result",
    "exam.result-sheet": "examserver.grading.verify:verify_result_sheet",
    "exam.marks": "examserver.grading.marking.verify:verify_marks",
    "exam.certificate": "examserver.certification.verify:verify_certificate",
    "exam.log-proof": "examserver.transparency.verify:verify_log_proof",
    "exam.log-consistency": "examserver.transparency.verify:verify_log_consistency",
}
PACKAGE = "itembank.papers.verify:verify_package"
RECORD = "examserver.hall.verify:verify_record"
CERTIFICATE = "examserver.certification.verify:verify_certificate"
RECEIPT = "examserver.responses.verify:verify_receipt"
CHECKPOINT = "examserver.transparency.verify:verify_checkpoint"
BY_SUFFIX = {
    ".paper.zip": PACKAGE,
    ".record.zip": RECORD,
    ".keys.json": BY_TYPE["exam.key-package"],
    ".release.json": BY_TYPE["exam.key-release"],
    ".order.json": BY_TYPE["exam.sitting-order"],
    ".video.json": BY_TYPE["exam.video-manifest"],
    ".sheet.json": BY_TYPE["exam.result-sheet"],
    ".cert.json": CERTIFICATE,
    ".pdf": CERTIFICATE,
}
_TYPE = re.compile(rb'"type"\s*:\s*"(exam\.[a-z-]+)"')
_CHECKPOINT = re.compile(rb"[^\n]+\n[0-9]+\n[A-Za-z0-9+/]{43}=\n")
HEAD = 4096


def _by_name(path: Path) -> str | None:
    name = path.name.lower()
    return next((verifier for suffix, verifier in BY_SUFFIX.items() if name.endswith(suffix)), None)


def _by_archive(head: bytes) -> str | None:
    """The first entry's name, read from its local header, tells a package from a record."""
    name = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    return {b"manifest.json": PACKAGE, b"record.json": RECORD}.get(name)


def _by_json(data: bytes) -> str | None:
    try:
        file = json.loads(data)
        return BY_TYPE.get(str(file.get("type"))) if isinstance(file, dict) else None
    except (ValueError, RecursionError):
        named = [match.decode() for match in _TYPE.findall(data)]
        return next((BY_TYPE[name] for name in reversed(named) if name in BY_TYPE), None)


def _by_content(data: bytes) -> str | None:
    if data[:2] == b"PK":
        return _by_archive(data[:HEAD])
    if data[:5] == b"%PDF-":
        return CERTIFICATE
    if data.lstrip()[:1] == b"{":
        return _by_json(data)
    if data.startswith(b"EXAMRECEIPT:"):
        return RECEIPT
    if b"/verify#" in data[:HEAD]:
        return CERTIFICATE
    return CHECKPOINT if _CHECKPOINT.match(data) else None


def recognise(path: Path, data: bytes) -> str | None:
    """`module:function` of the verifier, or None for a file of no known kind."""
    return _by_content(data) or _by_name(path)


def verifier(name: str) -> Verifier:
    """The verifier behind `module:function`, imported now."""
    module, _, attribute = name.partition(":")
    found: Verifier = getattr(importlib.import_module(module), attribute)
    return found
