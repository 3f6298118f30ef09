import { beforeAll, describe, expect, it } from "vitest";
import { firstHead, nextHead, type Head } from "./chain";
import { append, batch, emptyOutbox, reconcile, restore, settle, stepFor, tip, unsaved, unsavedItems, type Change, type Outbox, type SaveStatus } from "./outbox";

const header = { session: "ses_1", sitting: "sit_1", ticket: "T1", form: "frm_1", paper: "ppr_1", started_ms: 1000 };
const change = (item: string, value: string): Change => ({ item, kind: "answer", value, made_ms: 2000 });

let start: Head;
beforeAll(async () => {
  start = await firstHead(header);
});

async function made(box: Outbox, ...changes: Change[]): Promise<Outbox> {
  let next = box;
  for (const one of changes) {
    const step = stepFor(next, one);
    next = append(next, step, await nextHead(tip(next).head, step));
  }
  return next;
}

const three = (): Promise<Outbox> => made(emptyOutbox("ses_1", 1, start), change("i1", "A"), change("i2", "B"), change("i1", "C"));
const answer = (box: Outbox, statuses: SaveStatus[]) => ({
  results: statuses.map((status, index) => ({ seq: index + 1, status, head: box.log[index]?.head ?? "" })),
  head: tip(box).head,
  seq: statuses.length,
});

describe("a change", () => {
  it("follows the one before and is unsaved", async () => {
    const box = await three();
    expect(box.log.map((one) => one.step.seq)).toEqual([1, 2, 3]);
    expect(box.log[1]?.step.prev).toBe(box.log[0]?.head);
    expect(unsavedItems(box)).toEqual(new Set(["i1", "i2"]));
    expect(batch(box, 2)).toHaveLength(2);
    const long = { ...box, log: box.log.map((one) => ({ ...one, step: { ...one.step, value: "伏".repeat(50_000) } })) };
    expect(batch(long, 100), "long answers travel one by one").toHaveLength(1);
  });
});

describe("an acknowledgement", () => {
  it("saves exactly the steps it names", async () => {
    const box = await three();
    const { box: after, next } = settle(box, answer(box, ["accepted", "duplicate"]));
    expect(next).toBe("go_on");
    expect(unsaved(after).map((one) => one.step.seq)).toEqual([3]);
  });
  it("with another head is not believed", async () => {
    const box = await three();
    const odd = { ...answer(box, ["accepted"]), results: [{ seq: 1, status: "accepted" as const, head: "sha256:" + "0".repeat(64) }] };
    const { box: after, next } = settle(box, odd);
    expect(next).toBe("resync");
    expect(unsaved(after)).toHaveLength(3);
  });
  it.each([
    ["stale", "resync", "open"],
    ["gap", "resync", "open"],
    ["closed", "stop", "closed"],
    ["fenced", "stop", "fenced"],
  ] as const)("of %s means %s and keeps what was saved before it", async (status, next, phase) => {
    const box = await three();
    const result = settle(box, answer(box, ["accepted", status]));
    expect(result.next).toBe(next);
    expect(result.box.phase).toBe(phase);
    expect(unsaved(result.box)).toHaveLength(2);
  });
});

describe("after a reconnect", () => {
  it("only what the server has not is sent again", async () => {
    const box = await three();
    const result = reconcile(box, { seq: 2, head: box.log[1]?.head ?? "" }, 1);
    expect(result.kind).toBe("same");
    expect(batch(result.box, 10).map((one) => one.seq)).toEqual([3]);
  });
  it("a lost acknowledgement leaves nothing unsaved", async () => {
    const box = await three();
    const result = reconcile(box, tip(box), 1);
    expect(unsaved(result.box)).toHaveLength(0);
  });
  it("steps the server lost are sent again", async () => {
    const box = { ...(await three()), acked: 3 };
    const result = reconcile(box, start, 1);
    expect(result.kind).toBe("same");
    expect(unsaved(result.box)).toHaveLength(3);
  });
  it("unsaved changes are chained anew on steps we do not know", async () => {
    const box = { ...(await three()), acked: 1 };
    const elsewhere = { seq: 7, head: "sha256:" + "7".repeat(64) };
    const result = reconcile(box, elsewhere, 1);
    if (result.kind !== "rebase") throw new Error(result.kind);
    expect(result.changes.map((one) => one.value)).toEqual(["B", "C"]);
    const again = await made(result.box, ...result.changes);
    expect(again.log[0]?.step).toMatchObject({ seq: 8, prev: elsewhere.head, made_ms: 2000 });
  });
  it("under a newer lease the unsaved is named as lost, not sent", async () => {
    const box = { ...(await three()), acked: 2 };
    const result = reconcile(box, { seq: 5, head: "sha256:" + "5".repeat(64) }, 2);
    if (result.kind !== "dropped") throw new Error(result.kind);
    expect(result.lost.map((one) => one.step.seq)).toEqual([3]);
    expect(result.box).toMatchObject({ lease: 2, acked: 5, log: [] });
  });
});

describe("after a reload", () => {
  it("the log on disk is the outbox again", async () => {
    const box = await three();
    const again = restore("ses_1", 1, box.log, tip(box));
    expect(tip(again)).toEqual(tip(box));
    expect(unsaved(again)).toHaveLength(3);
  });
  it("a broken log is used up to the break", async () => {
    const box = await three();
    const holed = box.log.filter((one) => one.step.seq !== 2);
    expect(tip(restore("ses_1", 1, holed, start)).seq).toBe(1);
  });
  it("an empty log starts at the server's head", () => {
    expect(tip(restore("ses_1", 3, [], { seq: 9, head: "x" }))).toEqual({ seq: 9, head: "x" });
  });
});
