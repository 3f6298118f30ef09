/** The authority's endpoints for issued certificates. */
import type { Client } from "@/api/client";
import type { CertificateList, CertificateView } from "@/api/schema";

const at = (number: string): string => `/api/authority/certificates/${encodeURIComponent(number)}`;

export const certificates = (api: Client) => ({
  list: (limit: number, offset: number) => api.get<CertificateList>("/api/authority/certificates", { query: { limit, offset } }),
  declareVoid: (number: string, reason: string) => api.post<CertificateView>(`${at(number)}/void`, { reason }),
  pdfAddress: (number: string) => `${at(number)}/pdf`,
  documentAddress: (number: string) => `${at(number)}/document`,
});
