/** The order of the acts around the outbox, on a real IndexedDB implementation; the network is played by the test. */
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { firstHead, nextHead, type Head, type Step } from "@/kernel/chain";
import type { SaveStatus } from "@/kernel/outbox";
import type { SaveAnswerView } from "../shapes";
import { Delivery } from "./delivery";
import { forgetStation, Store } from "./store";

const header = { session: "ses_1", sitting: "sit_1", ticket: "T1", form: "frm_1", paper: "ppr_1", started_ms: 1000 };

/** The other end of the wire: keeps what it is sent, answers as told. */
class Wire {
  steps: Step[] = [];
  heads: string[] = [];
  down = false;
  loseAnswer = false;
  say: SaveStatus | null = null;
  batches = 0;

  constructor(start: Head) {
    this.heads = [start.head];
  }

  get head(): Head {
    return { seq: this.steps.length, head: this.heads.at(-1) ?? "" };
  }

  save = async (steps: readonly Step[]): Promise<SaveAnswerView> => {
    this.batches += 1;
    if (this.down) throw new Error("no network");
    const results = [];
    for (const step of steps) results.push(await this.take(step));
    if (this.loseAnswer) throw new Error("the answer was lost");
    return { results, ...this.head, server_ms: 5000, deadline_ms: null };
  };

  private async take(step: Step) {
    const { seq, head } = this.head;
    if (this.say) return { seq: step.seq, status: this.say, head };
    if (step.seq <= seq) return { seq: step.seq, status: "duplicate" as const, head: this.heads[step.seq] ?? "" };
    if (step.prev !== head) return { seq: step.seq, status: "stale" as const, head };
    this.steps.push(step);
    this.heads.push(await nextHead(head, step));
    return { seq: step.seq, status: "accepted" as const, head: this.head.head };
  }
}

let store: Store;
let wire: Wire;
let resynced: number;

function deliveryOn(network: Wire): Delivery {
  const resync = async (): Promise<void> => {
    resynced += 1;
    void delivery.adopt({ session: "ses_1", lease: 1, server: network.head, answers: {} });
  };
  const delivery: Delivery = new Delivery(store, { save: network.save, resync }, () => 2000);
  return delivery;
}

const begin = async (delivery: Delivery, lease = 1): Promise<void> =>
  delivery.adopt({ session: "ses_1", lease, server: wire.head, answers: {} });
const settled = (delivery: Delivery): Promise<void> => vi.waitFor(() => expect(delivery.unsavedCount.value).toBe(0), { timeout: 5000 });

beforeEach(async () => {
  await forgetStation();
  store = await Store.open();
  wire = new Wire(await firstHead(header));
  resynced = 0;
  return () => store.close();
});

describe("delivery", () => {
  it("shows a change at once and calls it saved only when it is acknowledged", async () => {
    const delivery = deliveryOn(wire);
    await begin(delivery);
    delivery.change("i1", "answer", "A");
    expect(delivery.answers.value["i1"]?.value).toBe("A");
    expect(delivery.unsavedCount.value).toBe(1);
    await settled(delivery);
    expect(delivery.savedAt.value).toBe(5000);
  });

  it("keeps the order of quick changes in one chain", async () => {
    const delivery = deliveryOn(wire);
    await begin(delivery);
    for (const value of ["A", "B", "C", "D"]) delivery.change("i1", "answer", value);
    delivery.change("i1", "flag", true);
    await settled(delivery);
    expect(wire.steps.map((step) => step.value)).toEqual(["A", "B", "C", "D", true]);
  });

  it("makes no step of a change that changes nothing", async () => {
    const delivery = deliveryOn(wire);
    await begin(delivery);
    delivery.change("i1", "answer", "A");
    delivery.change("i1", "answer", "A");
    delivery.change("i2", "flag", false);
    await settled(delivery);
    expect(wire.steps).toHaveLength(1);
  });

  it("works on without a network and doubles nothing when an answer was lost", async () => {
    const delivery = deliveryOn(wire);
    await begin(delivery);
    wire.down = true;
    delivery.change("i1", "answer", "A");
    delivery.change("i2", "answer", "B");
    await vi.waitFor(() => expect(delivery.failing.value).toBe(true));
    wire.down = false;
    wire.loseAnswer = true;
    delivery.nudge();
    await vi.waitFor(() => expect(wire.steps).toHaveLength(2), { timeout: 5000 });
    expect(delivery.unsavedCount.value).toBe(2);
    wire.loseAnswer = false;
    delivery.nudge();
    await settled(delivery);
    expect(wire.steps).toHaveLength(2);
  });

  it("finds its unsaved changes on disk after a crash", async () => {
    const first = deliveryOn(wire);
    await begin(first);
    wire.down = true;
    first.change("i1", "answer", "A");
    first.change("i1", "flag", true);
    await vi.waitFor(async () => expect(await store.readSteps("ses_1", 1)).toHaveLength(2));
    first.stop();
    wire.down = false;
    const second = deliveryOn(wire);
    await begin(second);
    expect(second.answers.value["i1"]).toEqual({ value: "A", flag: true });
    await settled(second);
    expect(wire.steps).toHaveLength(2);
  });

  it("writes nothing readable on the disk", async () => {
    const delivery = deliveryOn(wire);
    await begin(delivery);
    delivery.change("i1", "answer", "secret-choice");
    await settled(delivery);
    const dump = await new Promise<string>((done) => {
      const open = indexedDB.open("exam-seat");
      open.onsuccess = () => {
        const all = open.result.transaction("outbox").objectStore("outbox").getAll();
        all.onsuccess = () => {
          open.result.close();
          done(all.result.map((one: { data: ArrayBuffer }) => new TextDecoder().decode(one.data)).join());
        };
      };
    });
    expect(dump.length).toBeGreaterThan(0);
    expect(dump).not.toContain("secret-choice");
  });

  it("asks where the hall stands when it disagrees, and chains anew", async () => {
    const delivery = deliveryOn(wire);
    await begin(delivery);
    wire.steps.push({ session: "ses_1", lease: 1, seq: 1, item: "i9", kind: "answer", value: "C", made_ms: 1, prev: wire.head.head });
    wire.heads.push("sha256:" + "9".repeat(64));
    delivery.change("i1", "answer", "A");
    await settled(delivery);
    expect(resynced).toBeGreaterThan(0);
    expect(wire.steps.map((step) => step.seq)).toEqual([1, 2]);
    expect(await store.readSteps("ses_1", 1)).toHaveLength(1);
  });

  it.each(["closed", "fenced"] as const)("stops when the hall says %s, and what is unsaved stays said", async (status) => {
    const delivery = deliveryOn(wire);
    await begin(delivery);
    wire.say = status;
    delivery.change("i1", "answer", "A");
    await vi.waitFor(() => expect(delivery.box.value?.phase).toBe(status));
    const batches = wire.batches;
    await new Promise((done) => setTimeout(done, 400));
    expect(wire.batches).toBe(batches);
    expect(delivery.unsavedCount.value).toBe(1);
  });

  it("names the items whose changes a move left behind", async () => {
    const delivery = deliveryOn(wire);
    await begin(delivery);
    wire.down = true;
    delivery.change("i1", "answer", "A");
    delivery.change("i2", "answer", "B");
    await vi.waitFor(() => expect(delivery.box.value?.log).toHaveLength(2));
    await delivery.adopt({ session: "ses_1", lease: 2, server: wire.head, answers: { i2: { value: "B", flag: false } } });
    expect(delivery.lostItems.value).toEqual(["i1"]);
    expect(delivery.unsavedCount.value).toBe(0);
  });

  it("goes on by the network alone when the disk fails, and says so", async () => {
    const delivery = deliveryOn(wire);
    await begin(delivery);
    store.close();
    delivery.change("i1", "answer", "A");
    await settled(delivery);
    expect(delivery.diskFailing.value).toBe(true);
    expect(wire.steps).toHaveLength(1);
  });
});
