"""Endpoints of workstations."""

from sqlalchemy import select

from examserver.hall.live.store import hall_live
from examserver.hall.sessions.view import seat_view
from examserver.hall.stations.actions import (
    NoSuchStation,
    StationElsewhere,
    TooManyStations,
    bind_station,
    enrol_station,
    issue_token,
    new_challenge,
)
from examserver.hall.stations.pairing import BadStationKey, ChallengeFailed
from examserver.hall.stations.schemas import (
    BindRequest,
    ChallengeAnswer,
    EnrolAnswer,
    EnrolRequest,
    StationList,
    StationQuery,
    StationView,
    TokenAnswer,
    TokenRequest,
)
from examserver.hall.tables import NoSuchSeat, NoSuchSitting, StationRow
from examserver.kernel.access import PUBLIC, Permit
from examserver.plumbing.contract import endpoint
from examserver.plumbing.work import Work


@endpoint(
    "POST",
    "/api/hall/stations",
    role="hall",
    access=PUBLIC,
    answer=EnrolAnswer,
    errors=(BadStationKey, TooManyStations),
    summary="Enrol a workstation's public key",
)
def enrol_station_endpoint(work: Work, body: EnrolRequest) -> EnrolAnswer:
    """Enrol."""
    row = enrol_station(work, body.public_key, body.label)
    work.session.flush()
    return EnrolAnswer(station=row.id, pairing_code=row.pairing_code, challenge=new_challenge(work, row.id))


@endpoint(
    "POST",
    "/api/hall/stations/{station}/challenge",
    role="hall",
    access=PUBLIC,
    answer=ChallengeAnswer,
    errors=(NoSuchStation,),
    write=False,
    summary="Ask for a fresh challenge",
)
def station_challenge_endpoint(work: Work, station: str) -> ChallengeAnswer:
    """Challenge."""
    return ChallengeAnswer(challenge=new_challenge(work, station))


@endpoint(
    "POST",
    "/api/hall/stations/{station}/token",
    role="hall",
    access=PUBLIC,
    answer=TokenAnswer,
    errors=(NoSuchStation, ChallengeFailed),
    summary="Exchange a signed challenge for a bearer token",
)
def station_token_endpoint(work: Work, station: str, body: TokenRequest) -> TokenAnswer:
    """Token."""
    token, expires_ms = issue_token(work, station, body.challenge, body.signature)
    view = seat_view(hall_live(work.runtime), station, None, work.now_ms)
    return TokenAnswer(token=token, expires_ms=expires_ms, state=view.phase)


@endpoint(
    "GET",
    "/api/hall/stations",
    role="hall",
    access=Permit("sitting.read"),
    answer=StationList,
    summary="Enrolled workstations; unbound=true lists those without a seat",
)
def list_stations_endpoint(work: Work, query: StationQuery) -> StationList:
    """List."""
    hall = hall_live(work.runtime)
    rows = work.session.scalars(select(StationRow).order_by(StationRow.enrolled_ms.desc()).limit(5_000))
    views = []
    for row in rows:
        place = hall.place_of(row.id)
        if query.unbound and place is not None and row.fenced_ms is None:
            continue
        views.append(
            StationView(
                station=row.id,
                label=row.label,
                pairing_code=row.pairing_code,
                seat=place[1].seat if place else None,
                sitting=place[0].row.id if place else None,
                enrolled_ms=row.enrolled_ms,
                last_contact_ms=hall.contact(row.id).last_ms,
            )
        )
    return StationList(stations=views)


@endpoint(
    "POST",
    "/api/hall/sittings/{sitting_id}/seats/{seat}/bind",
    role="hall",
    access=Permit("seats.bind"),
    answer=StationView,
    errors=(NoSuchStation, NoSuchSeat, NoSuchSitting, StationElsewhere),
    summary="Bind the workstation showing a pairing code to a seat",
)
def bind_seat_endpoint(work: Work, sitting_id: str, seat: str, body: BindRequest) -> StationView:
    """Bind."""
    row = bind_station(work, sitting_id, seat, body.pairing_code)
    station = work.session.get_one(StationRow, row.station)
    return StationView(
        station=station.id,
        label=station.label,
        pairing_code=station.pairing_code,
        seat=row.seat,
        sitting=sitting_id,
        enrolled_ms=station.enrolled_ms,
        last_contact_ms=hall_live(work.runtime).contact(station.id).last_ms,
    )
