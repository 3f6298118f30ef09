/** The verification report inside a refusal, where the server sent one. */
import type { ApiError } from "@/api/errors";

export interface CheckLine {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
  readonly place?: string;
}

export function checksOf(error: ApiError): CheckLine[] {
  const list = error.body.fields["checks"];
  return Array.isArray(list) ? list.filter(isCheck) : [];
}

export function isCheck(value: unknown): value is CheckLine {
  return typeof value === "object" && value !== null && "name" in value && "ok" in value;
}
