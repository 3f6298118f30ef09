/**
 * Opens one form: AES-256-GCM under the form's own key, bound to paper, form, scope and suite (`exam.form-aad/1`).
 *
 * The ciphertext is checked against the manifest before the start, the plaintext's digest after opening; whatever does
 * not fit is refused by name, since a candidate must never work on a damaged paper.
 */
import type { Assets, Block, ItemContent } from "@/ui/item/item";
import { digest, encode, type Json } from "./canonical";

export type FormFault = "missing" | "size" | "cipher" | "key" | "plain" | "shape" | "suite";

export class FormRefused extends Error {
  constructor(readonly fault: FormFault) {
    super(`form refused: ${fault}`);
    this.name = "FormRefused";
  }
}

export interface FormEntry {
  readonly form: string;
  readonly cipher_digest: string;
  readonly cipher_size: number;
  readonly plain_digest: string;
}

/** What a seat needs to know from a signed paper manifest. */
export interface Manifest {
  readonly paper: string;
  readonly suite: string;
  readonly scope: Json;
  readonly forms: readonly FormEntry[];
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly items: readonly ItemContent[];
}

export interface Form {
  readonly form: string;
  readonly title: string;
  readonly duration_s: number;
  readonly sections: readonly Section[];
  readonly assets: Assets;
  /** What the members of a case share, by its code. */
  readonly cases?: Readonly<Record<string, { readonly stimulus: readonly Block[] }>>;
}

const SUITE = "aes-256-gcm";
const NONCE = 12;

export function entryOf(manifest: Manifest, form: string): FormEntry {
  const entry = manifest.forms.find((one) => one.form === form);
  if (!entry) throw new FormRefused("missing");
  if (manifest.suite !== SUITE) throw new FormRefused("suite");
  return entry;
}

/** The ciphertext is the one the bank signed, byte for byte. */
export async function checkCipher(entry: FormEntry, cipher: Uint8Array<ArrayBuffer>): Promise<void> {
  if (cipher.length !== entry.cipher_size) throw new FormRefused("size");
  if ((await digest(cipher)) !== entry.cipher_digest) throw new FormRefused("cipher");
}

export const formAad = (manifest: Manifest, form: string): Uint8Array<ArrayBuffer> =>
  encode({ paper: manifest.paper, form, scope: manifest.scope, suite: manifest.suite }, "exam.form-aad", 1);

export async function openForm(
  manifest: Manifest,
  form: string,
  cipher: Uint8Array<ArrayBuffer>,
  key: Uint8Array<ArrayBuffer>,
): Promise<Form> {
  const entry = entryOf(manifest, form);
  const plain = await decrypt(cipher, key, formAad(manifest, form));
  if ((await digest(plain)) !== entry.plain_digest) throw new FormRefused("plain");
  const content: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain));
  if (!isForm(content) || content.form !== form) throw new FormRefused("shape");
  return content;
}

async function decrypt(
  cipher: Uint8Array<ArrayBuffer>,
  raw: Uint8Array<ArrayBuffer>,
  additionalData: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
    const iv = cipher.slice(0, NONCE);
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, cipher.slice(NONCE)));
  } catch {
    throw new FormRefused("key"); // WebCrypto says no more than "OperationError"
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function isForm(value: unknown): value is Form {
  if (!isRecord(value) || typeof value["form"] !== "string" || !isRecord(value["assets"])) return false;
  const sections = value["sections"];
  return Array.isArray(sections) && sections.every((one) => isRecord(one) && Array.isArray(one["items"]) && one["items"].every(isItem));
}

const isItem = (value: unknown): boolean =>
  isRecord(value) && typeof value["id"] === "string" && typeof value["type"] === "string" && Array.isArray(value["stem"]) && Array.isArray(value["options"]);
