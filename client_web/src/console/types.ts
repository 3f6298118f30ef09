/** The shapes the console reads, as the hall declares them (`examserver/hall/schemas.py`, `hall/console/schemas.py`). */

export type Reason = "environment" | "candidate" | "staff" | "equipment";
export const REASONS: readonly Reason[] = ["equipment", "environment", "candidate", "staff"];
export type NoteKind = "misconduct" | "illness" | "identity" | "equipment" | "environment" | "other";
export const NOTE_KINDS: readonly NoteKind[] = ["misconduct", "illness", "identity", "equipment", "environment", "other"];

export interface AlarmView {
  readonly kind: string;
  readonly since_ms: number;
  readonly text_zh: string;
  readonly text_en: string;
}

export interface SeatCard {
  readonly seat: string;
  readonly row: number;
  readonly column: number;
  readonly spare: boolean;
  readonly station: string | null;
  readonly online: boolean;
  readonly phase: string;
  readonly candidate: { readonly name: string; readonly ticket: string } | null;
  readonly session: string | null;
  readonly answered: number;
  readonly total: number;
  readonly seq: number;
  readonly unsaved: number;
  readonly last_contact_ms: number | null;
  readonly deadline_ms: number | null;
  readonly alarms: readonly AlarmView[];
  readonly camera: boolean;
  readonly lease: number | null;
}

export interface SeatMap {
  readonly sitting: string;
  readonly rows: number;
  readonly columns: number;
  readonly seats: readonly SeatCard[];
  readonly server_ms: number;
}

export interface GateView {
  readonly name: string;
  readonly ok: boolean;
  readonly why_zh: string;
  readonly why_en: string;
}

export interface ReleaseBy {
  readonly custodian: string;
  readonly name: string;
  readonly device: string;
  readonly at_ms: number;
  readonly outcome: string;
  readonly reason: string;
}

export interface ReleaseView {
  readonly shares_present: number;
  readonly needed: number;
  readonly released: boolean;
  readonly state: "none" | "waiting" | "released";
  readonly by: readonly ReleaseBy[];
}

export interface SittingCounts {
  readonly expected: number;
  readonly seats: number;
  readonly stations_bound: number;
  readonly online: number;
  readonly present: number;
  readonly admitted: number;
  readonly ready: number;
  readonly answering: number;
  readonly submitted: number;
  readonly closed: number;
  readonly lost: number;
  readonly unsaved: number;
  readonly alarms: number;
}

export interface IncidentView {
  readonly id: string;
  readonly session: string | null;
  readonly seat: string | null;
  readonly kind: string;
  readonly text: string;
  readonly by: string;
  readonly at_ms: number;
  readonly resolved: boolean;
}

export type SittingPhase = "preparing" | "admission" | "running" | "closed" | "recorded" | "signed";
export type NextStep = "open" | "release" | "start" | "collect" | "hand_over" | "countersign" | "none";

export interface SittingView {
  readonly id: string;
  readonly title: string;
  readonly institution: string;
  readonly centre: string;
  readonly room: string;
  readonly rows: number;
  readonly columns: number;
  readonly occupation_code: string;
  readonly occupation: string;
  readonly level: string;
  readonly phase: SittingPhase;
  readonly starts_ms: number;
  readonly duration_s: number;
  readonly grace_s: number;
  readonly opened_ms: number | null;
  readonly started_ms: number | null;
  readonly deadline_ms: number | null;
  readonly closed_ms: number | null;
  readonly order_digest: string;
  readonly papers: readonly { readonly paper: string; readonly title: string; readonly present: boolean; readonly forms: number }[];
  readonly release: ReleaseView;
  readonly gates: readonly GateView[];
  readonly next: NextStep;
  readonly counts: SittingCounts;
  readonly incidents: readonly IncidentView[];
  readonly record: "none" | "building" | "ready";
  readonly countersigned: readonly { readonly role: string; readonly name: string; readonly at_ms: number }[];
  readonly server_ms: number;
}

export interface StationView {
  readonly station: string;
  readonly label: string;
  readonly pairing_code: string;
  readonly seat: string | null;
  readonly sitting: string | null;
  readonly enrolled_ms: number;
  readonly last_contact_ms: number | null;
}

export interface TimelineEntry {
  readonly at_ms: number;
  readonly kind: string;
  readonly item: string | null;
  readonly seq: number | null;
  readonly late: boolean | null;
  readonly text_zh: string | null;
  readonly text_en: string | null;
}

export interface TimelineRecording {
  readonly recording: string;
  readonly camera: string;
  readonly seat: string | null;
  readonly segments: readonly { readonly n: number; readonly from_ms: number; readonly to_ms: number }[];
}

export interface TimelineView {
  readonly session: string;
  readonly ticket: string;
  readonly name: string;
  readonly seat: string;
  readonly entries: readonly TimelineEntry[];
  readonly recordings: readonly TimelineRecording[];
}

export interface CheckLine {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
  readonly place?: string;
}

export interface PaperImportView {
  readonly paper: string;
  readonly title: string;
  readonly manifest_digest: string;
  readonly forms: number;
  readonly checks: readonly CheckLine[];
}

export interface CountersignAnswer {
  readonly signed: readonly string[];
  readonly missing: readonly string[];
}
