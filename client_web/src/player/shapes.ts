/** The shapes the hall answers a seat with, from the contract's own document. */
import type { Header } from "@/kernel/chain";
import type { CreditView, MessageView, ReceiptView, SaveAnswer, SeatSession, SeatSitting, SeatView } from "@/api/schema";

export type { EnrolAnswer, TokenAnswer, SeatSession, SeatSitting, SeatView } from "@/api/schema";
export type Credit = CreditView;
export type Message = MessageView;
export type Receipt = ReceiptView;
export type SaveAnswerView = SaveAnswer;
export type SeatPhase = SeatView["phase"];
export type Policy = SeatSitting["policy"];

/** The chain's header as the hall holds it; null before the start, or when it is not one. */
export function headerOf(session: SeatSession): Header | null {
  const raw = session.header;
  if (raw === null || typeof raw["started_ms"] !== "number") return null;
  const text = (name: string): string => String(raw[name] ?? "");
  return { session: text("session"), sitting: text("sitting"), ticket: text("ticket"), form: text("form"), paper: text("paper"), started_ms: raw["started_ms"] };
}
