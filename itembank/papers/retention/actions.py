"""Retention as acts: place and lift a legal hold, ask for a destruction, approve it by another person, do it.

The record and the wiping of keys in rows are one transaction; the files follow at once. Should the machine stop in
between, `exam bank fsck` names the files left over and approving once more removes them.
"""

from examserver.kernel.calendar import local_day
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.errors import Refused
from examserver.kernel.policy import value_on
from examserver.plumbing.files import Vault
from examserver.plumbing.policies import load_profile
from examserver.plumbing.work import Work
from itembank.papers.actions import NotSealedYet, PaperDestroyed, paper_vault
from itembank.papers.ceremonies.actions import CANCELLED, OPEN, end_ceremony, manifest_of
from itembank.papers.destruction import (
    ANSWER,
    CEREMONY_KEY,
    KEYS,
    PACKAGE,
    Destruction,
    Material,
    Retention,
    check_destructible,
    retention_of,
    sign_destruction,
)
from itembank.papers.tables import (
    DestructionRow,
    HoldRow,
    NoSuchDestruction,
    NoSuchHold,
    PaperRow,
    ceremonies_of,
    destructions_of,
    holds_of,
    load_own_paper,
    person_names,
    releases_of,
    wipe_for_good,
)

ASKED, DONE, WITHDRAWN = "asked", "done", "withdrawn"
DESTROYED = "destroyed"


class NeedsAnotherPerson(Refused):
    """One person may not do both."""

    code = "retention.needs_another"
    message_zh = "须由另一名人员操作：申请与批准、设置与解除不能是同一人"
    message_en = "Another person is needed: who asks may not approve, who places a hold may not lift it"
    next_zh = "请由另一名有权限的人员操作"
    next_en = "Have another person with the permission do it"


class DestructionWrongState(Refused):
    """The destruction is not waiting, or another one is."""

    code = "destruction.wrong_state"
    message_zh = "销毁申请的状态是“{state}”，不能执行此操作"
    message_en = "The destruction is {state}; this act is not possible now"
    next_zh = "请刷新页面查看当前状态"
    next_en = "Reload to see where it stands"


def retention(work: Work, paper: PaperRow) -> Retention:
    """The rule in force today, applied to the paper."""
    profile = load_profile(work.runtime.settings.policy.profile)
    return retention_of(paper.expires_ms, value_on(profile, "retention_paper_days", local_day(work.now_ms)))


def material_of(work: Work, paper: PaperRow) -> list[Material]:
    """Everything of the paper that could ever open or show it, as far as the bank keeps it."""
    if paper.state == DESTROYED:
        return []
    found = [
        Material(PACKAGE, str(one["package_digest"]), "被替换的试卷包 superseded package") for one in paper.earlier
    ]
    if paper.package_digest is not None:
        found.append(Material(PACKAGE, paper.package_digest, "密封试卷包 sealed package"))
    if paper.keys_digest is not None:
        found.append(Material(KEYS, paper.keys_digest, "密封答案包 key package"))
    for one in ceremonies_of(work.session, paper.id):
        if one.sealed_key is not None:
            found.append(Material(CEREMONY_KEY, one.id, "仪式私钥 ceremony key"))
        for answer in releases_of(work.session, one.id):
            found.append(Material(ANSWER, f"{one.id}/{answer.custodian}", f"保管人份额 share of {answer.name}"))
    return found


def standing_holds(work: Work, paper_id: str) -> list[HoldRow]:
    """The holds nobody has lifted."""
    return [one for one in holds_of(work.session, paper_id) if one.lifted_ms is None]


def place_hold(work: Work, paper_id: str, reason: str) -> HoldRow:
    """Keep everything of a paper whatever the calendar says."""
    load_own_paper(work, paper_id)
    row = HoldRow(id=work.new_id("hld"), paper=paper_id, reason=reason, placed_by=work.actor.id, placed_ms=work.now_ms)
    work.session.add(row)
    work.record("paper.hold_placed", paper_id, hold=row.id, reason=reason)
    return row


def lift_hold(work: Work, hold_id: str) -> HoldRow:
    """Lift a hold, by a person other than who placed it."""
    row = work.session.get(HoldRow, hold_id, with_for_update=True)
    if row is None or row.lifted_ms is not None:
        raise NoSuchHold(what=hold_id[:60])
    load_own_paper(work, row.paper)
    work.attempt("paper.hold_lift_attempted", row.paper, hold=hold_id)
    if row.placed_by == work.actor.id:
        raise NeedsAnotherPerson()
    row.lifted_by, row.lifted_ms = work.actor.id, work.now_ms
    work.record("paper.hold_lifted", row.paper, hold=hold_id)
    return row


def _check(work: Work, paper: PaperRow) -> Retention:
    if paper.destroyed_ms is not None:
        raise PaperDestroyed(paper=paper.id)
    if paper.state != "sealed":
        raise NotSealedYet(paper=paper.id)
    rule = retention(work, paper)
    held = [one.reason for one in standing_holds(work, paper.id)]
    check_destructible(rule, held, work.now_ms, local_day(rule.until_ms).isoformat())
    return rule


def ask_destruction(work: Work, paper_id: str, reason: str) -> DestructionRow:
    """Ask for a paper's material to be destroyed; refused before the date and under a hold."""
    work.attempt("destruction.requested", paper_id, reason=reason)
    paper = load_own_paper(work, paper_id)
    _check(work, paper)
    if any(one.state == ASKED for one in destructions_of(work.session, paper_id)):
        raise DestructionWrongState(state=ASKED)
    row = DestructionRow(
        id=work.new_id("dst"),
        paper=paper_id,
        state=ASKED,
        material=[one.as_json() for one in material_of(work, paper)],
        reason=reason,
        asked_by=work.actor.id,
        asked_ms=work.now_ms,
    )
    work.session.add(row)
    work.record("destruction.asked", row.id, paper=paper_id, material=row.material)
    return row


def load_destruction(work: Work, destruction_id: str) -> DestructionRow:
    """The destruction; raises NoSuchDestruction."""
    row = work.session.get(DestructionRow, destruction_id, with_for_update=True)
    if row is None:
        raise NoSuchDestruction(what=destruction_id[:60])
    load_own_paper(work, row.paper)
    return row


def withdraw_destruction(work: Work, destruction_id: str) -> DestructionRow:
    """Take a request back, by anybody who may ask or approve."""
    row = load_destruction(work, destruction_id)
    if row.state != ASKED:
        raise DestructionWrongState(state=row.state)
    row.state = WITHDRAWN
    work.record("destruction.withdrawn", row.id, paper=row.paper)
    return row


def approve_destruction(work: Work, destruction_id: str) -> DestructionRow:
    """Approve by another person and destroy; approving once more removes what a stopped machine left behind."""
    work.attempt("destruction.approval_attempted", destruction_id)
    row = load_destruction(work, destruction_id)
    paper = load_own_paper(work, row.paper)
    if row.state == ASKED:
        if row.asked_by == work.actor.id:
            raise NeedsAnotherPerson()
        _destroy(work, row, paper, _check(work, paper))
    elif row.state != DONE:
        raise DestructionWrongState(state=row.state)
    vault = paper_vault(work.runtime)
    files = [str(one["name"]) for one in row.material if one["kind"] in (PACKAGE, KEYS)]
    work.after_commit(lambda: _remove(vault, files))
    return row


def _remove(vault: Vault, files: list[str]) -> None:
    for name in files:
        vault.remove(name)


def _destroy(work: Work, row: DestructionRow, paper: PaperRow, rule: Retention) -> None:
    """Wipe what lies in rows and write the record; the list is made anew: nothing that came since is left."""
    wipe_for_good(work.session)
    package = paper_vault(work.runtime).get(str(paper.package_digest))
    manifest = manifest_of(package)
    material = material_of(work, paper)
    for ceremony in ceremonies_of(work.session, paper.id):
        for answer in releases_of(work.session, ceremony.id):
            answer.file = b""
        if ceremony.state in OPEN:
            end_ceremony(work, ceremony, CANCELLED)
    names = person_names(work.session)
    made = Destruction(
        paper=paper.id,
        title=paper.title,
        manifests=manifest.lineage,
        material=tuple(material),
        retention=rule,
        asked_by=names.get(row.asked_by, row.asked_by),
        approved_by=names.get(work.actor.id, work.actor.id),
        reason=row.reason,
        done_ms=work.now_ms,
    )
    row.record = sign_destruction(made, Signer("bank", manifest.bank_name, work.runtime.keys.signing))
    row.state, row.approved_by, row.done_ms = DONE, work.actor.id, work.now_ms
    row.material = [one.as_json() for one in material]
    paper.state, paper.destroyed_ms = DESTROYED, work.now_ms
    work.record("paper.destroyed", paper.id, destruction=row.id, material=row.material, rule=rule.rule.source)


def take_record(work: Work, destruction_id: str) -> bytes:
    """The signed record of a destruction that is done."""
    row = load_destruction(work, destruction_id)
    if row.record is None:
        raise DestructionWrongState(state=row.state)
    return row.record
