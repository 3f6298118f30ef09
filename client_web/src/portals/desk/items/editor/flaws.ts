/** Faults of a draft at the fields they belong to. Pure. */
export interface Flaw {
  readonly field: string;
  readonly code: string;
  readonly reason_zh: string;
  readonly reason_en: string;
  readonly value: string;
}

/** The faults of these fields; a name without a colon also takes the faults of its parts (`targets` takes `targets:2`). */
export const flawsAt = (flaws: readonly Flaw[], fields: readonly string[]): Flaw[] =>
  flaws.filter((flaw) => fields.some((field) => flaw.field === field || flaw.field.startsWith(`${field}:`)));

/** The faults a refused save carries. */
export function flawsOf(fields: Readonly<Record<string, unknown>>): Flaw[] {
  const found = fields["faults"];
  return Array.isArray(found) ? (found as Flaw[]) : [];
}
