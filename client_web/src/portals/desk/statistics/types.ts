/** What the analysis says of an item, as stored: figures of the classical, the estimated and the compared kind. */
export interface OptionFigure {
  readonly option: string;
  readonly right: boolean;
  readonly count: number;
  readonly share: number;
  readonly correlation: number | null;
  readonly lower: number;
  readonly upper: number;
}

export interface GroupFigure {
  readonly group: string;
  readonly reference: string;
  readonly delta: number | null;
  readonly grade: string;
}

export interface DriftFigure {
  readonly before: number;
  readonly latest: number;
  readonly shift: number;
  readonly z: number;
}

export interface FlagText {
  readonly code: string;
  readonly reason_zh: string;
  readonly reason_en: string;
}

export interface ItemFigures {
  readonly left_out: number;
  readonly options: readonly OptionFigure[];
  readonly seconds: readonly [number, number, number] | null;
  readonly dif: readonly GroupFigure[];
  readonly drift: DriftFigure | null;
  readonly fit: { readonly statistic: number; readonly freedom: number; readonly probability: number | null; readonly rmsea: number | null } | null;
  readonly irt: { readonly a: number; readonly b: number | null; readonly se_a: number | null; readonly se_b: number | null } | null;
}

export interface TestFigures {
  readonly matrix: string;
  readonly form: string;
  readonly held_ms: number;
  readonly persons: number;
  readonly items: number;
  readonly mean: number;
  readonly deviation: number;
  readonly alpha: number | null;
  readonly kr20: number | null;
  readonly interval: readonly [number, number] | null;
  readonly error: number | null;
}

/** Figures as stored are plain data; these read them under their names. */
export const figuresOf = (value: Readonly<Record<string, unknown>>): ItemFigures => value as unknown as ItemFigures;
export const testOf = (value: Readonly<Record<string, unknown>>): TestFigures => value as unknown as TestFigures;
export const flagOf = (value: Readonly<Record<string, unknown>>): FlagText => value as unknown as FlagText;
