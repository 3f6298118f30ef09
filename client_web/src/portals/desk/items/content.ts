/** The bank's item content as the shared item component takes it, and which pictures and sounds it needs. Pure. */
import { ITEM_TYPES, type Block, type Interaction, type ItemContent, type ItemOption } from "@/ui/item/item";

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);

function block(one: Json): Block {
  if (one["kind"] === "html") return { kind: "html", html: text(one["html"]) };
  if (one["kind"] === "figure") return { kind: "figure", asset: text(one["asset"]), alt: text(one["alt"]) };
  if (one["kind"] === "audio") return { kind: "audio", asset: text(one["asset"]), alt: text(one["alt"]), plays: Number(one["plays"]) || 0 };
  return { kind: "text", text: text(one["text"]) };
}

const blocks = (value: unknown): Block[] => list(value).map(block);
const options = (value: unknown): ItemOption[] => list(value).map((one) => ({ id: text(one["id"]), content: blocks(one["content"]) }));

function interaction(value: Record<string, unknown>): Interaction {
  const made: Record<string, unknown> = { ...value };
  if ("targets" in value) made["targets"] = options(value["targets"]);
  if ("gaps" in value) made["gaps"] = list(value["gaps"]).map((gap) => ({ id: text(gap["id"]), options: options(gap["options"]) }));
  return made as Interaction;
}

/** Reads `{"code","type","stem","options","points",…}`; `id` of the position where it is part of a form. */
export function itemContent(content: Json, scoring: Json = {}): ItemContent {
  const group = content["case"];
  const rule = text(scoring["rule"]) || text(content["rule"]);
  return {
    id: text(content["id"]) || text(content["code"]),
    type: ITEM_TYPES.find((one) => one === content["type"]) ?? "single_response",
    points: text(content["points"]),
    stem: blocks(content["stem"]),
    options: options(content["options"]),
    ...(rule ? { rule } : {}),
    ...(isRecord(content["interaction"]) ? { interaction: interaction(content["interaction"]) } : {}),
    ...(isRecord(group) ? { case: { code: text(group["code"]), place: Number(group["place"]), size: Number(group["size"]) } } : {}),
  };
}

/** What the members of the item's case share; empty for an item without one. */
export const stimulusOf = (content: Json): Block[] => (isRecord(content["case"]) ? blocks(content["case"]["stimulus"]) : []);

const IMAGE = /<img\b[^>]*?\bsrc="(sha256:[0-9a-f]{64})"/g;

/** Digests of every picture and sound in plain data: paragraphs, pictures in rich text, the picture of a hotspot. */
export function assetsOf(value: unknown): string[] {
  const found: string[] = [];
  const walk = (one: unknown): void => {
    if (Array.isArray(one)) one.forEach(walk);
    else if (isRecord(one)) {
      for (const [name, part] of Object.entries(one)) {
        if (name === "asset" && typeof part === "string" && part) found.push(part);
        else if (name === "html" && typeof part === "string") found.push(...[...part.matchAll(IMAGE)].map((match) => match[1] ?? ""));
        else walk(part);
      }
    }
  };
  walk(value);
  return [...new Set(found)];
}

/** Digests of the pictures and sounds of an item as it is shown. */
export const figuresOf = (item: ItemContent): string[] => assetsOf(item);
