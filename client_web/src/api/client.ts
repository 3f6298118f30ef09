/**
 * The one way a page talks to a role's HTTP interface.
 *
 * Staff pages are known by a cookie and send the CSRF value of `GET /api/<role>/me`; a seat sends its bearer token.
 * Every failure arrives as an `ApiError`. Types of bodies and answers come from `schema.ts`, written from `openapi.json`.
 */
import { language } from "@/i18n";
import { ApiError, errorFrom, noAnswer, unreadable } from "./errors";

export type Role = "bank" | "authority" | "hall";
export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Options {
  readonly query?: Query;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

interface Sent extends Options {
  readonly method: string;
  readonly body?: BodyInit;
  readonly contentType?: string;
}

export function address(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

export class Client {
  private csrf: string | null = null;
  private purpose = "";

  constructor(
    readonly role: Role,
    private readonly token: (() => string | null) | null = null,
  ) {}

  /** Remembers the CSRF value a sign-in or `me` answered with; null forgets it. */
  useCsrf(value: string | null): void {
    this.csrf = value;
  }

  /** Why the person reads what they read; sent with every request from now on. */
  usePurpose(words: string): void {
    this.purpose = words;
  }

  get<T>(path: string, options: Options = {}): Promise<T> {
    return this.json<T>({ ...options, method: "GET" }, path);
  }

  post<T>(path: string, body: unknown = {}, options: Options = {}): Promise<T> {
    return this.json<T>({ ...options, method: "POST", body: JSON.stringify(body), contentType: "application/json" }, path);
  }

  /** Sends a form with files (multipart). */
  upload<T>(path: string, form: FormData, options: Options = {}): Promise<T> {
    return this.json<T>({ ...options, method: "POST", body: form }, path);
  }

  /** Sends raw bytes: a video segment, a thumbnail. */
  send<T>(path: string, data: Blob, contentType: string, options: Options = {}): Promise<T> {
    return this.json<T>({ ...options, method: "POST", body: data, contentType }, path);
  }

  /** A file's bytes: ciphertext, PDF, picture. */
  async bytes(path: string, options: Options = {}): Promise<ArrayBuffer> {
    const answer = await this.fetch({ ...options, method: "GET" }, path);
    return answer.arrayBuffer().catch(() => Promise.reject(noAnswer()));
  }

  /** The file an act answers with: a signed document, a print. */
  async postBytes(path: string, body: unknown = {}, options: Options = {}): Promise<ArrayBuffer> {
    const answer = await this.fetch({ ...options, method: "POST", body: JSON.stringify(body), contentType: "application/json" }, path);
    return answer.arrayBuffer().catch(() => Promise.reject(noAnswer()));
  }

  private async json<T>(sent: Sent, path: string): Promise<T> {
    const answer = await this.fetch(sent, path);
    if (answer.status === 204) return undefined as T;
    try {
      return (await answer.json()) as T;
    } catch {
      throw unreadable(answer.status);
    }
  }

  private async fetch(sent: Sent, path: string): Promise<Response> {
    if (sent.method !== "GET" && this.token === null && this.csrf === null && !path.endsWith("/sign-in")) await this.loadCsrf();
    const answer = await this.once(sent, path);
    if (answer.ok) return answer;
    const value: unknown = await answer.json().catch(() => null);
    throw errorFrom(answer.status, value, answer.headers.get("Retry-After"));
  }

  private async once(sent: Sent, path: string): Promise<Response> {
    const headers: Record<string, string> = { "Accept-Language": language.value };
    const token = this.token?.() ?? null;
    if (sent.contentType) headers["Content-Type"] = sent.contentType;
    if (token !== null) headers["Authorization"] = `Bearer ${token}`;
    if (sent.method !== "GET" && this.csrf !== null) headers["X-Exam-Csrf"] = this.csrf;
    if (this.purpose) headers["X-Exam-Purpose"] = encodeURIComponent(this.purpose);
    const limit = AbortSignal.timeout(sent.timeoutMs ?? 30_000);
    const signal = sent.signal ? AbortSignal.any([sent.signal, limit]) : limit;
    const init: RequestInit = { method: sent.method, headers, signal, cache: "no-store", credentials: "same-origin" };
    if (sent.body !== undefined) init.body = sent.body;
    try {
      return await fetch(address(path, sent.query), init);
    } catch {
      throw noAnswer();
    }
  }

  /** Public endpoints work without a session, so a refusal here is left for the request itself to meet. */
  private async loadCsrf(): Promise<void> {
    try {
      const me = await this.get<{ csrf: string }>(`/api/${this.role}/me`);
      this.csrf = me.csrf;
    } catch (error) {
      if (!(error instanceof ApiError) || error.away) throw error;
    }
  }
}
