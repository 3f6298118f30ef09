import { describe, expect, it } from "vitest";
import { answerOf, assetsIn, readRelease } from "./release";

describe("a public release", () => {
  it("says the key of every kind in words", () => {
    expect(answerOf(["A", "C"], {})).toBe("A、C");
    expect(answerOf([], { blanks: [{ accept: ["欧姆", "Ω"] }, { accept: ["安"] }] })).toBe("欧姆 / Ω；安");
    expect(answerOf([], { value: "220", unit: { accept: ["V", "伏"] } })).toBe("220 V");
    expect(answerOf([], { rubric: [] })).toBe("");
  });

  it("finds figures in blocks, interactions and rich text", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    expect(assetsIn({ stem: [{ kind: "figure", asset: "sha256:1" }, { kind: "html", html: `<img src="${digest}">` }], interaction: { asset: "sha256:2" } })).toEqual([
      "sha256:1",
      digest,
      "sha256:2",
    ]);
  });

  it("survives a document that says nothing", () => {
    expect(readRelease({}).items).toEqual([]);
  });
});
