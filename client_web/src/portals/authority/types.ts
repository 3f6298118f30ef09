/** The shapes of the authority's answers, as `examserver` declares them in planning and institutions. */
import type { Fault } from "../kit/FaultTable.vue";

export interface Grant {
  readonly code: string;
  readonly levels: readonly number[];
  readonly valid_from: string | null;
  readonly valid_until: string | null;
}

export interface Institution {
  readonly id: string;
  readonly code13: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly occupations: readonly Grant[];
}

export interface Room {
  name: string;
  rows: number;
  columns: number;
  spares: number;
}

export interface Staff {
  name: string;
  role: "chief_invigilator" | "invigilator" | "quality_supervisor" | "hall_admin";
  login: string;
}

export interface PlanDraft {
  institution: string;
  title: string;
  occupation_code: string;
  occupation_name: string;
  level: number;
  standard: string;
  centre: string;
  room: Room;
  staff: Staff[];
  starts_ms: number;
  duration_s: number | null;
}

export interface Gate {
  readonly name: string;
  readonly ok: boolean;
  readonly why_zh: string;
  readonly why_en: string;
  readonly advice: boolean;
}

export interface PlanView {
  readonly id: string;
  readonly sitting: string;
  readonly state: "draft" | "approved" | "ordered";
  readonly institution: { readonly code: string; readonly name: string };
  readonly title: string;
  readonly occupation_code: string;
  readonly occupation_name: string;
  readonly level: number;
  readonly level_name: string;
  readonly standard: string;
  readonly centre: string;
  readonly room: Room;
  readonly staff: readonly Staff[];
  readonly profile: string;
  readonly starts_ms: number;
  readonly duration_s: number;
  readonly late_entry_cutoff_s: number;
  readonly grace_s: number;
  readonly release_opens_ms: number;
  readonly release_closes_ms: number;
  readonly cut_score: string;
  readonly candidates: number;
  readonly paper: {
    readonly paper: string;
    readonly title: string;
    readonly manifest_digest: string;
    readonly forms: readonly { readonly form: string; readonly name: string; readonly reserve: boolean }[];
  } | null;
  readonly seated: boolean;
  readonly seat_seed: string | null;
  readonly order_digest: string | null;
  readonly hall_key: string | null;
  readonly created_by: string;
  readonly approved_by: string | null;
  readonly gates: readonly Gate[];
}

export interface RosterReport {
  readonly rows: number;
  readonly good: number;
  readonly faults: readonly Fault[];
  readonly taken: number;
  readonly candidates: number;
}

export interface RosterCandidate {
  readonly candidate: string;
  readonly position: number;
  readonly name: string;
  readonly document_masked: string;
  readonly employer: string;
  readonly phone_masked: string;
  readonly extra_s: number;
  readonly ticket: string | null;
  readonly seat: string | null;
  readonly form: string | null;
}

export interface PlannedSeat {
  readonly seat: string;
  readonly row: number;
  readonly column: number;
  readonly form: string | null;
  readonly form_name: string | null;
  readonly occupant: { readonly name: string; readonly document_masked: string; readonly ticket: string } | null;
}

export interface Seating {
  readonly plan: string;
  readonly seed: string | null;
  readonly rows: number;
  readonly columns: number;
  readonly spares: readonly string[];
  readonly seats: readonly PlannedSeat[];
}

export interface TrustedKey {
  readonly role: string;
  readonly name: string;
  readonly key: string;
}
