/** The paragraphs of an item while somebody writes them: plain words, rich text, pictures, sounds. Pure. */
import type { Block } from "@/ui/item/item";

export interface Piece {
  kind: Block["kind"];
  text: string;
  asset: string;
  alt: string;
  plays: number;
}

export type JsonBlock = Record<string, string | number>;

const piece = (kind: Piece["kind"], rest: Partial<Piece> = {}): Piece => ({ kind, text: "", asset: "", alt: "", plays: 0, ...rest });

export const textPiece = (text = ""): Piece => piece("text", { text });
export const figurePiece = (asset: string, alt: string): Piece => piece("figure", { asset, alt });
export const audioPiece = (asset: string, alt: string): Piece => piece("audio", { asset, alt });

export const piecesOf = (blocks: readonly Block[]): Piece[] =>
  blocks.map((block) => {
    if (block.kind === "text") return textPiece(block.text);
    if (block.kind === "html") return piece("html", { text: block.html });
    return piece(block.kind, { asset: block.asset, alt: block.alt, plays: block.kind === "audio" ? block.plays : 0 });
  });

/** Empty paragraphs of words say nothing and are not sent. */
export const blocksOf = (pieces: readonly Piece[]): JsonBlock[] =>
  pieces.filter((one) => one.asset !== "" || one.text.trim() !== "").map(blockOf);

function blockOf(one: Piece): JsonBlock {
  if (one.kind === "text") return { kind: "text", text: one.text };
  if (one.kind === "html") return { kind: "html", html: one.text };
  const shown: JsonBlock = { kind: one.kind, asset: one.asset, alt: one.alt };
  return one.kind === "audio" ? { ...shown, plays: one.plays } : shown;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** The same words as rich text: nothing of them becomes markup. */
export const asHtml = (text: string): string => text.replace(/[&<>]/g, (mark) => ESCAPES[mark] ?? mark).replaceAll("\n", "<br>\n");

export interface Selection {
  readonly start: number;
  readonly end: number;
}

export interface Edited {
  readonly text: string;
  readonly selection: Selection;
}

/** Puts marks around the selected words, or before and after the cursor. */
export function wrapped(text: string, at: Selection, before: string, after: string): Edited {
  const middle = text.slice(at.start, at.end);
  const start = at.start + before.length;
  return { text: text.slice(0, at.start) + before + middle + after + text.slice(at.end), selection: { start, end: start + middle.length } };
}

/** The selection in the same words after they became rich text. */
export function movedSelection(text: string, at: Selection): Selection {
  return { start: asHtml(text.slice(0, at.start)).length, end: asHtml(text.slice(0, at.end)).length };
}

export const TABLE = "<table><tbody><tr><th> </th><th> </th></tr><tr><td> </td><td> </td></tr></tbody></table>";
export const FORMULA = "<math><mi>U</mi><mo>=</mo><mi>I</mi><mi>R</mi></math>";

const MARK = /\{\{(\d{1,2})\}\}/g;

/** How many blanks the marks `{{1}}`, `{{2}}` … of these paragraphs make. */
export function blanksIn(pieces: readonly Piece[]): number {
  const found = pieces.flatMap((one) => [...one.text.matchAll(MARK)].map((match) => Number(match[1])));
  return Math.max(0, ...found);
}
