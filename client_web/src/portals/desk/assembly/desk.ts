/** The bank's endpoints for blueprints, assemblies, custodians and sealed papers. */
import type { Client } from "@/api/client";
import type { SealableList } from "@/api/schema";
import type { Custodian, Paper } from "../types";
import type * as T from "./types";

const one = (id: string): string => encodeURIComponent(id);

export interface SealDraft {
  readonly title: string;
  readonly custodians: readonly string[];
  readonly threshold: number;
  readonly not_before_ms: number;
  readonly expires_ms: number;
}

export const desk = (api: Client) => ({
  blueprints: (bank: string) =>
    api.get<{ blueprints: T.BlueprintView[] }>(`/api/bank/banks/${one(bank)}/blueprints`).then((list) => list.blueprints),
  saveBlueprint: (bank: string, draft: T.BlueprintDraft) => api.post<T.BlueprintView>(`/api/bank/banks/${one(bank)}/blueprints`, draft),
  forecast: (bank: string, draft: T.BlueprintDraft) => api.post<T.Forecast>(`/api/bank/banks/${one(bank)}/blueprints/forecast`, draft),
  exposure: (bank: string) => api.get<{ items: T.ExposedItem[] }>(`/api/bank/banks/${one(bank)}/exposure`).then((list) => list.items),
  assemble: (blueprint: string, forms: number, reserve_forms: number, seed: string, purpose: "formal" | "trial") =>
    api.post<{ assembly: string; job: string }>(`/api/bank/blueprints/${one(blueprint)}/assemblies`, { forms, reserve_forms, seed, purpose }),
  cancel: (assembly: string) => api.post<T.AssemblyView>(`/api/bank/assemblies/${one(assembly)}/cancel`),
  relax: (assembly: string) => api.post<{ assembly: string; job: string }>(`/api/bank/assemblies/${one(assembly)}/relax`),
  proposals: (assembly: string, form: string, item: string, purpose: string) =>
    api.get<T.ProposalList>(`/api/bank/assemblies/${one(assembly)}/forms/${one(form)}/swaps`, { query: { item, purpose } }),
  swap: (assembly: string, form: string, item: string, replacement: string, reason: string) =>
    api.post<T.AssemblyView>(`/api/bank/assemblies/${one(assembly)}/forms/${one(form)}/swaps`, { item, replacement, reason }),
  assemblies: () => api.get<{ assemblies: T.AssemblyView[] }>("/api/bank/assemblies").then((list) => list.assemblies),
  sealable: () => api.get<SealableList>("/api/bank/sealable-assemblies").then((list) => list.assemblies),
  assembly: (id: string) => api.get<T.AssemblyView>(`/api/bank/assemblies/${one(id)}`),
  form: (assembly: string, form: string, purpose: string, with_key: boolean) =>
    api.get<T.FormPreview>(`/api/bank/assemblies/${one(assembly)}/forms/${one(form)}`, { query: { purpose, with_key } }),
  approve: (id: string) => api.post<T.AssemblyView>(`/api/bank/assemblies/${one(id)}/approve`),
  custodians: () => api.get<{ custodians: Custodian[] }>("/api/bank/custodians").then((list) => list.custodians),
  addCustodian: (draft: { name: string; signing_key: string; sealing_key: string }) => api.post<Custodian>("/api/bank/custodians", draft),
  seal: (assembly: string, draft: SealDraft) => api.post<{ paper: string; job: string }>(`/api/bank/assemblies/${one(assembly)}/papers`, draft),
  papers: () => api.get<{ papers: Paper[] }>("/api/bank/papers").then((list) => list.papers),
  packageAddress: (paper: string) => `/api/bank/papers/${one(paper)}/package`,
  keysAddress: (paper: string) => `/api/bank/papers/${one(paper)}/keys`,
});

export type Desk = ReturnType<typeof desk>;
