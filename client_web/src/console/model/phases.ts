/** Tones and icons of a sitting's phases and of the one step that comes next. */
import type { Tone } from "@/portals/kit/tone";
import type { IconName } from "@/ui/icons";
import type { NextStep, SittingPhase } from "../types";

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
