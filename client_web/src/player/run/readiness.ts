/** The readiness lights: what this workstation found out about itself, judged against the sitting's policy. */
import type { Policy } from "../shapes";
import type { CameraState } from "./camera";

export type Light = "good" | "warn" | "bad" | "waiting";
export type CheckName = "network" | "clock" | "storage" | "camera" | "paper" | "screen";

export interface Readiness {
  readonly name: CheckName;
  readonly light: Light;
  readonly required: boolean;
  readonly value: string | number | null;
}

export interface Found {
  readonly policy: Policy;
  readonly offset: number;
  readonly roundTrip: number | null;
  readonly persistent: boolean;
  readonly diskFailing: boolean;
  readonly camera: CameraState;
  readonly download: number | null;
  readonly linkUp: boolean;
}

/** A workstation clock off by more than this is worth a look; it changes nothing, the server's clock counts. */
const CLOCK_MS = 120_000;
const SLOW_MS = 500;

export function readinessOf(found: Found): readonly Readiness[] {
  const cameraRequired = found.policy["seat_camera"] === "required";
  return [
    { name: "network", light: network(found), required: false, value: found.roundTrip === null ? null : Math.round(found.roundTrip) },
    { name: "clock", light: Math.abs(found.offset) > CLOCK_MS ? "warn" : "good", required: false, value: Math.round(found.offset) },
    { name: "storage", light: found.diskFailing ? "bad" : "good", required: true, value: found.persistent ? "persistent" : "ordinary" },
    { name: "camera", light: camera(found.camera, cameraRequired), required: cameraRequired, value: found.camera },
    { name: "paper", light: found.download === null ? "waiting" : "good", required: true, value: found.download },
    { name: "screen", light: window.innerWidth < 1000 ? "warn" : "good", required: false, value: `${window.innerWidth}×${window.innerHeight}` },
  ];
}

export const requiredCheckFails = (lights: readonly Readiness[]): boolean => lights.some((one) => one.required && one.light !== "good");

function network(found: Found): Light {
  if (found.roundTrip === null) return "waiting";
  return found.linkUp && found.roundTrip < SLOW_MS ? "good" : "warn";
}

function camera(state: CameraState, required: boolean): Light {
  if (state === "on") return "good";
  if (state === "asking" || state === "off") return "waiting";
  return required ? "bad" : "warn";
}
