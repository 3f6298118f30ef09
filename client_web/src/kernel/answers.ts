/**
 * What every item looks like to the candidate: the server's answers with the queued changes folded over them.
 *
 * Also decides what a press on an option means for each kind of item.
 */
import type { ItemType } from "@/ui/item/item";
import type { Step, StepValue } from "./chain";

export interface AnswerState {
  readonly value: StepValue;
  readonly flag: boolean;
}

export type Answers = Readonly<Record<string, AnswerState>>;

export const untouched: AnswerState = { value: null, flag: false };

export function applyStep(answers: Answers, step: Pick<Step, "item" | "kind" | "value">): Answers {
  const before = answers[step.item] ?? untouched;
  const after = step.kind === "flag" ? { ...before, flag: step.value === true } : { ...before, value: step.value };
  return { ...answers, [step.item]: after };
}

export const fold = (answers: Answers, steps: readonly Step[]): Answers => steps.reduce(applyStep, answers);

export function isAnswered(state: AnswerState | undefined): boolean {
  const value = state?.value ?? null;
  return Array.isArray(value) ? value.length > 0 : typeof value === "string" && value !== "";
}

/** The chosen option ids, whatever the kind of item. */
export function chosenOf(state: AnswerState | undefined): readonly string[] {
  const value = state?.value ?? null;
  if (typeof value === "string") return [value];
  return isList(value) ? value : [];
}

/** The value that says "no answer". */
export const cleared = (type: ItemType): StepValue => (type === "multiple_response" ? [] : null);

export const sameValue = (a: StepValue, b: StepValue): boolean => JSON.stringify(a) === JSON.stringify(b);

const isList = (value: StepValue): value is readonly string[] => Array.isArray(value);

/**
 * The new value after pressing an option: one choice replaces another, many are toggled. Pressing the one choice again
 * keeps it, because a nervous double click must not clear an answer.
 */
export function pressOption(type: ItemType, state: AnswerState | undefined, option: string): StepValue {
  if (type !== "multiple_response") return option;
  const chosen = chosenOf(state);
  const next = chosen.includes(option) ? chosen.filter((one) => one !== option) : [...chosen, option];
  return [...next].sort();
}
