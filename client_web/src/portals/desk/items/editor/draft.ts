/** An item while somebody writes it: everything any type needs side by side, so that changing the type loses nothing. Pure. */
import { isChoice, type Block, type ItemType } from "@/ui/item/item";
import type { Area } from "./areas";
import { piecesOf, textPiece, type Piece } from "./pieces";

export interface ChoiceDraft {
  content: Piece[];
}

export interface BlankDraft {
  accept: string;
  normalise: string[];
  width: number;
}

export interface GapDraft {
  options: ChoiceDraft[];
  right: number;
}

export interface BandDraft {
  points: string;
  words: string;
}

export interface CriterionDraft {
  title: string;
  points: string;
  bands: BandDraft[];
}

export interface Draft {
  code: string;
  type: ItemType;
  point: string;
  points: string;
  stem: Piece[];
  options: ChoiceDraft[];
  truth: "" | "true" | "false";
  /** Which options are right, for choices. */
  right: number[];
  /** For ordering: the place of every option, from 1. */
  places: number[];
  /** For matching: the target of every option, from 0; -1 for none. */
  pairs: number[];
  targets: ChoiceDraft[];
  reuse: boolean;
  blanks: BlankDraft[];
  gaps: GapDraft[];
  number: { value: string; tolerance: string; amount: string; unit: string; unitText: string; units: string };
  picture: { asset: string; alt: string; width: number; height: number };
  areas: Area[];
  choose: number;
  lines: number;
  longest: number;
  rubric: CriterionDraft[];
  model: Piece[];
  rule: string;
  inCase: boolean;
  case: { code: string; place: number; size: number; stimulus: Piece[]; forAll: boolean };
  importance: string;
  cognition: string;
  difficulty: string;
  source: string;
  enemies: string;
  owner: string;
  funding: string;
}

type Json = Record<string, unknown>;
export const LETTERS = "ABCDEFGH";
export const RULES: Readonly<Partial<Record<ItemType, string>>> = {
  multiple_response: "partial_no_wrong",
  ordering: "per_place",
  matching: "per_part",
  text_entry: "per_part",
  hotspot: "per_part",
  inline_choice: "per_part",
};
export const NORMALISE = ["width", "space", "marks", "case"] as const;

export const choice = (): ChoiceDraft => ({ content: [textPiece()] });
export const blank = (): BlankDraft => ({ accept: "", normalise: ["width", "space", "marks"], width: 8 });
export const gap = (): GapDraft => ({ options: [choice(), choice(), choice()], right: 0 });
export const criterion = (): CriterionDraft => ({ title: "", points: "1", bands: [] });

export function emptyDraft(type: ItemType = "single_response"): Draft {
  return {
    code: "", type, point: "", points: "1", stem: [textPiece()], options: [choice(), choice(), choice(), choice()], truth: "",
    right: [], places: [1, 2, 3, 4], pairs: [-1, -1, -1, -1], targets: [choice(), choice(), choice()], reuse: false, blanks: [blank()],
    gaps: [gap()], number: { value: "", tolerance: "exact", amount: "", unit: "none", unitText: "", units: "" },
    picture: { asset: "", alt: "", width: 800, height: 500 }, areas: [], choose: 1, lines: 6, longest: 500, rubric: [criterion()],
    model: [textPiece()], rule: "", inCase: false, case: { code: "", place: 1, size: 2, stimulus: [textPiece()], forAll: false },
    importance: "", cognition: "", difficulty: "", source: "", enemies: "", owner: "", funding: "",
  };
}

const isRecord = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const record = (value: unknown): Json => (isRecord(value) ? value : {});
const records = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const whole = (value: unknown, usual: number): number => (typeof value === "number" ? value : usual);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : []);
const pieces = (value: unknown): Piece[] => {
  const found = piecesOf(records(value) as unknown as Block[]);
  return found.length > 0 ? found : [textPiece()];
};
const choices = (value: unknown): ChoiceDraft[] => records(value).map((one) => ({ content: pieces(one["content"]) }));

/** What a stored version says, ready to be changed. */
export interface StoredVersion {
  readonly content: Readonly<Json>;
  readonly key: readonly string[];
  readonly scoring: Readonly<Json>;
  readonly importance: string | null;
  readonly cognition: string | null;
  readonly difficulty: string | null;
  readonly source: string;
  readonly enemies: readonly string[];
  readonly owner: string;
  readonly funding: string;
}

export function draftOf(version: StoredVersion): Draft {
  const { content, scoring } = version;
  const type = text(content["type"]) as ItemType;
  const draft: Draft = {
    ...emptyDraft(type), code: text(content["code"]), point: text(content["point"]), points: text(content["points"]) || "1",
    stem: pieces(content["stem"]), rule: text(scoring["rule"]), importance: version.importance ?? "", cognition: version.cognition ?? "",
    difficulty: version.difficulty ?? "", source: version.source, enemies: version.enemies.join(" "), owner: version.owner, funding: version.funding,
  };
  const options = choices(content["options"]);
  if (options.length > 0 && type !== "true_false") draft.options = options;
  readKey(draft, version.key);
  readInteraction(draft, record(content["interaction"]), scoring, version.key);
  const group = record(content["case"]);
  if (group["code"] !== undefined) {
    draft.inCase = true;
    draft.case = { code: text(group["code"]), place: whole(group["place"], 1), size: whole(group["size"], 2), stimulus: pieces(group["stimulus"]), forAll: false };
  }
  return draft;
}

function readKey(draft: Draft, key: readonly string[]): void {
  const at = (id: string): number => LETTERS.indexOf(id);
  draft.places = draft.options.map((_, index) => index + 1);
  draft.pairs = draft.options.map(() => -1);
  if (draft.type === "true_false") draft.truth = key[0] === "true" || key[0] === "false" ? key[0] : "";
  else if (isChoice(draft.type)) draft.right = key.map(at);
  else if (draft.type === "ordering") key.forEach((id, index) => (draft.places[at(id)] = index + 1));
  else if (draft.type === "matching") {
    for (const pair of key) {
      const [left = "", right = ""] = pair.split("-");
      draft.pairs[at(left)] = Number(right) - 1;
    }
  }
}

function readInteraction(draft: Draft, shown: Json, scoring: Readonly<Json>, key: readonly string[]): void {
  if (Array.isArray(shown["targets"])) draft.targets = choices(shown["targets"]);
  draft.reuse = shown["reuse"] === true;
  const accepted = records(scoring["blanks"]);
  if (Array.isArray(shown["blanks"])) {
    draft.blanks = records(shown["blanks"]).map((one, index) => ({
      accept: texts(accepted[index]?.["accept"]).join("\n"), normalise: texts(accepted[index]?.["normalise"]), width: whole(one["width"], 8),
    }));
  }
  if (Array.isArray(shown["gaps"])) {
    draft.gaps = records(shown["gaps"]).map((one, index) => {
      const ids = records(one["options"]).map((option) => text(option["id"]));
      return { options: choices(one["options"]), right: ids.indexOf(key[index] ?? "") };
    });
  }
  if (scoring["tolerance"] !== undefined) readNumber(draft, shown, scoring);
  if (shown["asset"] !== undefined) {
    draft.picture = { asset: text(shown["asset"]), alt: text(shown["alt"]), width: whole(shown["width"], 800), height: whole(shown["height"], 500) };
  }
  if (Array.isArray(scoring["areas"])) draft.areas = records(scoring["areas"]).map((one) => ({ ...(one as unknown as Area), coords: [...(one["coords"] as number[])] }));
  draft.choose = whole(shown["choose"], 1);
  draft.lines = whole(shown["lines"], 6);
  draft.longest = whole(shown["longest"], 500);
  if (Array.isArray(scoring["rubric"])) {
    draft.rubric = records(scoring["rubric"]).map((one) => ({
      title: text(one["title"]), points: text(one["points"]), bands: records(one["bands"]).map((band) => ({ points: text(band["points"]), words: text(band["words"]) })),
    }));
    draft.model = pieces(scoring["model"]);
  }
}

function readNumber(draft: Draft, shown: Json, scoring: Readonly<Json>): void {
  const tolerance = record(scoring["tolerance"]);
  draft.number = {
    value: text(scoring["value"]), tolerance: text(tolerance["kind"]) || "exact", amount: text(tolerance["amount"]),
    unit: text(shown["unit"]) || "none", unitText: text(shown["unit_text"]), units: texts(record(scoring["unit"])["accept"]).join(" "),
  };
}
