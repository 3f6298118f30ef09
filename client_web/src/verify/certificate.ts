/** The lines of a certificate as the public page shows them: the server's masked record, else what the code itself says. */
import type { Outcome } from "./check";
import { t } from "./words";

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

export function linesOf(outcome: Outcome): [string, string][] {
  const record = outcome.answer?.certificate ?? null;
  const code = outcome.verdict === "forged" || outcome.verdict === "unknown" ? null : (outcome.payload?.content ?? null);
  const institution = record?.["institution"];
  const institutionName = typeof institution === "object" && institution !== null && "name" in institution ? institution.name : institution;
  const occupation = [text(record?.["occupation_name"]), text(record?.["occupation_code"] ?? code?.o)].filter(Boolean).join(" ");
  const lines: [string, string][] = [
    [t("holder"), text(record?.["name"] ?? code?.m)],
    [t("number"), text(record?.["number"] ?? code?.n)],
    [t("document"), text(record?.["document_masked"])],
    [t("occupation"), occupation],
    [t("level"), text(record?.["level_name"] ?? record?.["level"] ?? code?.l)],
    [t("institution"), text(institutionName ?? code?.i)],
    [t("score"), text(record?.["theory_score"])],
    [t("issued"), text(record?.["issued_on"] ?? code?.d)],
  ];
  return record || code ? lines.filter(([, value]) => value !== "") : [];
}
