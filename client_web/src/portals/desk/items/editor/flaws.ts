/** Faults of a draft at the fields they belong to. Pure. */
export interface Flaw {
  readonly field: string;
  readonly code: string;
  readonly reason_zh: string;
  readonly reason_en: string;
  readonly value: string;
}

/** The faults of exactly these fields; a part (`targets:2`) is told where that part stands, not again at the whole. */
export const flawsAt = (flaws: readonly Flaw[], fields: readonly string[]): Flaw[] => flaws.filter((flaw) => fields.includes(flaw.field));

/** The faults a refused save carries. */
export function flawsOf(fields: Readonly<Record<string, unknown>>): Flaw[] {
  const found = fields["faults"];
  return Array.isArray(found) ? (found as Flaw[]) : [];
}
