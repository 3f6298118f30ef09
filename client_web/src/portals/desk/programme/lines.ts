/** Lines of `code type number` as people type targets and wishes. Pure. */
import { TYPES } from "../words";

export interface Wish {
  readonly code: string;
  readonly type: string;
  readonly wanted: number;
}

export interface Wishes {
  readonly wishes: readonly Wish[];
  /** number (from 1) and text of the first line that cannot be read */
  readonly fault: { readonly n: number; readonly text: string } | null;
}

/** `A-B 20`, `A-A-A-001 true_false 4`, `single_response 30`, `100`; blank lines are left out. */
export function readWishes(text: string): Wishes {
  const wishes: Wish[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    if (!raw.trim()) continue;
    const one = readLine(raw.trim());
    if (!one) return { wishes, fault: { n: index + 1, text: raw.trim().slice(0, 60) } };
    wishes.push(one);
  }
  return { wishes, fault: null };
}

function readLine(text: string): Wish | null {
  const words = text.split(/\s+/);
  const wanted = words.pop() ?? "";
  if (!/^\d{1,5}$/.test(wanted) || words.length > 2) return null;
  const types = words.filter((word) => /^[a-z]+(_[a-z]+)+$/.test(word) || (TYPES as readonly string[]).includes(word));
  const codes = words.filter((word) => !types.includes(word));
  return types.length > 1 || codes.length > 1 ? null : { code: codes[0] ?? "", type: types[0] ?? "", wanted: Number(wanted) };
}

/** `A, B-A，C` as a list of codes. */
export const readCodes = (text: string): string[] => text.split(/[,，、\s]+/).filter(Boolean);
