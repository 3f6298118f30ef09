import { describe, expect, it } from "vitest";
import { daysUntil, emptyForm, hasFault, openOnes, restFine } from "../work/verdict";
import { readCodes, readWishes } from "./lines";

describe("targets and wishes as typed", () => {
  it("are read with code and type in any place, or without", () => {
    expect(readWishes("A-B 20\n\nA-A-A-001 true_false 4\nsingle_response 30\n100").wishes).toEqual([
      { code: "A-B", type: "", wanted: 20 },
      { code: "A-A-A-001", type: "true_false", wanted: 4 },
      { code: "", type: "single_response", wanted: 30 },
      { code: "", type: "", wanted: 100 },
    ]);
  });
  it("name the first line that cannot be read", () => {
    expect(readWishes("A 1\nB viele").fault).toEqual({ n: 2, text: "B viele" });
    expect(readWishes("A B C 3").fault?.n).toBe(1);
  });
  it("take codes between any commas", () => expect(readCodes("A, B-A，C、D")).toEqual(["A", "B-A", "C", "D"]));
});

describe("the verdict form", () => {
  const criteria = ["key", "wording"].map((name) => ({ name, label_zh: name, label_en: name, optional: false }));
  it("is open until everything is graded and every remark or fault explained", () => {
    const form = emptyForm(criteria);
    expect(openOnes(form)).toEqual(["key", "wording"]);
    form["key"] = { grade: "fault", words: " " };
    expect(openOnes(restFine(form))).toEqual(["key"]);
    form["key"].words = "B";
    expect(openOnes(restFine(form))).toEqual([]);
    expect(hasFault(form)).toBe(true);
  });
  it("counts days by the calendar", () => {
    const noon = new Date(2026, 10, 22, 12).getTime();
    expect(daysUntil(new Date(2026, 10, 22, 23).getTime(), noon)).toBe(0);
    expect(daysUntil(new Date(2026, 10, 24, 1).getTime(), noon)).toBe(2);
    expect(daysUntil(new Date(2026, 10, 21, 23).getTime(), noon)).toBe(-1);
  });
});
