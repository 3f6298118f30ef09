/** Short confirmations at the bottom of the page; read out politely, gone after a while, never the only place an error is shown. */
import { reactive } from "vue";

export interface Toast {
  readonly id: number;
  readonly text: string;
}

const LIFE_MS = 6000;
let last = 0;

export const toasts = reactive<Toast[]>([]);

export function say(text: string): void {
  const id = ++last;
  toasts.push({ id, text });
  setTimeout(() => {
    const i = toasts.findIndex((one) => one.id === id);
    if (i >= 0) toasts.splice(i, 1);
  }, LIFE_MS);
}
