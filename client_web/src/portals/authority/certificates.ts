/** The authority's endpoints for issued certificates. */
import type { Client } from "@/api/client";

export interface CertificateLine {
  readonly number: string;
  readonly name: string;
  readonly occupation_name: string;
  readonly level: number;
  readonly issued_on: string;
  readonly state: string;
}

const at = (number: string): string => `/api/authority/certificates/${encodeURIComponent(number)}`;

export const certificates = (api: Client) => ({
  list: () => api.get<{ certificates: CertificateLine[] }>("/api/authority/certificates").then((list) => list.certificates),
  pdfAddress: (number: string) => `${at(number)}/pdf`,
  documentAddress: (number: string) => `${at(number)}/document`,
});
