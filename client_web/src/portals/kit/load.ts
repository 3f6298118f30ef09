/** One way to load what a page shows: the newest call wins, a failed reload keeps what was there. */
import { ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from "vue";
import { asApiError, type ApiError } from "@/api/errors";

export interface Loaded<T> {
  readonly data: ShallowRef<T | null>;
  readonly error: ShallowRef<ApiError | null>;
  readonly loading: Ref<boolean>;
  readonly reload: () => Promise<void>;
}

/** Loads now and again whenever one of `sources` changes. */
export function useLoad<T>(load: () => Promise<T>, sources: WatchSource[] = []): Loaded<T> {
  const data = shallowRef<T | null>(null);
  const error = shallowRef<ApiError | null>(null);
  const loading = ref(false);
  let turn = 0;

  async function reload(): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const value = await load();
      if (mine !== turn) return;
      data.value = value;
      error.value = null;
    } catch (thrown) {
      if (mine === turn) error.value = asApiError(thrown);
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  if (sources.length > 0) watch(sources, () => void reload());
  void reload();
  return { data, error, loading, reload };
}

export interface Act {
  readonly busy: Ref<boolean>;
  readonly error: ShallowRef<ApiError | null>;
  /** The work's result; undefined where it failed or another was under way. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T | undefined>;
}

/** One act at a time: a second press while the first is under way does nothing; a refusal is kept for showing. */
export function useAct(): Act {
  const busy = ref(false);
  const error = shallowRef<ApiError | null>(null);

  async function run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    error.value = null;
    try {
      return await work();
    } catch (thrown) {
      error.value = asApiError(thrown);
      return undefined;
    } finally {
      busy.value = false;
    }
  }

  return { busy, error, run };
}
