import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StepValue } from "@/kernel/chain";
import { Drafts } from "./drafts";

describe("what is being written", () => {
  let steps: [string, StepValue][] = [];
  let drafts: Drafts;
  beforeEach(() => {
    vi.useFakeTimers();
    steps = [];
    drafts = new Drafts((item, value) => steps.push([item, value]), () => 5);
  });
  afterEach(() => vi.useRealTimers());

  it("becomes one step in the pause, and is never nowhere", () => {
    for (const text of ["先", "先验", "先验电"]) drafts.write("i1", text);
    vi.advanceTimersByTime(600);
    expect(steps).toEqual([]);
    expect(drafts.all.value).toEqual({ i1: { value: "先验电", at: 5 } });
    vi.advanceTimersByTime(200);
    expect(steps).toEqual([["i1", "先验电"]]);
    expect(drafts.all.value).toEqual({});
  });

  it("makes at most one step per item in two seconds, however often the writer pauses", () => {
    for (let second = 0; second < 20; second += 1) {
      drafts.write("i1", `${second}`);
      vi.advanceTimersByTime(1_000);
    }
    expect(steps.length).toBeLessThanOrEqual(10);
    expect(steps.length).toBeGreaterThanOrEqual(8);
  });

  it("becomes a step now and then even without a pause", () => {
    for (let letter = 0; letter < 300; letter += 1) {
      drafts.write("i1", "x".repeat(letter));
      vi.advanceTimersByTime(100);
    }
    expect(steps.length).toBeGreaterThanOrEqual(2);
  });

  it("is a step at once when the item is left", () => {
    drafts.write("i1", "a");
    drafts.write("i2", ["b"]);
    drafts.flush();
    expect(steps).toEqual([["i1", "a"], ["i2", ["b"]]]);
    vi.advanceTimersByTime(5_000);
    expect(steps).toHaveLength(2);
  });

  it("is given up when the item is cleared", () => {
    drafts.write("i1", "a");
    drafts.drop("i1");
    vi.advanceTimersByTime(5_000);
    expect(steps).toEqual([]);
  });
});
