/**
 * What this workstation has made and what the server has acknowledged: a pure state machine.
 *
 * The log holds every step made here under the present lease, chained on `base`. Steps up to `acked` are on the server's
 * durable storage; the rest is unsaved and shown as such. A change is put into the log (and on disk) before it is sent.
 * Sources: the save answer's six statuses; excalidraw's reconcile (offline edits settled by one pure function).
 */
import type { Head, Step, StepKind, StepValue } from "./chain";

export interface Logged {
  readonly step: Step;
  readonly head: string;
}

export type OutboxPhase = "open" | "fenced" | "closed";

export interface Outbox {
  readonly session: string;
  readonly lease: number;
  readonly base: Head;
  readonly log: readonly Logged[];
  readonly acked: number;
  readonly phase: OutboxPhase;
}

export interface Change {
  readonly item: string;
  readonly kind: StepKind;
  readonly value: StepValue;
  readonly made_ms: number;
}

export type SaveStatus = "accepted" | "duplicate" | "stale" | "gap" | "closed" | "fenced";

export interface StepResult {
  readonly seq: number;
  readonly status: SaveStatus;
  readonly head: string;
}

export interface SaveAnswer {
  readonly results: readonly StepResult[];
  readonly head: string;
  readonly seq: number;
}

/** What the sender does next: go on, ask the server where it stands, or stop for good. */
export type Next = "go_on" | "resync" | "stop";

export const emptyOutbox = (session: string, lease: number, base: Head): Outbox => ({ session, lease, base, log: [], acked: base.seq, phase: "open" });

/** The end of the local chain; the next step follows it. */
export function tip(box: Outbox): Head {
  const last = box.log.at(-1);
  return last ? { seq: last.step.seq, head: last.head } : box.base;
}

export const unsaved = (box: Outbox): readonly Logged[] => box.log.filter((one) => one.step.seq > box.acked);

/** Items whose latest change is not on the server yet. */
export const unsavedItems = (box: Outbox): ReadonlySet<string> => new Set(unsaved(box).map((one) => one.step.item));

export function stepFor(box: Outbox, change: Change): Step {
  const { seq, head } = tip(box);
  return { session: box.session, lease: box.lease, seq: seq + 1, ...change, prev: head };
}

export const append = (box: Outbox, step: Step, head: string): Outbox => ({ ...box, log: [...box.log, { step, head }] });

const MOST_LETTERS = 60_000;
const lettersOf = (value: StepValue): number => (Array.isArray(value) ? value.reduce((sum, one) => sum + one.length, 0) : typeof value === "string" ? value.length : 0);

/** At most `limit` unsaved steps, oldest first; fewer when their answers are long, but always one. */
export function batch(box: Outbox, limit: number): readonly Step[] {
  const steps = unsaved(box).slice(0, limit).map((one) => one.step);
  let letters = 0;
  const end = steps.findIndex((step, index) => (letters += lettersOf(step.value)) > MOST_LETTERS && index > 0);
  return end < 0 ? steps : steps.slice(0, end);
}

/** Takes in the server's answer to a batch. Only a step whose head is the one computed here counts as saved. */
export function settle(box: Outbox, answer: SaveAnswer): { box: Outbox; next: Next } {
  let acked = box.acked;
  for (const result of answer.results) {
    if (result.status === "fenced") return { box: { ...box, acked, phase: "fenced" }, next: "stop" };
    if (result.status === "closed") return { box: { ...box, acked, phase: "closed" }, next: "stop" };
    if (result.status === "stale" || result.status === "gap") return { box: { ...box, acked }, next: "resync" };
    if (headAt(box, result.seq) !== result.head) return { box: { ...box, acked }, next: "resync" };
    acked = Math.max(acked, result.seq);
  }
  return { box: { ...box, acked }, next: "go_on" };
}

function headAt(box: Outbox, seq: number): string | null {
  if (seq === box.base.seq) return box.base.head;
  return box.log[seq - box.base.seq - 1]?.head ?? null;
}

export type Reconciled =
  | { readonly kind: "same"; readonly box: Outbox }
  | { readonly kind: "rebase"; readonly box: Outbox; readonly changes: readonly Change[] }
  | { readonly kind: "dropped"; readonly box: Outbox; readonly lost: readonly Logged[] };

/**
 * Compares both heads after a reconnect or a reload.
 *
 * same: the server's head lies on our chain, everything after it is sent again. rebase: the server holds steps we do not
 * know; our unsaved changes are chained anew on its head. dropped: the session came back under a newer lease, and what
 * was made under the old one can't be delivered any more; the person is told which items to look at.
 */
export function reconcile(box: Outbox, server: Head, lease: number): Reconciled {
  if (lease !== box.lease) {
    const arrived = headAt(box, server.seq) === server.head ? server.seq : box.acked;
    const lost = box.log.filter((one) => one.step.seq > arrived);
    return { kind: "dropped", box: emptyOutbox(box.session, lease, server), lost };
  }
  if (headAt(box, server.seq) === server.head) return { kind: "same", box: { ...box, acked: server.seq, phase: "open" } };
  const changes = unsaved(box).map(({ step }) => ({ item: step.item, kind: step.kind, value: step.value, made_ms: step.made_ms }));
  return { kind: "rebase", box: emptyOutbox(box.session, lease, server), changes };
}

/** A box rebuilt from what was on disk; a log that is not one unbroken chain is cut where it breaks. */
export function restore(session: string, lease: number, stored: readonly Logged[], server: Head): Outbox {
  const first = stored[0];
  if (!first) return emptyOutbox(session, lease, server);
  const base = { seq: first.step.seq - 1, head: first.step.prev };
  let box = { ...emptyOutbox(session, lease, base), acked: base.seq };
  for (const { step, head } of stored) {
    const end = tip(box);
    if (step.seq !== end.seq + 1 || step.prev !== end.head || step.lease !== lease) break;
    box = append(box, step, head);
  }
  return box;
}
