/** What one seat card says: the state in a word, an icon and a tone, from the facts the server sends. Pure. */

import type { Tone } from "@/portals/kit/tone";
import type { IconName } from "@/ui/icons";
import type { StateKey } from "../words";

export type { Tone };

export interface Alarm {
  kind: string;
  since_ms: number;
  text_zh: string;
  text_en: string;
}

export interface SeatFacts {
  seat: string;
  spare: boolean;
  station: string | null;
  online: boolean;
  phase: string;
  candidate: { name: string; ticket: string } | null;
  session: string | null;
  answered: number;
  total: number;
  unsaved: number;
  last_contact_ms: number | null;
  alarms: readonly Alarm[];
}

export interface SeatState {
  /** key of the word in the catalogue */
  key: StateKey;
  tone: Tone;
  icon: IconName;
}

const STATES: Readonly<Record<StateKey, SeatState>> = {
  free: { key: "free", tone: "neutral", icon: "seat" },
  unbound: { key: "unbound", tone: "neutral", icon: "offline" },
  bound: { key: "bound", tone: "neutral", icon: "plug" },
  check_in: { key: "check_in", tone: "progress", icon: "id" },
  waiting_admission: { key: "waiting_admission", tone: "attention", icon: "hand" },
  refused: { key: "refused", tone: "danger", icon: "forbidden" },
  admitted: { key: "admitted", tone: "progress", icon: "download" },
  ready: { key: "ready", tone: "done", icon: "shield" },
  answering: { key: "answering", tone: "progress", icon: "pen" },
  submitted: { key: "submitted", tone: "done", icon: "check" },
  closed: { key: "closed", tone: "done", icon: "lock" },
  moved: { key: "moved", tone: "neutral", icon: "move" },
  lost: { key: "lost", tone: "danger", icon: "offline" },
};

/** The server decides who is lost: a page reload is shorter than its patience, so a card that is only offline is not. */
export const isLost = (card: SeatFacts): boolean => card.alarms.some((alarm) => alarm.kind === "lost");

export function seatState(card: SeatFacts): SeatState {
  if (isLost(card)) return STATES.lost;
  if (card.session === null && card.station !== null) return card.spare ? STATES.free : STATES.bound;
  return Object.hasOwn(STATES, card.phase) ? STATES[card.phase as StateKey] : STATES.unbound;
}

const UNDER_WAY = new Set(["check_in", "waiting_admission", "admitted", "ready", "answering"]);

/** Somebody is at this seat and not done yet: silence matters here and nowhere else. */
export const isUnderWay = (card: SeatFacts): boolean => card.session !== null && UNDER_WAY.has(card.phase);

/** Milliseconds since the seat was last heard, or null where it never was. */
export function silence(card: SeatFacts, nowMs: number): number | null {
  return card.last_contact_ms === null ? null : Math.max(0, nowMs - card.last_contact_ms);
}

export interface SeatCounts {
  expected: number;
  present: number;
  ready: number;
  working: number;
  submitted: number;
  lost: number;
}

/** The numbers of the top bar, counted from the cards so that they always agree with the map; `expected` is the order's. */
export function countSeats(cards: readonly SeatFacts[], expected: number): SeatCounts {
  const taken = cards.filter((card) => card.session !== null && card.phase !== "moved");
  const within = (...phases: string[]): number => taken.filter((card) => phases.includes(card.phase)).length;
  return {
    expected,
    present: taken.length,
    ready: within("ready"),
    working: within("answering"),
    submitted: within("submitted", "closed"),
    lost: taken.filter(isLost).length,
  };
}
