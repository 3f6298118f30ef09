/** Tones of item states. */
import type { Tone } from "../kit/tone";

const TONES: Readonly<Record<string, Tone>> = {
  draft: "neutral",
  reviewed: "progress",
  approved: "progress",
  enrolled: "done",
  returned: "attention",
  retired: "danger",
};

export const stateTone = (state: string): Tone => TONES[state] ?? "neutral";
