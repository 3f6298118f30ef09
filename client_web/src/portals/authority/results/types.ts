/** The shapes of records, runs, results and certificates, as the authority's grading and certification declare them. */

export interface CheckLine {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly place: string;
}

export interface RecordView {
  readonly sitting: string;
  readonly plan: string;
  readonly digest: string;
  readonly sessions: number;
  readonly absent: readonly string[];
  readonly imported_ms: number;
  readonly checks: readonly CheckLine[];
}

export interface KeyPackage {
  readonly digest: string;
  readonly paper: string;
  readonly manifest_digest: string;
  readonly version: number;
  readonly imported_ms: number;
}

export interface RunView {
  readonly id: string;
  readonly sitting: string;
  readonly plan: string;
  readonly title: string;
  readonly state: string;
  readonly job: string;
  readonly record_digest: string;
  readonly key_package_digest: string;
  readonly key_version: number;
  readonly cut_score: string;
  readonly requested_ms: number;
  readonly requested_by: string;
  readonly graded_ms: number | null;
  readonly graded: number;
  readonly passed: number;
  readonly absent: number;
  readonly sheet_digest: string | null;
  readonly approvals: readonly { readonly account: string; readonly name: string; readonly at_ms: number }[];
  readonly approvals_needed: number;
}

export interface ResultLine {
  readonly id: string;
  readonly ticket: string;
  readonly name_masked: string;
  readonly score: string;
  readonly max: string;
  readonly passed: boolean;
  readonly digest: string;
}

export interface RunResults {
  readonly run: string;
  readonly results: readonly ResultLine[];
  readonly absent: readonly string[];
}

export interface TraceItem {
  readonly item: string;
  readonly code: string;
  readonly version: number;
  readonly position: number;
  readonly step: Readonly<Record<string, unknown>> | null;
  readonly value: string | readonly string[] | null;
  readonly key_version: number;
  readonly rule: string;
  readonly points: string;
  readonly max: string;
}

export interface ResultView {
  readonly result: string;
  readonly run: string;
  readonly sitting: string;
  readonly session: string;
  readonly ticket: string;
  readonly candidate: string;
  readonly form: string;
  readonly score: string;
  readonly max: string;
  readonly cut_score: string;
  readonly passed: boolean;
  readonly items: readonly TraceItem[];
  readonly record_digest: string;
  readonly key_package_digest: string;
  readonly digest: string;
}

export interface RunComparison {
  readonly before: string;
  readonly after: string;
  readonly moves: readonly { readonly ticket: string; readonly before: string; readonly after: string; readonly crosses: string }[];
}
