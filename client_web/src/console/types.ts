/** The hall's shapes the console reads, from the generated declarations, and the codes its dialogs offer. */
import type { NoteRequest, RefuseRequest, SittingView } from "@/api/schema";

export type {
  AlarmView,
  CountersignAnswer,
  GateView,
  IncidentView,
  PaperImportView,
  ReleaseView,
  SeatCard,
  SeatMap,
  SittingView,
  StationView,
  TimelineEntry,
  TimelineRecording,
  TimelineView,
} from "@/api/schema";

export type Reason = RefuseRequest["reason"];
export type NoteKind = NoteRequest["kind"];
export type SittingPhase = SittingView["phase"];
export type NextStep = SittingView["next"];

export const REASONS: readonly Reason[] = ["equipment", "environment", "candidate", "staff"];
export const NOTE_KINDS: readonly NoteKind[] = ["misconduct", "illness", "identity", "equipment", "environment", "other"];
