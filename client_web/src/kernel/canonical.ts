/**
 * The one encoder, held to the same bytes as the server's by `tests/vectors/canonical.json`.
 *
 * RFC 8785 JSON restricted to what two languages agree on: NFC text, integers up to 2^53-1, strings, booleans, null,
 * arrays, objects. Nothing else is ever hashed or signed.
 */
import canonicalize from "canonicalize";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export class NotCanonical extends Error {
  constructor(place: string, reason: string) {
    super(`${place} ${reason}`);
    this.name = "NotCanonical";
  }
}

const MAX_DEPTH = 64;
const text = new TextEncoder();

/** Domain tag, line feed, RFC 8785 JSON. */
export function encode(value: Json, type: string, version: number): Uint8Array<ArrayBuffer> {
  return concat(text.encode(`${type}/${version}\n`), toJson(value));
}

/** RFC 8785 JSON alone, under the same restrictions. */
export function toJson(value: Json): Uint8Array<ArrayBuffer> {
  check(value, "$", 0);
  const written = canonicalize(value);
  if (written === undefined) throw new NotCanonical("$", "is not JSON");
  return text.encode(written);
}

function check(value: Json, place: string, depth: number): void {
  if (depth > MAX_DEPTH) throw new NotCanonical(place, "is nested too deeply");
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new NotCanonical(place, "is not an integer up to 2^53-1");
  } else if (typeof value === "string") {
    checkText(value, place);
  } else if (isArray(value)) {
    value.forEach((inner, index) => check(inner, `${place}[${index}]`, depth + 1));
  } else {
    for (const [key, inner] of Object.entries(value)) {
      checkText(key, place);
      check(inner, `${place}.${key}`, depth + 1);
    }
  }
}

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);

function checkText(value: string, place: string): void {
  if (!value.isWellFormed()) throw new NotCanonical(place, "holds a lone surrogate");
  if (value.normalize("NFC") !== value) throw new NotCanonical(place, "is not NFC text");
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The 32 bytes of SHA-256. */
export async function sha256(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

/** `sha256:` and 64 lower-case hexadecimal digits. */
export const digestText = (raw: Uint8Array): string =>
  `sha256:${Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;

export const digest = async (data: Uint8Array<ArrayBuffer>): Promise<string> => digestText(await sha256(data));

/** The 32 bytes behind a digest's text. */
export function rawDigest(value: string): Uint8Array<ArrayBuffer> {
  if (!/^sha256:[0-9a-f]{64}$/.test(value)) throw new NotCanonical(value.slice(0, 80), "is not a sha256 digest");
  return Uint8Array.from(value.slice(7).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
