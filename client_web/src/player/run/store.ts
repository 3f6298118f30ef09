/**
 * What stays on this workstation: its own key, its enrolment, the outbox, a candidate's notes.
 *
 * Keys are non-extractable; everything a candidate made is written encrypted under such a key, so that the disk of a
 * shared machine gives nothing away. Outbox writes use strict durability and are finished before a step is sent.
 */
import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Logged } from "@/kernel/outbox";

export interface Enrolment {
  readonly station: string;
  readonly pairingCode: string;
}

interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
}

interface SealedStep extends Sealed {
  readonly session: string;
  readonly lease: number;
  readonly seq: number;
}

interface Schema extends DBSchema {
  keys: { key: "station" | "seal"; value: CryptoKeyPair | CryptoKey };
  enrolment: { key: "station"; value: Enrolment };
  outbox: { key: [string, number, number]; value: SealedStep };
  papers: { key: string; value: Sealed };
  counters: { key: string; value: number };
}

export const DATABASE = "exam-seat";
const strict = { durability: "strict" } as const;
const words = new TextEncoder();

export class Store {
  private constructor(
    private readonly db: IDBPDatabase<Schema>,
    readonly stationKey: CryptoKeyPair,
    private readonly sealKey: CryptoKey,
  ) {}

  static async open(): Promise<Store> {
    const db = await openDB<Schema>(DATABASE, 1, {
      upgrade(fresh) {
        fresh.createObjectStore("keys");
        fresh.createObjectStore("enrolment");
        fresh.createObjectStore("outbox", { keyPath: ["session", "lease", "seq"] });
        fresh.createObjectStore("papers");
        fresh.createObjectStore("counters");
      },
    });
    return new Store(db, await stationKey(db), await sealKey(db));
  }

  close(): void {
    this.db.close();
  }

  async publicKey(): Promise<Uint8Array> {
    return new Uint8Array(await crypto.subtle.exportKey("raw", this.stationKey.publicKey));
  }

  async sign(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, this.stationKey.privateKey, data));
  }

  enrolment(): Promise<Enrolment | undefined> {
    return this.db.get("enrolment", "station");
  }

  async keepEnrolment(value: Enrolment): Promise<void> {
    await this.db.put("enrolment", value, "station");
  }

  /** Writes steps before they are sent; `from` also removes what stood at and after it (a rebase). */
  async writeSteps(steps: readonly Logged[], replaceFrom: { session: string; lease: number } | null = null): Promise<void> {
    const sealed = await Promise.all(
      steps.map(async (one) => ({ session: one.step.session, lease: one.step.lease, seq: one.step.seq, ...(await this.seal(one)) })),
    );
    const write = this.db.transaction("outbox", "readwrite", strict);
    if (replaceFrom) await write.store.delete(boxRange(replaceFrom.session, replaceFrom.lease));
    await Promise.all(sealed.map((one) => write.store.put(one)));
    await write.done;
  }

  /** The steps of a session under one lease, in order; one that can't be read ends the list. */
  async readSteps(session: string, lease: number): Promise<Logged[]> {
    const read: Logged[] = [];
    for (const sealed of await this.db.getAll("outbox", boxRange(session, lease))) {
      const one = await this.unseal<Logged>(sealed);
      if (one === null) break;
      read.push(one);
    }
    return read;
  }

  /** Leases under which this workstation made steps for the session, oldest first. */
  async leases(session: string): Promise<number[]> {
    const range = IDBKeyRange.bound([session, 0, 0], [session, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
    const keys = await this.db.getAllKeys("outbox", range);
    return [...new Set(keys.map((key) => key[1]))];
  }

  /** After the receipt nothing of the candidate stays behind. */
  async forget(session: string): Promise<void> {
    const range = IDBKeyRange.bound([session, 0, 0], [session, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
    const write = this.db.transaction(["outbox", "papers"], "readwrite", strict);
    await write.objectStore("outbox").delete(range);
    await write.objectStore("papers").delete(session);
    await write.done;
  }

  /** Notes and strike-outs: the candidate's own paper, never sent. */
  async keepPaper(session: string, value: unknown): Promise<void> {
    await this.db.put("papers", await this.seal(value), session);
  }

  async paper<T>(session: string): Promise<T | null> {
    const sealed = await this.db.get("papers", session);
    return sealed ? this.unseal<T>(sealed) : null;
  }

  /** Counts up a named counter and gives the new value; 1 at first. */
  async countUp(name: string): Promise<number> {
    const write = this.db.transaction("counters", "readwrite", strict);
    const next = ((await write.store.get(name)) ?? 0) + 1;
    await write.store.put(next, name);
    await write.done;
    return next;
  }

  private async seal(value: unknown): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.sealKey, words.encode(JSON.stringify(value)));
    return { iv, data };
  }

  private async unseal<T>(sealed: Sealed): Promise<T | null> {
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, this.sealKey, sealed.data);
      return JSON.parse(new TextDecoder().decode(plain)) as T;
    } catch {
      return null; // damaged on disk: the caller treats it as absent
    }
  }
}

const boxRange = (session: string, lease: number): IDBKeyRange => IDBKeyRange.bound([session, lease, 0], [session, lease, Number.MAX_SAFE_INTEGER]);

async function stationKey(db: IDBPDatabase<Schema>): Promise<CryptoKeyPair> {
  const known = await db.get("keys", "station");
  if (known && "privateKey" in known) return known;
  const made = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  await putKey(db, "station", made);
  return made;
}

async function sealKey(db: IDBPDatabase<Schema>): Promise<CryptoKey> {
  const known = await db.get("keys", "seal");
  if (known && !("privateKey" in known)) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await putKey(db, "seal", made);
  return made;
}

async function putKey(db: IDBPDatabase<Schema>, name: "station" | "seal", key: CryptoKey | CryptoKeyPair): Promise<void> {
  const write = db.transaction("keys", "readwrite", strict);
  await write.store.put(key, name);
  await write.done;
}

/** Makes this workstation a stranger again: new key, new pairing code. Only offered while no session is bound to it. */
export const forgetStation = (): Promise<void> => deleteDB(DATABASE);
