/** The bank's endpoints for custody of one paper, and reading what a person types about a leak. */
import type { Client } from "@/api/client";
import type { CeremoniesView, CeremonyView, DestructionView, HoldView, PossessionsView, PossessionView, RetentionView, SubmittedView, TraceView } from "@/api/schema";

const one = (id: string): string => encodeURIComponent(id);
const JSON_TYPE = "application/octet-stream";

export interface CeremonyDraft {
  readonly kind: "reseal" | "print";
  readonly reason: string;
  readonly closes_ms: number;
  readonly custodians: readonly string[];
  readonly threshold: number;
  readonly form: string;
  readonly copies: number;
  readonly place: string;
}

export interface SeenItem {
  readonly item: string;
  readonly number: number | null;
  readonly options: readonly string[];
}

export interface TraceDraft {
  readonly items: readonly SeenItem[];
  readonly watermark: string;
  readonly papers: readonly string[];
  readonly orders: readonly string[];
  readonly records: readonly string[];
  readonly reason: string;
}

export const custody = (api: Client) => ({
  possessions: (paper: string) => api.get<PossessionsView>(`/api/bank/papers/${one(paper)}/possessions`).then((list) => list.possessions),
  challenge: (paper: string, custodian: string) => api.postBytes(`/api/bank/papers/${one(paper)}/challenges`, { custodian }),
  takeProof: (paper: string, file: Blob) => api.send<PossessionView>(`/api/bank/papers/${one(paper)}/possessions`, file, JSON_TYPE),
  ceremonies: (paper: string) => api.get<CeremoniesView>(`/api/bank/papers/${one(paper)}/ceremonies`).then((list) => list.ceremonies),
  ask: (paper: string, draft: CeremonyDraft) => api.post<CeremonyView>(`/api/bank/papers/${one(paper)}/ceremonies`, draft),
  approve: (ceremony: string) => api.post<CeremonyView>(`/api/bank/ceremonies/${one(ceremony)}/approve`),
  callAddress: (ceremony: string) => `/api/bank/ceremonies/${one(ceremony)}/call`,
  handIn: (ceremony: string, file: Blob) => api.send<SubmittedView>(`/api/bank/ceremonies/${one(ceremony)}/answers`, file, JSON_TYPE),
  close: (ceremony: string) => api.post<CeremonyView>(`/api/bank/ceremonies/${one(ceremony)}/close`),
  print: (ceremony: string, copies: number) => api.postBytes(`/api/bank/ceremonies/${one(ceremony)}/copies`, { copies }, { timeoutMs: 180_000 }),
  retention: (paper: string) => api.get<RetentionView>(`/api/bank/papers/${one(paper)}/retention`),
  hold: (paper: string, reason: string) => api.post<HoldView>(`/api/bank/papers/${one(paper)}/holds`, { reason }),
  lift: (hold: string) => api.post<HoldView>(`/api/bank/holds/${one(hold)}/lift`),
  askDestruction: (paper: string, reason: string) => api.post<DestructionView>(`/api/bank/papers/${one(paper)}/destructions`, { reason }),
  approveDestruction: (id: string) => api.post<DestructionView>(`/api/bank/destructions/${one(id)}/approve`),
  withdraw: (id: string) => api.post<DestructionView>(`/api/bank/destructions/${one(id)}/withdraw`),
  recordAddress: (id: string) => `/api/bank/destructions/${one(id)}/record`,
  trace: (draft: TraceDraft) => api.post<TraceView>("/api/bank/traces", draft, { timeoutMs: 120_000 }),
});

export type Custody = ReturnType<typeof custody>;

export class WrongLine extends Error {
  constructor(readonly line: number) {
    super(`line ${line}`);
    this.name = "WrongLine";
  }
}

/** Items typed one per line, options as `N:a|b`; throws WrongLine for options that belong to no item. */
export function readSeen(items: string, options: string): SeenItem[] {
  const seen = lines(items).map((text) => {
    const numbered = /^(\d{1,3})\s*[.．、:：]\s*(?=\D)(.+)$/su.exec(text);
    return { item: numbered?.[2] ?? text, number: numbered ? Number(numbered[1]) : null, options: [] as string[] };
  });
  lines(options).forEach((text, at) => {
    const found = /^(\d{1,3})\s*[:：](.+)$/su.exec(text);
    const target = found ? seen[Number(found[1]) - 1] : undefined;
    if (!found || !target) throw new WrongLine(at + 1);
    target.options = (found[2] ?? "").split(/[|｜]/u).map((one) => one.trim()).filter(Boolean);
  });
  return seen;
}

const lines = (text: string): string[] => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** The first entry of a record's archive is its signed document; anything else is taken as it is. */
export async function recordText(file: File): Promise<string> {
  const data = new Uint8Array(await file.arrayBuffer());
  if (data[0] !== 0x50 || data[1] !== 0x4b) return new TextDecoder().decode(data);
  const view = new DataView(data.buffer);
  const start = 30 + view.getUint16(26, true);
  return new TextDecoder().decode(data.subarray(start, start + view.getUint32(18, true)));
}
