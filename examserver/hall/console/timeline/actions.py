"""Decides what a session's timeline shows: steps by their times without values, events in words, video beside them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from examserver.hall.console.schemas import TimelineEntry, TimelineRecording, TimelineSegment, TimelineView
from examserver.hall.live.store import hall_live
from examserver.hall.tables import MoveRow, NoSuchSession, SessionEventRow, load_session
from examserver.kernel.errors import Json
from examserver.plumbing.work import Work
from examserver.responses.tables import STEP_TABLE

Video = Callable[[Work, str, str], list[Json]]
WORDS = {
    "checked_in": ("签到", "checked in"),
    "confirmed": ("考生确认身份", "identity confirmed by the candidate"),
    "admitted": ("准许入场", "admitted"),
    "refused": ("拒绝入场", "refused"),
    "ready": ("试卷密文就绪", "ready"),
    "begun": ("开始作答", "began"),
    "credited": ("补时 {seconds} 秒", "{seconds} s credited"),
    "moved": ("由 {from_seat} 号换至 {to_seat} 号机位", "moved from seat {from_seat} to {to_seat}"),
    "workstation_replaced": ("更换考试机", "workstation replaced"),
    "noted": ("情况登记：{about}", "note: {about}"),
    "item_remark": ("反映试题问题：{item}", "reported a problem with item {item}"),
    "message_read": ("已阅读通知", "read a message"),
    "messages_refused": ("拒收异常消息 {count} 条", "{count} messages refused"),
    "clock_wrong": ("本机时钟偏差 {offset_ms} 毫秒", "the workstation's clock is {offset_ms} ms off"),
    "submitted": ("交卷", "submitted"),
    "time_up": ("到时收卷", "collected at the deadline"),
    "collected": ("收卷", "collected"),
}


def timeline_view(work: Work, sitting_id: str, session_id: str, video: Video) -> TimelineView:
    """Give everything that happened to one session, in order of time; raises NoSuchSession."""
    row = load_session(work.session, session_id)
    live = hall_live(work.runtime).sittings.get(row.sitting)
    entrant = live.order.entrant(row.ticket) if live else None
    if row.sitting != sitting_id or entrant is None:
        raise NoSuchSession(session=session_id)
    seats = dict.fromkeys([*_earlier_seats(work, session_id), row.seat])
    recordings = {one["recording"]: one for seat in seats for one in video(work, sitting_id, seat)}
    entries = [*_events(work, session_id), *_steps(work, session_id)]
    return TimelineView(
        session=row.id,
        ticket=row.ticket,
        name=entrant.name,
        seat=row.seat,
        entries=sorted(entries, key=lambda entry: entry.at_ms),
        recordings=[_recording(one) for one in recordings.values()],
    )


def _earlier_seats(work: Work, session_id: str) -> list[str]:
    query = select(MoveRow.from_seat).where(MoveRow.session == session_id).order_by(MoveRow.at_ms)
    return list(work.session.scalars(query))


def _events(work: Work, session_id: str) -> list[TimelineEntry]:
    query = select(SessionEventRow).where(SessionEventRow.session == session_id).order_by(SessionEventRow.n)
    found = []
    for one in work.session.scalars(query):
        zh, en = WORDS.get(one.kind, (one.kind, one.kind))
        facts: dict[str, Any] = one.facts
        found.append(
            TimelineEntry(at_ms=one.at_ms, kind=one.kind, text_zh=zh.format_map(facts), text_en=en.format_map(facts))
        )
    return found


def _steps(work: Work, session_id: str) -> list[TimelineEntry]:
    column = STEP_TABLE.c
    rows = work.session.execute(
        select(column.seq, column.item, column.kind, column.received_ms, column.late)
        .where(column.session == session_id)
        .order_by(column.seq)
    )
    return [
        TimelineEntry(at_ms=row.received_ms, kind=row.kind, item=row.item, seq=row.seq, late=bool(row.late))
        for row in rows
    ]


def _recording(one: Json) -> TimelineRecording:
    return TimelineRecording(
        recording=one["recording"],
        camera=one["camera"],
        seat=one["seat"],
        segments=[
            TimelineSegment(n=part["n"], from_ms=part["from_ms"], to_ms=part["to_ms"]) for part in one["segments"]
        ],
    )
