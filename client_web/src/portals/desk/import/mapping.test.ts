import { describe, expect, it } from "vitest";
import { fieldsOf, lacking, marksOf, withField, wordsOf, type MappingTables } from "./mapping";
import { marked } from "./diff";

const mapping: MappingTables = {
  name: "custom",
  columns: { stem: "题目", key: "答案", options: ["备选"] },
  options: { separators: ["**"] },
  defaults: { code_prefix: "ITEM", type: "key" },
};

describe("the mapping of columns", () => {
  it("says what every header feeds", () => {
    expect(fieldsOf(mapping)).toEqual({ 题目: "stem", 答案: "key", 备选: "options" });
    expect(fieldsOf({ columns: { options: ["A", "B"] } })).toEqual({ A: "option:A", B: "option:B" });
  });

  it("moves a field to another header and keeps what it does not show", () => {
    const moved = withField(mapping, "问题", "stem");
    expect(fieldsOf(moved)).toEqual({ 答案: "key", 备选: "options", 问题: "stem" });
    expect(moved["name"]).toBe("custom");
    expect(moved.recognise?.headers).toEqual(["问题", "答案", "备选"]);
  });

  it("drops separators when options get columns of their own", () => {
    const apart = withField(withField(withField(mapping, "备选", ""), "甲", "option:A"), "乙", "option:B");
    expect(apart.columns?.["options"]).toEqual(["甲", "乙"]);
    expect(apart.options).toBeUndefined();
    expect(marksOf(withField(apart, "备选", "options"))).toEqual(["A."]);
  });

  it("names what is still needed", () => {
    expect(lacking(mapping, true)).toEqual(["point"]);
    expect(lacking({}, false)).toEqual([]);
    expect(lacking({ columns: {} }, true)).toEqual(["code", "point", "type", "stem", "key"]);
  });

  it("takes words however they are parted", () => {
    expect(wordsOf("对、正确, √ T")).toEqual(["对", "正确", "√", "T"]);
  });
});

describe("the difference of two texts", () => {
  it("marks what only one of them holds", () => {
    const [left, right] = marked("电流过大，可以采取", "电流过大,应当采取");
    expect(left.filter((part) => part.differs).map((part) => part.text)).toEqual(["，可以"]);
    expect(right.filter((part) => part.differs).map((part) => part.text)).toEqual([",应当"]);
    expect(left.map((part) => part.text).join("")).toBe("电流过大，可以采取");
  });

  it("marks nothing in equal texts", () => {
    expect(marked("甲乙", "甲乙")[0]).toEqual([{ text: "甲乙", differs: false }]);
  });
});
