/** The server's clock as the console shows it: the offset is taken from the answer with the shortest round trip, on a monotonic base. */

export interface Offset {
  /** server time at `base_ms` of the monotonic clock */
  server_ms: number;
  base_ms: number;
  round_trip_ms: number;
}

/** Keeps the better of two measurements: a shorter round trip knows the time more exactly; an old one (10 min) is dropped. */
export function betterOffset(old: Offset | null, next: Offset): Offset {
  if (!old) return next;
  const aged = next.base_ms - old.base_ms > 600_000;
  return aged || next.round_trip_ms <= old.round_trip_ms ? next : old;
}

export function measured(serverMs: number, sentAt: number, receivedAt: number): Offset {
  const trip = Math.max(0, receivedAt - sentAt);
  return { server_ms: serverMs + trip / 2, base_ms: receivedAt, round_trip_ms: trip };
}

export function serverNow(offset: Offset | null, monotonicNow: number, wallNow: number): number {
  return offset ? offset.server_ms + (monotonicNow - offset.base_ms) : wallNow;
}
