/** What a paper package says about its custodians, and a custodian's own shares inside it. Pure apart from WebCrypto. */
import { b64u, unb64u } from "@/kernel/base64";
import { digest, encode, sha256, toJson, type Json } from "@/kernel/canonical";
import { openWith } from "@/kernel/hpke";
import { NotADocument, publicOf, readDocument, signedBy, type SignedDocument, type TrustedKey } from "@/kernel/signing";
import type { Keys, PublicCard } from "./keys";

type Bytes = Uint8Array<ArrayBuffer>;

export interface PaperCustodian extends PublicCard {
  readonly custodian: string;
}

export interface PaperSlot {
  readonly custodian: string;
  readonly share: string;
  readonly share_digest: string;
  readonly proof_key?: string;
}

export interface PaperForm {
  readonly form: string;
  readonly name: string;
  readonly reserve: boolean;
  readonly items: number;
  readonly cipher_digest: string;
  readonly slots: readonly PaperSlot[];
}

export interface PaperManifest {
  readonly paper: string;
  readonly title: string;
  readonly not_before_ms: number;
  readonly expires_ms: number;
  readonly threshold: number;
  readonly custodians: readonly PaperCustodian[];
  readonly forms: readonly PaperForm[];
  readonly reseal?: { readonly reason: string; readonly asked_by: string; readonly approved_by: string };
}

export interface Paper {
  readonly manifest: PaperManifest;
  readonly digest: string;
  /** the bank's name where a trusted key signed; null where no trust list was given or it does not hold */
  readonly signedBy: string | null;
}

export interface OwnShare {
  readonly form: string;
  readonly name: string;
  readonly plaintext: Bytes;
  readonly proof: Bytes;
}

export type PaperFault = "notAPackage" | "notMine" | "shareAltered" | "formAltered" | "notSigned";
export class PaperProblem extends Error {
  constructor(
    readonly fault: PaperFault,
    readonly detail = "",
  ) {
    super(`${fault} ${detail}`);
    this.name = "PaperProblem";
  }
}

const view = (data: Bytes): DataView => new DataView(data.buffer, data.byteOffset, data.byteLength);

/** The entries of a package in the one stored layout of section 7, by name. */
export function entriesOf(data: Bytes): Map<string, Bytes> {
  const found = new Map<string, Bytes>();
  const bytes = view(data);
  let at = 0;
  while (at + 30 <= data.length && bytes.getUint32(at, true) === 0x04034b50) {
    const size = bytes.getUint32(at + 18, true);
    const named = bytes.getUint16(at + 26, true);
    const start = at + 30 + named;
    if (bytes.getUint16(at + 8, true) !== 0 || start + size > data.length) throw new PaperProblem("notAPackage");
    found.set(new TextDecoder().decode(data.subarray(at + 30, start)), data.slice(start, start + size));
    at = start + size;
  }
  if (!found.has("manifest.json")) throw new PaperProblem("notAPackage");
  return found;
}

/** The paper in a package, its ciphertexts checked against the manifest, its signature against the trust list. */
export async function readPaper(data: Bytes, trust: readonly TrustedKey[]): Promise<Paper> {
  const entries = entriesOf(data);
  let document: SignedDocument;
  try {
    document = await readDocument(entries.get("manifest.json")!, "exam.paper-manifest");
  } catch (error) {
    throw error instanceof NotADocument ? new PaperProblem("notAPackage", error.message) : error;
  }
  const manifest = document.body as unknown as PaperManifest;
  for (const form of manifest.forms) {
    const sealed = entries.get(`forms/${form.form}.bin`);
    if (!sealed || (await digest(sealed)) !== form.cipher_digest) throw new PaperProblem("formAltered", form.name);
  }
  return { manifest, digest: document.digest, signedBy: await signedBy(document, "bank", trust) };
}

export const ownCustodian = (manifest: PaperManifest, card: PublicCard): PaperCustodian | null =>
  manifest.custodians.find((one) => one.signing_key === card.signing_key && one.sealing_key === card.sealing_key) ?? null;

/** Every share of the owner of these keys, opened and compared with the manifest; throws PaperProblem. */
export async function ownShares(paper: Paper, keys: Keys): Promise<OwnShare[]> {
  const own = ownCustodian(paper.manifest, keys.card);
  if (!own) throw new PaperProblem("notMine", keys.card.name);
  const shares: OwnShare[] = [];
  for (const form of paper.manifest.forms) shares.push(await ownShare(paper.manifest, form, own, keys));
  return shares;
}

async function ownShare(manifest: PaperManifest, form: PaperForm, own: PaperCustodian, keys: Keys): Promise<OwnShare> {
  const slot = form.slots.find((one) => one.custodian === own.custodian);
  const info = encode({ paper: manifest.paper, form: form.form, custodian: own.custodian }, "exam.share-info", 1);
  const plaintext = slot ? await openWith(keys.sealing, unb64u(slot.share), info).catch(() => null) : null;
  if (!slot || !plaintext || (await digest(plaintext)) !== slot.share_digest) throw new PaperProblem("shareAltered", form.name);
  const share = JSON.parse(new TextDecoder().decode(plaintext)) as Record<string, Json>;
  const proof = await sha256(encode(share, "exam.share-proof", 1));
  if (slot.proof_key !== undefined && b64u(await publicOf(proof)) !== slot.proof_key) throw new PaperProblem("shareAltered", form.name);
  return { form: form.form, name: form.name, plaintext, proof };
}

/** The public card as a file and as the text of its QR code. */
export const cardText = (card: PublicCard): string => new TextDecoder().decode(toJson({ name: card.name, signing_key: card.signing_key, sealing_key: card.sealing_key }));
