/** The lines of a certificate as the public page shows them: the server's masked record, else what the code itself says. */
import { levelName } from "@/i18n/levels";
import type { Outcome } from "./check";
import { t } from "./words";

export function linesOf(outcome: Outcome): [string, string][] {
  const record = outcome.answer?.certificate ?? null;
  const code = outcome.verdict === "forged" || outcome.verdict === "unknown" ? null : (outcome.payload?.content ?? null);
  const level = record?.level ?? code?.l;
  const lines: [string, string | null | undefined][] = [
    [t("holder"), code?.m ?? record?.name_masked],
    [t("number"), record?.number ?? code?.n],
    [t("document"), record?.document_masked],
    [t("occupation"), [record?.occupation_name, record?.occupation_code ?? code?.o].filter(Boolean).join(" ")],
    [t("level"), level === undefined ? "" : levelName(level)],
    [t("institution"), record?.institution ?? code?.i],
    [t("issued"), record?.issued_on ?? code?.d],
    [t("voidOn"), record?.void_on],
  ];
  return record || code ? lines.flatMap(([word, value]) => (value ? [[word, value] as [string, string]] : [])) : [];
}
