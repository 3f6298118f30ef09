/** What is sent of a draft: the parts its type needs, under the names of the bank. Pure. */
import { isChoice } from "@/ui/item/item";
import { LETTERS, RULES, type ChoiceDraft, type Draft } from "./draft";
import { blocksOf, type JsonBlock } from "./pieces";

type Json = Record<string, unknown>;

interface ChoiceJson {
  readonly id: string;
  readonly content: readonly JsonBlock[];
}

const TRUTH: readonly ChoiceJson[] = [
  { id: "true", content: [{ kind: "text", text: "正确" }] },
  { id: "false", content: [{ kind: "text", text: "错误" }] },
];

const numbered = (choices: readonly ChoiceDraft[], name: (index: number) => string): ChoiceJson[] =>
  choices.map((one, index) => ({ id: name(index), content: blocksOf(one.content) }));
const letter = (index: number): string => LETTERS[index] ?? "?";
const words = (textOf: string): string[] => textOf.split(/[\s,，;；、]+/).filter(Boolean);
const lines = (textOf: string): string[] => textOf.split("\n").map((line) => line.trim()).filter(Boolean);

/** The body of `POST …/items`, `…/items/check` and `…/versions`. */
export function requestOf(draft: Draft): Json {
  const rule = draft.rule !== "" && RULES[draft.type] === draft.rule ? { rule: draft.rule } : {};
  const made = parts(draft);
  return {
    code: draft.code.trim(), type: draft.type, point: draft.point.trim(), points: draft.points.trim(), stem: blocksOf(draft.stem),
    options: options(draft), key: key(draft), interaction: made.interaction, scoring: { ...made.scoring, ...rule },
    case: draft.inCase ? group(draft) : null, importance: draft.importance || null, cognition: draft.cognition || null,
    difficulty: draft.difficulty.trim() || null, source: draft.source, enemies: words(draft.enemies), owner: draft.owner, funding: draft.funding,
  };
}

function group({ case: one }: Draft): Json {
  return { code: one.code.trim(), place: one.place, size: one.size, stimulus: blocksOf(one.stimulus), for_all: one.forAll };
}

function options(draft: Draft): readonly ChoiceJson[] {
  if (draft.type === "true_false") return TRUTH;
  return isChoice(draft.type) || draft.type === "ordering" || draft.type === "matching" ? numbered(draft.options, letter) : [];
}

function key(draft: Draft): string[] {
  if (draft.type === "true_false") return draft.truth ? [draft.truth] : [];
  if (isChoice(draft.type)) return [...draft.right].sort((a, b) => a - b).map(letter);
  if (draft.type === "ordering") {
    const order = draft.options.map((_, index) => index).sort((a, b) => (draft.places[a] ?? 0) - (draft.places[b] ?? 0));
    return new Set(draft.places.slice(0, order.length)).size < order.length ? [] : order.map(letter);
  }
  if (draft.type === "matching") {
    return draft.options.flatMap((_, index) => ((draft.pairs[index] ?? -1) < 0 ? [] : [`${letter(index)}-${(draft.pairs[index] ?? 0) + 1}`]));
  }
  if (draft.type === "inline_choice") return draft.gaps.flatMap((one, index) => (one.right < 0 ? [] : [`${index + 1}${letter(one.right)}`]));
  return [];
}

function parts(draft: Draft): { interaction: Json; scoring: Json } {
  switch (draft.type) {
    case "matching":
      return { interaction: { targets: numbered(draft.targets, (index) => String(index + 1)), reuse: draft.reuse }, scoring: {} };
    case "text_entry":
      return {
        interaction: { blanks: draft.blanks.map((one, index) => ({ id: String(index + 1), width: one.width })) },
        scoring: { blanks: draft.blanks.map((one) => ({ accept: lines(one.accept), normalise: [...one.normalise] })) },
      };
    case "numeric_entry":
      return number(draft);
    case "hotspot":
      return { interaction: { ...draft.picture, choose: Math.max(draft.choose, 1) }, scoring: { areas: draft.areas.map(({ shape, coords }) => ({ shape, coords: [...coords] })) } };
    case "inline_choice":
      return { interaction: { gaps: draft.gaps.map((one, index) => ({ id: String(index + 1), options: numbered(one.options, (at) => `${index + 1}${letter(at)}`) })) }, scoring: {} };
    case "short_answer":
    case "extended_response":
      return { interaction: { lines: draft.lines, longest: draft.longest }, scoring: rubric(draft) };
    case "drawing":
      return { interaction: { ...draft.picture }, scoring: rubric(draft) };
    default:
      return { interaction: {}, scoring: {} };
  }
}

function number({ number: said }: Draft): { interaction: Json; scoring: Json } {
  const tolerance = said.tolerance === "exact" ? { kind: "exact" } : { kind: said.tolerance, amount: said.amount.trim() };
  const shown = said.unit === "shown" ? { unit: said.unit, unit_text: said.unitText.trim() } : { unit: said.unit };
  const unit = said.unit === "asked" ? { unit: { accept: words(said.units) } } : {};
  return { interaction: shown, scoring: { value: said.value.trim(), tolerance, ...unit } };
}

function rubric(draft: Draft): Json {
  const criteria = draft.rubric.map((one, index) => ({ id: String(index + 1), title: one.title.trim(), points: one.points.trim(), bands: one.bands.map((band) => ({ ...band })) }));
  return { rubric: criteria, model: blocksOf(draft.model) };
}
