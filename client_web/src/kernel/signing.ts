/** Ed25519 over raw keys, key ids, and signed documents (`examserver/docs/formats.md`, sections 3 and 4). */
import { b64u, unb64u } from "./base64";
import { concat, digest, encode, sha256, toJson, type Json } from "./canonical";

type Bytes = Uint8Array<ArrayBuffer>;

const PKCS8_ED25519 = Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20);

export type Fields = { readonly [key: string]: Json };

export interface Signature {
  readonly role: string;
  readonly name: string;
  readonly key: string;
  readonly suite: string;
  readonly value: string;
}

export interface SignedDocument {
  readonly type: string;
  readonly version: number;
  readonly body: Fields;
  readonly signatures: readonly Signature[];
  /** digest of the file's bytes */
  readonly digest: string;
}

export interface TrustedKey {
  readonly key: string;
  readonly public_key: string;
  readonly role: string;
  readonly name: string;
}

export class NotADocument extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "NotADocument";
  }
}

export async function keyId(algorithm: "ed25519" | "x25519", publicRaw: Bytes): Promise<string> {
  const hex = Array.from((await sha256(publicRaw)).slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${algorithm}:${hex}`;
}

const signingKey = (privateRaw: Bytes): Promise<CryptoKey> => crypto.subtle.importKey("pkcs8", concat(PKCS8_ED25519, privateRaw), { name: "Ed25519" }, true, ["sign"]);

/** The public half of an Ed25519 private key. */
export async function publicOf(privateRaw: Bytes): Promise<Bytes> {
  const jwk = await crypto.subtle.exportKey("jwk", await signingKey(privateRaw));
  return unb64u(jwk.x ?? "");
}

export async function newEd25519(): Promise<{ privateRaw: Bytes; publicRaw: Bytes }> {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return { privateRaw: pkcs8.slice(-32), publicRaw: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)) };
}

export async function sign(privateRaw: Bytes, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, await signingKey(privateRaw), message));
}

export async function verifies(publicRaw: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", publicRaw, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
  } catch {
    return false;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);

/** A document's parts from the bytes of its file; throws NotADocument when it is not exactly one. */
export async function readDocument(data: Bytes, type: string): Promise<SignedDocument> {
  let file: unknown;
  try {
    file = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch {
    throw new NotADocument("not JSON");
  }
  if (!isRecord(file) || !isRecord(file["body"]) || !Array.isArray(file["signatures"])) throw new NotADocument("not a signed document");
  if (file["type"] !== type || file["version"] !== 1) throw new NotADocument(`it is a ${String(file["type"])}, not a ${type}`);
  if (!sameBytes(toJson(file as Fields), data)) throw new NotADocument("not in canonical form");
  return { type, version: 1, body: file["body"] as Fields, signatures: file["signatures"] as Signature[], digest: await digest(data) };
}

const covered = (body: Fields, type: string, role: string, name: string): Bytes => encode({ body, name, role }, type, 1);

/** The name of who signed in this role, by a trusted key, with every signature right; null otherwise. */
export async function signedBy(document: SignedDocument, role: string, trust: readonly TrustedKey[]): Promise<string | null> {
  let found: string | null = null;
  for (const one of document.signatures) {
    const key = trust.find((known) => known.role === one.role && known.key === one.key);
    if (!key || one.suite !== "ed25519" || (await keyId("ed25519", unb64u(key.public_key))) !== one.key) return null;
    if (!(await verifies(unb64u(key.public_key), unb64u(one.value), covered(document.body, document.type, one.role, one.name)))) return null;
    if (one.role === role) found = one.name;
  }
  return found;
}

/** The file of a document signed once. */
export async function signDocument(body: Fields, type: string, role: string, name: string, privateRaw: Bytes): Promise<Bytes> {
  const key = await keyId("ed25519", await publicOf(privateRaw));
  const value = b64u(await sign(privateRaw, covered(body, type, role, name)));
  return toJson({ type, version: 1, body, signatures: [{ role, name, key, suite: "ed25519", value }] });
}

/** The keys of a trust.json; throws NotADocument. */
export function readTrust(text: string): TrustedKey[] {
  try {
    const file = JSON.parse(text) as { type?: string; keys?: TrustedKey[] };
    if (file.type !== "exam.trust" || !Array.isArray(file.keys)) throw new NotADocument("not a trust list");
    return file.keys;
  } catch {
    throw new NotADocument("not a trust list");
  }
}
