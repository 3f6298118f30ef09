/** What the compiler does not hold: size of files, no `any`, nothing the content-security policy would drop. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const GENERATED = "api/schema.ts";
const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.(ts|vue)$/.test(name) && name !== GENERATED && name !== "style.test.ts",
);
const sources = files.map((name) => ({ name, text: readFileSync(join(import.meta.dirname, name), "utf8") }));
const having = (pattern: RegExp): string[] => sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);

describe("every source file", () => {
  it("has at most 400 lines", () => {
    expect(sources.filter(({ text }) => text.split("\n").length > 401).map(({ name }) => name)).toEqual([]);
  });
  it("says what it is for in its first comment", () => {
    const plain = /^(\/\/\/ <reference|declare |<template>)/;
    const silent = sources.filter(({ name, text }) => !/(^|\n)\s*(\/\*\*|\/\/)/.test(text.slice(0, 600)) && !plain.test(text) && !name.endsWith("main.ts") && !name.endsWith(".test.ts"));
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
  it("never uses any", () => {
    expect(having(/(:\s*|<|as )any\b(?!\w)/)).toEqual([]);
  });
  it("has no inline style attribute, no v-html, no eval", () => {
    expect(having(/<[^>]*\sstyle="|v-html|\beval\(|new Function\(/)).toEqual([]);
  });
  it("names no colour outside the tokens, but for pictures that are always dark on white", () => {
    const coloured = sources.filter(({ text }) => /#[0-9a-f]{6}\b|rgba?\(/i.test(text.split("<style")[1] ?? "")).map(({ name }) => name);
    expect(coloured).toEqual([]);
  });
});
