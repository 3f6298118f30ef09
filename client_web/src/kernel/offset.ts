/**
 * Server time on a workstation whose own clock nobody trusts.
 *
 * Each exchange gives one sample: the server's time and how long the round trip took on `performance.now()`. The sample
 * with the shortest round trip among the latest is taken, its server time placed half a round trip back (Cristian 1989).
 * Changing the workstation's clock changes nothing here; it only shows as `wallOffset`.
 */

export interface Sample {
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly serverMs: number;
}

export interface ServerClock {
  readonly samples: readonly Sample[];
  readonly offset: number | null;
  readonly roundTrip: number | null;
}

const KEPT = 12;
/** A sample older than this no longer outranks a fresh one: oscillators drift and machines sleep. */
const FRESH_MS = 60_000;

export const noClock: ServerClock = { samples: [], offset: null, roundTrip: null };

const trip = (sample: Sample): number => sample.receivedAt - sample.sentAt;

export function withSample(clock: ServerClock, sample: Sample): ServerClock {
  if (trip(sample) < 0) return clock;
  const samples = [...clock.samples, sample].slice(-KEPT).filter((one) => sample.receivedAt - one.receivedAt <= FRESH_MS);
  const best = samples.reduce((least, one) => (trip(one) < trip(least) ? one : least));
  return { samples, offset: best.serverMs + trip(best) / 2 - best.receivedAt, roundTrip: trip(best) };
}

/** Server time at an instant of `performance.now()`, or null before the first exchange. */
export const serverTime = (clock: ServerClock, at: number): number | null => (clock.offset === null ? null : clock.offset + at);
