/** A form's plain content (`exam.form/1`) taken apart for reading. Pure. */
import type { Assets, Block, ItemContent } from "@/ui/item/item";

export interface FormSection {
  readonly id: string;
  readonly title: string;
  /** number of the section's first item in the form, from 1 */
  readonly first: number;
  readonly items: readonly ItemContent[];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const records = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);

export interface FormRead {
  readonly sections: readonly FormSection[];
  readonly assets: Assets;
  /** what the members of each case group share, by the group's code */
  readonly stimuli: Readonly<Record<string, readonly Block[]>>;
}

/** The bank built and checked this document itself: its items have the shape of the format. */
export function sectionsOf(content: Readonly<Record<string, unknown>>): FormRead {
  let first = 1;
  const sections = records(content["sections"]).map((section) => {
    const items = records(section["items"]) as unknown as ItemContent[];
    const made = { id: String(section["id"]), title: String(section["title"]), first, items };
    first += items.length;
    return made;
  });
  const assets = isRecord(content["assets"]) ? Object.entries(content["assets"]).filter(([, one]) => isRecord(one)) : [];
  const cases = isRecord(content["cases"]) ? Object.entries(content["cases"]) : [];
  const stimuli = Object.fromEntries(cases.map(([code, one]) => [code, (isRecord(one) ? one["stimulus"] : []) as readonly Block[]]));
  return { sections, assets: Object.fromEntries(assets) as Assets, stimuli };
}

/** The right options of one position, where the key was asked for. */
export function keyedOptions(key: Readonly<Record<string, unknown>> | null, item: string): string[] {
  const items = key?.["items"];
  const line = isRecord(items) ? items[item] : undefined;
  const right = isRecord(line) ? line["key"] : undefined;
  return Array.isArray(right) ? right.filter((one) => typeof one === "string") : [];
}
