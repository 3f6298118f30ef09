"""A hall full of ready candidates, put straight into the rows: measured from the start on, not from the door."""

import hashlib
from pathlib import Path

from examserver.hall.live.store import form_key_info
from examserver.hall.tables import FormKeyRow, SeatRow, SessionRow, SittingRow, StationRow, TokenRow
from examserver.kernel.access import system_actor
from examserver.kernel.crypto.seal import new_key, seal_to
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from tests.examserver.hall.rig import FORMS, PAPER, SITTING, ticket
from tests.faults.hall_server import prepare, settings_of

DAY_MS = 86_400_000


def ready_hall(folder: Path, candidates: int) -> list[str]:
    """A hall in which everybody is ready and the papers are released; gives the seats' tokens."""
    prepare(folder, candidates, 12)
    runtime = RoleRuntime("hall", settings_of(folder))
    with open_work(runtime, system_actor("bench")) as work:
        sitting = work.session.get_one(SittingRow, SITTING)
        sitting.opened_ms = sitting.released_ms = work.now_ms
        sitting.last_lease = candidates
        for form in FORMS:
            sealed = seal_to(runtime.keys.sealing.public_raw, new_key(), form_key_info(SITTING, form))
            work.session.add(FormKeyRow(sitting=SITTING, form=form, sealed=sealed))
        tokens = [_seat(work, number) for number in range(1, candidates + 1)]
    runtime.close()
    return tokens


def _seat(work: Work, number: int) -> str:
    station, token, now_ms = f"stn_{number:026}", f"bench-token-{number}", work.now_ms
    work.session.add(
        StationRow(id=station, public_key=f"bench-{number}", label="", pairing_code=f"{number:06}", enrolled_ms=now_ms)
    )
    hashed = hashlib.sha256(token.encode()).hexdigest()
    work.session.add(TokenRow(token_hash=hashed, station=station, expires_ms=now_ms + DAY_MS))
    seat = work.session.get_one(SeatRow, (SITTING, f"{number:02}"))
    seat.station, seat.lease = station, number
    work.session.add(
        SessionRow(
            id=f"ses_{number:026}", sitting=SITTING, ticket=ticket(number), candidate=f"cnd_{number:04}",
            seat=seat.seat, form=FORMS[number % 2], paper=PAPER, lease=number, checked_in_ms=now_ms,
            confirmed_ms=now_ms, admitted_ms=now_ms, ready_ms=now_ms,
        )
    )  # fmt: skip
    return token
