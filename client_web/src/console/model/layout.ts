/** The room as it is: where each seat card stands in the grid, with aisles, the spares and how much a card can say. Pure. */

export interface Placed {
  seat: string;
  row: number;
  column: number;
  spare: boolean;
}

export interface Room<T extends Placed> {
  columns: number;
  /** grid tracks: `seat` or `aisle`, left to right */
  tracks: ("seat" | "aisle")[];
  rows: { row: number; cells: { track: number; card: T }[] }[];
  /** seats without a place in the grid */
  unplaced: T[];
}

/** A column number nobody sits in, between two that are used, is an aisle; so are rows, which simply stay away. */
export function layRoom<T extends Placed>(cards: readonly T[]): Room<T> {
  const placed = cards.filter((c) => c.row > 0 && c.column > 0);
  const used = new Set(placed.map((c) => c.column));
  const last = Math.max(0, ...used);
  const first = used.size ? Math.min(...used) : 1;
  const tracks: ("seat" | "aisle")[] = [];
  const trackOf = new Map<number, number>();
  for (let column = first; column <= last; column += 1) {
    trackOf.set(column, tracks.length);
    tracks.push(used.has(column) ? "seat" : "aisle");
  }
  const rowNumbers = [...new Set(placed.map((c) => c.row))].sort((a, b) => a - b);
  const rows = rowNumbers.map((row) => ({
    row,
    cells: placed
      .filter((c) => c.row === row)
      .sort((a, b) => a.column - b.column)
      .map((card) => ({ track: trackOf.get(card.column)!, card })),
  }));
  return { columns: used.size, tracks, rows, unplaced: cards.filter((c) => c.row <= 0 || c.column <= 0) };
}

export const DENSITIES = [30, 60, 120, 500] as const;
export type Density = (typeof DENSITIES)[number];

/** The roomiest density that holds so many seats. */
export function densityFor(seats: number): Density {
  return DENSITIES.find((d) => seats <= d + d / 5) ?? 500;
}

/** The seat the arrow key leads to, or the same one at the edge. */
export function neighbour<T extends Placed>(room: Room<T>, seat: string, key: string): string {
  const r = room.rows.findIndex((row) => row.cells.some((c) => c.card.seat === seat));
  if (r < 0) return room.rows[0]?.cells[0]?.card.seat ?? seat;
  const cells = room.rows[r]!.cells;
  const i = cells.findIndex((c) => c.card.seat === seat);
  if (key === "ArrowLeft") return cells[i - 1]?.card.seat ?? seat;
  if (key === "ArrowRight") return cells[i + 1]?.card.seat ?? seat;
  const target = room.rows[r + (key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0)];
  if (!target) return seat;
  const track = cells[i]!.track;
  const nearest = [...target.cells].sort((a, b) => Math.abs(a.track - track) - Math.abs(b.track - track));
  return nearest[0]?.card.seat ?? seat;
}
