/** Blueprints and assemblies from the generated declarations; the draft is what the editor edits. */
import type * as Api from "@/api/schema";

export type { AssemblyView, BlueprintView, FormLine, FormPreview } from "@/api/schema";
export type Cell = Api.BlueprintCell;

export interface Section {
  type: string;
  title: string;
  points_each: string;
}

export interface BlueprintDraft {
  name: string;
  duration_s: number;
  cut_score: string;
  total_points: string;
  sections: Section[];
  cells: Cell[];
  importance: Record<string, [number, number]> | null;
  difficulty: { mean_min: string; mean_max: string } | null;
  max_overlap: number;
  max_per_point: number | null;
}
