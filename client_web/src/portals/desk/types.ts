/** The shapes of the answers the paper desk reads, as the bank declares them in its slices of `itembank`. */
import type { Fault } from "../kit/FaultTable.vue";

export interface BankView {
  readonly id: string;
  readonly name: string;
  readonly occupation_code: string;
  readonly occupation_name: string;
  readonly level: string;
  readonly standard: string;
  readonly owner: string;
  readonly provenance: string;
  readonly items_per_point: number;
  readonly items: Readonly<Record<string, number>>;
  readonly created_ms: number;
}

export interface SpecNode {
  readonly code: string;
  readonly level: number;
  readonly parent: string | null;
  readonly name: string;
  readonly weight: string | null;
  readonly importance: string | null;
  readonly ratio: readonly number[] | null;
  readonly is_point: boolean;
  readonly have: Readonly<Record<string, number>>;
  readonly approved_by_type: Readonly<Record<string, number>>;
  readonly need: number;
}

export interface Specification {
  readonly bank: string;
  readonly version: number;
  readonly digest: string;
  readonly derived: boolean;
  readonly points: number;
  readonly contradictions: readonly { readonly code: string; readonly node: string; readonly row: number; readonly reason_zh: string; readonly reason_en: string }[];
  readonly nodes: readonly SpecNode[];
}

export interface ImportView {
  readonly id: string;
  readonly bank: string;
  readonly file_name: string;
  readonly file_digest: string;
  readonly mapping: string;
  readonly rows: number;
  readonly good: number;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly state: "checked" | "accepted" | "discarded";
  readonly columns: readonly string[];
  readonly by: string;
  readonly created_ms: number;
}

export interface Mapping {
  readonly name: string;
  readonly title_zh: string;
  readonly title_en: string;
  readonly headers: readonly string[];
}

export interface ItemLine {
  readonly id: string;
  readonly code: string;
  readonly version: number;
  readonly state: string;
  readonly type: string;
  readonly point: string;
  readonly stem: string;
  readonly figures: number;
  readonly importance: string | null;
  readonly cognition: string | null;
  readonly difficulty: string | null;
  readonly author: string;
}

export interface ItemPage {
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
  readonly items: readonly ItemLine[];
}

export interface Verdict {
  readonly stage: string;
  readonly verdict: string;
  readonly comment: string;
  readonly by: string;
  readonly at_ms: number;
}

export interface ItemVersion {
  readonly version: number;
  readonly content: Readonly<Record<string, unknown>>;
  readonly key: readonly string[];
  readonly importance: string | null;
  readonly cognition: string | null;
  readonly difficulty: string | null;
  readonly source: string;
  readonly digest: string;
  readonly author: string;
  readonly reviewer: string;
  readonly approver: string;
  readonly origin_file: string;
  readonly origin_row: number | null;
  readonly created_ms: number;
  readonly verdicts: readonly Verdict[];
}

export interface ItemView {
  readonly id: string;
  readonly bank: string;
  readonly code: string;
  readonly state: string;
  readonly type: string;
  readonly point: string;
  readonly point_path: readonly string[];
  readonly version: number;
  readonly versions: readonly ItemVersion[];
}

export interface VerdictResult {
  readonly changed: number;
  readonly state: string;
  readonly skipped: readonly { readonly item: string; readonly code: string; readonly reason: string; readonly reason_zh: string; readonly reason_en: string }[];
}

export interface Custodian {
  readonly custodian: string;
  readonly name: string;
  readonly key: string;
  readonly signing_key: string;
  readonly sealing_key: string;
}

export interface Paper {
  readonly paper: string;
  readonly assembly: string;
  readonly title: string;
  readonly state: string;
  readonly threshold: number;
  readonly custodians: readonly { readonly custodian: string; readonly name: string }[];
  readonly not_before_ms: number;
  readonly expires_ms: number;
  readonly requested_by: string;
  readonly requested_ms: number;
  readonly sealed_ms: number | null;
  readonly job: string;
  readonly forms: readonly { readonly form: string; readonly name: string; readonly reserve: boolean; readonly items: number }[];
  readonly manifest_digest: string | null;
  readonly package_digest: string | null;
  readonly keys_digest: string | null;
}
