/** Where a stem has its blanks: `{{1}}`, `{{2}}`, … */

const MARK = /\{\{([1-9][0-9]?)\}\}/;

/** Words and numbers of blanks in their order. */
export function pieces(text: string): readonly (string | number)[] {
  const parts = text.split(MARK); // every second part is the number of a mark
  return parts.map((part, index) => (index % 2 === 1 ? Number(part) : part)).filter((part) => part !== "");
}

/** Words for places that show none: the mark as a low line. */
export const withoutGaps = (text: string): string => text.replace(new RegExp(MARK, "g"), "____");
