/** A mapping as the server keeps it (the tables of its TOML), and how the screen reads and changes it; everything else in it stays. */

export interface MappingTables {
  sheet?: { name?: string; header_row?: number; encoding?: string };
  columns?: Record<string, string | string[] | undefined>;
  options?: { separators?: string | string[] };
  types?: Record<string, string>;
  keys?: { separators?: string; true?: string[]; false?: string[]; numbers?: boolean; count_pattern?: string };
  defaults?: { point?: string; code_prefix?: string; type?: string; source?: string; categories?: Record<string, string> };
  duplicates?: { identity?: string[]; near_ratio?: number };
  recognise?: { headers?: string[] };
  [other: string]: unknown;
}

export const LETTERS = ["A", "B", "C", "D", "E", "F", "G", "H"] as const;
export const ONE_CELL = "options";
export const MAIN_FIELDS = ["code", "point", "type", "stem", "key"] as const;
export const MORE_FIELDS = ["importance", "cognition", "difficulty", "figure", "source", "points", "owner", "funding"] as const;
export const MARKS = ["**", "##", "\n", "|", ";", "；", "A."] as const;

/** Which field each header feeds: a field name, `options` for all options in one cell, `option:A` for one of them. */
export function fieldsOf(mapping: MappingTables): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [field, header] of Object.entries(mapping.columns ?? {})) {
    if (typeof header === "string") found[header] = field;
    else if (header?.length === 1 && mapping.options?.separators?.length) found[header[0] ?? ""] = ONE_CELL;
    else header?.forEach((one, at) => (found[one] = `option:${LETTERS[at] ?? "A"}`));
  }
  return found;
}

/** The mapping with this header feeding this field (empty: none); a field fed before by another header loses that one. */
export function withField(mapping: MappingTables, header: string, field: string): MappingTables {
  const fields = Object.fromEntries(Object.entries(fieldsOf(mapping)).filter(([other, one]) => other !== header && one !== field));
  if (field) fields[header] = field;
  return withFields(mapping, fields);
}

function withFields(mapping: MappingTables, fields: Record<string, string>): MappingTables {
  const header = (field: string): string | undefined => Object.keys(fields).find((one) => fields[one] === field);
  const single = header(ONE_CELL);
  const lettered = LETTERS.map((letter) => header(`option:${letter}`)).filter((one) => one !== undefined);
  const columns: Record<string, string | string[]> = { options: single ? [single] : lettered };
  for (const [one, field] of Object.entries(fields)) if (field !== ONE_CELL && !field.startsWith("option:")) columns[field] = one;
  const separators = mapping.options?.separators;
  const { options: _dropped, ...others } = mapping;
  const kept = single ? { options: { separators: separators?.length ? separators : ["A."] } } : {};
  return { ...others, ...kept, columns, recognise: { headers: recognised(columns) } };
}

/** The headers by which the file will be known again. */
function recognised(columns: Record<string, string | string[]>): string[] {
  const needed = MAIN_FIELDS.map((field) => columns[field]).filter((one) => typeof one === "string");
  return [...needed, ...[columns["options"] ?? []].flat().slice(0, 2)];
}

/** Separators as a list, however they are written. */
export const marksOf = (mapping: MappingTables): string[] => [...(mapping.options?.separators ?? [])];

/** Words of a list as a person types them: parted by blanks, commas or 、 */
export const wordsOf = (text: string): string[] => text.split(/[\s,，、]+/).filter(Boolean);

/** What the mapping of a sheet still needs before rows can be read: fields without a column and without a default. */
export function lacking(mapping: MappingTables, columnar: boolean): ("code" | "point" | "type" | "stem" | "key")[] {
  const said = mapping.defaults ?? {};
  const fed = new Set(Object.values(fieldsOf(mapping)));
  const helped = { code: Boolean(said.code_prefix), point: Boolean(said.point), type: Boolean(said.type), stem: false, key: false };
  return columnar ? MAIN_FIELDS.filter((field) => !fed.has(field) && !helped[field]) : [];
}
