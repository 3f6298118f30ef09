/** The shapes the hall answers a seat with. */
import type { Header, StepValue } from "@/kernel/chain";

export type SeatPhase =
  | "unbound" | "bound" | "check_in" | "waiting_admission" | "refused" | "admitted" | "ready" | "answering" | "submitted" | "closed" | "moved";

export interface EnrolAnswer {
  readonly station: string;
  readonly pairing_code: string;
  readonly challenge: string;
}

export interface TokenAnswer {
  readonly token: string;
  readonly expires_ms: number;
  readonly state: SeatPhase;
}

export interface SeatSitting {
  readonly sitting: string;
  readonly title: string;
  readonly occupation: string;
  readonly level: string;
  readonly starts_ms: number;
  readonly duration_s: number;
  readonly state: string;
  readonly policy: Readonly<Record<string, unknown>>;
}

export interface SeatCandidate {
  readonly name: string;
  readonly ticket: string;
  readonly document_tail: string;
  readonly photo: string | null;
  readonly confirmed: boolean;
}

export interface Credit {
  readonly credit: string;
  readonly seconds: number;
  readonly reason: string;
  readonly note: string;
  readonly at_ms: number;
}

export interface ServerAnswer {
  readonly value: StepValue;
  readonly flag: boolean;
  readonly seq: number;
}

export interface SeatSession {
  readonly session: string;
  readonly header: Header | null;
  readonly form: string;
  readonly paper: string;
  readonly lease: number;
  readonly head: string | null;
  readonly seq: number;
  readonly started_ms: number | null;
  readonly deadline_ms: number | null;
  readonly grace_s: number;
  readonly extra_s: number;
  readonly credits: readonly Credit[];
  readonly answers: Readonly<Record<string, ServerAnswer>>;
  readonly form_key: string | null;
  readonly cipher_digest: string;
  readonly cipher_size: number;
  readonly submitted_ms: number | null;
}

export interface Message {
  readonly message: string;
  readonly text: string;
  readonly at_ms: number;
  readonly to_all: boolean;
  readonly read_ms: number | null;
}

export interface SeatView {
  readonly phase: SeatPhase;
  readonly station: string;
  readonly seat: string | null;
  readonly lease: number | null;
  readonly sitting: SeatSitting | null;
  readonly candidate: SeatCandidate | null;
  readonly session: SeatSession | null;
  readonly refusal: string | null;
  readonly messages: readonly Message[];
  readonly server_ms: number;
}

export interface SaveAnswerView {
  readonly results: readonly { readonly seq: number; readonly status: "accepted" | "duplicate" | "stale" | "gap" | "closed" | "fenced"; readonly head: string }[];
  readonly head: string;
  readonly seq: number;
  readonly server_ms: number;
  readonly deadline_ms: number | null;
}

export interface Receipt {
  readonly session: string;
  readonly ticket: string;
  readonly sitting: string;
  readonly steps: number;
  readonly head: string;
  readonly at_ms: number;
  readonly code: string;
  readonly qr: string;
  readonly document: string;
}
