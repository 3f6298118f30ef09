/** What is open on this page and nowhere else: keys, paper, trust list. A reload forgets the keys. */
import { computed, ref, shallowRef } from "vue";
import { CannotOpen } from "@/kernel/hpke";
import { NotADocument, readTrust, type TrustedKey } from "@/kernel/signing";
import { Refusal } from "./acts";
import { KeyFileFault, type Keys } from "./keys";
import { PaperProblem, type Paper } from "./paper";
import { c } from "./words";

const TRUST = "exam.custodian.trust";

function remembered(): readonly TrustedKey[] {
  try {
    const text = localStorage.getItem(TRUST);
    return text ? readTrust(text) : [];
  } catch {
    return []; // storage may be forbidden; the list is then chosen anew
  }
}

export const keys = shallowRef<Keys | null>(null);
export const paper = shallowRef<Paper | null>(null);
export const trust = shallowRef<readonly TrustedKey[]>(remembered());
export const device = ref("");
export const step = ref(0);
export const ready = computed(() => keys.value !== null && paper.value !== null);

export function keepTrust(text: string): void {
  trust.value = readTrust(text);
  try {
    localStorage.setItem(TRUST, text);
  } catch {
    /* see remembered */
  }
}

export function putAway(): void {
  keys.value = null;
  paper.value = null;
  step.value = 0;
}

/** A refusal or fault in words; whatever is unknown is said to have changed nothing. */
export function inWords(error: unknown): string {
  if (error instanceof Refusal) return c(`r_${error.because}`);
  if (error instanceof PaperProblem) return c(`p_${error.fault}`, { detail: error.detail });
  if (error instanceof KeyFileFault) return c(`k_${error.fault}`);
  if (error instanceof NotADocument) return c("notADocument", { detail: error.message });
  if (error instanceof CannotOpen) return c("p_shareAltered", { detail: "" });
  if (error instanceof DOMException && error.name === "NotSupportedError") return c("unsupported");
  return c("failed", { detail: error instanceof Error ? error.message : String(error) });
}

/** One act at a time, its refusal in words. */
export function useStep() {
  const busy = ref(false);
  const fault = ref("");
  async function run(work: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    fault.value = "";
    try {
      await work();
    } catch (error) {
      fault.value = inWords(error);
    } finally {
      busy.value = false;
    }
  }
  return { busy, fault, run };
}

export const bytesOf = async (file: File): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await file.arrayBuffer());

/** Hands a file to the person: the only way anything leaves this page. */
export function save(name: string, data: Uint8Array<ArrayBuffer> | string): void {
  const address = URL.createObjectURL(new Blob([data], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export const fileName = (text: string): string => text.replace(/[^\p{L}\p{N}_.-]+/gu, "_");
