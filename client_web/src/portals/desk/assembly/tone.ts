/** Tones of an assembly's states. */
import type { Tone } from "../../kit/tone";

const TONES: Readonly<Record<string, Tone>> = {
  running: "progress",
  assembled: "attention",
  infeasible: "danger",
  failed: "danger",
  cancelled: "neutral",
  approved: "progress",
  sealing: "progress",
  sealed: "done",
};

export const assemblyTone = (state: string): Tone => TONES[state] ?? "neutral";
