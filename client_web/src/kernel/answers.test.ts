import { describe, expect, it } from "vitest";
import type { Interaction, ItemContent, ItemType } from "@/ui/item/item";
import { applyStep, chosenOf, cleanText, cleared, completeness, isAnswered, pressOption, tidyValue, withMember, withPair } from "./answers";
import { readsAsNumber } from "./numbers";

const option = (id: string) => ({ id, content: [] });
const item = (type: ItemType, interaction: Interaction = {}): ItemContent => ({ id: "i1", type, points: "1", stem: [], options: ["A", "B", "C"].map(option), interaction });

describe("a press on an option", () => {
  it("replaces one choice and keeps it on a double click", () => {
    expect(pressOption("single_response", "A", "B")).toBe("B");
    expect(pressOption("true_false", "true", "true")).toBe("true");
  });
  it("toggles one of many and keeps the ids sorted", () => {
    expect(pressOption("multiple_response", ["C"], "A")).toEqual(["A", "C"]);
    expect(pressOption("multiple_response", ["A", "C"], "A")).toEqual(["C"]);
  });
  it("leaves a cleared item unanswered", () => {
    expect(isAnswered(item("multiple_response"), { value: cleared("multiple_response"), flag: true })).toBe(false);
    expect(isAnswered(item("single_response"), { value: cleared("single_response"), flag: false })).toBe(false);
    expect(chosenOf(undefined)).toEqual([]);
  });
  it("does not touch the flag, and a flag does not touch the answer", () => {
    const flagged = applyStep({ i1: { value: "B", flag: false } }, { item: "i1", kind: "flag", value: true });
    expect(flagged["i1"]).toEqual({ value: "B", flag: true });
    expect(applyStep(flagged, { item: "i1", kind: "answer", value: "C" })["i1"]).toEqual({ value: "C", flag: true });
  });
});

describe("an item is answered", () => {
  const blanks = { blanks: [{ id: "1", width: 4 }, { id: "2", width: 4 }] };
  it.each([
    [item("text_entry", blanks), ["伏", ""], "part"],
    [item("text_entry", blanks), ["伏", "安"], "all"],
    [item("text_entry", blanks), ["", "  "], "none"],
    [item("numeric_entry", { unit: "asked" }), ["220", ""], "part"],
    [item("numeric_entry", { unit: "shown" }), ["220"], "all"],
    [item("matching"), ["A-1", "B-2"], "part"],
    [item("matching"), ["A-1", "B-2", "C-3"], "all"],
    [item("hotspot", { choose: 2 }), ["1,1"], "part"],
    [item("ordering"), ["A", "B", "C"], "all"],
    [item("short_answer"), "先验电", "all"],
    [item("drawing"), ["1,1 2,2"], "all"],
    [item("inline_choice", { gaps: [{ id: "1", options: [] }] }), [""], "none"],
  ] as const)("as a whole, in part or not at all (%#)", (one, value, expected) => {
    expect(completeness(one, value)).toBe(expected);
  });
});

describe("the parts of an answer", () => {
  it("keep their places when one of them is written", () => {
    expect(withMember(null, 2, 1, "安")).toEqual(["", "安"]);
    expect(withMember(["伏", "安"], 2, 0, "")).toEqual(["", "安"]);
  });
  it("give a target to one on the left only, unless it may be used again", () => {
    expect(withPair(["A-1", "B-2"], "C", "1", false)).toEqual(["B-2", "C-1"]);
    expect(withPair(["A-1", "B-2"], "C", "1", true)).toEqual(["A-1", "B-2", "C-1"]);
    expect(withPair(["A-1", "B-2"], "A", "", false)).toEqual(["B-2"]);
  });
});

describe("text that enters the chain", () => {
  it("is normalised, free of control characters, and no longer than allowed", () => {
    expect(cleanText("Ａ\u0301\u0000\r\nb")).toBe("Ａ\u0301\nb".normalize("NFC"));
    expect(cleanText("e\u0301")).toBe("é");
    expect(cleanText("𬭎𬭎𬭎", 2)).toBe("𬭎𬭎");
    expect(cleanText("半\ud83d")).toBe("半\ufffd");
    expect(new TextEncoder().encode(cleanText("𬭎".repeat(20_000))).length).toBeLessThanOrEqual(60_000);
  });
  it("has one form that says nothing", () => {
    expect(tidyValue(item("text_entry", {}), ["", ""])).toEqual([]);
    expect(tidyValue(item("short_answer", { longest: 10 }), "")).toBeNull();
    expect(tidyValue(item("matching"), [])).toEqual([]);
  });
});

describe("a written number", () => {
  it.each(["220", "２２０", "1,234.5", "-.5", "1.2×10^-3", "1.2×10⁻³", "1e3", "+3."])("%s reads as one", (text) => expect(readsAsNumber(text)).toBe(true));
  it.each(["", "220V", "约5", "1.2.3", "12,34", "1e", "."])("%s does not", (text) => expect(readsAsNumber(text)).toBe(false));
});
