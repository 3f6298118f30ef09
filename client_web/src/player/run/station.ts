/**
 * This workstation's identity: enrol once with its own key, prove it for a token, show the pairing code meanwhile.
 *
 * The private key never leaves the browser; the token lives in memory only and is fetched anew after a reload.
 */
import type { Client } from "@/api/client";
import { ApiError } from "@/api/errors";
import { b64u } from "@/kernel/base64";
import { encode } from "@/kernel/canonical";
import type { EnrolAnswer, TokenAnswer } from "../shapes";
import type { Enrolment, Store } from "./store";

export interface Identity {
  readonly enrolment: Enrolment;
  readonly token: string;
}

export async function identify(store: Store, client: Client): Promise<Identity> {
  const known = await store.enrolment();
  if (known) {
    try {
      const { challenge } = await client.post<{ challenge: string }>(`/api/hall/stations/${known.station}/challenge`);
      return { enrolment: known, token: await prove(store, client, known.station, challenge) };
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      // The hall does not know this workstation (a new hall database): enrol again below.
    }
  }
  return enrol(store, client);
}

async function enrol(store: Store, client: Client): Promise<Identity> {
  const answer = await client.post<EnrolAnswer>("/api/hall/stations", { public_key: b64u(await store.publicKey()), label: label() });
  const enrolment = { station: answer.station, pairingCode: answer.pairing_code };
  await store.keepEnrolment(enrolment);
  return { enrolment, token: await prove(store, client, answer.station, answer.challenge) };
}

async function prove(store: Store, client: Client, station: string, challenge: string): Promise<string> {
  const signature = b64u(await store.sign(encode({ station, challenge }, "exam.station-challenge", 1)));
  const answer = await client.post<TokenAnswer>(`/api/hall/stations/${station}/token`, { challenge, signature });
  return answer.token;
}

/** What staff recognise the machine by in a list: browser and screen, nothing secret. */
export function label(): string {
  const browser = /(Edg|Firefox|Chrome)\/(\d+)/.exec(navigator.userAgent);
  return `${browser ? `${browser[1]} ${browser[2]}` : "browser"} · ${screen.width}×${screen.height}`;
}
