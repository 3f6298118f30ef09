"""What the public can ask about certificates; asking too often, or guessing, is slowed down and recorded."""

import json
import logging
import time
from dataclasses import dataclass, field

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from examserver.certification.actions import certification_trust
from examserver.certification.inquiry import (
    FOUND,
    LOGGED,
    QR_SAME,
    QR_SIGNED,
    SIGNED,
    WELL_FORMED,
    Finding,
    answer,
    finding,
    unknown,
)
from examserver.certification.number import NumberMalformed, normalise_number
from examserver.certification.record import QrFacts, certificate_digest, qr_differences, read_qr, same_name
from examserver.certification.tables import CertificateRow, QueryRow, find_certificate, leaf_text, misses_of_number
from examserver.kernel.access import Actor
from examserver.kernel.calendar import local_day
from examserver.kernel.documents import check_signatures, read_document
from examserver.kernel.errors import ExamError, Invalid, Json, Unavailable
from examserver.kernel.policy import integer_on
from examserver.plumbing.policies import load_profile
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.telemetry import METRICS
from examserver.plumbing.work import Work, open_work

logger = logging.getLogger("exam.certificates")
DAY_MS = 86_400_000


class QueriesThrottled(Unavailable):
    """This source, or questions about this number, are too frequent."""

    code = "certificate.queries_throttled"
    http_status = 429
    message_zh = "查询过于频繁，请稍后再试。"
    message_en = "Too many queries; try again later."
    next_zh = "请核对编号和姓名后，{retry_after_s} 秒后再试。"
    next_en = "Check number and name, then try again in {retry_after_s} seconds."


class QuestionIncomplete(Invalid):
    """Neither number and name nor a QR text was given."""

    code = "certificate.question_incomplete"
    message_zh = "请同时输入证书编号和姓名，或提供二维码内容。"
    message_en = "Give number and name, or the content of the QR code."
    next_zh = "仅有编号不能查询。"
    next_en = "A number alone is not answered."


@dataclass
class Throttle:
    """Counts queries by source; shared between processes where Redis is configured."""

    storage: Storage
    limiter: FixedWindowRateLimiter = field(init=False)

    def __post_init__(self) -> None:
        self.limiter = FixedWindowRateLimiter(self.storage)

    def allows(self, limits: list[RateLimitItem], source: str) -> int:
        """0 when the query may go on, else how many seconds to wait."""
        for limit in limits:
            if not self.limiter.hit(limit, "certificate", source):
                return max(
                    1, int(self.limiter.get_window_stats(limit, "certificate", source).reset_time) - int(time.time())
                )
        return 0

    def first_alarm(self, source: str) -> bool:
        """True once an hour for each source."""
        return self.limiter.hit(RateLimitItemPerHour(1), "certificate-alarm", source)


def make_throttle(runtime: RoleRuntime) -> Throttle:
    """A throttle in Redis when there is one, else in this process."""
    url = runtime.settings.redis_url
    return Throttle(RedisStorage(url) if url else MemoryStorage())


def ask_public(runtime: RoleRuntime, actor: Actor, number: str | None, name: str | None, qr: str | None) -> Json:
    """Answer a public question; raises QueriesThrottled, QuestionIncomplete or QrMalformed."""
    source = actor.device.split(" ")[0] or "?"
    _slow_down(runtime, actor, source)
    if qr:
        facts = read_qr(qr)
        with open_work(runtime, actor) as work:
            return _answer_qr(work, facts, source)
    if not number or not name:
        raise QuestionIncomplete()
    with open_work(runtime, actor) as work:
        return _answer_number(work, number, name, source)


def _slow_down(runtime: RoleRuntime, actor: Actor, source: str) -> None:
    """Count this query; raise QueriesThrottled past the policy's limits, with an alarm on record."""
    throttle = runtime.part(Throttle, lambda: make_throttle(runtime))
    wait_s = throttle.allows(
        [
            RateLimitItemPerMinute(_policy(runtime, "public_queries_per_minute")),
            RateLimitItemPerDay(_policy(runtime, "public_queries_per_day")),
        ],
        source,
    )
    if not wait_s:
        return
    METRICS.count("exam_certificate_queries_throttled_total")
    if throttle.first_alarm(source):
        with open_work(runtime, actor) as work:
            work.record("certificate.queries_throttled", source)
        logger.warning("certificate queries throttled", extra={"facts": {"source": source}})
    raise QueriesThrottled(retry_after_s=wait_s)


def _policy(runtime: RoleRuntime, name: str) -> int:
    return integer_on(load_profile(runtime.settings.policy.profile), name, local_day(runtime.clock.now_ms()))


def _answer_number(work: Work, number: str, name: str, source: str) -> Json:
    """By number and name: both must fit, and a wrong name says no more than a wrong number."""
    try:
        wanted = normalise_number(number)
    except NumberMalformed:
        _remember_miss(work, source, "", "malformed")
        return unknown(finding(WELL_FORMED, False))
    misses = misses_of_number(work.session, wanted, work.now_ms - DAY_MS)
    if misses >= _policy(work.runtime, "public_misses_per_number_per_day"):
        work.attempt("certificate.number_guarded", wanted, misses=misses)
        raise QueriesThrottled(retry_after_s=3600)
    row = find_certificate(work.session, wanted)
    if row is None or not same_name(name, row.name):
        _remember_miss(work, source, wanted, "no_match")
        return unknown(finding(WELL_FORMED, True), finding(FOUND, False))
    return _answer_row(work, row, [finding(WELL_FORMED, True), finding(FOUND, True)])


def _answer_qr(work: Work, qr: QrFacts, source: str) -> Json:
    """By the QR code alone: its signature proves the issue, the register says whether it was voided."""
    trusted = certification_trust(work.runtime).find("certification", qr.key)
    if trusted is None or not qr.signed_by(trusted.public_raw):
        _remember_miss(work, source, str(qr.facts["n"])[:40], "qr_unsigned")
        return unknown(finding(QR_SIGNED, False))
    row = find_certificate(work.session, str(qr.facts["n"]))
    if row is None:
        return unknown(finding(QR_SIGNED, True), finding(FOUND, False))
    same = not qr_differences(qr.facts, json.loads(row.document)["body"])
    return _answer_row(work, row, [finding(QR_SIGNED, True), finding(QR_SAME, same)])


def _answer_row(work: Work, row: CertificateRow, findings: list[Finding]) -> Json:
    """What is said about a certificate in the register, from its signed document and the log."""
    body = _signed_body(work, row)
    findings = [*findings, finding(SIGNED, body is not None), finding(LOGGED, _logged(work, row))]
    if body is None:
        return unknown(*findings)
    void_ms = row.void["at_ms"] if row.void else (row.issued_ms if row.state == "void" else None)
    return answer(body, void_ms, findings)


def _signed_body(work: Work, row: CertificateRow) -> Json | None:
    """The certificate's body when our signature holds and the row says the same number and name."""
    try:
        document = read_document(row.document.encode(), "exam.certificate")
    except ExamError:
        return None
    checks = check_signatures(document, certification_trust(work.runtime), {"certification"})
    same = document.body["number"] == row.number and document.body["name"] == row.name
    return document.body if same and all(check.ok for check in checks) else None


def _logged(work: Work, row: CertificateRow) -> bool:
    """Whether the log entry the row points at names this certificate."""
    text = leaf_text(work.session, row.leaf) or ""
    try:
        said = json.loads(text.partition("\n")[2])
        return bool(said["kind"] == "certificate" and said["body"]["digest"] == row.digest == _digest(row))
    except (ValueError, KeyError, TypeError):
        return False


def _digest(row: CertificateRow) -> str:
    return certificate_digest(json.loads(row.document)["body"])


def _remember_miss(work: Work, source: str, number: str, outcome: str) -> None:
    """Keep a question that found nothing."""
    work.session.add(QueryRow(at_ms=work.now_ms, source=source[:80], number=number, outcome=outcome))
    METRICS.count("exam_certificate_queries_missed_total", outcome=outcome)
