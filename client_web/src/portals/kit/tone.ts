/** The five semantic tones and the icon that stands beside each. */
import type { IconName } from "@/ui/icons";

export type Tone = "neutral" | "progress" | "attention" | "danger" | "done";

export const TONE_ICON: Readonly<Record<Tone, IconName>> = {
  neutral: "dot",
  progress: "clock",
  attention: "warning",
  danger: "stop",
  done: "check",
};
