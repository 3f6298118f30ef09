/** Reads what a public release says: items as the shared view shows them, and their keys in words. Pure. */
import type { ItemContent } from "@/ui/item/item";

export interface ReleasedItem {
  readonly content: ItemContent;
  readonly point: string;
  readonly key: readonly string[];
  readonly answer: string;
}

export interface ReleaseBody {
  readonly bank: { readonly name: string; readonly occupation_code: string; readonly occupation_name: string; readonly level: number; readonly standard: string };
  readonly eligible: number;
  readonly eligible_digest: string;
  readonly commitment: string;
  readonly hidden: string;
  readonly words: string;
  readonly proposed_by: string;
  readonly drawn_by: string;
  readonly released_ms: number;
  readonly items: readonly ReleasedItem[];
}

type Plain = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Plain => typeof value === "object" && value !== null && !Array.isArray(value);
const record = (value: unknown): Plain => (isRecord(value) ? value : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const whole = (value: unknown): number => (typeof value === "number" ? value : 0);
const texts = (value: unknown): string[] => list(value).map(text).filter(Boolean);

/** The signed document's content is the bank's own form of an item; its code serves as the id of the position. */
function contentOf(value: Plain): ItemContent {
  return { ...value, id: text(value["code"]) } as unknown as ItemContent;
}

/** What counts as right, for types whose key is no list of options. */
export function answerOf(key: readonly string[], scoring: Plain): string {
  if (key.length > 0) return key.join("、");
  const blanks = list(scoring["blanks"]).map((blank) => texts(record(blank)["accept"]).join(" / "));
  if (blanks.length > 0) return blanks.join("；");
  const unit = texts(record(scoring["unit"])["accept"])[0] ?? "";
  return `${text(scoring["value"])} ${unit}`.trim();
}

export function readRelease(body: Plain): ReleaseBody {
  const bank = record(body["bank"]);
  return {
    bank: {
      name: text(bank["name"]),
      occupation_code: text(bank["occupation_code"]),
      occupation_name: text(bank["occupation_name"]),
      level: whole(bank["level"]),
      standard: text(bank["standard"]),
    },
    eligible: list(body["eligible"]).length,
    eligible_digest: text(body["eligible_digest"]),
    commitment: text(body["commitment"]),
    hidden: text(body["hidden"]),
    words: text(body["words"]),
    proposed_by: text(body["proposed_by"]),
    drawn_by: text(body["drawn_by"]),
    released_ms: whole(body["released_ms"]),
    items: list(body["items"]).map((one) => {
      const item = record(one);
      const content = record(item["content"]);
      const key = texts(item["key"]);
      return { content: contentOf(content), point: text(content["point"]), key, answer: answerOf(key, record(item["scoring"])) };
    }),
  };
}

/** Digests of every figure and sound anywhere in an item. */
export function assetsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(assetsIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    if (name === "asset" && typeof part === "string" && part) return [part];
    if (name === "html" && typeof part === "string") return [...part.matchAll(/src="(sha256:[0-9a-f]{64})"/g)].map((one) => one[1] ?? "");
    return assetsIn(part);
  });
}

/** Everything a reader may search in. */
export const wordsOf = (item: ReleasedItem): string => `${item.content.id} ${item.point} ${JSON.stringify(item.content.stem)}`.toLowerCase();
