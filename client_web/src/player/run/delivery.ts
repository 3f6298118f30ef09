/**
 * Brings a candidate's changes to the hall: on this disk first, then by socket or HTTP, until the server has them durably.
 *
 * The rules are in `kernel/outbox`; here is the order of the acts. Everything that touches the chain takes its turn in one
 * line, so that two quick presses can't share a place in it. Only an acknowledged step is ever called saved.
 */
import { computed, ref, shallowRef } from "vue";
import { fold, applyStep, sameValue, untouched, type Answers } from "@/kernel/answers";
import { nextHead, type Head } from "@/kernel/chain";
import * as outbox from "@/kernel/outbox";
import type { Change, Logged, Outbox } from "@/kernel/outbox";
import { backoff } from "@/kernel/schedule";
import type { SaveAnswerView } from "../shapes";
import type { Store } from "./store";

export interface Carriers {
  /** Sends steps by whichever carrier stands; throws when none does. */
  save(steps: readonly outbox.Outbox["log"][number]["step"][]): Promise<SaveAnswerView>;
  /** Asks the hall where it stands and brings the answer back through `adopt`. */
  resync(): Promise<void>;
}

/** Where the hall stands: the session as its answer to "where am I" tells it. */
export interface Standing {
  readonly session: string;
  readonly lease: number;
  readonly server: Head;
  readonly answers: Answers;
}

const BATCH = 100;

export class Delivery {
  readonly box = shallowRef<Outbox | null>(null);
  readonly answers = shallowRef<Answers>({});
  /** Made but not yet written down; part of what is unsaved. */
  readonly pending = shallowRef<readonly Change[]>([]);
  readonly savedAt = ref<number | null>(null);
  readonly failing = ref(false);
  readonly diskFailing = ref(false);
  /** Items whose changes were made here before a move and did not arrive. */
  readonly lostItems = shallowRef<readonly string[]>([]);

  /** Items whose words are still being written: shown, but not a step yet. */
  readonly drafting = shallowRef<readonly string[]>([]);

  readonly unsavedCount = computed(() => this.drafting.value.length + this.pending.value.length + (this.box.value ? outbox.unsaved(this.box.value).length : 0));
  readonly unsavedItems = computed(() => {
    const items = new Set(this.box.value ? outbox.unsavedItems(this.box.value) : []);
    this.pending.value.forEach((one) => items.add(one.item));
    this.drafting.value.forEach((item) => items.add(item));
    return items;
  });

  private turns: Promise<unknown> = Promise.resolve();
  private sending = false;
  private attempt = 0;
  private stopped = false;
  private wake: (() => void) | null = null;

  constructor(
    private readonly store: Store,
    private readonly carriers: Carriers,
    private readonly now: () => number,
  ) {}

  /** Takes up the session where the hall stands; whatever only this disk has is sent on. */
  adopt(standing: Standing): Promise<void> {
    return this.turn(() => this.takeUp(standing));
  }

  /** One change by the candidate: shown at once, written down, sent. */
  change(item: string, kind: Change["kind"], value: Change["value"]): void {
    if (!this.box.value) return; // the session is not taken up yet; nothing can be pressed before
    const before = this.answers.value[item] ?? untouched;
    if (sameValue(kind === "flag" ? before.flag : before.value, value)) return;
    const made: Change = { item, kind, value, made_ms: this.now() };
    this.answers.value = applyStep(this.answers.value, made);
    this.pending.value = [...this.pending.value, made];
    void this.turn(() => this.writeDown(made)).then(() => this.pump());
  }

  /** Settles everything that waits to be written; false when something is still unsaved afterwards. */
  async flush(withinMs: number): Promise<boolean> {
    await this.turns;
    const until = performance.now() + withinMs;
    while (this.unsavedCount.value > 0 && performance.now() < until && this.box.value?.phase === "open") {
      this.nudge();
      await pause(60);
    }
    return this.unsavedCount.value === 0;
  }

  /** Tries now instead of waiting out the back-off. */
  nudge(): void {
    this.attempt = 0;
    this.wake?.();
    void this.pump();
  }

  /** Stops for good: another tab or workstation took over, or the session is over. */
  stop(): void {
    this.stopped = true;
    this.wake?.();
  }

  private turn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.turns.then(act);
    this.turns = result.catch(() => undefined);
    return result;
  }

  private async takeUp({ session, lease, server, answers }: Standing): Promise<void> {
    const held = this.box.value?.session === session ? this.box.value : await this.fromDisk(session, lease, server);
    const result = outbox.reconcile(held, server, lease);
    this.box.value = result.box;
    if (result.kind === "rebase") await this.chainAnew(result.changes);
    if (result.kind === "dropped") this.noteLost(result.lost, answers);
    if (outbox.unsaved(this.box.value).length === 0) this.savedAt.value = this.now();
    const queued = outbox.unsaved(this.box.value).map((one) => one.step);
    this.answers.value = this.pending.value.reduce(applyStep, fold(answers, queued));
    this.failing.value = false;
    void this.pump();
  }

  /** After a reload: the log of the newest lease on this disk; an older lease's log is only compared. */
  private async fromDisk(session: string, lease: number, server: Head): Promise<Outbox> {
    try {
      const leases = await this.store.leases(session);
      const newest = leases.at(-1) ?? lease;
      return outbox.restore(session, newest, await this.store.readSteps(session, newest), server);
    } catch {
      this.diskFailing.value = true; // shown to the candidate; the network alone carries on
      return outbox.emptyOutbox(session, lease, server);
    }
  }

  private noteLost(lost: readonly Logged[], answers: Answers): void {
    const last = new Map(lost.filter((one) => one.step.kind === "answer").map((one) => [one.step.item, one.step.value]));
    this.lostItems.value = [...last].filter(([item, value]) => !sameValue(answers[item]?.value ?? null, value)).map(([item]) => item);
  }

  private async chainAnew(changes: readonly Change[]): Promise<void> {
    for (const change of changes) await this.extend(change);
    const box = this.box.value;
    if (box) await this.onDisk(() => this.store.writeSteps(box.log, { session: box.session, lease: box.lease }));
  }

  private async writeDown(change: Change): Promise<void> {
    const logged = await this.extend(change);
    if (logged) await this.onDisk(() => this.store.writeSteps([logged]));
    this.pending.value = this.pending.value.filter((one) => one !== change);
  }

  private async extend(change: Change): Promise<Logged | null> {
    const box = this.box.value;
    if (!box) return null;
    const step = outbox.stepFor(box, change);
    const head = await nextHead(outbox.tip(box).head, step);
    this.box.value = outbox.append(this.box.value ?? box, step, head);
    return { step, head };
  }

  private async onDisk(write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.diskFailing.value = false;
    } catch {
      this.diskFailing.value = true; // full or forbidden disk: said on the screen, the network still carries the answer
    }
  }

  private async pump(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      while (!this.stopped && this.box.value?.phase === "open" && outbox.unsaved(this.box.value).length > 0) await this.sendOnce(this.box.value);
    } finally {
      this.sending = false;
    }
  }

  private async sendOnce(box: Outbox): Promise<void> {
    try {
      const answer = await this.carriers.save(outbox.batch(box, BATCH));
      if (!this.box.value || this.box.value.lease !== box.lease) return;
      const settled = outbox.settle(this.box.value, answer);
      this.box.value = settled.box;
      if (settled.next === "resync") {
        await this.carriers.resync();
        await this.wait(); // a hall that keeps disagreeing is not asked in a tight loop
        return;
      }
      this.attempt = 0;
      this.failing.value = false;
      if (this.unsavedCount.value === 0) this.savedAt.value = answer.server_ms;
    } catch {
      this.failing.value = true; // whatever the reason, the step stays queued and the screen says so
      await this.wait();
    }
  }

  private async wait(): Promise<void> {
    const delay = backoff(this.attempt, Math.random());
    this.attempt += 1;
    await Promise.race([pause(delay), new Promise<void>((done) => (this.wake = done))]);
    this.wake = null;
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
