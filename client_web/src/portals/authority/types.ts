/** The authority's shapes of institutions and plans, from the generated declarations; the draft is what the form edits. */
import type * as Api from "@/api/schema";

export type { PlannedSeat, PlanView, RosterReport } from "@/api/schema";
export type Institution = Api.InstitutionView;
export type RosterCandidate = Api.RosterCandidateView;
export type Seating = Api.SeatingView;
export type TrustedKey = Api.KeyView;
export type Room = Api.PlanRoom;
export type Staff = Api.PlanStaff;

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
