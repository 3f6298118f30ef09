/** The authority's endpoints for records, runs and results. */
import type { Client } from "@/api/client";
import type { MarkingProgress } from "@/api/schema";
import { oneFile } from "../authority";
import type * as T from "./types";

const LONG = { timeoutMs: 300_000 };
const run = (id: string): string => `/api/authority/runs/${encodeURIComponent(id)}`;

export const grading = (api: Client) => ({
  records: () => api.get<{ records: T.RecordView[] }>("/api/authority/records").then((list) => list.records),
  importRecord: (file: File) => api.upload<T.RecordView>("/api/authority/records", oneFile(file), LONG),
  keyPackages: () => api.get<{ packages: T.KeyPackage[] }>("/api/authority/key-packages").then((list) => list.packages),
  importKeys: (file: File) => api.upload<T.KeyPackage>("/api/authority/key-packages", oneFile(file), LONG),
  start: (sitting: string) => api.post<{ run: string; job: string }>(`/api/authority/sittings/${encodeURIComponent(sitting)}/runs`),
  runs: () => api.get<{ runs: T.RunView[] }>("/api/authority/runs").then((list) => list.runs),
  run: (id: string) => api.get<T.RunView>(run(id)),
  results: (id: string) => api.get<T.RunResults>(`${run(id)}/results`),
  compare: (id: string, with_run: string) => api.get<T.RunComparison>(`${run(id)}/comparison`, { query: { with_run } }),
  approve: (id: string) => api.post<T.RunView>(`${run(id)}/approvals`),
  marking: (sitting: string) => api.get<MarkingProgress>(`/api/authority/sittings/${encodeURIComponent(sitting)}/marking`),
  marksAddress: (id: string) => `${run(id)}/marks`,
  sheetAddress: (id: string) => `${run(id)}/sheet`,
  result: (id: string) => api.get<T.ResultView>(`/api/authority/results/${encodeURIComponent(id)}`),
  resultAddress: (id: string) => `/api/authority/results/${encodeURIComponent(id)}/document`,
  issue: (id: string) => api.post<{ job: string }>(`${run(id)}/certificates`),
});

export type Grading = ReturnType<typeof grading>;
