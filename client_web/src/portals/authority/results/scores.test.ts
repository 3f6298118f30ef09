import { describe, expect, it } from "vitest";
import type { ResultLine, TraceItem } from "./types";
import { distribution, stepOf, valueWords } from "./scores";

const line = (score: string): ResultLine => ({ id: score, ticket: "", name_masked: "", score, max: "100", passed: Number(score) >= 60, digest: "" });

describe("the distribution", () => {
  it("puts the full score into the last band and marks those below the cut", () => {
    const bars = distribution([line("100"), line("59.5"), line("60")], 60);
    expect(bars.map((bar) => bar.count)).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 1]);
    expect(bars.map((bar) => bar.failing).lastIndexOf(true)).toBe(5);
  });
  it("is empty without results", () => {
    expect(distribution([], 60)).toEqual([]);
  });
});

describe("the trace", () => {
  const item: TraceItem = {
    item: "i001", code: "DG4-1", version: 1, position: 1, step: { seq: 7, received_ms: 5, hash: "sha256:aa" }, value: ["A", "C"], key_version: 1, rule: "all_or_nothing", awaiting: false, points: "0", max: "2",
  }; // prettier-ignore
  it("names the step and the answer", () => {
    expect(stepOf(item)).toEqual({ seq: 7, received_ms: 5, hash: "sha256:aa" });
    expect(valueWords(item.value)).toBe("A、C");
  });
  it("no answer has no step", () => {
    expect(stepOf({ ...item, step: null })).toBeNull();
    expect([valueWords(null), valueWords([])]).toEqual(["", ""]);
  });
});
