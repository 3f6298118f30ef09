/** The browser and the server open each other's sealings: the worked example was made by the server's side. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { b64u, unb64u } from "@/kernel/base64";
import { encode } from "@/kernel/canonical";
import { fingerprintWords } from "@/kernel/fingerprint";
import { CannotOpen, newX25519, openWith, sealTo } from "@/kernel/hpke";
import { readDocument, readTrust, signedBy } from "@/kernel/signing";
import { hallOf, readOrder, Refusal, release } from "./acts";
import { KeyFileFault, makeKeys, openKeys, type Keys } from "./keys";
import { ownShares, PaperProblem, readPaper } from "./paper";

const folder = `${import.meta.dirname}/../../../../tests/vectors/example`;
const bytes = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(`${folder}/${name}`));
interface Person {
  signing_private: string;
  signing_public: string;
  sealing_private: string;
  sealing_public: string;
}
const examples = JSON.parse(readFileSync(`${folder}/examples.json`, "utf8")) as { people: Record<string, Person> };
const trust = readTrust(readFileSync(`${folder}/trust.json`, "utf8"));

function keysOf(person: string): Keys {
  const one = examples.people[person]!;
  return {
    card: { name: person, signing_key: one.signing_public, sealing_key: one.sealing_public },
    signing: unb64u(one.signing_private),
    sealing: { privateRaw: unb64u(one.sealing_private), publicRaw: unb64u(one.sealing_public) },
  };
}

describe("a custodian's page", () => {
  it("opens a release the server's side made, and is opened by itself", async () => {
    const hall = keysOf("hall").sealing;
    const made = await readDocument(bytes("custodian-1.release.json"), "exam.key-release");
    const [first] = made.body["forms"] as { form: string; share: string }[];
    const info = encode({ paper: made.body["paper"]!, form: first!.form, hall: made.body["hall"]!, sitting: made.body["sitting"]! }, "exam.release-info", 1);
    const opened = JSON.parse(new TextDecoder().decode(await openWith(hall, unb64u(first!.share), info))) as { form: string };
    expect(opened.form).toBe(first!.form);
    const sealed = await sealTo(hall.publicRaw, info, info);
    expect(b64u(await openWith(hall, sealed, info))).toBe(b64u(info));
    await expect(openWith(hall, sealed, unb64u("AAAA"))).rejects.toThrow(CannotOpen);
    await expect(openWith(await newX25519(), sealed, info)).rejects.toThrow(CannotOpen);
  });

  it("opens its own shares of the example's paper and nobody else's", async () => {
    const paper = await readPaper(bytes("example.paper.zip"), trust);
    expect(paper.signedBy).not.toBeNull();
    expect(await ownShares(paper, keysOf("custodian-1"))).toHaveLength(paper.manifest.forms.length);
    await expect(ownShares(paper, keysOf("authority"))).rejects.toThrow(PaperProblem);
  });

  it("notices one altered byte of a form", async () => {
    const data = bytes("example.paper.zip");
    const at = data.length - 400;
    data[at] = data[at]! ^ 1;
    const outcome = await readPaper(data, trust).then(
      () => "read",
      (error: unknown) => (error instanceof Error ? error.name : "?"),
    );
    expect(outcome).not.toBe("read");
  });

  it("releases to the ordered hall only, within the window only", async () => {
    const paper = await readPaper(bytes("example.paper.zip"), trust);
    const order = await readOrder(bytes("example.order.json"), trust);
    const keys = keysOf("custodian-1");
    await expect(hallOf(order, "{}", paper)).rejects.toThrow(Refusal);
    const to = { key: unb64u(examples.people["hall"]!.sealing_public), sitting: order.sitting, forms: paper.manifest.forms.map((one) => one.form), opens_ms: order.release_opens_ms, closes_ms: order.release_closes_ms };
    await expect(release(paper, keys, to, "笔记本", order.release_opens_ms - 1)).rejects.toThrow(Refusal);
    await expect(release(paper, keys, to, "笔记本", order.release_closes_ms)).rejects.toThrow(Refusal);
    const file = await release(paper, keys, to, "笔记本", order.release_opens_ms);
    const own = await readDocument(file, "exam.key-release");
    const mine = [{ role: "custodian", name: "", key: own.signatures[0]!.key, public_key: keys.card.signing_key }];
    expect(await signedBy(own, "custodian", mine)).not.toBeNull();
  });

  it("makes a key file only its passphrase opens", async () => {
    const { keys, file } = await makeKeys("周保管", "一个足够长的口令，没有别人知道");
    const text = new TextDecoder().decode(file);
    expect((await openKeys(text, "一个足够长的口令，没有别人知道")).card).toEqual(keys.card);
    await expect(openKeys(text, "另一个足够长的口令")).rejects.toThrow(KeyFileFault);
    await expect(openKeys("{}", "x")).rejects.toThrow(KeyFileFault);
    expect(await fingerprintWords(keys.card.signing_key, keys.card.sealing_key)).toMatch(/^\p{Script=Han}{4} \p{Script=Han}{4}$/u);
  });
});
