/** The blueprint editor's arithmetic: a table of areas × types × cognitive levels, its sums, and the request. Pure. */
import type { Bounds, BlueprintDraft, BlueprintView, Cell, Section } from "./types";

/** Points as hundredths, so that sums are exact; null for what is not a number. */
export function hundredths(text: string): number | null {
  const match = /^(\d{1,4})(?:\.(\d{1,2}))?$/.exec(text.trim());
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : null;
}

export const points = (value: number): string => String(value / 100);

export interface Sums {
  readonly items: number;
  readonly points: number;
  readonly seconds: number;
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
  const each = (worth: (section: Section) => number): number => sections.reduce((sum, one) => sum + (byType[one.type] ?? 0) * worth(one), 0);
  return {
    items: cells.reduce((sum, cell) => sum + cell.count, 0),
    points: each((section) => hundredths(section.points_each) ?? 0),
    seconds: each((section) => section.seconds_each),
    byType,
    byArea,
  };
}

const isAt = (cell: Cell, area: string, type: string, level: string): boolean => cell.area === area && cell.type === type && cell.cognition === level;

/** The cells with one count changed; zero removes the cell. */
export function withCount(cells: readonly Cell[], area: string, type: string, count: number, level = ""): Cell[] {
  const rest = cells.filter((cell) => !isAt(cell, area, type, level));
  return count > 0 ? [...rest, { area, type, count: Math.floor(count), cognition: level }] : rest;
}

export const countAt = (cells: readonly Cell[], area: string, type: string, level = ""): number =>
  cells.find((cell) => isAt(cell, area, type, level))?.count ?? 0;

/** A pair of bounds with one end changed; none at all when both ends are empty. */
export function withBound(bounds: Bounds | null, end: 0 | 1, text: string, most: number): Bounds | null {
  const value = text.trim() === "" ? null : Math.max(0, Math.floor(Number(text) || 0));
  if (value === null) return end === 0 || !bounds || bounds[0] === 0 ? null : [bounds[0], most];
  if (!bounds) return end === 0 ? [value, Math.max(most, value)] : [0, value];
  return end === 0 ? [value, Math.max(bounds[1], value)] : [bounds[0], value];
}

/** A table of bounds by name with one of them set or taken out. */
export function withNamed(all: Readonly<Record<string, Bounds>> | null, name: string, bounds: Bounds | null): Record<string, Bounds> {
  const rest = Object.fromEntries(Object.entries(all ?? {}).filter(([key]) => key !== name));
  return bounds ? { ...rest, [name]: bounds } : rest;
}

const NOTHING_MORE = {
  importance: null,
  difficulty: null,
  max_overlap: 0,
  max_per_point: null,
  cognition: {},
  words: null,
  working_s: null,
  reading_per_minute: 0,
  cases: null,
  information: [],
  comparable: "auto",
  cut_theta: null,
  max_uses: null,
  uses_months: 0,
  uses_papers: 0,
  public_share: 20,
} as const;

export function emptyDraft(titles: { single: string; truefalse: string }): BlueprintDraft {
  return {
    ...NOTHING_MORE,
    cognition: {},
    information: [],
    name: "",
    duration_s: 5400,
    cut_score: "60",
    total_points: "100",
    sections: [
      { type: "single_response", title: titles.single, points_each: "1", seconds_each: 0 },
      { type: "true_false", title: titles.truefalse, points_each: "1", seconds_each: 0 },
    ],
    cells: [],
  };
}

/** A new draft with everything of an existing blueprint. */
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
    cognition: { ...view.cognition },
    words: view.words,
    working_s: view.working_s,
    reading_per_minute: view.reading_per_minute,
    cases: view.cases,
    information: view.information.map((aim) => ({ theta: String(aim.theta), target: String(aim.target), tolerance: String(aim.tolerance) })),
    comparable: view.comparable,
    cut_theta: view.cut_theta === null ? null : String(view.cut_theta),
    max_uses: view.max_uses,
    uses_months: view.uses_months,
    uses_papers: view.uses_papers,
    public_share: view.public_share,
  };
}

/** Whether it is worth sending: the server judges the rest. */
export function complete(draft: BlueprintDraft): boolean {
  const total = hundredths(draft.total_points);
  return draft.name.trim() !== "" && draft.cells.length > 0 && total !== null && sumsOf(draft.cells, draft.sections).points === total;
}
