/** What the hall pushes, checked before it is believed, and how each push changes the picture of the seat. */
import type { Header } from "@/kernel/chain";
import { headerOf, type Credit, type Message, type SeatSession, type SeatView } from "../shapes";

type Fields = Record<string, unknown>;
const isRecord = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const has = (value: unknown, ...names: readonly string[]): value is Fields => isRecord(value) && names.every((name) => name in value);

export interface Started {
  readonly session: string;
  readonly form_key: string;
  readonly started_ms: number;
  readonly deadline_ms: number;
}

export const isSeatView = (body: unknown): body is SeatView => has(body, "phase", "station", "session", "server_ms", "messages");

export const isMessage = (body: unknown): body is Message => has(body, "message", "text", "at_ms");

export const isStarted = (body: unknown): body is Started =>
  has(body, "session", "form_key", "started_ms", "deadline_ms") && typeof body["form_key"] === "string" && typeof body["started_ms"] === "number";

/** The seat starts answering: the header of its chain is known as soon as the start is. */
export function withStart(view: SeatView, push: Started): SeatView | null {
  const session = view.session;
  if (!session || session.session !== push.session || !view.sitting || !view.candidate) return null;
  if (view.phase !== "ready" && view.phase !== "answering") return null;
  const header: Header = headerOf(session) ?? {
    session: session.session,
    sitting: view.sitting.sitting,
    ticket: view.candidate.ticket,
    form: session.form,
    paper: session.paper,
    started_ms: push.started_ms,
  };
  const started: SeatSession = { ...session, header: { ...header }, form_key: push.form_key, started_ms: push.started_ms, deadline_ms: push.deadline_ms };
  return { ...view, phase: "answering", session: started };
}

export function withCredit(view: SeatView, body: unknown): SeatView | null {
  const session = view.session;
  if (!session || !has(body, "session", "credit", "deadline_ms") || body["session"] !== session.session) return null;
  const credit = body["credit"];
  if (!isCredit(credit) || (typeof body["deadline_ms"] !== "number" && body["deadline_ms"] !== null)) return null;
  const known = session.credits.some((one) => one.credit === credit.credit);
  const credits = known ? session.credits : [...session.credits, credit];
  return { ...view, session: { ...session, credits, deadline_ms: body["deadline_ms"] } };
}

const isCredit = (value: unknown): value is Credit => has(value, "credit", "seconds", "reason");

export function withMessage(view: SeatView, message: Message): SeatView {
  if (view.messages.some((one) => one.message === message.message)) return view;
  return { ...view, messages: [...view.messages, message] };
}
