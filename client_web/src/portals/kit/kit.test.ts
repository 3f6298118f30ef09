import { describe, expect, it } from "vitest";
import { toCsv } from "./csv";
import { setLanguage } from "@/i18n";
import { fromLocalInput, ownLanguage, positionNumber, shortDigest, toLocalInput, waited } from "./format";
import { askBeforeLeaving, formatHash, parseHash, route } from "./route";

describe("the address", () => {
  it("carries place and filters there and back", () => {
    const hash = formatHash(["banks", "bnk_1", "items"], { search: "接地 电阻", page: 2, type: undefined });
    expect(parseHash(hash)).toEqual({ path: ["banks", "bnk_1", "items"], query: { search: "接地 电阻", page: "2" } });
  });
  it("a broken escape does not break the page", () => {
    expect(parseHash("#/a/%E4%").path).toEqual(["a", "%E4%"]);
  });
});

describe("words for numbers", () => {
  it("times", () => {
    expect(waited(59)).toContain("59");
    expect(waited(125)).toContain("2");
  });
  it("local time survives the input field", () => {
    const ms = new Date(2026, 10, 22, 9, 30).getTime();
    expect(fromLocalInput(toLocalInput(ms))).toBe(ms);
    expect(fromLocalInput("")).toBeNull();
  });
  it("bilingual records show the reader's half", () => {
    setLanguage("zh-CN");
    expect(ownLanguage("试卷已开启 / the paper is released")).toBe("试卷已开启");
    setLanguage("en");
    expect(ownLanguage("试卷已开启 / the paper is released")).toBe("the paper is released");
    expect(ownLanguage("plain")).toBe("plain");
  });
  it("positions are counted as people count", () => {
    expect([positionNumber("i040"), positionNumber("x1")]).toEqual(["40", "x1"]);
  });
  it("digests and sizes", () => {
    expect(shortDigest(`sha256:${"ab".repeat(32)}`)).toBe("abab abab abab");
  });
});

describe("exported tables", () => {
  it("quote what must be quoted and defuse formulas", () => {
    expect(
      toCsv(
        ["姓名", "备注"],
        [
          ['陈"一"', "=1+1"],
          ["李", "a,b"],
        ],
      ),
    ).toBe('\ufeff姓名,备注\r\n"陈""一""",\'=1+1\r\n李,"a,b"\r\n');
  });
});

describe("leaving a page with something unsaved", () => {
  const moved = (hash: string): Promise<void> =>
    new Promise((done) => {
      window.location.hash = hash;
      setTimeout(done, 20);
    });

  it("stays where it is until the person agrees, and forgets the question afterwards", async () => {
    await moved("#/items/new");
    let agreed = false;
    const forget = askBeforeLeaving(() => agreed);
    await moved("#/banks");
    expect(route.path).toEqual(["items", "new"]);
    expect(window.location.hash).toBe("#/items/new");
    agreed = true;
    await moved("#/banks");
    expect(route.path).toEqual(["banks"]);
    forget();
    await moved("#/papers");
    expect(route.path).toEqual(["papers"]);
  });
});
