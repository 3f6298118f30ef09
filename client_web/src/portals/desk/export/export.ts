/** Which export is asked for, and the files a finished one offers. */
import type { Client } from "@/api/client";
import type { JobView } from "../../kit/job";
import { saveFile } from "../../kit/csv";

export const FORMATS = ["qti3", "xlsx", "pdf"] as const;
export type Format = (typeof FORMATS)[number];

export interface Filters {
  readonly state: string;
  readonly type: string;
  readonly point: string;
  readonly search: string;
  readonly import_id: string;
}

export interface Order {
  readonly format: Format;
  readonly purpose: string;
  readonly with_keys: boolean;
  readonly filters: Filters;
  readonly codes: readonly string[];
}

export interface ExportFile {
  readonly name: string;
  readonly bytes: number;
}

/** The files of an ended job, as far as it says so. */
export function filesOf(job: JobView | null): readonly ExportFile[] {
  const files = job?.state === "done" ? job.result?.["files"] : undefined;
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: unknown) => (isFile(file) ? [{ name: file.name, bytes: file.bytes }] : []));
}

function isFile(value: unknown): value is ExportFile {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string" && "bytes" in value && typeof value.bytes === "number";
}

/** An export the person has said enough about. */
export function isComplete(order: Order): boolean {
  return order.purpose.trim().length >= 2;
}

export const exporter = (api: Client, bank: string) => ({
  begin: (order: Order) => api.post<{ job: string; items: number }>(`/api/bank/banks/${encodeURIComponent(bank)}/exports`, { ...order, purpose: order.purpose.trim() }),
  fetch: async (job: string, part: number, name: string): Promise<true> => {
    const data = await api.bytes(`/api/bank/exports/${encodeURIComponent(job)}/files/${part}`);
    saveFile(name, new Blob([data]));
    return true;
  },
});
