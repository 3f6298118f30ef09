/**
 * The response chain as the workstation computes it: `h0 = H(header)`, `hn = H(hn-1 ‖ step n)`.
 *
 * The server computes the same from the same bytes; `tests/vectors/chain.json` holds both to it.
 */
import { concat, digestText, encode, rawDigest, sha256 } from "./canonical";

export type StepValue = string | boolean | readonly string[] | null;
export type StepKind = "answer" | "flag";

export interface Header {
  readonly session: string;
  readonly sitting: string;
  readonly ticket: string;
  readonly form: string;
  readonly paper: string;
  readonly started_ms: number;
}

export interface Step {
  readonly session: string;
  readonly lease: number;
  readonly seq: number;
  readonly item: string;
  readonly kind: StepKind;
  readonly value: StepValue;
  readonly made_ms: number;
  readonly prev: string;
}

/** A place in the chain: how many steps, and the hash after the last of them. */
export interface Head {
  readonly seq: number;
  readonly head: string;
}

export async function firstHead(header: Header): Promise<Head> {
  return { seq: 0, head: digestText(await sha256(encode({ ...header }, "exam.session", 1))) };
}

export async function nextHead(before: string, step: Step): Promise<string> {
  return digestText(await sha256(concat(rawDigest(before), encode({ ...step }, "exam.step", 1))));
}
