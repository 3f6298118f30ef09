"""Endpoints of public releases: for the bank's staff, and for everybody."""

import json

from examserver.kernel.access import PUBLIC, Permit
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.work import Work
from itembank.items.kinds import UnknownItemType
from itembank.items.tables import NoSuchBank, NoSuchItem, load_bank
from itembank.release import actions
from itembank.release.actions import BankChanged, ProposalOpen, ProposerMayNotDraw, ReleaseDecided, WordsTooShort
from itembank.release.draw import NotAnArea, NothingToRelease, RatioAbovePolicy, RatioOutOfRange, TooFewEligible
from itembank.release.schemas import (
    PublicationDraw,
    PublicationList,
    PublicationProposal,
    PublicationView,
    PublicReleaseLine,
    PublicReleaseList,
    PublicReleaseView,
)
from itembank.release.tables import (
    RELEASED,
    NoSuchRelease,
    ReleaseRow,
    load_public_release,
    public_releases,
    releases_of,
)


def release_view(row: ReleaseRow) -> PublicationView:
    """A release as shown to staff."""
    drawn = row.state == RELEASED
    items = json.loads(row.document)["body"]["items"] if drawn else []
    return PublicationView(
        id=row.id,
        bank=row.bank_id,
        state=row.state,
        ratio=row.ratio,
        types=row.types,
        area=row.area,
        reason=row.reason,
        eligible=len(row.eligible),
        eligible_digest=row.eligible_digest,
        count=row.count,
        commitment=row.commitment,
        hidden=row.hidden if drawn else "",
        words=row.words,
        codes=[item["content"]["code"] for item in items],
        by=row.by_name,
        created_ms=row.created_ms,
        approver=row.approver_name,
        released_ms=row.released_ms,
    )


@endpoint(
    "POST",
    "/api/bank/banks/{bank_id}/releases",
    role="bank",
    access=Permit("publications.propose"),
    answer=PublicationView,
    errors=(
        NoSuchBank,
        RatioOutOfRange,
        RatioAbovePolicy,
        NothingToRelease,
        TooFewEligible,
        NotAnArea,
        UnknownItemType,
        ProposalOpen,
    ),
    summary="Propose to release a share of the enrolled items",
)
def propose_release(work: Work, bank_id: str, body: PublicationProposal) -> PublicationView:
    """The proposal: its eligible set is fixed, its hidden word committed."""
    return release_view(actions.propose_release(work, bank_id, body.ratio, body.types, body.area, body.reason))


@endpoint(
    "GET",
    "/api/bank/banks/{bank_id}/releases",
    role="bank",
    access=Permit("banks.read"),
    answer=PublicationList,
    errors=(NoSuchBank,),
    summary="The public releases of a bank",
)
def list_releases(work: Work, bank_id: str) -> PublicationList:
    """Newest first, with the ratio the policy of today asks for."""
    load_bank(work.session, bank_id)
    ratio = actions.policy_ratio(work)
    return PublicationList(releases=[release_view(row) for row in releases_of(work.session, bank_id)], ratio=ratio)


@endpoint(
    "POST",
    "/api/bank/releases/{release_id}/draw",
    role="bank",
    access=Permit("publications.draw"),
    answer=PublicationView,
    errors=(NoSuchRelease, ReleaseDecided, ProposerMayNotDraw, WordsTooShort, BankChanged),
    summary="Draw a proposed release and make it public",
)
def draw_release(work: Work, release_id: str, body: PublicationDraw) -> PublicationView:
    """The released items."""
    return release_view(actions.draw_release(work, release_id, body.words))


@endpoint(
    "POST",
    "/api/bank/releases/{release_id}/withdraw",
    role="bank",
    access=Permit("publications.propose"),
    answer=PublicationView,
    errors=(NoSuchRelease, ReleaseDecided),
    summary="Withdraw a proposed release",
)
def withdraw_release(work: Work, release_id: str) -> PublicationView:
    """The withdrawn proposal."""
    return release_view(actions.withdraw_release(work, release_id))


@endpoint(
    "GET",
    "/api/bank/public/releases",
    role="bank",
    access=PUBLIC,
    answer=PublicReleaseList,
    summary="Everything released to the public",
)
def list_public_releases(work: Work) -> PublicReleaseList:
    """Newest first."""
    return PublicReleaseList(releases=[_line(work, row) for row in public_releases(work.session)])


def _line(work: Work, row: ReleaseRow) -> PublicReleaseLine:
    bank = load_bank(work.session, row.bank_id)
    return PublicReleaseLine(
        id=row.id,
        bank=bank.name,
        occupation_code=bank.occupation_code,
        occupation_name=bank.occupation_name,
        level=bank.level,
        standard=bank.standard,
        items=row.count,
        eligible=len(row.eligible),
        released_ms=row.released_ms or 0,
    )


@endpoint(
    "GET",
    "/api/bank/public/releases/{release_id}",
    role="bank",
    access=PUBLIC,
    answer=PublicReleaseView,
    errors=(NoSuchRelease,),
    summary="The items of a public release with their keys, and its draw",
)
def read_public_release(work: Work, release_id: str) -> PublicReleaseView:
    """What the signed document says."""
    row = load_public_release(work.session, release_id)
    return PublicReleaseView(id=row.id, body=json.loads(row.document)["body"])


@endpoint(
    "GET",
    "/api/bank/public/releases/{release_id}/document",
    role="bank",
    access=PUBLIC,
    answer=FileAnswer,
    errors=(NoSuchRelease,),
    summary="A public release as a signed file",
)
def read_release_document(work: Work, release_id: str) -> FileAnswer:
    """The file `exam verify` checks."""
    row = load_public_release(work.session, release_id)
    return FileAnswer(row.document.encode(), "application/json", f"{row.id}.publication.json")


@endpoint(
    "GET",
    "/api/bank/public/figures/{digest}",
    role="bank",
    access=PUBLIC,
    answer=FileAnswer,
    errors=(NoSuchItem,),
    summary="A figure or sound of a released item",
)
def read_public_figure(work: Work, digest: str) -> FileAnswer:
    """Its bytes; nothing of an item that is not released."""
    row = actions.load_public_asset(work, digest)
    if row is None:
        raise NoSuchItem(what=digest[:80])
    return FileAnswer(row.data, row.media_type, immutable=True)
