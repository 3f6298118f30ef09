/** What a custodian hands out: a proof of possession, a release to a hall, an answer to a call. Nothing else leaves. */
import { b64u, unb64u } from "@/kernel/base64";
import { encode, type Json } from "@/kernel/canonical";
import { sealTo } from "@/kernel/hpke";
import { keyId, readDocument, sign, signDocument, signedBy, verifies, type TrustedKey } from "@/kernel/signing";
import type { Keys, PublicCard } from "./keys";
import { ownCustodian, ownShares, PaperProblem, type Paper } from "./paper";

type Bytes = Uint8Array<ArrayBuffer>;

export type RefusedBecause =
  | "otherPaper"
  | "notSigned"
  | "otherHall"
  | "noBinding"
  | "tooEarly"
  | "tooLate"
  | "notForMe"
  | "onePerson"
  | "notOrdered"
  | "noProofKeys";

export class Refusal extends Error {
  constructor(readonly because: RefusedBecause) {
    super(because);
    this.name = "Refusal";
  }
}

/** Where a release goes: a hall under an order, or a ceremony of the bank; `key` is its raw X25519 public key. */
export interface Receiver {
  readonly key: Bytes;
  readonly sitting: string;
  readonly forms: readonly string[];
  readonly opens_ms: number;
  readonly closes_ms: number;
}

export interface Order {
  readonly sitting: string;
  readonly hall_key: string;
  readonly centre: Json;
  readonly institution: { readonly name: string };
  readonly room: { readonly name: string };
  readonly occupation_name: string;
  readonly starts_ms: number;
  readonly release_opens_ms: number;
  readonly release_closes_ms: number;
  readonly papers: readonly { readonly paper: string; readonly manifest_digest: string }[];
  readonly forms: readonly string[];
  readonly reserve_forms: readonly string[];
}

export interface Call {
  readonly ceremony: string;
  readonly kind: "reseal" | "print";
  readonly paper: string;
  readonly manifest_digest: string;
  readonly forms: readonly string[];
  readonly sealing_key: string;
  readonly opens_ms: number;
  readonly closes_ms: number;
  readonly reason: string;
  readonly asked_by: string;
  readonly approved_by: string;
  readonly custodians: readonly (PublicCard & { readonly custodian: string })[];
  readonly threshold: number;
  readonly copies: number;
  readonly place: string;
}

export interface Challenge {
  readonly paper: string;
  readonly manifest_digest: string;
  readonly custodian: string;
  readonly nonce: string;
  readonly made_ms: number;
  readonly expires_ms: number;
}

async function trusted<T>(data: Bytes, type: string, role: string, trust: readonly TrustedKey[]): Promise<T> {
  const document = await readDocument(data, type);
  if ((await signedBy(document, role, trust)) === null) throw new Refusal("notSigned");
  return document.body as unknown as T;
}

export const readOrder = (data: Bytes, trust: readonly TrustedKey[]): Promise<Order> => trusted(data, "exam.sitting-order", "authority", trust);
export const readCall = (data: Bytes, trust: readonly TrustedKey[]): Promise<Call> => trusted(data, "exam.ceremony-call", "bank", trust);
export const readChallenge = (data: Bytes, trust: readonly TrustedKey[]): Promise<Challenge> => trusted(data, "exam.possession-challenge", "bank", trust);

/** The hall of the order: its identity file says which key seals for it, signed by the key the order names. */
export async function hallOf(order: Order, identity: string, paper: Paper): Promise<Receiver> {
  const named = order.papers.find((one) => one.paper === paper.manifest.paper);
  if (named?.manifest_digest !== paper.digest) throw new Refusal("notOrdered");
  let said: { signing_key: string; sealing_key: string; binding: string };
  try {
    said = JSON.parse(identity) as typeof said;
    if ((await keyId("ed25519", unb64u(said.signing_key))) !== order.hall_key) throw new Refusal("otherHall");
  } catch {
    throw new Refusal("otherHall");
  }
  const message = encode({ signing_key: said.signing_key, sealing_key: said.sealing_key }, "exam.hall-identity", 1);
  if (!(await verifies(unb64u(said.signing_key), unb64u(said.binding), message))) throw new Refusal("noBinding");
  return {
    key: unb64u(said.sealing_key),
    sitting: order.sitting,
    forms: paper.manifest.forms.map((form) => form.form),
    opens_ms: Math.max(order.release_opens_ms, paper.manifest.not_before_ms),
    closes_ms: Math.min(order.release_closes_ms, paper.manifest.expires_ms),
  };
}

/** The ceremony a call speaks of, for the paper one holds. */
export function ceremonyOf(call: Call, paper: Paper): Receiver {
  if (call.paper !== paper.manifest.paper || call.manifest_digest !== paper.digest) throw new Refusal("otherPaper");
  if (call.asked_by === call.approved_by) throw new Refusal("onePerson");
  const from = call.kind === "print" ? paper.manifest.not_before_ms : 0;
  return {
    key: unb64u(call.sealing_key),
    sitting: call.ceremony,
    forms: call.forms,
    opens_ms: Math.max(call.opens_ms, from),
    closes_ms: Math.min(call.closes_ms, paper.manifest.expires_ms),
  };
}

export const outside = (to: Receiver, now: number): RefusedBecause | null => (now < to.opens_ms ? "tooEarly" : now >= to.closes_ms ? "tooLate" : null);

/** The key-release file for one receiver; refuses outside the window and for a paper no trusted bank signed. */
export async function release(paper: Paper, keys: Keys, to: Receiver, device: string, now: number): Promise<Bytes> {
  const late = outside(to, now);
  if (late) throw new Refusal(late);
  if (paper.signedBy === null) throw new PaperProblem("notSigned");
  const own = ownCustodian(paper.manifest, keys.card);
  if (!own) throw new PaperProblem("notMine");
  const hall = await keyId("x25519", to.key);
  const shares = (await ownShares(paper, keys)).filter((one) => to.forms.includes(one.form));
  const forms: Json[] = [];
  for (const share of shares) {
    const info = encode({ paper: paper.manifest.paper, form: share.form, hall, sitting: to.sitting }, "exam.release-info", 1);
    forms.push({ form: share.form, share: b64u(await sealTo(to.key, share.plaintext, info)) });
  }
  const body = {
    paper: paper.manifest.paper,
    manifest_digest: paper.digest,
    hall,
    sitting: to.sitting,
    forms,
    custodian: own.custodian,
    device: device.trim().normalize("NFC"),
    made_ms: now,
  };
  return signDocument(body, "exam.key-release", "custodian", own.name, keys.signing);
}

/** The answer to a challenge: a signature by every share, none of which it shows. */
export async function prove(paper: Paper, keys: Keys, challenge: Challenge, device: string, now: number): Promise<Bytes> {
  const own = ownCustodian(paper.manifest, keys.card);
  if (!own) throw new PaperProblem("notMine");
  if (challenge.custodian !== own.custodian) throw new Refusal("notForMe");
  if (challenge.manifest_digest !== paper.digest) throw new Refusal("otherPaper");
  if (now >= challenge.expires_ms) throw new Refusal("tooLate");
  if (paper.manifest.forms.some((form) => form.slots.some((slot) => slot.proof_key === undefined))) throw new Refusal("noProofKeys");
  const { manifest_digest, nonce } = challenge;
  const forms: Json[] = [];
  for (const share of await ownShares(paper, keys)) {
    const facts = { paper: paper.manifest.paper, manifest_digest, custodian: own.custodian, form: share.form, nonce };
    forms.push({ form: share.form, proof: b64u(await sign(share.proof, encode(facts, "exam.share-possession", 1))) });
  }
  const body = { paper: paper.manifest.paper, manifest_digest, custodian: own.custodian, nonce, forms, device: device.trim().normalize("NFC"), made_ms: now };
  return signDocument(body, "exam.possession", "custodian", own.name, keys.signing);
}
