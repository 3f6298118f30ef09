/** Asks the server and this browser about a certificate, and folds both answers into one verdict. */
import { Client } from "@/api/client";
import { asApiError } from "@/api/errors";
import type { PublicAnswer, PublicKeys } from "@/api/schema";
import { checkSignature, readQr, type IssuerKey, type QrPayload, type SignatureState } from "./qr";

export type Verdict = "valid" | "void" | "unknown" | "forged" | "offline";

export interface Outcome {
  readonly verdict: Verdict;
  readonly answer: PublicAnswer | null;
  readonly payload: QrPayload | null;
  readonly signature: SignatureState | null;
}

const KEYS = "exam.issuers";
// Public endpoints need no session; an empty token keeps the client from asking for one.
const api = new Client("authority", () => null);

/** Issuers' public keys: from the server, or as last seen on this device. */
export async function issuerKeys(): Promise<IssuerKey[]> {
  try {
    const { keys } = await api.get<PublicKeys>("/api/public/keys");
    remember(keys);
    return keys;
  } catch {
    return remembered(); // no network, or a server that does not publish them: what this device knows
  }
}

function remember(keys: readonly IssuerKey[]): void {
  try {
    localStorage.setItem(KEYS, JSON.stringify(keys));
  } catch {
    /* storage forbidden: the keys last for this page */
  }
}

function remembered(): IssuerKey[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEYS) ?? "[]");
    return Array.isArray(value) ? (value as IssuerKey[]) : [];
  } catch {
    return [];
  }
}

/** What both found: a bad signature is a forgery whatever the server says; without the server a good one is only half an answer. */
export function verdictOf(signature: SignatureState | null, answer: PublicAnswer | null): Verdict | null {
  if (signature === "bad") return "forged";
  if (answer) return answer.state;
  return signature === "good" ? "offline" : null;
}

/** By number and name; raises an ApiError. */
export async function verifyByNumber(number: string, name: string): Promise<Outcome> {
  const answer = await api.post<PublicAnswer>("/api/public/verify", { number, name });
  return { verdict: answer.state, answer, payload: null, signature: null };
}

/** By the code alone; null for a text that is not one of ours; raises an ApiError where neither side could say anything. */
export async function verifyByQr(text: string): Promise<Outcome | null> {
  const payload = readQr(text);
  if (!payload) return null;
  const signature = await checkSignature(payload, await issuerKeys());
  const asked = await ask(payload.text);
  const answer = "error" in asked ? null : asked;
  const verdict = verdictOf(signature, answer);
  if (verdict === null) throw "error" in asked ? asked.error : new Error("no verdict");
  return { verdict, answer, payload, signature };
}

async function ask(qr: string): Promise<PublicAnswer | { error: unknown }> {
  try {
    return await api.post<PublicAnswer>("/api/public/verify", { qr });
  } catch (thrown) {
    return { error: asApiError(thrown) };
  }
}
