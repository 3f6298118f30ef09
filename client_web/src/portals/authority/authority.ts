/** The authority's endpoints for institutions and plans. */
import type { Client } from "@/api/client";
import type * as T from "./types";

const LONG = { timeoutMs: 120_000 };
const at = (id: string): string => `/api/authority/plans/${encodeURIComponent(id)}`;

export interface InstitutionDraft {
  code13: string;
  name: string;
  kind: "employer" | "social_org";
  occupations: { code: string; levels: number[] }[];
}

export function oneFile(file: File): FormData {
  const form = new FormData();
  form.append("file", file, file.name);
  return form;
}

export const authority = (api: Client) => ({
  institutions: () => api.get<{ institutions: T.Institution[] }>("/api/authority/institutions").then((list) => list.institutions),
  addInstitution: (draft: InstitutionDraft) => api.post<T.Institution>("/api/authority/institutions", draft),
  plans: () => api.get<{ plans: T.PlanView[] }>("/api/authority/plans").then((list) => list.plans),
  plan: (id: string) => api.get<T.PlanView>(at(id)),
  addPlan: (draft: T.PlanDraft) => api.post<T.PlanView>("/api/authority/plans", { ...draft, method: "theory" }),
  approve: (id: string) => api.post<T.PlanView>(`${at(id)}/approve`),
  roster: (id: string) => api.get<{ candidates: T.RosterCandidate[] }>(`${at(id)}/roster`).then((view) => view.candidates),
  importRoster: (id: string, file: File, take_good_rows: boolean) =>
    api.upload<T.RosterReport>(`${at(id)}/roster`, oneFile(file), { ...LONG, query: { take_good_rows } }),
  importPaper: (id: string, file: File) => api.upload<T.PlanView>(`${at(id)}/paper`, oneFile(file), LONG),
  draw: (id: string, seed: string) => api.post<T.Seating>(`${at(id)}/seating`, seed ? { seed } : {}),
  seats: (id: string) => api.get<T.Seating>(`${at(id)}/seats`),
  ticketsAddress: (id: string) => `${at(id)}/tickets.pdf`,
  issueOrder: (id: string, hall_key: string) => api.post<{ digest: string }>(`${at(id)}/order`, { hall_key }),
  orderAddress: (id: string) => `${at(id)}/order`,
  halls: () => api.get<{ trusted: T.TrustedKey[] }>("/api/authority/keys").then((view) => view.trusted.filter((one) => one.role === "hall")),
});

export type Authority = ReturnType<typeof authority>;
