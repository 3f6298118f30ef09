/** Python and TypeScript are held to the same bytes by the files under `tests/vectors`. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { b64u, unb64u } from "./base64";
import { digest, encode, NotCanonical, toJson, type Json } from "./canonical";
import { firstHead, nextHead, type Header, type Step } from "./chain";
import { checkCipher, entryOf, formAad, FormRefused, openForm, type Manifest } from "./form";

const read = <T>(name: string): T => JSON.parse(readFileSync(`${import.meta.dirname}/../../../tests/vectors/${name}.json`, "utf8")) as T;

interface Case {
  name: string;
  type: string;
  version: number;
  value: Json;
  json: string;
  encoded: string;
  digest: string;
}

describe("the canonical encoder", () => {
  const { cases, refused } = read<{ cases: Case[]; refused: { name: string; json: string }[] }>("canonical");
  it.each(cases)("writes $name like the server", async ({ value, type, version, json, encoded, digest: expected }) => {
    expect(new TextDecoder().decode(toJson(value))).toBe(json);
    expect(b64u(encode(value, type, version))).toBe(encoded);
    expect(await digest(encode(value, type, version))).toBe(expected);
  });
  it.each(refused)("refuses $name", ({ json }) => {
    expect(() => toJson(JSON.parse(json) as Json)).toThrow(NotCanonical);
  });
});

describe("the response chain", () => {
  const chain = read<{ header: Header; h0: string; links: { step: Step; encoded: string; head: string }[] }>("chain");
  it("starts from the header", async () => {
    expect(await firstHead(chain.header)).toEqual({ seq: 0, head: chain.h0 });
  });
  it("gives the server's head after every step", async () => {
    let head = chain.h0;
    for (const link of chain.links) {
      expect(b64u(encode({ ...link.step }, "exam.step", 1))).toBe(link.encoded);
      head = await nextHead(head, link.step);
      expect(head).toBe(link.head);
    }
  });
});

interface FormVector {
  context: { paper: string; form: string; scope: Json; suite: string };
  aad: string;
  key: string;
  sealed: string;
  cipher_digest: string;
  cipher_size: number;
  plain_digest: string;
  form: Json;
}

describe("opening a form", () => {
  const vector = read<FormVector>("form");
  const { paper, scope, suite, form } = vector.context;
  const { cipher_digest, cipher_size, plain_digest } = vector;
  const manifest: Manifest = { paper, scope, suite, forms: [{ form, cipher_digest, cipher_size, plain_digest }] };
  const cipher = unb64u(vector.sealed);
  const fault = (what: Promise<unknown>): Promise<string> =>
    what.then(
      () => "none",
      (error: unknown) => (error instanceof FormRefused ? error.fault : "other"),
    );

  it("binds the same associated data", () => {
    expect(b64u(formAad(manifest, form))).toBe(vector.aad);
  });
  it("gives the form the bank sealed", async () => {
    await checkCipher(entryOf(manifest, form), cipher);
    expect(await openForm(manifest, form, cipher, unb64u(vector.key))).toEqual(vector.form);
  });
  it("refuses one changed byte before the start", async () => {
    const bad = cipher.slice();
    bad[40] = (bad[40] ?? 0) ^ 1;
    expect(await fault(checkCipher(entryOf(manifest, form), bad))).toBe("cipher");
    expect(await fault(checkCipher(entryOf(manifest, form), cipher.slice(1)))).toBe("size");
  });
  it("refuses another key, another scope and another suite", async () => {
    expect(await fault(openForm(manifest, form, cipher, new Uint8Array(32)))).toBe("key");
    expect(await fault(openForm({ ...manifest, scope: { plan: "pln_other" } }, form, cipher, unb64u(vector.key)))).toBe("key");
    expect(() => entryOf({ ...manifest, suite: "sm4-gcm" }, form)).toThrow(FormRefused);
    expect(() => entryOf(manifest, "frm_other")).toThrow(FormRefused);
  });
});

describe("base64url", () => {
  it("returns what went in and refuses what it would not write", () => {
    const data = Uint8Array.from({ length: 257 }, (_, index) => index & 255);
    expect(unb64u(b64u(data))).toEqual(data);
    for (const bad of ["a", "a+b=", "AB=="]) expect(() => unb64u(bad)).toThrow(RangeError);
  });
});
