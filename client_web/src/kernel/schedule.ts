/** When to warn, when to try again: small rules about time, free of any clock. */

/** Minutes before the end at which the remaining time shows itself even when hidden. */
const WARNINGS_MS: readonly number[] = [30 * 60_000, 15 * 60_000, 5 * 60_000, 60_000];
const SHOWN_FOR_MS = 20_000;

/** The warning whose moment has come within the last seconds, or null; the last minute stays. */
export function warningAt(remainingMs: number): number | null {
  if (remainingMs <= 0) return null;
  if (remainingMs <= 60_000) return 60_000;
  return WARNINGS_MS.find((mark) => remainingMs <= mark && remainingMs > mark - SHOWN_FOR_MS) ?? null;
}

/** Wait before attempt `n` (0 is the first retry): doubling from 250 ms to 4 s, spread so that a hall does not knock at once. */
export function backoff(attempt: number, chance: number): number {
  const ceiling = Math.min(4_000, 250 * 2 ** attempt);
  return ceiling * (0.5 + chance / 2);
}
