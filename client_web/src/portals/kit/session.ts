/** Who is signed in to one role, and with which permissions; the three staff pages share it. */
import { inject, provide, ref, shallowRef, type InjectionKey, type Ref, type ShallowRef } from "vue";
import { Client, type Role } from "@/api/client";
import { ApiError, asApiError } from "@/api/errors";

export interface Me {
  readonly account_id: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly csrf: string;
  readonly server_ms: number;
}

export interface StaffSession {
  readonly api: Client;
  readonly me: ShallowRef<Me | null>;
  /** false until the first `me` was answered, one way or the other */
  readonly known: Ref<boolean>;
  readonly error: ShallowRef<ApiError | null>;
  readonly may: (permission: string) => boolean;
  readonly restore: () => Promise<void>;
  readonly signIn: (login: string, password: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
}

const KEY: InjectionKey<StaffSession> = Symbol("staff session");

export function provideSession(role: Role): StaffSession {
  const api = new Client(role);
  const me = shallowRef<Me | null>(null);
  const known = ref(false);
  const error = shallowRef<ApiError | null>(null);

  function take(value: Me | null): void {
    me.value = value;
    api.useCsrf(value?.csrf ?? null);
    known.value = true;
  }

  async function restore(): Promise<void> {
    error.value = null;
    try {
      take(await api.get<Me>(`/api/${role}/me`));
    } catch (thrown) {
      const problem = asApiError(thrown);
      if (problem.status === 401 || problem.status === 403) take(null);
      else error.value = problem;
    }
  }

  async function signIn(login: string, password: string): Promise<void> {
    take(await api.post<Me>(`/api/${role}/sign-in`, { login, password }));
  }

  async function signOut(): Promise<void> {
    await api.post(`/api/${role}/sign-out`);
    take(null);
  }

  const may = (permission: string): boolean => me.value?.permissions.includes(permission) ?? false;
  const session: StaffSession = { api, me, known, error, may, restore, signIn, signOut };
  provide(KEY, session);
  return session;
}

export function useSession(): StaffSession {
  const session = inject(KEY);
  if (!session) throw new Error("a staff page must call provideSession first");
  return session;
}
