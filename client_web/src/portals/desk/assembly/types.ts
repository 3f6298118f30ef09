/** Blueprints and assemblies from the generated declarations; the draft is what the editor edits. */
import type * as Api from "@/api/schema";

export type {
  AssemblyReport,
  AssemblyView,
  BlueprintView,
  ExposedItem,
  Forecast,
  FormLine,
  FormPreview,
  FormReport,
  ProposalList,
  ProposalView,
  RelaxationView,
  ShortageView,
  SwapView,
} from "@/api/schema";
export type Cell = Api.BlueprintCell;
export type Bounds = [number, number];

export interface Section {
  type: string;
  title: string;
  points_each: string;
  seconds_each: number;
}

export interface Aim {
  theta: string;
  target: string;
  tolerance: string;
}

export interface BlueprintDraft {
  name: string;
  duration_s: number;
  cut_score: string;
  total_points: string;
  sections: Section[];
  cells: Cell[];
  importance: Record<string, Bounds> | null;
  difficulty: { mean_min: string; mean_max: string } | null;
  max_overlap: number;
  max_per_point: number | null;
  cognition: Record<string, Bounds>;
  words: Bounds | null;
  working_s: Bounds | null;
  reading_per_minute: number;
  cases: Bounds | null;
  information: Aim[];
  comparable: "auto" | "required" | "off";
  cut_theta: string | null;
  max_uses: number | null;
  uses_months: number;
  uses_papers: number;
  public_share: number;
}
