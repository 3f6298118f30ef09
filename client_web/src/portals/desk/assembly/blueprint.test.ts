import { describe, expect, it } from "vitest";
import { figuresOf, itemContent } from "../items/content";
import { niceStep, plotOf } from "./plot";
import { enrolled, heat, visibleBranches } from "../coverage";
import type { SpecNode } from "../types";
import { complete, countAt, draftLike, emptyDraft, hundredths, sumsOf, withBound, withCount, withNamed } from "./blueprint";

describe("the blueprint table", () => {
  const draft = { ...emptyDraft({ single: "单选", truefalse: "判断" }), name: "电工四级" };
  it("sums points exactly", () => {
    const cells = [
      { area: "A", type: "single_response", count: 80, cognition: "" },
      { area: "A", type: "true_false", count: 30, cognition: "" },
      { area: "A", type: "true_false", count: 10, cognition: "apply" },
    ];
    const sections = [draft.sections[0]!, { ...draft.sections[1]!, points_each: "0.5" }];
    expect(sumsOf(cells, sections)).toMatchObject({ items: 120, points: 10_000, byArea: { A: 120 } });
    expect(complete({ ...draft, sections, cells })).toBe(true);
    expect(complete({ ...draft, cells })).toBe(false);
  });
  it("refuses what is no number of points", () => {
    expect(["1", "0.5", "1.25", "1.255", "", "-1", "x"].map(hundredths)).toEqual([100, 50, 125, null, null, null, null]);
  });
  it("a count of zero removes the cell", () => {
    const cells = withCount([], "A-B", "true_false", 3);
    expect(countAt(cells, "A-B", "true_false")).toBe(3);
    expect(countAt(cells, "A-B", "true_false", "apply")).toBe(0);
    expect(withCount(cells, "A-B", "true_false", 0)).toEqual([]);
  });
  it("bounds open and close at either end", () => {
    expect(withBound(null, 0, "10", 100)).toEqual([10, 100]);
    expect(withBound([10, 100], 1, "5", 100)).toEqual([10, 5]);
    expect(withBound([10, 20], 1, "", 100)).toEqual([10, 100]);
    expect(withBound([10, 20], 0, "", 100)).toBeNull();
    expect(withNamed({ X: [1, 2] }, "X", null)).toEqual({});
  });
  it("a draft made from a blueprint shares nothing with it", () => {
    const view = { ...draft, id: "b", bank: "k", items: 0, importance: {}, digest: "", by: "", created_ms: 0, deviations: [] };
    const copy = draftLike(view);
    copy.sections[0]!.title = "changed";
    expect(view.sections[0]!.title).toBe("单选");
  });
});

describe("coverage", () => {
  const node = (code: string, parent: string | null, have: number, need: number): SpecNode => ({
    code, parent, level: 1, name: code, weight: null, importance: null, ratio: null, is_point: false, have: { enrolled: have }, enrolled_by_type: {}, need,
  }); // prettier-ignore
  const nodes = [node("A", null, 8, 10), node("A-A", "A", 5, 5), node("A-B", "A", 3, 5), node("B", null, 4, 4), node("C", null, 0, 3)];
  it("heat goes from enough to nothing", () => {
    expect(nodes.map(heat)).toEqual([1, 0, 2, 0, 4]);
    expect(enrolled(nodes[0]!)).toBe(8);
  });
  it("closed nodes hide their children", () => {
    expect(visibleBranches(nodes, new Set(), false).map((line) => line.node.code)).toEqual(["A", "B", "C"]);
    expect(visibleBranches(nodes, new Set(["A"]), false).map((line) => line.node.code)).toEqual(["A", "A-A", "A-B", "B", "C"]);
  });
  it("only what is short, opened by itself", () => {
    expect(visibleBranches(nodes, new Set(), true).map((line) => line.node.code)).toEqual(["A", "A-B", "C"]);
  });
});

describe("an item of the bank for the shared preview", () => {
  const content = {
    code: "DG4-1", type: "single_response", points: "1",
    stem: [{ kind: "text", text: "图示电路" }, { kind: "figure", asset: "sha256:aa", alt: "电路" }],
    options: [{ id: "A", content: [{ kind: "text", text: "串联" }] }, { id: "B", content: [{ kind: "figure", asset: "sha256:aa", alt: "" }] }],
  }; // prettier-ignore
  it("keeps blocks and names each figure once", () => {
    const item = itemContent(content);
    expect(item.options.map((option) => option.id)).toEqual(["A", "B"]);
    expect(figuresOf(item)).toEqual(["sha256:aa"]);
  });
  it("an empty content is an empty item, not a crash", () => {
    expect(itemContent({})).toMatchObject({ stem: [], options: [] });
  });
});

describe("curves as a plot", () => {
  it("steps are of the kind people count in", () => {
    expect([niceStep(100, 4), niceStep(23, 4), niceStep(0.9, 4), niceStep(7, 4)]).toEqual([50, 10, 0.5, 2]);
  });
  it("puts the greatest value below the top and abilities from left to right", () => {
    const plot = plotOf([-4000, 0, 4000], [[0, 20, 5]], 400, 200);
    expect(plot.paths[0]).toMatch(/^M44 174L/);
    expect(plot.yTicks[plot.yTicks.length - 1]?.text).toBe("20");
    expect(plot.x(0)).toBeGreaterThan(plot.x(-4000));
  });
});
