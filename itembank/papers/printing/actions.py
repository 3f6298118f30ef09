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
from examserver.kernel.canonical import digest
from examserver.kernel.crypto.seal import CannotOpen
from examserver.kernel.documents import require_signatures
from examserver.kernel.errors import Json, Refused
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import Work, open_work
from itembank.papers.ceremonies.actions import READY, CeremonyWrongState, form_keys, manifest_of, sealed_package
from itembank.papers.ceremony import check_call, read_call
from itembank.papers.opening import FormAltered, open_form, open_key_package, read_key_package
from itembank.papers.printing.paper import print_marking_key
from itembank.papers.printing.store import font_sources, print_apart
from itembank.papers.tables import CopyRow, load_ceremony, load_paper

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class TooManyCopies(Refused):
    """The ceremony was called for fewer copies."""

    code = "print.too_many"
    message_zh = "批准印制 {allowed} 份，已印 {printed} 份，不能再印 {asked} 份"
    message_en = "{allowed} copies were approved, {printed} are printed; {asked} more are too many"
    next_zh = "请减少份数，或另行申请"
    next_en = "Print fewer, or ask for another ceremony"


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
    package = sealed_package(work, load_paper(work.session, row.paper))
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


def print_key(runtime: RoleRuntime, persons: Sequence[Actor], data: bytes, form: str, title: str, name: str) -> bytes:
    """The marking key of one form, by two persons of the authority whose key opens the package; recorded for both."""
    if len({one.id for one in persons}) < 2:
        raise OnePersonPrints()
    package = read_key_package(data)
    with open_work(runtime, persons[0]) as work:
        facts = {"paper": package.paper, "form": form, "keys": digest(data)}
        work.attempt("marking_key.print_attempted", package.paper, **facts)
        require_signatures(package.document, trust_of(work), {"bank"})
        try:
            keys = {str(one["form"]): one for one in open_key_package(package, runtime.keys.sealing)}
        except CannotOpen:
            raise KeysElsewhere() from None
        if form not in keys:
            raise FormAltered(form=form, reason_zh="答案包中没有这份试卷", reason_en="the key package has no such form")
        work.record("marking_key.printed", package.paper, persons=[one.id for one in persons], **facts)
    return print_marking_key(title, name, keys[form], "、".join(one.name for one in persons), font_sources())
