/** The verdict form as it is being filled in: what is open, what it allows. Pure. */
import type { CriterionView } from "@/api/schema";

export type Grade = "fine" | "remark" | "fault" | "none";
export const GRADES: readonly Grade[] = ["fine", "remark", "fault", "none"];

export interface Graded {
  grade: Grade | "";
  words: string;
}

export type Form = Record<string, Graded>;

export const emptyForm = (criteria: readonly CriterionView[]): Form => Object.fromEntries(criteria.map((one) => [one.name, { grade: "", words: "" }]));

/** Criteria without a grade, or with a remark or fault nobody explains. */
export const openOnes = (form: Form): string[] =>
  Object.entries(form).flatMap(([name, one]) => (one.grade === "" || (needsWords(one) && !one.words.trim()) ? [name] : []));

export const needsWords = (one: Graded): boolean => one.grade === "remark" || one.grade === "fault";

export const hasFault = (form: Form): boolean => Object.values(form).some((one) => one.grade === "fault");

/** Everything not graded yet is fine. */
export function restFine(form: Form): Form {
  return Object.fromEntries(Object.entries(form).map(([name, one]) => [name, one.grade === "" ? { ...one, grade: "fine" as const } : one]));
}

/** Whole days until a moment, by the calendar: 0 is today, negative is past. */
export function daysUntil(ms: number, now: number): number {
  const day = (at: number): number => Math.floor((at - new Date(at).getTimezoneOffset() * 60_000) / 86_400_000);
  return day(ms) - day(now);
}
