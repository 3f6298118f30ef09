/** Which second of which video segment shows a given moment: the review page jumps from an answer to its picture. Pure. */

export interface Segment {
  n: number;
  from_ms: number;
  to_ms: number;
}

export interface Place {
  n: number;
  offset_s: number;
}

/** The segment that shows `at_ms`, or null where the recording has a gap there. */
export function placeOf(segments: readonly Segment[], atMs: number): Place | null {
  const found = segments.find((s) => s.from_ms <= atMs && atMs < s.to_ms);
  return found ? { n: found.n, offset_s: (atMs - found.from_ms) / 1000 } : null;
}

/** The first moment at or after `at_ms` that was recorded; null after the end. */
export function nextRecorded(segments: readonly Segment[], atMs: number): number | null {
  let best: number | null = null;
  for (const s of segments) {
    if (s.to_ms <= atMs) continue;
    const start = Math.max(s.from_ms, atMs);
    if (best === null || start < best) best = start;
  }
  return best;
}

export interface Span {
  from_ms: number;
  to_ms: number;
}

/** Times between the first and the last segment nobody recorded; pauses of up to `tolerance` between segments are none. */
export function gapsOf(segments: readonly Segment[], toleranceMs = 1500): Span[] {
  const sorted = [...segments].sort((a, b) => a.from_ms - b.from_ms);
  const gaps: Span[] = [];
  for (let i = 1; i < sorted.length; i += 1) {
    const from = sorted[i - 1]!.to_ms;
    const to = sorted[i]!.from_ms;
    if (to - from > toleranceMs) gaps.push({ from_ms: from, to_ms: to });
  }
  return gaps;
}

/** The whole time the page's bar stands for: everything recorded and everything answered. */
export function spanOf(segments: readonly Segment[], moments: readonly number[]): Span | null {
  const from = [...segments.map((s) => s.from_ms), ...moments];
  const to = [...segments.map((s) => s.to_ms), ...moments];
  return from.length ? { from_ms: Math.min(...from), to_ms: Math.max(...to) } : null;
}

/** Position of a moment on the bar in per cent. */
export function barPosition(span: Span, atMs: number): number {
  const whole = span.to_ms - span.from_ms;
  if (whole <= 0) return 0;
  return Math.min(100, Math.max(0, ((atMs - span.from_ms) / whole) * 100));
}
