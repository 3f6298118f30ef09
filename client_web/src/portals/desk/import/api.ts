/** The endpoints of imports, of the mapping screen and of alike items. */
import type { Client } from "@/api/client";
import type * as Api from "@/api/schema";
import { form } from "../bank";
import type { MappingTables } from "./mapping";

export type { AlikeView, ComparedPair, FaultView, ImportPreviewItem, ImportView, PairPage, PairView, RowView } from "@/api/schema";
export type Layout = Api.MappingView;
export type Format = Api.ImportFormat;
export type Proposal = Omit<Api.LayoutProposal, "mapping"> & { readonly mapping: MappingTables };
export interface Uploaded {
  readonly imported: Api.ImportView;
  readonly proposal: Proposal;
}

const LONG = { timeoutMs: 300_000 };
const at = (id: string, what = ""): string => `/api/bank/imports/${encodeURIComponent(id)}${what}`;
const of = (bank: string, what: string): string => `/api/bank/banks/${encodeURIComponent(bank)}/${what}`;

export interface Look {
  readonly sheet: string;
  readonly header_row: number | null;
  readonly encoding: string;
  readonly mapping: string;
}

export interface Decision {
  readonly first: string;
  readonly second: string;
  readonly decision: "keep" | "retire" | "enemies";
  readonly retired: string;
  readonly reason: string;
}

export const importing = (api: Client) => ({
  formats: () => api.get<{ formats: Format[] }>("/api/bank/formats").then((list) => list.formats),
  layouts: (bank: string) => api.get<{ mappings: Layout[] }>(of(bank, "mappings")).then((list) => list.mappings),
  past: (bank: string) => api.get<{ imports: Api.ImportView[] }>(of(bank, "imports")).then((list) => list.imports),
  upload: (bank: string, file: File, figures: File | null, format: string) =>
    api.upload<Uploaded>(of(bank, "uploads"), form({ file, figures, format }), LONG),
  look: (id: string, look: Look) => api.post<Proposal>(at(id, "/proposal"), look, LONG),
  preview: (id: string, mapping: MappingTables, sheet: string) =>
    api.post<Api.ImportPreview>(at(id, "/preview"), { mapping, sheet }, LONG).then((seen) => seen.items),
  check: (id: string, mapping: MappingTables, sheet: string) => api.post<Api.ImportView>(at(id, "/check"), { mapping, sheet }, LONG),
  read: (id: string) => api.get<Api.ImportView>(at(id)),
  accept: (id: string) => api.post<Api.ImportView>(at(id, "/accept"), { take_good_rows: true }, LONG),
  discard: (id: string) => api.post<Api.ImportView>(at(id, "/discard")),
  row: (id: string, row: number) => api.get<Api.RowView>(at(id, `/rows/${row}`)),
  correct: (id: string, rows: readonly { row: number; cells: Record<string, string> }[]) =>
    api.post<Api.ImportView>(at(id, "/corrections"), { rows }, LONG),
  pairs: (id: string, page: number) => api.get<Api.PairPage>(at(id, "/pairs"), { query: { page } }),
  report: (id: string): string => at(id, "/report.csv"),
  save: (bank: string, name: string, title: string, mapping: MappingTables, for_all: boolean) =>
    api.post<Layout>(of(bank, "mappings"), { name, title, mapping, for_all }),
  toml: (bank: string, name: string): string => of(bank, `mappings/${encodeURIComponent(name)}`),
  compare: (bank: string, ratio: number) => api.post<Api.AlikeView>(of(bank, "comparisons"), { ratio }),
  comparison: (bank: string, kind: string, decided: boolean, page: number) =>
    api.get<Api.AlikeView>(of(bank, "comparison"), { query: { kind, decided, page } }),
  decide: (bank: string, decision: Decision) => api.post<Api.PairDecisionView>(of(bank, "pair-decisions"), decision),
});

export type Importing = ReturnType<typeof importing>;
