/** Tones and icons of a sitting's phases and of the one step that comes next. */
import type { Tone } from "@/portals/kit/tone";
import type { IconName } from "@/ui/icons";
import type { NextStep, SittingPhase, SittingView } from "../types";

export const PHASE_TONE: Readonly<Record<SittingPhase, Tone>> = {
  preparing: "neutral",
  admission: "attention",
  running: "progress",
  closed: "attention",
  recorded: "attention",
  signed: "done",
};

export const STEP_ICON: Readonly<Record<NextStep, IconName>> = {
  open: "door",
  release: "key",
  start: "play",
  collect: "download",
  hand_over: "box",
  countersign: "stamp",
  none: "check",
};

const URGENCY: readonly SittingPhase[] = ["running", "admission", "closed", "recorded", "preparing", "signed"];

/** What is going on first, then what comes next, then what is over. */
export function byUrgency<T extends Pick<SittingView, "phase" | "starts_ms">>(sittings: readonly T[]): T[] {
  return [...sittings].sort((x, y) => URGENCY.indexOf(x.phase) - URGENCY.indexOf(y.phase) || x.starts_ms - y.starts_ms);
}

/** The permission each step needs. */
export const STEP_PERMISSION: Readonly<Record<NextStep, string>> = {
  open: "sitting.start",
  release: "release.submit",
  start: "sitting.start",
  collect: "sitting.collect",
  hand_over: "sitting.hand_over",
  countersign: "sitting.countersign",
  none: "sitting.read",
};
