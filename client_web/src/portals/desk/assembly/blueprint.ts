/** The blueprint editor's arithmetic: a table of areas × types, its sums, and the request made of it. Pure. */
import type { BlueprintDraft, BlueprintView, Cell, Section } from "./types";

/** Points as hundredths, so that sums are exact; null for what is not a number. */
export function hundredths(text: string): number | null {
  const match = /^(\d{1,4})(?:\.(\d{1,2}))?$/.exec(text.trim());
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : null;
}

export const points = (value: number): string => String(value / 100);

export interface Sums {
  readonly items: number;
  readonly points: number;
  readonly byType: Readonly<Record<string, number>>;
  readonly byArea: Readonly<Record<string, number>>;
}

export function sumsOf(cells: readonly Cell[], sections: readonly Section[]): Sums {
  const byType: Record<string, number> = {};
  const byArea: Record<string, number> = {};
  for (const cell of cells) {
    byType[cell.type] = (byType[cell.type] ?? 0) + cell.count;
    byArea[cell.area] = (byArea[cell.area] ?? 0) + cell.count;
  }
  const worth = sections.reduce((sum, section) => sum + (byType[section.type] ?? 0) * (hundredths(section.points_each) ?? 0), 0);
  return { items: cells.reduce((sum, cell) => sum + cell.count, 0), points: worth, byType, byArea };
}

/** The cells with one count changed; zero removes the cell. */
export function withCount(cells: readonly Cell[], area: string, type: string, count: number): Cell[] {
  const rest = cells.filter((cell) => cell.area !== area || cell.type !== type);
  return count > 0 ? [...rest, { area, type, count: Math.floor(count) }] : rest;
}

export const countAt = (cells: readonly Cell[], area: string, type: string): number =>
  cells.find((cell) => cell.area === area && cell.type === type)?.count ?? 0;

export function emptyDraft(titles: { single: string; truefalse: string }): BlueprintDraft {
  return {
    name: "",
    duration_s: 5400,
    cut_score: "60",
    total_points: "100",
    sections: [
      { type: "single_response", title: titles.single, points_each: "1" },
      { type: "true_false", title: titles.truefalse, points_each: "1" },
    ],
    cells: [],
    importance: null,
    difficulty: null,
    max_overlap: 0,
    max_per_point: null,
  };
}

/** A new draft with everything of an existing blueprint but its name. */
export function draftLike(view: BlueprintView): BlueprintDraft {
  return {
    name: view.name,
    duration_s: view.duration_s,
    cut_score: view.cut_score,
    total_points: view.total_points,
    sections: view.sections.map((section) => ({ ...section, points_each: String(section.points_each) })),
    cells: view.cells.map((cell) => ({ ...cell })),
    importance: Object.keys(view.importance).length ? { ...view.importance } : null,
    difficulty: view.difficulty ? { mean_min: String(view.difficulty.mean_min), mean_max: String(view.difficulty.mean_max) } : null,
    max_overlap: view.max_overlap,
    max_per_point: view.max_per_point,
  };
}

/** Whether it is worth sending: the server judges the rest. */
export function complete(draft: BlueprintDraft): boolean {
  const total = hundredths(draft.total_points);
  return draft.name.trim() !== "" && draft.cells.length > 0 && total !== null && sumsOf(draft.cells, draft.sections).points === total;
}
