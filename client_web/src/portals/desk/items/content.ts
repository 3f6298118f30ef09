/** The bank's item content as the shared item component takes it, and which figures it needs. Pure. */
import type { Block, ItemContent, ItemOption, ItemType } from "@/ui/item/item";

const TYPES: readonly ItemType[] = ["single_response", "multiple_response", "true_false"];

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);

function blocks(value: unknown): Block[] {
  return list(value).map((one) =>
    one["kind"] === "figure" ? { kind: "figure", asset: text(one["asset"]), alt: text(one["alt"]) } : { kind: "text", text: text(one["text"]) },
  );
}

/** Reads `{"code","type","stem","options","points"}`; `id` of the position where it is part of a form. */
export function itemContent(content: Readonly<Record<string, unknown>>): ItemContent {
  const options: ItemOption[] = list(content["options"]).map((one) => ({ id: text(one["id"]), content: blocks(one["content"]) }));
  return {
    id: text(content["id"]) || text(content["code"]),
    type: TYPES.find((one) => one === content["type"]) ?? "single_response",
    points: text(content["points"]),
    stem: blocks(content["stem"]),
    options,
  };
}

export function figuresOf(item: ItemContent): string[] {
  const all = [...item.stem, ...item.options.flatMap((option) => option.content)];
  return [...new Set(all.flatMap((block) => (block.kind === "figure" ? [block.asset] : [])))];
}
