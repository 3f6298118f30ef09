/** What the candidate does beyond answering: check in, confirm, report, read, hand in. One act at a time, its error in place. */
import { ref, shallowRef } from "vue";
import { asApiError, type ApiError } from "@/api/errors";
import type { Receipt } from "../shapes";
import type { Player } from "./player";

export class Acts {
  readonly error = shallowRef<ApiError | null>(null);
  readonly working = ref(false);
  readonly readHere = ref<ReadonlySet<string>>(new Set());

  constructor(private readonly player: Player) {}

  /** Runs one act, then asks where the seat stands; true when it went well. */
  private async act(call: () => Promise<unknown>): Promise<boolean> {
    this.working.value = true;
    this.error.value = null;
    try {
      await call();
      await this.player.refresh();
      return true;
    } catch (thrown) {
      this.error.value = asApiError(thrown);
      return false;
    } finally {
      this.working.value = false;
    }
  }

  checkIn(ticket: string, documentNumber: string): Promise<boolean> {
    return this.act(() => this.player.link.post("/api/hall/seat/check-in", { ticket, document_number: documentNumber }));
  }

  confirm(): Promise<boolean> {
    return this.act(() => this.player.link.post("/api/hall/seat/confirm", {}));
  }

  remark(item: string, text: string): Promise<boolean> {
    return this.act(() => this.player.link.post("/api/hall/seat/remarks", { item, text }));
  }

  /** Hands in what the hall holds. Refuses by itself while anything is unsaved: the receipt must cover everything. */
  async submit(): Promise<"done" | "unsaved" | "failed"> {
    const { delivery, link, receipt } = this.player;
    if (!(await delivery.flush(8_000))) return "unsaved";
    const box = delivery.box.value;
    const last = box?.log.at(-1);
    const body = { head: last?.head ?? box?.base.head, seq: last?.step.seq ?? box?.base.seq };
    const done = await this.act(async () => {
      receipt.value = await link.post<Receipt>("/api/hall/seat/submit", body);
    });
    return done ? "done" : "failed";
  }

  /** Read is read: the dialog closes even when the word reaches the console late. */
  async confirmMessage(message: string): Promise<void> {
    this.readHere.value = new Set([...this.readHere.value, message]);
    await this.player.link.post(`/api/hall/seat/messages/${message}/read`, {}).catch(() => undefined);
  }
}
