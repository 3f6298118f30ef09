import { describe, expect, it } from "vitest";
import { betterOffset, measured, serverNow } from "./clock";
import type { SeatCard } from "../types";
import { handOverStep, notCollected, zeroAnswers } from "./handover";
import { byUrgency } from "./phases";
import { densityFor, layRoom, neighbour } from "./layout";
import { barPosition, gapsOf, nextRecorded, placeOf, spanOf } from "./review";
import { countSeats, isUnderWay, seatState, type SeatFacts } from "./seats";
import { newTroubles, troublesOf } from "./trouble";

function card(seat: string, change: Partial<SeatFacts> = {}): SeatFacts {
  return {
    seat,
    spare: false,
    station: "stn_1",
    online: true,
    phase: "answering",
    candidate: { name: "陈晓", ticket: `T${seat}` },
    session: `ses_${seat}`,
    answered: 10,
    total: 100,
    unsaved: 0,
    last_contact_ms: 1000,
    alarms: [],
    ...change,
  };
}

const alarm = (kind: string, since_ms: number) => ({ kind, since_ms, text_zh: kind, text_en: kind });

describe("seat states", () => {
  it("a workstation the server calls lost is lost", () => {
    expect(seatState(card("01", { online: false, alarms: [alarm("lost", 5)] })).key).toBe("lost");
  });
  it("a page that reloads is offline for a moment and not lost", () => {
    expect(seatState(card("01", { online: false })).key).toBe("answering");
  });
  it("a bound seat nobody sits at waits for its candidate, a spare is free, an unbound one is neither", () => {
    const empty = { candidate: null, session: null, phase: "check_in" };
    expect(seatState(card("01", empty)).key).toBe("bound");
    expect(seatState(card("31", { ...empty, spare: true })).key).toBe("free");
    expect(seatState(card("32", { ...empty, spare: true, station: null, phase: "unbound" })).key).toBe("unbound");
  });
  it("silence matters only while somebody is at work", () => {
    expect(["answering", "submitted", "closed"].map((phase) => isUnderWay(card("01", { phase })))).toEqual([true, false, false]);
  });
  it("counts agree with the map", () => {
    const cards = [
      card("01"),
      card("02", { alarms: [alarm("lost", 5)] }),
      card("03", { phase: "submitted" }),
      card("04", { phase: "bound", session: null, candidate: null }),
      card("05", { phase: "moved" }),
    ];
    expect(countSeats(cards, 30)).toEqual({ expected: 30, present: 3, ready: 0, working: 2, submitted: 1, lost: 1 });
  });
});

describe("troubles", () => {
  const cards = [
    card("03", { alarms: [alarm("focus", 900)] }),
    card("01", { phase: "waiting_admission", alarms: [alarm("waiting", 500)] }),
    card("02", { online: false, alarms: [alarm("lost", 100)] }),
  ];
  it("the oldest comes first", () => {
    expect(troublesOf(cards, new Map()).map((one) => one.seat)).toEqual(["02", "01", "03"]);
  });
  it("one that goes on keeps the time it was first seen", () => {
    expect(troublesOf(cards, new Map([["03:focus", 50]]))[0]).toMatchObject({ seat: "03", since_ms: 50 });
  });
  it("only unknown ones are new", () => {
    expect(newTroubles(new Set(["02:lost"]), troublesOf(cards, new Map())).map((t) => t.id)).toEqual(["01:waiting", "03:focus"]);
  });
});

describe("the room", () => {
  const at = (seat: string, row: number, column: number) => ({ seat, row, column, spare: false });
  const room = layRoom([at("01", 1, 1), at("02", 1, 2), at("03", 1, 4), at("04", 2, 4), at("31", 0, 0)]);
  it("an unused column between seats is an aisle", () => {
    expect(room.tracks).toEqual(["seat", "seat", "aisle", "seat"]);
  });
  it("spares without a place stay beside the grid", () => {
    expect(room.unplaced.map((c) => c.seat)).toEqual(["31"]);
  });
  it("arrow keys walk the room and stop at its walls", () => {
    expect(neighbour(room, "02", "ArrowRight")).toBe("03");
    expect(neighbour(room, "03", "ArrowDown")).toBe("04");
    expect(neighbour(room, "01", "ArrowLeft")).toBe("01");
  });
  it("density follows the number of seats", () => {
    expect([30, 36, 60, 73, 130, 400].map(densityFor)).toEqual([30, 30, 60, 120, 120, 500]);
  });
});

describe("the review bar", () => {
  const segments = [
    { n: 1, from_ms: 1000, to_ms: 11000 },
    { n: 2, from_ms: 11000, to_ms: 21000 },
    { n: 3, from_ms: 31000, to_ms: 41000 },
  ];
  it("an answer leads to its second", () => {
    expect(placeOf(segments, 12500)).toEqual({ n: 2, offset_s: 1.5 });
  });
  it("a moment in a gap has no picture and leads to the next one", () => {
    expect(placeOf(segments, 25000)).toBeNull();
    expect(nextRecorded(segments, 25000)).toBe(31000);
    expect(nextRecorded(segments, 50000)).toBeNull();
  });
  it("gaps are named", () => {
    expect(gapsOf(segments)).toEqual([{ from_ms: 21000, to_ms: 31000 }]);
  });
  it("the bar covers answers outside the recording too", () => {
    const span = spanOf(segments, [500, 45000])!;
    expect(span).toEqual({ from_ms: 500, to_ms: 45000 });
    expect(barPosition(span, 45000)).toBe(100);
    expect(spanOf([], [])).toBeNull();
  });
});

describe("the clock", () => {
  it("the shorter round trip wins until it is old", () => {
    const good = measured(1_000_000, 0, 10);
    const slow = measured(2_000_000, 20, 400);
    expect(betterOffset(good, slow)).toBe(good);
    expect(betterOffset(good, measured(9, 700_000, 700_900)).base_ms).toBe(700_900);
  });
  it("runs on the monotonic clock from there", () => {
    expect(serverNow(measured(1_000_000, 0, 10), 1010, 5)).toBe(1_001_005);
  });
});

describe("the list of sittings", () => {
  it("shows what is going on first and what is over last", () => {
    const list = byUrgency([
      { phase: "signed" as const, starts_ms: 1 },
      { phase: "preparing" as const, starts_ms: 3 },
      { phase: "preparing" as const, starts_ms: 2 },
      { phase: "running" as const, starts_ms: 9 },
    ]);
    expect(list.map((one) => one.starts_ms)).toEqual([9, 2, 3, 1]);
  });
});

describe("the hand-over", () => {
  const at = (seat: string, phase: SeatCard["phase"], answered: number): SeatCard => ({
    seat, row: 1, column: 1, spare: false, station: "stn", online: true, phase, candidate: { name: "陈晓", ticket: seat }, session: `ses_${seat}`,
    answered, total: 92, seq: answered, unsaved: 0, last_contact_ms: 1, deadline_ms: null, alarms: [], camera: false, lease: 1,
  }); // prettier-ignore
  it("waits for every paper that is still out", () => {
    expect(notCollected([at("01", "answering", 3), at("02", "closed", 3), at("03", "refused", 0)]).map((one) => one.seat)).toEqual(["01"]);
  });
  it("asks about papers without any answer", () => {
    expect(zeroAnswers([at("01", "closed", 0), at("02", "submitted", 5), at("03", "refused", 0)]).map((one) => one.seat)).toEqual(["01"]);
  });
  it("opens where it stands", () => {
    expect(handOverStep({ phase: "closed", record: "none" })).toBe(0);
    expect(handOverStep({ phase: "recorded", record: "ready" })).toBe(3);
    expect(handOverStep({ phase: "signed", record: "ready" })).toBe(4);
  });
});
