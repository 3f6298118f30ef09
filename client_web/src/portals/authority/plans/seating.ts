/** The seat plan as one looks at it: rows, a colour and a letter per form, and the neighbours recounted. Pure. */
import type { Tone } from "../../kit/tone";
import type { PlannedSeat, PlanView } from "../types";

export const PLAN_TONE: Readonly<Record<PlanView["state"], Tone>> = { draft: "neutral", approved: "progress", ordered: "done" };

/** Class 0…5 of each form in order of names: the page gives it a colour and a pattern. */
export function formClasses(seats: readonly PlannedSeat[]): ReadonlyMap<string, number> {
  const names = [...new Set(seats.flatMap((seat) => (seat.form_name ? [seat.form_name] : [])))].sort();
  return new Map(names.map((name, i) => [name, i % 6]));
}

/** Pairs of occupied seats side by side or one behind the other that hold the same form: should be none. */
export function equalNeighbours(seats: readonly PlannedSeat[]): [string, string][] {
  const at = new Map(seats.map((seat) => [`${seat.row}:${seat.column}`, seat]));
  const pairs: [string, string][] = [];
  for (const seat of seats) {
    if (!seat.form) continue;
    for (const key of [`${seat.row}:${seat.column + 1}`, `${seat.row + 1}:${seat.column}`]) {
      const next = at.get(key);
      if (next?.form === seat.form) pairs.push([seat.seat, next.seat]);
    }
  }
  return pairs;
}
