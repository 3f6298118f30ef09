/** The bank's endpoints for response matrices, statistics and remarks. */
import type { Client } from "@/api/client";
import type { AnalysisView, ItemStatisticsView, MatrixList, MatrixView, RemarkList, RemarkView, StatisticsPage } from "@/api/schema";
import { form } from "../bank";

export interface StatisticsFilter {
  readonly flagged: boolean;
  readonly search: string;
  readonly sort: string;
  readonly page: number;
}

export type Decision = "no_change" | "revise" | "retire" | "key_error";
export const DECISIONS: readonly Decision[] = ["no_change", "revise", "retire", "key_error"];

const of = (bank: string): string => `/api/bank/banks/${encodeURIComponent(bank)}`;

export const statisticsApi = (api: Client) => ({
  matrices: (bank: string) => api.get<MatrixList>(`${of(bank)}/matrices`).then((list) => list.matrices),
  take: (bank: string, file: File) => api.upload<MatrixView>(`${of(bank)}/matrices`, form({ file }), { timeoutMs: 300_000 }),
  analyse: (bank: string) => api.post<AnalysisView>(`${of(bank)}/analyses`),
  page: (bank: string, filter: StatisticsFilter) =>
    api.get<StatisticsPage>(`${of(bank)}/statistics`, {
      query: { flagged: filter.flagged ? "true" : "false", search: filter.search, sort: filter.sort, page: filter.page },
    }),
  item: (id: string) => api.get<ItemStatisticsView>(`/api/bank/items/${encodeURIComponent(id)}/statistics`),
  remarks: (bank: string, state: string) => api.get<RemarkList>(`${of(bank)}/remarks`, { query: { state } }),
  remark: (item: string, text: string) => api.post<RemarkView>(`/api/bank/items/${encodeURIComponent(item)}/remarks`, { text }),
  close: (remark: string, action: Decision, note: string) =>
    api.post<RemarkView>(`/api/bank/remarks/${encodeURIComponent(remark)}/close`, { action, note }),
});
