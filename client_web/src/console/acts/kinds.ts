/** The acts that need a dialog, and which seats each one makes sense for. */
import type { SeatCard } from "../types";

export type ActKind = "credit" | "move" | "refuse" | "note" | "message";

const BEFORE_END = new Set(["check_in", "waiting_admission", "admitted", "ready", "answering"]);

export const ACT_PERMISSION: Readonly<Record<ActKind | "admit", string>> = {
  admit: "sessions.admit",
  refuse: "sessions.admit",
  credit: "sessions.credit",
  move: "sessions.move",
  note: "sessions.note",
  message: "sessions.note",
};

/** Whether the act makes sense for this seat now; the server decides, this only spares useless presses. */
export function fits(kind: ActKind | "admit", card: SeatCard): boolean {
  if (!card.session) return false;
  if (kind === "admit" || kind === "refuse") return card.phase === "waiting_admission";
  if (kind === "note") return true;
  return BEFORE_END.has(card.phase);
}

/** Seats a candidate can be moved to: bound, online, nobody there; spares first. */
export function freeSeats(cards: readonly SeatCard[]): SeatCard[] {
  return cards
    .filter((card) => !card.candidate && !card.session && card.station !== null && card.online)
    .sort((x, y) => Number(y.spare) - Number(x.spare) || x.seat.localeCompare(y.seat, "en", { numeric: true }));
}
