"""Releasing a paper: custodians hand in their shares; the hall judges, records every attempt, and opens form keys.

After the release the keys are kept sealed to the hall's own key, so that a restart in the middle of a sitting needs
no custodian.  Source: domain C.6, scenario E4.
"""

from dataclasses import dataclass

from sqlalchemy import select

from examserver.hall.live.sockets import tell_seats
from examserver.hall.live.store import HallLive, form_key_info, hall_live
from examserver.hall.roster import Order
from examserver.hall.sitting import GateClosed
from examserver.hall.sittings.actions import order_of, vault
from examserver.hall.tables import FormKeyRow, PaperRow, ReleaseRow, SittingRow, load_sitting
from examserver.kernel.access import Actor
from examserver.kernel.crypto.seal import seal_to
from examserver.kernel.errors import ExamError, Refused
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from itembank.papers.manifest import Manifest, read_manifest
from itembank.papers.opening import Release, join_form_key, open_form, open_release, read_release
from itembank.papers.release_rule import Outcome, Submission, Verdict, Window, judge_submission


class ReleaseRefused(Refused):
    """A rule refused the release; the attempt is recorded."""

    code = "release.refused"
    message_zh = "试卷启封被拒绝：{reason_zh}"
    message_en = "The release was refused: {reason_en}"
    next_zh = "请由符合规定的保管人在规定时段内启封；本次尝试已记录"
    next_en = "Have the right custodians release within the window; this attempt was recorded"


@dataclass(frozen=True)
class Judged:
    """What became of one attempt."""

    verdict: Verdict
    fault: ExamError | None


def submit_release(runtime: RoleRuntime, actor: Actor, sitting_id: str, data: bytes) -> Verdict:
    """Judge and record one custodian's release; raises ReleaseRefused, or what is wrong with the file."""
    release = read_release(data)
    with open_work(runtime, actor) as work:
        judged = _judge(work, load_sitting(work.session, sitting_id), release, data)
        _record(work, sitting_id, release, data, judged.verdict)
        if judged.verdict.outcome is Outcome.RELEASED:
            _open_keys(work, sitting_id, release.paper)
        hall = hall_live(runtime)
        work.after_commit(lambda: _after(hall, sitting_id))
    if judged.fault is not None:
        raise judged.fault
    if judged.verdict.outcome is Outcome.REFUSED:
        verdict = judged.verdict
        raise ReleaseRefused(reason_zh=verdict.message_zh, reason_en=verdict.message_en, rule=verdict.code)
    return judged.verdict


def _after(hall: HallLive, sitting_id: str) -> None:
    tell_seats(hall, hall.refresh(sitting_id))


def _judge(work: Work, row: SittingRow, release: Release, data: bytes) -> Judged:
    """Open the release and apply the rule; faults of the file become refusals that are recorded."""
    order = order_of(row)
    try:
        manifest = _manifest(work, order, release.paper)
        open_release(release, manifest, work.runtime.keys.sealing, row.id)
        name = manifest.custodian(release.custodian).name
    except ExamError as error:
        refused = Verdict(Outcome.REFUSED, error.code, error.text("zh"), error.text("en"), 0, 0)
        return Judged(refused, error)
    accepted = [Submission(one.custodian, one.name, one.device, one.at_ms) for one in _accepted(work, row.id, release)]
    window = Window(
        max(order.release.opens_ms, manifest.not_before_ms), min(order.release.closes_ms, manifest.expires_ms)
    )
    now = Submission(release.custodian, name, release.device, work.now_ms)
    return Judged(judge_submission(now, accepted, window, manifest.threshold), None)


def _manifest(work: Work, order: Order, paper: str) -> Manifest:
    wanted = {one.paper: one.manifest_digest for one in order.papers}
    row = work.session.get(PaperRow, paper)
    if row is None or paper not in wanted:
        raise GateClosed(
            act_zh="启封试卷", act_en="release", why_zh="试卷包未导入", why_en="the package is not in the hall"
        )
    if row.manifest_digest != wanted[paper]:
        raise GateClosed(
            act_zh="启封试卷",
            act_en="release",
            why_zh="考场中的试卷包不是场次指令所指的那一份（已重新密封）",
            why_en="the package in the hall is not the one the order names: it was sealed again",
        )
    return read_manifest(row.manifest)


def _accepted(work: Work, sitting_id: str, release: Release) -> list[ReleaseRow]:
    query = select(ReleaseRow).where(
        ReleaseRow.sitting == sitting_id, ReleaseRow.paper == release.paper, ReleaseRow.outcome != "refused"
    )
    return list(work.session.scalars(query.order_by(ReleaseRow.at_ms)))


def _record(work: Work, sitting_id: str, release: Release, data: bytes, verdict: Verdict) -> None:
    name = release.document.signatures[0].name if release.document.signatures else ""
    work.session.add(
        ReleaseRow(
            id=work.new_id("rel"), sitting=sitting_id, paper=release.paper, custodian=release.custodian,
            name=name[:120], device=release.device, at_ms=work.now_ms, outcome=str(verdict.outcome),
            reason=f"{verdict.message_zh} / {verdict.message_en}"[:400], file=data,
        )
    )  # fmt: skip
    work.session.flush()
    work.record(
        "release.attempted", sitting_id, paper=release.paper, custodian=release.custodian, device=release.device,
        outcome=str(verdict.outcome), code=verdict.code, manifest_digest=release.manifest_digest,
    )  # fmt: skip


def _open_keys(work: Work, sitting_id: str, paper: str) -> None:
    """Join the shares, prove each key by opening its form, and keep it sealed to the hall."""
    row = load_sitting(work.session, sitting_id)
    order = order_of(row)
    manifest = _manifest(work, order, paper)
    files = work.session.scalars(
        select(ReleaseRow.file).where(
            ReleaseRow.sitting == sitting_id, ReleaseRow.paper == paper, ReleaseRow.outcome != "refused"
        )
    )
    opened = [open_release(read_release(file), manifest, work.runtime.keys.sealing, sitting_id) for file in files]
    for form in manifest.forms:
        shares = [shares[form.form] for shares in opened if form.form in shares]
        wanted = form.form in order.forms
        if (wanted or form.form in order.reserve_forms) and (wanted or len(shares) >= manifest.threshold):
            key = join_form_key(manifest, shares)
            open_form(manifest, form.form, vault(work.runtime).get(form.cipher_digest), key)
            _keep_key(work, sitting_id, form.form, key)
    _mark_released(work, row, order)


def _keep_key(work: Work, sitting_id: str, form: str, key: bytes) -> None:
    if work.session.get(FormKeyRow, (sitting_id, form)) is None:
        sealed = seal_to(work.runtime.keys.sealing.public_raw, key, form_key_info(sitting_id, form))
        work.session.add(FormKeyRow(sitting=sitting_id, form=form, sealed=sealed))
        work.session.flush()


def _mark_released(work: Work, row: SittingRow, order: Order) -> None:
    kept = set(work.session.scalars(select(FormKeyRow.form).where(FormKeyRow.sitting == row.id)))
    if row.released_ms is None and set(order.forms) <= kept:
        row.released_ms = work.now_ms
        work.record("papers.released", row.id, forms=sorted(kept))
