/** A custodian's key file (`exam.key-file/1`): made and opened here, in this browser; the private half never leaves it. */
import { b64u, unb64u } from "@/kernel/base64";
import { encode, toJson, type Json } from "@/kernel/canonical";
import { newX25519, type X25519Pair } from "@/kernel/hpke";
import { newEd25519, publicOf } from "@/kernel/signing";

type Bytes = Uint8Array<ArrayBuffer>;
const ITERATIONS = 600_000;
const MOST_ITERATIONS = 10_000_000;
export const SHORTEST_PASSPHRASE = 10;

export interface PublicCard {
  readonly name: string;
  readonly signing_key: string;
  readonly sealing_key: string;
}

export interface Keys {
  readonly card: PublicCard;
  readonly signing: Bytes;
  readonly sealing: X25519Pair;
}

export type KeyFault = "notAKeyFile" | "wrongPassphrase";
export class KeyFileFault extends Error {
  constructor(readonly fault: KeyFault) {
    super(fault);
    this.name = "KeyFileFault";
  }
}

async function stretched(passphrase: string, salt: Bytes, iterations: number): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(passphrase), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** New keys and the file that holds them under the passphrase. */
export async function makeKeys(name: string, passphrase: string): Promise<{ keys: Keys; file: Bytes }> {
  const signing = await newEd25519();
  const sealing = await newX25519();
  const card: PublicCard = { name: name.trim().normalize("NFC"), signing_key: b64u(signing.publicRaw), sealing_key: b64u(sealing.publicRaw) };
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const secret = toJson({ signing: b64u(signing.privateRaw), sealing: b64u(sealing.privateRaw) });
  const key = await stretched(passphrase, salt, ITERATIONS);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: encode({ ...card }, "exam.key-file", 1) }, key, secret);
  const file: Json = {
    type: "exam.key-file",
    version: 1,
    public: { ...card },
    kdf: { name: "pbkdf2-hmac-sha256", iterations: ITERATIONS, salt: b64u(salt) },
    nonce: b64u(nonce),
    sealed: b64u(new Uint8Array(sealed)),
  };
  return { keys: { card, signing: signing.privateRaw, sealing }, file: toJson(file) };
}

interface KeyFile {
  readonly type: string;
  readonly version: number;
  readonly public: PublicCard;
  readonly kdf: { readonly iterations: number; readonly salt: string };
  readonly nonce: string;
  readonly sealed: string;
}

function parsed(text: string): KeyFile {
  try {
    const file = JSON.parse(text) as KeyFile;
    const { public: card, kdf } = file;
    const whole = file.type === "exam.key-file" && file.version === 1 && [card.name, card.signing_key, card.sealing_key, file.nonce, file.sealed, kdf.salt].every((one) => typeof one === "string");
    if (whole && Number.isInteger(kdf.iterations) && kdf.iterations > 0 && kdf.iterations <= MOST_ITERATIONS) return file;
  } catch {
    /* told below */
  }
  throw new KeyFileFault("notAKeyFile");
}

/** The keys inside a key file; throws KeyFileFault. */
export async function openKeys(text: string, passphrase: string): Promise<Keys> {
  const file = parsed(text);
  const { name, signing_key, sealing_key } = file.public;
  const key = await stretched(passphrase, unb64u(file.kdf.salt), file.kdf.iterations);
  let secret: { signing: string; sealing: string };
  try {
    const additionalData = encode({ name, signing_key, sealing_key }, "exam.key-file", 1);
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: unb64u(file.nonce), additionalData }, key, unb64u(file.sealed));
    secret = JSON.parse(new TextDecoder().decode(plain)) as typeof secret;
  } catch {
    throw new KeyFileFault("wrongPassphrase");
  }
  const signing = unb64u(secret.signing);
  if (b64u(await publicOf(signing)) !== signing_key) throw new KeyFileFault("notAKeyFile");
  return { card: { name, signing_key, sealing_key }, signing, sealing: { privateRaw: unb64u(secret.sealing), publicRaw: unb64u(sealing_key) } };
}
