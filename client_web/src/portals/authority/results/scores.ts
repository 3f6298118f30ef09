/** What a table of results says at a glance. Pure. */
import type { Tone } from "../../kit/tone";
import type { ResultLine, TraceItem } from "./types";

const LONGEST_SHOWN = 300;

const TONES: Readonly<Record<string, Tone>> = { queued: "neutral", running: "progress", graded: "attention", approved: "done", failed: "danger" };
export const runTone = (state: string): Tone => TONES[state] ?? "neutral";

export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly failing: boolean;
}

/** Ten equal bands of the full score; the last holds the full score too. */
export function distribution(results: readonly ResultLine[], cut: number): Bar[] {
  const full = Math.max(...results.map((one) => Number(one.max)), 0);
  if (full <= 0) return [];
  const width = full / 10;
  const counts = Array.from({ length: 10 }, () => 0);
  for (const one of results) {
    const band = Math.min(9, Math.max(0, Math.floor(Number(one.score) / width)));
    counts[band] = (counts[band] ?? 0) + 1;
  }
  const mark = (i: number): number => Math.round(i * width * 100) / 100; // 3.6, not 3.5999999999999996
  return counts.map((count, i) => ({ from: mark(i), to: mark(i + 1), count, failing: mark(i + 1) <= cut }));
}

export const valueWords = (value: TraceItem["value"]): string => {
  if (value === null || value.length === 0) return "";
  const words = typeof value === "string" ? value : value.join("、");
  return words.length > LONGEST_SHOWN ? `${words.slice(0, LONGEST_SHOWN)}…` : words;
};

/** How many parts of a composed answer are right, and the names of the others. */
export function partsOf(item: TraceItem): { right: number; all: number; wrong: string } {
  const parts = item.parts ?? [];
  const wrong = parts.filter((part) => part["right"] !== true).map((part) => String(part["part"]));
  return { right: parts.length - wrong.length, all: parts.length, wrong: wrong.join("、") };
}

/** What each person gave, in the order of the readings. */
export const readingsOf = (item: TraceItem): string =>
  (item.marks ?? []).map((mark) => Object.values(mark).reduce((sum, one) => sum + Math.round(Number(one) * 100), 0) / 100).join(" / ");

/** Number and time of the step an answer was given in. */
export function stepOf(item: TraceItem): { seq: number; received_ms: number; hash: string } | null {
  const step = item.step;
  const seq = step?.["seq"];
  const received = step?.["received_ms"];
  const hash = step?.["hash"];
  return typeof seq === "number" && typeof received === "number" ? { seq, received_ms: received, hash: typeof hash === "string" ? hash : "" } : null;
}
