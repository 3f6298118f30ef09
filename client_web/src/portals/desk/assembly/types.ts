/** The shapes of blueprints and assemblies (`itembank/assembly/schemas.py`); decimal numbers are strings. */

export interface Section {
  type: string;
  title: string;
  points_each: string;
}

export interface Cell {
  area: string;
  type: string;
  count: number;
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

export interface BlueprintView extends Omit<BlueprintDraft, "importance"> {
  readonly id: string;
  readonly bank: string;
  readonly items: number;
  readonly importance: Record<string, [number, number]>;
  readonly digest: string;
  readonly by: string;
  readonly created_ms: number;
  readonly deviations: readonly { readonly area: string; readonly weight: string; readonly share: string; readonly within: boolean }[];
}

export interface FormCheck {
  readonly name: string;
  readonly target: string;
  readonly value: string;
  readonly ok: boolean;
}

export interface FormLine {
  readonly form: string;
  readonly name: string;
  readonly reserve: boolean;
  readonly digest: string;
  readonly items: number;
  readonly checks: readonly FormCheck[];
}

export interface Shortage {
  readonly area: string;
  readonly type: string;
  readonly needed: number;
  readonly available: number;
  readonly kind: string;
  readonly reason_zh: string;
  readonly reason_en: string;
}

export interface AssemblyView {
  readonly id: string;
  readonly bank: string;
  readonly blueprint: string;
  readonly blueprint_name: string;
  readonly blueprint_digest: string;
  readonly specification_digest: string;
  readonly pool_digest: string;
  readonly state: string;
  readonly seed: string;
  readonly forms: readonly FormLine[];
  readonly shortages: readonly Shortage[];
  readonly overlap: readonly (readonly number[])[];
  readonly job: string;
  readonly solver: string;
  readonly by: string;
  readonly approved_by: string;
  readonly created_ms: number;
  readonly approved_ms: number | null;
}

export interface FormPreview {
  readonly form: string;
  readonly name: string;
  readonly reserve: boolean;
  readonly digest: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly key: Readonly<Record<string, unknown>> | null;
}
