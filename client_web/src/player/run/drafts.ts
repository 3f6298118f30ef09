/**
 * What is being written and is not a step yet: one step per pause, at most one per item in two seconds.
 *
 * The words are on the screen at once; they become a step when the writer pauses, after ten seconds of writing without a
 * pause, and always when `flush` is called: before the item is left, handed in, hidden, or the time is up.
 */
import { shallowRef } from "vue";
import type { StepValue } from "@/kernel/chain";

export interface Draft {
  readonly value: StepValue;
  /** Server time of the last keystroke, so that an old draft never overrules a newer step. */
  readonly at: number;
}

const PAUSE_MS = 700;
const APART_MS = 2_000;
const LONGEST_RUN_MS = 10_000;

interface Run {
  readonly began: number;
  readonly timer: number;
}

export class Drafts {
  readonly all = shallowRef<Readonly<Record<string, Draft>>>({});
  private readonly runs = new Map<string, Run>();
  private readonly committed = new Map<string, number>();

  constructor(
    private readonly commit: (item: string, value: StepValue) => void,
    private readonly serverNow: () => number,
  ) {}

  write(item: string, value: StepValue): void {
    this.all.value = { ...this.all.value, [item]: { value, at: this.serverNow() } };
    const now = performance.now();
    const run = this.runs.get(item);
    if (run) window.clearTimeout(run.timer);
    const began = run?.began ?? now;
    const pause = now - began > LONGEST_RUN_MS ? 0 : PAUSE_MS;
    const due = Math.max(now + pause, (this.committed.get(item) ?? -APART_MS) + APART_MS);
    this.runs.set(item, { began, timer: window.setTimeout(() => this.settle(item), due - now) });
  }

  /** Everything written becomes a step now. */
  flush(): void {
    for (const item of Object.keys(this.all.value)) this.settle(item);
  }

  /** What was written is given up for another value of the item. */
  drop(item: string): void {
    window.clearTimeout(this.runs.get(item)?.timer);
    this.runs.delete(item);
    if (!(item in this.all.value)) return;
    this.all.value = Object.fromEntries(Object.entries(this.all.value).filter(([name]) => name !== item));
  }

  private settle(item: string): void {
    const draft = this.all.value[item];
    if (!draft) return;
    this.commit(item, draft.value); // first the step, then the draft goes: the words are never nowhere
    this.committed.set(item, performance.now());
    this.drop(item);
  }
}
