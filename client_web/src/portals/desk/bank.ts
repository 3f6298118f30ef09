/** The bank's endpoints the desk calls for banks, specifications, imports and items. */
import type { Client } from "@/api/client";
import type { Asset } from "@/ui/item/item";
import type { Flaw } from "./items/editor/flaws";
import type * as T from "./types";

const in_ = (bank: string): string => `/api/bank/banks/${encodeURIComponent(bank)}`;
const LONG = { timeoutMs: 300_000 };

export interface BankDraft {
  name: string;
  occupation_code: string;
  occupation_name: string;
  level: string;
  standard: string;
  owner: string;
}

export interface ItemFilter {
  readonly state: string;
  readonly type: string;
  readonly point: string;
  readonly search: string;
  readonly import_id: string;
  readonly page: number;
}

/** A stored picture or sound; a sound has no size. */
export interface AssetView {
  readonly digest: string;
  readonly media_type: string;
  readonly width: number;
  readonly height: number;
}

/** An item as it would be stored, what was taken out of it, every fault, and what is doubtful without being one. */
export interface ItemCheck {
  readonly content: Readonly<Record<string, unknown>>;
  readonly scoring: Readonly<Record<string, unknown>>;
  readonly key: readonly string[];
  readonly words: number;
  readonly removed: readonly string[];
  readonly flaws: readonly Flaw[];
  readonly doubts: readonly Flaw[];
}

export interface StandingRequest {
  readonly codes: readonly string[];
  readonly standing: "normal" | "public" | "reserved";
  readonly reason: string;
}

export type SavedItem = T.ItemView & { readonly removed: readonly string[] };

export interface VerdictRequest {
  readonly import_id?: string;
  readonly item_ids?: readonly string[];
  readonly verdict: "accept" | "return";
  readonly comment: string;
}

export function form(parts: Readonly<Record<string, string | File | null>>): FormData {
  const data = new FormData();
  for (const [name, part] of Object.entries(parts)) if (part !== null && part !== "") data.append(name, part);
  return data;
}

export const bank = (api: Client) => ({
  banks: () => api.get<{ banks: T.BankView[] }>("/api/bank/banks").then((list) => list.banks),
  open: (draft: BankDraft) => api.post<T.BankView>("/api/bank/banks", draft),
  specification: (id: string) => api.get<T.Specification>(`${in_(id)}/specification`),
  importSpecification: (id: string, file: File) => api.upload<T.Specification>(`${in_(id)}/specification`, form({ file }), LONG),
  items: (id: string, filter: ItemFilter) => {
    const filled = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ""));
    return api.get<T.ItemPage>(`${in_(id)}/items`, { query: filled });
  },
  item: (id: string) => api.get<T.ItemView>(`/api/bank/items/${encodeURIComponent(id)}`),
  createItem: (id: string, item: unknown) => api.post<SavedItem>(`${in_(id)}/items`, item),
  checkItem: (id: string, item: unknown) => api.post<ItemCheck>(`${in_(id)}/items/check`, item),
  reviseItem: (id: string, item: unknown) => api.post<SavedItem>(`/api/bank/items/${encodeURIComponent(id)}/versions`, item),
  storeAsset: (id: string, file: File) => api.upload<AssetView>(`${in_(id)}/assets`, form({ file }), LONG),
  changeStanding: (id: string, request: StandingRequest) => api.post<{ changed: string[] }>(`${in_(id)}/items/standing`, request),
  judge: (stage: "review" | "approve", request: VerdictRequest) => api.post<T.VerdictResult>(`/api/bank/items/${stage}`, request, LONG),
  figure: async (digest: string): Promise<Asset> => {
    const bytes = new Uint8Array(await api.bytes(`/api/bank/figures/${encodeURIComponent(digest)}`));
    return { media_type: mediaType(bytes), data: b64u(bytes) };
  },
});

export type Bank = ReturnType<typeof bank>;

/** By the first bytes: the figures and sounds are those a form may carry. */
function mediaType(bytes: Uint8Array): string {
  const begins = (text: string, at = 0): boolean => [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
  if (begins("WAVE", 8)) return "audio/wav";
  if (begins("OggS")) return "audio/ogg";
  if (begins("ftyp", 4)) return "audio/mp4";
  if (begins("ID3") || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0)) return "audio/mpeg";
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return "image/png";
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return "image/jpeg";
  if (bytes[0] === 0x47 && bytes[1] === 0x49) return "image/gif";
  return bytes[0] === 0x52 ? "image/webp" : "image/svg+xml";
}

function b64u(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
