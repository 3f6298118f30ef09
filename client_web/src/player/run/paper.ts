/**
 * The candidate's form: ciphertext fetched and checked before the start, opened in memory when the key comes.
 *
 * Nothing of the paper is written anywhere; after a reload the ciphertext is fetched again.
 */
import { ref, shallowRef } from "vue";
import type { Client } from "@/api/client";
import { asApiError, type ApiError } from "@/api/errors";
import { unb64u } from "@/kernel/base64";
import { checkCipher, entryOf, FormRefused, openForm, type Form, type FormFault, type Manifest } from "@/kernel/form";
import type { SeatSession } from "../shapes";

interface ManifestDocument {
  readonly body: Manifest;
}

interface Fetched {
  readonly form: string;
  readonly manifest: Manifest;
  readonly cipher: Uint8Array<ArrayBuffer>;
  readonly digest: string;
  readonly kilobytesPerSecond: number;
}

export class Paper {
  readonly fetched = shallowRef<Fetched | null>(null);
  readonly form = shallowRef<Form | null>(null);
  readonly error = shallowRef<ApiError | null>(null);
  readonly fault = ref<FormFault | null>(null);
  private fetching: Promise<void> | null = null;

  constructor(private readonly client: Client) {}

  /** Fetches once per form; asking again while it runs waits for the same answer, asking after a failure tries again. */
  fetch(session: SeatSession): Promise<void> {
    if (this.fetched.value?.form === session.form) return Promise.resolve();
    this.fetching ??= this.load(session).finally(() => (this.fetching = null));
    return this.fetching;
  }

  /** Opens the form with the 32 bytes of the start; a second call with the form open changes nothing. */
  async open(session: SeatSession, key: string): Promise<void> {
    if (this.form.value?.form === session.form) return;
    await this.fetch(session);
    const fetched = this.fetched.value;
    if (!fetched) return;
    await this.guarded(async () => {
      this.form.value = await openForm(fetched.manifest, session.form, fetched.cipher, unb64u(key));
    });
  }

  /** Takes the paper off the screen and out of memory. */
  close(): void {
    this.form.value = null;
    this.fetched.value = null;
  }

  private load(session: SeatSession): Promise<void> {
    return this.guarded(async () => {
      const document = await this.client.get<ManifestDocument>(`/api/hall/papers/${session.paper}/manifest`);
      const entry = entryOf(document.body, session.form);
      const began = performance.now();
      const cipher = new Uint8Array(await this.client.bytes(`/api/hall/papers/${session.paper}/forms/${session.form}`, { timeoutMs: 120_000 }));
      const seconds = Math.max(0.001, (performance.now() - began) / 1000);
      if (entry.cipher_digest !== session.cipher_digest) throw new FormRefused("cipher");
      await checkCipher(entry, cipher);
      const kilobytesPerSecond = Math.round(cipher.length / 1000 / seconds);
      this.fetched.value = { form: session.form, manifest: document.body, cipher, digest: entry.cipher_digest, kilobytesPerSecond };
    });
  }

  private async guarded(act: () => Promise<void>): Promise<void> {
    this.error.value = null;
    this.fault.value = null;
    try {
      await act();
    } catch (thrown) {
      if (thrown instanceof FormRefused) this.fault.value = thrown.fault;
      else this.error.value = asApiError(thrown);
    }
  }
}
