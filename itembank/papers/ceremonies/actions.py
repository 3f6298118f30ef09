"""Ceremonies as acts: one person asks, another approves, custodians answer, and what was asked for is done.

Source of the rule: domain C.6. Asking, approving, every answer (refused ones too), the end: each is in the audit chain.
The ceremony's private key lies sealed to the bank's own key until the end, and is wiped then whatever the outcome: old
answers open nothing afterwards.
"""

from dataclasses import dataclass

from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import digest
from examserver.kernel.crypto.keys import SealingKey
from examserver.kernel.crypto.seal import open_with, seal_to
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.errors import Invalid, Refused
from examserver.plumbing.work import Work
from itembank.papers.actions import NotSealedYet, PaperDestroyed, custodians_for, paper_vault
from itembank.papers.ceremonies.schemas import CeremonyRequest
from itembank.papers.ceremony import (
    RESEAL,
    Call,
    ceremony_key_info,
    check_call,
    read_call,
    rebuilt_keys,
    released_shares,
    sign_call,
)
from itembank.papers.manifest import MANIFEST_NAME, Manifest, read_manifest
from itembank.papers.opening import open_release, read_release
from itembank.papers.release_rule import Outcome, Submission, Verdict, Window, judge_submission
from itembank.papers.resealing import check_resealable, reseal_paper
from itembank.papers.sealing import check_holders
from itembank.papers.tables import (
    CeremonyReleaseRow,
    CeremonyRow,
    PaperRow,
    ceremonies_of,
    load_own_ceremony,
    load_own_paper,
    person_names,
    releases_of,
    wipe_for_good,
)

ASKED, CALLED, READY, DONE, CANCELLED = "asked", "called", "ready", "done", "cancelled"
OPEN = (ASKED, CALLED, READY)


class CeremonyUnsound(Invalid):
    """The request contradicts itself or the paper."""

    code = "ceremony.unsound"
    message_zh = "申请有误：{reason_zh}"
    message_en = "The request is not sound: {reason_en}"
    next_zh = "请改正后重新提出"
    next_en = "Correct it and ask again"


class CeremonyUnderWay(Refused):
    """Two ceremonies of one kind at a time would confuse the custodians."""

    code = "ceremony.under_way"
    message_zh = "这份试卷已有一项进行中的同类仪式"
    message_en = "A ceremony of this kind is under way for this paper"
    next_zh = "请先完成或取消它"
    next_en = "Finish or cancel it first"


class CeremonyWrongState(Refused):
    """The ceremony is not at the stage this act needs."""

    code = "ceremony.wrong_state"
    message_zh = "仪式处于“{state}”状态，不能执行此操作"
    message_en = "The ceremony is {state}; this act is not possible now"
    next_zh = "请刷新页面查看当前进度"
    next_en = "Reload to see where it stands"


class CeremonyNeedsAnother(Refused):
    """Whoever asked may not approve."""

    code = "ceremony.needs_another"
    message_zh = "申请人不能批准自己的申请"
    message_en = "Whoever asked for a ceremony may not approve it"
    next_zh = "请由另一名有批准权限的人员批准"
    next_en = "Have another person with the permission approve it"


class AnswerRefused(Refused):
    """A custodian's answer does not count; the attempt is recorded."""

    code = "ceremony.answer_refused"
    message_zh = "保管人的文件未被接受：{reason_zh}"
    message_en = "The custodian's answer was refused: {reason_en}"
    next_zh = "本次尝试已记录。请由另一名保管人、在另一台设备上、在开放时段内作答"
    next_en = "This attempt was recorded. Have another custodian answer on another device within the window"


@dataclass(frozen=True)
class Submitted:
    """What an answer did."""

    row: CeremonyRow
    verdict: Verdict


def sealed_package(work: Work, paper: PaperRow) -> bytes:
    """The package of a sealed paper that is still kept; raises NotSealedYet."""
    if paper.destroyed_ms is not None:
        raise PaperDestroyed(paper=paper.id)
    if paper.state != "sealed" or paper.package_digest is None:
        raise NotSealedYet(paper=paper.id)
    return paper_vault(work.runtime).get(paper.package_digest)


def manifest_of(package: bytes) -> Manifest:
    """The manifest of a package."""
    return read_manifest(read_archive(package)[MANIFEST_NAME])


def ask_ceremony(work: Work, paper_id: str, body: CeremonyRequest) -> CeremonyRow:
    """Ask for a ceremony; raises what stands against it."""
    work.attempt("ceremony.requested", paper_id, kind=body.kind, reason=body.reason)
    paper = load_own_paper(work, paper_id)
    manifest = manifest_of(sealed_package(work, paper))
    if any(one.kind == body.kind and one.state in OPEN for one in ceremonies_of(work.session, paper_id)):
        raise CeremonyUnderWay()
    if not work.now_ms < body.closes_ms <= manifest.expires_ms:
        raise CeremonyUnsound(
            reason_zh="截止时间须在现在与试卷失效之间", reason_en="it must close between now and the paper's expiry"
        )
    _check_wish(work, manifest, body)
    row = CeremonyRow(
        id=work.new_id("cer"),
        paper=paper_id,
        kind=body.kind,
        state=ASKED,
        wish=body.model_dump(),
        reason=body.reason,
        asked_by=work.actor.id,
        asked_ms=work.now_ms,
        printed=0,
    )
    work.session.add(row)
    work.record("ceremony.asked", row.id, paper=paper_id, wish=row.wish)
    return row


def _check_wish(work: Work, manifest: Manifest, body: CeremonyRequest) -> None:
    if body.kind == RESEAL:
        check_resealable(manifest)
        wanted = custodians_for(work, body.custodians)
        check_holders(body.threshold, wanted)
        same = {one.sealing_key for one in wanted} == {one.sealing_key for one in manifest.custodians}
        if same and body.threshold == manifest.threshold:
            raise CeremonyUnsound(
                reason_zh="保管人和门限都没有变化", reason_en="neither custodians nor threshold change"
            )
    elif body.copies < 1 or not body.place.strip():
        raise CeremonyUnsound(reason_zh="请填写份数和使用地点", reason_en="copies and the place they go to are needed")
    else:
        manifest.form(body.form)


def approve_ceremony(work: Work, ceremony_id: str) -> CeremonyRow:
    """Approve by another person: makes the ceremony's key and signs the call for the custodians."""
    work.attempt("ceremony.approval_attempted", ceremony_id)
    row = load_own_ceremony(work, ceremony_id, lock=True)
    _need(row, ASKED)
    if row.asked_by == work.actor.id:
        raise CeremonyNeedsAnother()
    paper = load_own_paper(work, row.paper)
    manifest = manifest_of(sealed_package(work, paper))
    key = SealingKey.generate()
    row.approved_by, row.approved_ms, row.state = work.actor.id, work.now_ms, CALLED
    row.sealed_key = seal_to(work.runtime.keys.sealing.public_raw, key.raw, ceremony_key_info(row.id))
    row.call = sign_call(_call(work, row, manifest, key), _signer(work, manifest))
    work.record("ceremony.called", row.id, paper=row.paper, call=digest(row.call), key=key.id)
    return row


def _signer(work: Work, manifest: Manifest) -> Signer:
    return Signer("bank", manifest.bank_name, work.runtime.keys.signing)


def _call(work: Work, row: CeremonyRow, manifest: Manifest, key: SealingKey) -> Call:
    wish = CeremonyRequest.model_validate(row.wish)
    reseal, names = row.kind == RESEAL, person_names(work.session)
    return Call(
        ceremony=row.id,
        kind=row.kind,
        paper=manifest.paper,
        manifest_digest=manifest.digest,
        forms=tuple(form.form for form in manifest.forms) if reseal else (wish.form,),
        sealing_key=key.public_raw,
        opens_ms=work.now_ms if reseal else max(work.now_ms, manifest.not_before_ms),
        closes_ms=wish.closes_ms,
        made_ms=work.now_ms,
        reason=row.reason,
        asked_by=names.get(row.asked_by, row.asked_by),
        approved_by=names.get(work.actor.id, work.actor.id),
        custodians=tuple(custodians_for(work, wish.custodians)) if reseal else (),
        threshold=wish.threshold if reseal else 0,
        copies=0 if reseal else wish.copies,
        place="" if reseal else wish.place,
    )


def _need(row: CeremonyRow, *states: str) -> None:
    if row.state not in states:
        raise CeremonyWrongState(state=row.state)


def take_call(work: Work, ceremony_id: str) -> bytes:
    """The signed call, for the custodians."""
    row = load_own_ceremony(work, ceremony_id)
    if row.call is None:
        raise CeremonyWrongState(state=row.state)
    return row.call


def submit_answer(work: Work, ceremony_id: str, data: bytes) -> Submitted:
    """Judge and keep one custodian's answer; with the last one needed the ceremony does what it was called for."""
    release = read_release(data)
    work.attempt(
        "ceremony.answered", ceremony_id, custodian=release.custodian, device=release.device, file=digest(data)
    )
    row = load_own_ceremony(work, ceremony_id, lock=True)
    _need(row, CALLED)
    package = sealed_package(work, load_own_paper(work, row.paper))
    manifest, call, key = manifest_of(package), _read_call(row), ceremony_key(work, row)
    check_call(call, manifest, work.now_ms)
    missing = set(call.forms) - set(open_release(release, manifest, key, row.id))
    if missing:
        raise AnswerRefused(
            reason_zh=f"缺少份额：{sorted(missing)}", reason_en=f"shares are missing: {sorted(missing)}"
        )
    name = manifest.custodian(release.custodian).name
    earlier = [Submission(one.custodian, one.name, one.device, one.at_ms) for one in releases_of(work.session, row.id)]
    now = Submission(release.custodian, name, release.device, work.now_ms)
    verdict = judge_submission(now, earlier, Window(call.opens_ms, call.closes_ms), manifest.threshold)
    if verdict.outcome is Outcome.REFUSED:
        raise AnswerRefused(reason_zh=verdict.message_zh, reason_en=verdict.message_en)
    work.session.add(CeremonyReleaseRow(ceremony=row.id, **vars(now), file=data))
    work.session.flush()
    if verdict.outcome is Outcome.RELEASED:
        _complete(work, row, call, package)
    return Submitted(row, verdict)


def _read_call(row: CeremonyRow) -> Call:
    if row.call is None:
        raise CeremonyWrongState(state=row.state)
    return read_call(row.call)


def ceremony_key(work: Work, row: CeremonyRow) -> SealingKey:
    """The ceremony's private key while it lives; raises CeremonyWrongState afterwards."""
    if row.sealed_key is None:
        raise CeremonyWrongState(state=row.state)
    return SealingKey(open_with(work.runtime.keys.sealing, row.sealed_key, ceremony_key_info(row.id), "ceremony key"))


def form_keys(work: Work, row: CeremonyRow, call: Call, manifest: Manifest) -> dict[str, bytes]:
    """The form keys the ceremony's answers rebuild; kept nowhere."""
    files = [one.file for one in releases_of(work.session, row.id)]
    shares, _ = released_shares(call, manifest, files, ceremony_key(work, row))
    return rebuilt_keys(call, manifest, shares)


def _complete(work: Work, row: CeremonyRow, call: Call, package: bytes) -> None:
    if row.kind != RESEAL:
        row.state = READY
        work.record("ceremony.ready", row.id, paper=row.paper)
        return
    manifest = manifest_of(package)
    keys = form_keys(work, row, call, manifest)
    released = [one.custodian for one in releases_of(work.session, row.id)]
    made = reseal_paper(package, call, keys, released, _signer(work, manifest), work.now_ms)
    paper = load_own_paper(work, row.paper)
    stored = paper_vault(work.runtime).put(made.package)
    paper.earlier = [*paper.earlier, _superseded(paper, row, work.now_ms)]
    paper.manifest_digest, paper.package_digest = made.manifest.digest, stored
    paper.custodians, paper.threshold = [one.custodian for one in call.custodians], call.threshold
    facts = {
        "manifest": made.manifest.digest,
        "package": stored,
        "keys": paper.keys_digest,
        "supersedes": manifest.digest,
    }
    work.record("paper.resealed", paper.id, ceremony=row.id, released=released, threshold=call.threshold, **facts)
    end_ceremony(work, row, DONE)


def _superseded(paper: PaperRow, row: CeremonyRow, now_ms: int) -> dict[str, object]:
    return {
        "manifest_digest": paper.manifest_digest,
        "package_digest": paper.package_digest,
        "ceremony": row.id,
        "threshold": paper.threshold,
        "at_ms": now_ms,
    }


def needed_answers(work: Work, row: CeremonyRow) -> int:
    """How many custodians a ceremony needs: the threshold its paper had when the call was made."""
    if row.state == ASKED or row.call is None:
        return load_own_paper(work, row.paper).threshold
    earlier = [one for one in load_own_paper(work, row.paper).earlier if one["ceremony"] == row.id]
    return int(earlier[0]["threshold"]) if earlier else load_own_paper(work, row.paper).threshold


def end_ceremony(work: Work, row: CeremonyRow, state: str) -> None:
    """Close a ceremony and wipe its key and the shares that came: whoever finds both later could open the paper."""
    answers = releases_of(work.session, row.id)
    told = {answer.custodian: digest(answer.file) for answer in answers}
    wipe_for_good(work.session)
    row.state, row.ended_ms, row.sealed_key = state, work.now_ms, None
    for answer in answers:
        answer.file = b""
    work.record("ceremony.ended", row.id, paper=row.paper, state=state, answers=told)


def close_ceremony(work: Work, ceremony_id: str) -> CeremonyRow:
    """End a ceremony: a print that is finished is done, anything else is cancelled."""
    row = load_own_ceremony(work, ceremony_id, lock=True)
    _need(row, *OPEN)
    end_ceremony(work, row, DONE if row.state == READY else CANCELLED)
    return row
