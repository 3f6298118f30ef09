import { describe, expect, it } from "vitest";
import type { JobView } from "../../kit/job";
import { filesOf, isComplete, type Order } from "./export";

const job = (state: JobView["state"], result: JobView["result"]): JobView => ({ id: "j", kind: "export_items", state, percent: 100, note_zh: "", result, error: null });
const order = (purpose: string): Order => ({ format: "pdf", purpose, with_keys: false, filters: { state: "", type: "", point: "", search: "", import_id: "" }, codes: [] });

describe("an export", () => {
  it("offers no file before it is done", () => {
    expect(filesOf(null)).toEqual([]);
    expect(filesOf(job("running", null))).toEqual([]);
  });

  it("offers the workbook and the archive beside it", () => {
    const files = [{ name: "a.xlsx", bytes: 5, digest: "d" }, { name: "a-figures.zip", bytes: 7, digest: "e" }];
    expect(filesOf(job("done", { files })).map((file) => file.name)).toEqual(["a.xlsx", "a-figures.zip"]);
  });

  it("is not complete without a purpose", () => {
    expect(isComplete(order("  "))).toBe(false);
    expect(isComplete(order("送审"))).toBe(true);
  });
});
