/** Follows a long job of a role until it has ended; the job goes on when the page is left. */
import { onBeforeUnmount, ref, shallowRef, type Ref, type ShallowRef } from "vue";
import type { Client } from "@/api/client";
import { asApiError, type ApiError } from "@/api/errors";

export interface JobView {
  readonly id: string;
  readonly kind: string;
  readonly state: "queued" | "running" | "done" | "failed";
  readonly percent: number;
  readonly note_zh: string;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly error: unknown;
}

export interface JobFollower {
  readonly job: ShallowRef<JobView | null>;
  readonly error: ShallowRef<ApiError | null>;
  readonly running: Ref<boolean>;
  readonly follow: (id: string) => Promise<JobView | null>;
}

const PAUSE_MS = 700;
const rest = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export function useJob(api: Client): JobFollower {
  const job = shallowRef<JobView | null>(null);
  const error = shallowRef<ApiError | null>(null);
  const running = ref(false);
  let wanted = "";
  onBeforeUnmount(() => (wanted = ""));

  /** Resolves with the ended job, or null where the page was left or another job is followed. */
  async function follow(id: string): Promise<JobView | null> {
    wanted = id;
    running.value = true;
    error.value = null;
    try {
      while (wanted === id) {
        const seen = await look(id);
        if (seen && (seen.state === "done" || seen.state === "failed")) return seen;
        await rest(PAUSE_MS);
      }
      return null;
    } catch (thrown) {
      error.value = asApiError(thrown);
      return null;
    } finally {
      if (wanted === id || wanted === "") running.value = false;
    }
  }

  /** One look; a server that is away for a moment is no failure of the job. */
  async function look(id: string): Promise<JobView | null> {
    try {
      job.value = await api.get<JobView>(`/api/${api.role}/jobs/${id}`);
      return job.value;
    } catch (thrown) {
      if (asApiError(thrown).away) return null;
      throw thrown;
    }
  }

  return { job, error, running, follow };
}
