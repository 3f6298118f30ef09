"""Printing as acts: marked copies of a form whose custodians answered a call, the marking key by two of the authority.

Why from the sealed paper and not from the approved assembly: what is printed is then exactly what the bank sealed and
halls use, and nobody at the bank can print before custodians agree. No plaintext is stored; the file exists in the
answer alone, every copy has a mark of its own on every page, and every mark is a row.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from examserver.kernel.access import Actor
from examserver.kernel.archive import read_archive
from examserver.kernel.calendar import day_text, local_time
from examserver.kernel.canonical import digest
from examserver.kernel.crypto.seal import CannotOpen
from examserver.kernel.documents import read_document, require_signatures
from examserver.kernel.errors import Json, Refused
from examserver.kernel.fields import Fields
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import Work, open_work
from itembank.papers.ceremonies.actions import READY, CeremonyWrongState, form_keys, manifest_of, sealed_package
from itembank.papers.ceremony import check_call, read_call
from itembank.papers.manifest import MANIFEST_TYPE, Manifest, read_manifest
from itembank.papers.opening import FormAltered, open_form, open_key_package, read_key_package
from itembank.papers.printing.paper import print_marking_key
from itembank.papers.printing.store import font_sources, print_apart
from itembank.papers.tables import CopyRow, load_ceremony, load_own_paper

ORDER_TYPE = "exam.sitting-order"
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class TooManyCopies(Refused):
    """The ceremony was called for fewer copies."""

    code = "print.too_many"
    message_zh = "批准印制 {allowed} 份，已印 {printed} 份，不能再印 {asked} 份"
    message_en = "{allowed} copies were approved, {printed} are printed; {asked} more are too many"
    next_zh = "请减少份数，或另行申请"
    next_en = "Print fewer, or ask for another ceremony"


class KeysTooEarly(Refused):
    """The sitting is not over."""

    code = "marking_key.too_early"
    message_zh = "场次计划于 {over} 结束，此前不能打印评分标准"
    message_en = "The sitting is planned to end at {over}; its marking key is not printed before"
    next_zh = "请在考试结束之后打印"
    next_en = "Print it after the exam has ended"


class KeysOfAnotherPaper(Refused):
    """Key package, paper and order do not belong together."""

    code = "marking_key.other_paper"
    message_zh = "答案包、试卷包与场次指令不属于同一份试卷"
    message_en = "Key package, paper package and sitting order do not belong together"
    next_zh = "请核对三个文件"
    next_en = "Check the three files"


@dataclass(frozen=True)
class KeyFiles:
    """What two persons bring to print a marking key: sealed keys, the paper's manifest, the sitting's order."""

    keys: bytes
    manifest: bytes
    order: bytes


class OnePersonPrints(Refused):
    """A marking key is printed by two persons."""

    code = "print.one_person"
    message_zh = "评分标准须由两名不同人员共同印制"
    message_en = "A marking key is printed by two different persons together"
    next_zh = "请第二名有权限的人员登录"
    next_en = "Have a second person with the permission sign in"


class KeysElsewhere(Refused):
    """The key package is sealed to another key than this authority's."""

    code = "print.keys_elsewhere"
    message_zh = "答案包不是密封给本机构的"
    message_en = "The key package is not sealed to this authority"
    next_zh = "请在阅卷机构的服务器上印制"
    next_en = "Print it on the server of the authority that grades"


@dataclass(frozen=True)
class _Print:
    """Everything a print needs, read in one transaction."""

    paper: str
    title: str
    form: Json
    marks: tuple[str, ...]


def _marks(count: int, first: int) -> list[str]:
    """Marks for copies: eight random signs nobody can guess, and the running number."""
    signs = ["".join(secrets.choice(SIGNS) for _ in range(6)) for _ in range(count)]
    return [f"{sign[:3]}-{sign[3:]}-{first + number:03d}" for number, sign in enumerate(signs)]


def print_copies(runtime: RoleRuntime, actor: Actor, ceremony_id: str, copies: int) -> bytes:
    """The PDF of so many marked copies with answer sheets; the copies are on record before a byte leaves."""
    with open_work(runtime, actor) as work:
        wanted = _begin(work, ceremony_id, copies)
    return print_apart(wanted.paper, wanted.title, wanted.form, wanted.marks)


def _begin(work: Work, ceremony_id: str, copies: int) -> _Print:
    """Check, open the form in memory, and write the copies down."""
    work.attempt("print.attempted", ceremony_id, copies=copies)
    row = load_ceremony(work.session, ceremony_id, lock=True)
    if row.state != READY or row.call is None:
        raise CeremonyWrongState(state=row.state)
    call = read_call(row.call)
    if row.printed + copies > call.copies:
        raise TooManyCopies(allowed=call.copies, printed=row.printed, asked=copies)
    package = sealed_package(work, load_own_paper(work, row.paper))
    manifest, form_id = manifest_of(package), call.forms[0]
    check_call(call, manifest, work.now_ms)
    key = form_keys(work, row, call, manifest)[form_id]
    form = open_form(manifest, form_id, read_archive(package)[manifest.form(form_id).entry], key)
    marks = _marks(copies, row.printed + 1)
    for number, mark in enumerate(marks, row.printed + 1):
        work.session.add(
            CopyRow(
                mark=mark,
                paper=row.paper,
                ceremony=row.id,
                form=form_id,
                number=number,
                place=call.place,
                by=work.actor.id,
                at_ms=work.now_ms,
            )
        )
    row.printed += copies
    work.record(
        "paper.printed", row.id, purpose=row.reason, paper=row.paper, form=form_id, marks=marks, place=call.place
    )
    return _Print(manifest.paper, manifest.title, form, tuple(marks))


def print_key(runtime: RoleRuntime, persons: Sequence[Actor], files: KeyFiles, form: str) -> tuple[str, bytes]:
    """(form id, marking key as PDF) by two persons of the authority whose key opens the package; recorded for both.

    Only after the planned end of a sitting this authority ordered with the paper: nobody holds the answers before.
    Raises OnePersonPrints, KeysTooEarly, KeysOfAnotherPaper, KeysElsewhere, SignatureBroken or FormAltered.
    """
    if len({one.id for one in persons}) < 2:
        raise OnePersonPrints()
    package, manifest = read_key_package(files.keys), read_manifest(files.manifest)
    chosen = next((one for one in manifest.forms if form in (one.form, one.name)), None) or manifest.form(form)
    with open_work(runtime, persons[0]) as work:
        facts = {"paper": package.paper, "form": chosen.form, "keys": digest(files.keys)}
        work.attempt("marking_key.print_attempted", package.paper, **facts)
        trust = trust_of(work)
        require_signatures(package.document, trust, {"bank"})
        require_signatures(read_document(files.manifest, MANIFEST_TYPE), trust, {"bank"})
        if package.manifest_digest not in manifest.lineage:
            raise KeysOfAnotherPaper()
        _demand_over(work, manifest, files.order)
        try:
            keys = {str(one["form"]): one for one in open_key_package(package, runtime.keys.sealing)}
        except CannotOpen:
            raise KeysElsewhere() from None
        if chosen.form not in keys:
            raise FormAltered(
                form=chosen.form, reason_zh="答案包中没有这份试卷", reason_en="the key package has no such form"
            )
        work.record("marking_key.printed", package.paper, persons=[one.id for one in persons], **facts)
    names = "、".join(one.name for one in persons)
    return chosen.form, print_marking_key(manifest.title, chosen.name, keys[chosen.form], names, font_sources())


def _demand_over(work: Work, manifest: Manifest, order: bytes) -> None:
    """Raises KeysTooEarly unless the order of this authority names the paper and its planned end has passed."""
    document = read_document(order, ORDER_TYPE)
    require_signatures(document, trust_of(work), {"authority"})
    fields = Fields(document.body, "order")
    named = {one.text("manifest_digest", 80) for one in fields.many("papers", 100)}
    over_ms = fields.integer("starts_ms") + 1000 * fields.integer("duration_s")
    if not named & set(manifest.lineage):
        raise KeysOfAnotherPaper()
    if work.now_ms < over_ms:
        raise KeysTooEarly(over=f"{day_text(local_time(over_ms).date())} {local_time(over_ms):%H:%M}")
