/** What needs a hand now, oldest first: the alarms of the seat cards, each with the time it began. Pure. */
import type { Alarm, SeatFacts } from "./seats";

export interface Trouble {
  id: string;
  seat: string;
  name: string;
  kind: string;
  since_ms: number;
  /** `danger` makes a sound, `attention` only a badge */
  tone: "danger" | "attention";
  text_zh: string;
  text_en: string;
}

const DANGER = new Set(["lost", "hostile", "late", "unsaved"]);

/** All troubles of a room; one this console has `seen` earlier keeps the earlier time. */
export function troublesOf(cards: readonly SeatFacts[], seen: ReadonlyMap<string, number>): Trouble[] {
  const found = cards.flatMap((card) => card.alarms.map((alarm) => trouble(card, alarm, seen)));
  return found.sort((a, b) => a.since_ms - b.since_ms || a.seat.localeCompare(b.seat, "en", { numeric: true }));
}

function trouble(card: SeatFacts, alarm: Alarm, seen: ReadonlyMap<string, number>): Trouble {
  const id = `${card.seat}:${alarm.kind}`;
  return {
    id,
    seat: card.seat,
    name: card.candidate?.name ?? "",
    kind: alarm.kind,
    since_ms: Math.min(alarm.since_ms, seen.get(id) ?? alarm.since_ms),
    tone: DANGER.has(alarm.kind) ? "danger" : "attention",
    text_zh: alarm.text_zh,
    text_en: alarm.text_en,
  };
}

/** Those in `now` that were not known before: only these make a sound. */
export function newTroubles(known: ReadonlySet<string>, now: readonly Trouble[]): Trouble[] {
  return now.filter((t) => !known.has(t.id));
}
