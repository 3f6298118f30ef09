/**
 * HPKE (RFC 9180) in base mode for one message, over WebCrypto: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
 *
 * The same suite and layout (`enc ‖ ciphertext ‖ tag`, context as `info`, empty AAD) as `examserver/kernel/crypto/seal.py`,
 * written out in `examserver/docs/formats.md`, section 5. Private keys are their 32 raw bytes.
 */
import { concat } from "./canonical";

type Bytes = Uint8Array<ArrayBuffer>;

const text = (value: string): Bytes => new TextEncoder().encode(value);
const KEM_ID = concat(text("KEM"), Uint8Array.of(0x00, 0x20));
const HPKE_ID = concat(text("HPKE"), Uint8Array.of(0x00, 0x20, 0x00, 0x01, 0x00, 0x02));
const EMPTY = new Uint8Array(0);
const PKCS8_X25519 = Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20);

export class CannotOpen extends Error {
  constructor() {
    super("the sealed content was altered, belongs elsewhere, or the key is another");
    this.name = "CannotOpen";
  }
}

export interface X25519Pair {
  readonly privateRaw: Bytes;
  readonly publicRaw: Bytes;
}

async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
  // WebCrypto takes no empty key; HMAC pads with zeros, so one zero byte is the same key.
  const imported = await crypto.subtle.importKey("raw", key.length ? key : new Uint8Array(1), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
}

const extract = (salt: Bytes, label: string, material: Bytes, id: Bytes): Promise<Bytes> => hmac(salt, concat(text("HPKE-v1"), id, text(label), material));

async function expand(secret: Bytes, label: string, info: Bytes, size: number, id: Bytes): Promise<Bytes> {
  const block = await hmac(secret, concat(Uint8Array.of(0, size), text("HPKE-v1"), id, text(label), info, Uint8Array.of(1)));
  return block.slice(0, size);
}

export async function newX25519(): Promise<X25519Pair> {
  const pair = (await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"])) as CryptoKeyPair;
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const publicRaw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { privateRaw: pkcs8.slice(-32), publicRaw };
}

async function agree(privateRaw: Bytes, publicRaw: Bytes): Promise<Bytes> {
  const own = await crypto.subtle.importKey("pkcs8", concat(PKCS8_X25519, privateRaw), { name: "X25519" }, false, ["deriveBits"]);
  const other = await crypto.subtle.importKey("raw", publicRaw, { name: "X25519" }, false, []);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: other }, own, 256));
}

interface Context {
  readonly key: CryptoKey;
  readonly nonce: Bytes;
}

async function context(dh: Bytes, enc: Bytes, receiver: Bytes, info: Bytes): Promise<Context> {
  const prk = await extract(EMPTY, "eae_prk", dh, KEM_ID);
  const shared = await expand(prk, "shared_secret", concat(enc, receiver), 32, KEM_ID);
  const facts = concat(Uint8Array.of(0), await extract(EMPTY, "psk_id_hash", EMPTY, HPKE_ID), await extract(EMPTY, "info_hash", info, HPKE_ID));
  const secret = await extract(shared, "secret", EMPTY, HPKE_ID);
  const raw = await expand(secret, "key", facts, 32, HPKE_ID);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, nonce: await expand(secret, "base_nonce", facts, 12, HPKE_ID) };
}

/** `enc ‖ ciphertext ‖ tag` for the owner of this public key; `ephemeral` is drawn unless a test gives one. */
export async function sealTo(receiver: Bytes, plaintext: Bytes, info: Bytes, ephemeral?: X25519Pair): Promise<Bytes> {
  const pair = ephemeral ?? (await newX25519());
  const made = await context(await agree(pair.privateRaw, receiver), pair.publicRaw, receiver, info);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: made.nonce }, made.key, plaintext);
  return concat(pair.publicRaw, new Uint8Array(sealed));
}

/** The plaintext of `sealTo`; throws CannotOpen. */
export async function openWith(receiver: X25519Pair, sealed: Bytes, info: Bytes): Promise<Bytes> {
  if (sealed.length < 48) throw new CannotOpen();
  const enc = sealed.slice(0, 32);
  try {
    const made = await context(await agree(receiver.privateRaw, enc), enc, receiver.publicRaw, info);
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: made.nonce }, made.key, sealed.slice(32)));
  } catch {
    throw new CannotOpen();
  }
}
