/** The one error shape of the server, and the two a browser adds: no answer at all, and an answer that makes no sense. */
import { catalogue } from "@/i18n";

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly next: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly request_id: string;
}

const t = catalogue(
  {
    offline: "连接不上服务器。",
    offlineNext: "请检查网络；恢复后会自动重试，也可以稍后再试一次。",
    unreadable: "服务器的回答无法识别。",
    unreadableNext: "请刷新页面再试；仍有问题请把编号告诉管理员。",
  },
  {
    offline: "The server cannot be reached.",
    offlineNext: "Check the network; it is tried again by itself, or try once more in a moment.",
    unreadable: "The server's answer could not be understood.",
    unreadableNext: "Reload the page and try again; if it stays, tell an administrator the number.",
  },
);

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: ErrorBody,
    readonly retryAfterMs: number | null = null,
  ) {
    super(body.message);
    this.name = "ApiError";
  }
  get code(): string {
    return this.body.code;
  }
  get next(): string {
    return this.body.next;
  }
  /** Nobody answered: the network or the server is away, nothing was decided. */
  get away(): boolean {
    return this.status === 0;
  }
}

const local = (status: number, code: string, message: string, next: string): ApiError =>
  new ApiError(status, { code, message, next, fields: {}, request_id: "" });

export const noAnswer = (): ApiError => local(0, "client.offline", t("offline"), t("offlineNext"));
export const unreadable = (status: number): ApiError => local(status, "client.unreadable", t("unreadable"), t("unreadableNext"));

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Reads the server's error JSON; anything else becomes `client.unreadable`. */
export function errorFrom(status: number, value: unknown, retryAfter: string | null): ApiError {
  if (!isRecord(value) || typeof value["code"] !== "string" || typeof value["message"] !== "string") return unreadable(status);
  const body: ErrorBody = {
    code: value["code"],
    message: value["message"],
    next: typeof value["next"] === "string" ? value["next"] : "",
    fields: isRecord(value["fields"]) ? value["fields"] : {},
    request_id: typeof value["request_id"] === "string" ? value["request_id"] : "",
  };
  const seconds = Number(retryAfter);
  return new ApiError(status, body, retryAfter !== null && Number.isFinite(seconds) ? seconds * 1000 : null);
}

/** Any thrown value as something `ErrorNotice` can show. */
export const asApiError = (thrown: unknown): ApiError =>
  thrown instanceof ApiError ? thrown : local(0, "client.fault", t("unreadable"), t("unreadableNext"));
