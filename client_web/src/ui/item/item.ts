/** An item as a form carries it: content only, never a key. The shape is `exam.form/1` of the format documentation. */

export type ItemType = "single_response" | "multiple_response" | "true_false";

export interface TextBlock {
  readonly kind: "text";
  readonly text: string;
}

export interface FigureBlock {
  readonly kind: "figure";
  readonly asset: string;
  readonly alt: string;
}

export type Block = TextBlock | FigureBlock;

export interface ItemOption {
  readonly id: string;
  readonly content: readonly Block[];
}

export interface ItemContent {
  readonly id: string;
  readonly code?: string;
  readonly type: ItemType;
  readonly points: string;
  readonly stem: readonly Block[];
  readonly options: readonly ItemOption[];
}

export interface Asset {
  readonly media_type: string;
  readonly data: string;
}

export type Assets = Readonly<Record<string, Asset>>;

/** The letter a person sees before option number `index`. */
export const letterOf = (index: number): string => String.fromCharCode(65 + index);
