/** An item as a form carries it: content only, never a key. The shape is `exam.form/1` of the format documentation. */

export const ITEM_TYPES = [
  "single_response",
  "multiple_response",
  "true_false",
  "ordering",
  "matching",
  "text_entry",
  "numeric_entry",
  "hotspot",
  "inline_choice",
  "short_answer",
  "extended_response",
  "drawing",
] as const;

export type ItemType = (typeof ITEM_TYPES)[number];

export interface TextBlock {
  readonly kind: "text";
  readonly text: string;
}

/** Rich text that the bank's allow-list has passed; rendered through a second allow-list here. */
export interface HtmlBlock {
  readonly kind: "html";
  readonly html: string;
}

export interface FigureBlock {
  readonly kind: "figure";
  readonly asset: string;
  readonly alt: string;
}

/** `plays`: how often it may be played, 0 for any number. */
export interface AudioBlock {
  readonly kind: "audio";
  readonly asset: string;
  readonly alt: string;
  readonly plays: number;
}

export type Block = TextBlock | HtmlBlock | FigureBlock | AudioBlock;

export interface ItemOption {
  readonly id: string;
  readonly content: readonly Block[];
}

export interface Blank {
  readonly id: string;
  readonly width: number;
}

export interface Gap {
  readonly id: string;
  readonly options: readonly ItemOption[];
}

/** What a type needs besides stem and options; each type has only its own members. */
export interface Interaction {
  readonly targets?: readonly ItemOption[];
  readonly reuse?: boolean;
  readonly blanks?: readonly Blank[];
  readonly unit?: "none" | "shown" | "asked";
  readonly unit_text?: string;
  readonly gaps?: readonly Gap[];
  readonly asset?: string;
  readonly alt?: string;
  readonly width?: number;
  readonly height?: number;
  readonly choose?: number;
  readonly lines?: number;
  readonly longest?: number;
}

/** The case group an item belongs to; what its members share stands in the form. */
export interface ItemCase {
  readonly code: string;
  readonly place: number;
  readonly size: number;
}

export interface ItemContent {
  readonly id: string;
  readonly code?: string;
  readonly type: ItemType;
  readonly points: string;
  readonly rule?: string;
  readonly stem: readonly Block[];
  readonly options: readonly ItemOption[];
  readonly interaction?: Interaction;
  readonly case?: ItemCase;
}

export interface Asset {
  readonly media_type: string;
  readonly data: string;
}

export type Assets = Readonly<Record<string, Asset>>;

/** What a candidate answers: an option, prose, a list (options, pairs, blanks, points, strokes), or nothing. */
export type AnswerValue = string | boolean | readonly string[] | null;

/** The letter a person sees before option number `index`. */
export const letterOf = (index: number): string => String.fromCharCode(65 + index);

const CHOICES: ReadonlySet<ItemType> = new Set(["single_response", "multiple_response", "true_false"]);
const TYPED: ReadonlySet<ItemType> = new Set(["text_entry", "numeric_entry", "short_answer", "extended_response", "drawing"]);

/** Whether one presses options. */
export const isChoice = (type: ItemType): boolean => CHOICES.has(type);
/** Whether the answer grows stroke by stroke, so that it is saved in pauses. */
export const isTyped = (type: ItemType): boolean => TYPED.has(type);

/** The words of blocks in one line: for lists of choices that hold plain text only. */
export function plainText(blocks: readonly Block[]): string {
  const words = blocks.map((block) => {
    if (block.kind === "text") return block.text;
    if (block.kind === "html") return new DOMParser().parseFromString(block.html, "text/html").body.textContent ?? "";
    return block.alt;
  });
  return words.join(" ").replace(/\s+/g, " ").trim();
}
