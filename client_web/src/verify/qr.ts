/** What a certificate's QR code says and whether an issuer's key signed it: checked in the browser, without asking the server. */

export interface QrContent {
  /** certificate number */
  n: string;
  /** holder's name */
  m: string;
  /** occupation code */
  o: string;
  /** level, 5 to 1 */
  l: number;
  /** institution */
  i: string;
  /** issued on */
  d: string;
  /** first 16 hex of the certificate's digest */
  c: string;
  /** id of the signing key */
  k: string;
}

export interface QrPayload {
  content: QrContent;
  signature: Uint8Array;
  /** the part after `#`, as the server takes it */
  text: string;
}

export interface IssuerKey {
  key: string;
  public_key: string;
  name: string;
}

const FIELDS = ["n", "m", "o", "l", "i", "d", "c", "k"] as const;

export function bytesOfB64u(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}

/** The payload in a scanned text, a link or a bare fragment; null where it is not one of ours. */
export function readQr(scanned: string): QrPayload | null {
  const text = scanned.slice(scanned.indexOf("#") + 1).trim();
  const parts = text.split(".");
  if (parts.length !== 2 || !parts[0] || !parts[1]) return null;
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytesOfB64u(parts[0])));
    const signature = bytesOfB64u(parts[1]);
    return isContent(value) && signature.length === 64 ? { content: value, signature, text } : null;
  } catch {
    return null;
  }
}

function isContent(value: unknown): value is QrContent {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Record<string, unknown>;
  const right = FIELDS.every((f) => (f === "l" ? Number.isSafeInteger(record[f]) : typeof record[f] === "string"));
  return right && Object.keys(record).length === FIELDS.length;
}

/** The signed bytes: the canonical JSON of seven strings and a whole number under sorted names is what JSON.stringify writes for them. */
export function signedBytes(content: QrContent): Uint8Array<ArrayBuffer> {
  const sorted = Object.fromEntries([...FIELDS].sort().map((f) => [f, content[f]]));
  const bytes = new TextEncoder().encode(`exam.certificate-qr/1\n${JSON.stringify(sorted)}`);
  return bytes as Uint8Array<ArrayBuffer>;
}

export type SignatureState = "good" | "bad" | "unknown-key" | "not-checkable";

/** Whether one of the issuers' keys signed this payload; `not-checkable` where this browser has no Ed25519. */
export async function checkSignature(payload: QrPayload, keys: readonly IssuerKey[]): Promise<SignatureState> {
  const issuer = keys.find((k) => k.key === payload.content.k);
  if (!issuer) return "unknown-key";
  if (!globalThis.crypto?.subtle) return "not-checkable";
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey("raw", bytesOfB64u(issuer.public_key), { name: "Ed25519" }, false, ["verify"]);
  } catch {
    return "not-checkable";
  }
  const signature = payload.signature as Uint8Array<ArrayBuffer>;
  const good = await crypto.subtle.verify("Ed25519", key, signature, signedBytes(payload.content));
  return good ? "good" : "bad";
}
