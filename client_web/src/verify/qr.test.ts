import { describe, expect, it } from "vitest";
import { linesOf } from "./certificate";
import { verdictOf } from "./check";
import { checkSignature, readQr, signedBytes, type QrContent } from "./qr";

const content: QrContent = {
  n: "S000033000001264000001",
  m: "陈晓",
  o: "6-31-01-03",
  l: 4,
  i: "示范评价机构",
  d: "2026-11-22",
  c: "0123456789abcdef",
  k: "ed25519:0011223344556677",
};

function b64u(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

async function signed(changed: Partial<QrContent> = {}): Promise<{ text: string; publicKey: string }> {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const value = await crypto.subtle.sign("Ed25519", pair.privateKey, signedBytes(content));
  const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
  const shown = new TextEncoder().encode(JSON.stringify({ ...content, ...changed }));
  return { text: `https://exam.hall/verify#${b64u(shown)}.${b64u(new Uint8Array(value))}`, publicKey: b64u(new Uint8Array(raw)) };
}

describe("a certificate's QR", () => {
  it("signed by an issuer is good", async () => {
    const { text, publicKey } = await signed();
    const payload = readQr(text)!;
    expect(payload.content.m).toBe("陈晓");
    expect(await checkSignature(payload, [{ key: content.k, public_key: publicKey, name: "省中心" }])).toBe("good");
  });
  it("with another name on it is bad", async () => {
    const { text, publicKey } = await signed({ m: "李四" });
    expect(await checkSignature(readQr(text)!, [{ key: content.k, public_key: publicKey, name: "" }])).toBe("bad");
  });
  it("of an unknown issuer is said to be so", async () => {
    const { text } = await signed();
    expect(await checkSignature(readQr(text)!, [])).toBe("unknown-key");
  });
  it("anything else is not read", () => {
    expect(readQr("https://example.org/")).toBeNull();
    expect(readQr("#abc.def")).toBeNull();
    expect(readQr("")).toBeNull();
  });
});

describe("the verdict", () => {
  const answer = (state: "valid" | "void" | "unknown") => ({ valid: state === "valid", state, certificate: null, checks: [] });
  it("a bad signature is a forgery whatever the server says", () => {
    expect(verdictOf("bad", answer("valid"))).toBe("forged");
  });
  it("a voided certificate with a good signature is void", () => {
    expect(verdictOf("good", answer("void"))).toBe("void");
  });
  it("a good signature without the server is only half an answer", () => {
    expect(verdictOf("good", null)).toBe("offline");
    expect(verdictOf("unknown-key", null)).toBeNull();
  });
});

describe("the lines shown", () => {
  it("come from the record, and from the code where there is none", async () => {
    const { text } = await signed();
    const payload = readQr(text)!;
    const offline = { verdict: "offline" as const, answer: null, payload, signature: "good" as const };
    expect(linesOf(offline).map(([, value]) => value)).toContain("陈晓");
    const certificate = {
      number: content.n, name_masked: "陈*", document_masked: "3301**********1234", occupation_code: content.o, occupation_name: "电工",
      level: 4, level_name: "中级工", institution: "甲机构", issued_on: content.d, void_on: null,
    }; // prettier-ignore
    const online = { ...offline, verdict: "valid" as const, answer: { valid: true, state: "valid" as const, certificate, checks: [] } };
    expect(linesOf(online).map(([, value]) => value)).toEqual(expect.arrayContaining(["陈晓", "甲机构", "3301**********1234"]));
  });
  it("a forged code's claims are not repeated", async () => {
    const { text } = await signed({ m: "李四" });
    expect(linesOf({ verdict: "forged", answer: null, payload: readQr(text), signature: "bad" })).toEqual([]);
  });
});
