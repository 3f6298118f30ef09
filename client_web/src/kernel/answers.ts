/**
 * What every item looks like to the candidate: the server's answers with the queued changes folded over them.
 *
 * Also decides what a press or a word means for each type of item, when an item counts as answered, and which text may
 * enter the chain at all.
 */
import { isChoice, type AnswerValue, type ItemContent, type ItemType } from "@/ui/item/item";
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

/** The members of a value, whatever the type of item: one text, or each of a list. */
export function listOf(value: AnswerValue | undefined): readonly string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  return isList(value) ? value : [];
}

export type Completeness = "none" | "part" | "all";

/** How many members a whole answer has; for the rest anything is whole. */
function wanted(item: ItemContent): number {
  const { blanks, gaps, unit, choose } = item.interaction ?? {};
  if (item.type === "text_entry") return blanks?.length ?? 1;
  if (item.type === "inline_choice") return gaps?.length ?? 1;
  if (item.type === "numeric_entry") return unit === "asked" ? 2 : 1;
  if (item.type === "hotspot") return choose ?? 1;
  return item.type === "matching" ? item.options.length : 1;
}

/** Whether nothing, something or everything of an item is answered. */
export function completeness(item: ItemContent, value: AnswerValue | undefined): Completeness {
  const given = listOf(value).filter((one) => one.trim() !== "").length;
  if (given === 0) return "none";
  return given >= wanted(item) ? "all" : "part";
}

export const isAnswered = (item: ItemContent, state: AnswerState | undefined): boolean => completeness(item, state?.value) === "all";

/** The chosen option ids of a choice. */
export const chosenOf = (state: AnswerState | undefined): readonly string[] => listOf(state?.value);

const ONE_TEXT: ReadonlySet<ItemType> = new Set(["single_response", "true_false", "short_answer", "extended_response"]);

/** The value that says "no answer". */
export const cleared = (type: ItemType): StepValue => (ONE_TEXT.has(type) ? null : []);

export const sameValue = (a: StepValue, b: StepValue): boolean => JSON.stringify(a) === JSON.stringify(b);

const isList = (value: AnswerValue | undefined): value is readonly string[] => Array.isArray(value);

/**
 * The new value after pressing an option: one choice replaces another, many are toggled. Pressing the one choice again
 * keeps it, because a nervous double click must not clear an answer.
 */
export function pressOption(type: ItemType, value: AnswerValue | undefined, option: string): StepValue {
  if (type !== "multiple_response") return option;
  const chosen = listOf(value);
  const next = chosen.includes(option) ? chosen.filter((one) => one !== option) : [...chosen, option];
  return [...next].sort();
}

/** A list of `count` texts with one of them replaced; blanks nobody filled are empty. */
export function withMember(value: AnswerValue | undefined, count: number, at: number, text: string): readonly string[] {
  const before = isList(value) ? value : [];
  return Array.from({ length: count }, (_, index) => (index === at ? text : (before[index] ?? "")));
}

/** The pairs after giving a left id its target, or none; unless targets may be used again, another pair gives it up. */
export function withPair(value: AnswerValue | undefined, left: string, target: string, reuse: boolean): readonly string[] {
  const kept = listOf(value).filter((pair) => {
    const [own, other] = pair.split("-");
    return own !== left && (reuse || target === "" || other !== target);
  });
  return (target === "" ? kept : [...kept, `${left}-${target}`]).sort();
}

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g; // line feed and tab stay
const MOST_BYTES = 60_000;
const LONGEST_TEXT = 20_000;

/** Text as the chain may hold it: normalised, without stray control characters, no longer than allowed. */
export function cleanText(raw: string, longest = LONGEST_TEXT): string {
  const sound = raw.replace(/\r\n?/g, "\n").replace(CONTROL, "").toWellFormed().normalize("NFC");
  const letters = [...sound];
  let kept = letters.length > longest ? letters.slice(0, longest).join("") : sound;
  while (bytesOf(kept) > MOST_BYTES) kept = [...kept].slice(0, -500).join("");
  return kept;
}

const encoder = new TextEncoder();
const bytesOf = (text: string): number => (text.length * 3 <= MOST_BYTES ? 0 : encoder.encode(text).length);

/** A value as it is put into a step: clean text, nothing in the one form that says so for its type. */
export function tidyValue(item: ItemContent, value: AnswerValue): StepValue {
  const longest = item.interaction?.longest ?? (isChoice(item.type) ? 16 : LONGEST_TEXT);
  if (typeof value === "string") return cleanText(value, longest) || cleared(item.type);
  if (!isList(value)) return cleared(item.type);
  const texts = value.map((one) => cleanText(one, longest));
  return texts.some((one) => one !== "") ? texts : cleared(item.type);
}
