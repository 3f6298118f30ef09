/** The verification report inside a refusal, where the server sent one. */
import type { ApiError } from "@/api/errors";
import type { CheckLine } from "../types";

export function checksOf(error: ApiError): CheckLine[] {
  const list = error.body.fields["checks"];
  return Array.isArray(list) ? list.filter(isCheck) : [];
}

function isCheck(value: unknown): value is CheckLine {
  return typeof value === "object" && value !== null && "name" in value && "ok" in value;
}
