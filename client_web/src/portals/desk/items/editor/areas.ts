/** Shapes on a picture while they are drawn, moved and typed; whole pixels of the picture as stored. Pure. */

export type AreaShape = "circle" | "rect" | "poly";

export interface Area {
  shape: AreaShape;
  coords: number[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const SMALLEST = 6;
const clamp = (value: number, most: number): number => Math.min(Math.max(Math.round(value), 0), most);

/** The circle or rectangle somebody drags from one point to another; null while it is too small to mean anything. */
export function dragged(shape: "circle" | "rect", from: Point, to: Point, size: Size): Area | null {
  if (shape === "rect") {
    const [left, right] = [from.x, to.x].sort((a, b) => a - b).map((x) => clamp(x, size.width)) as [number, number];
    const [top, bottom] = [from.y, to.y].sort((a, b) => a - b).map((y) => clamp(y, size.height)) as [number, number];
    return right - left >= SMALLEST && bottom - top >= SMALLEST ? { shape, coords: [left, top, right, bottom] } : null;
  }
  const room = Math.min(from.x, from.y, size.width - from.x, size.height - from.y);
  const radius = Math.floor(Math.min(Math.hypot(to.x - from.x, to.y - from.y), room));
  return radius >= SMALLEST ? { shape, coords: [clamp(from.x, size.width), clamp(from.y, size.height), radius] } : null;
}

/** A polygon from the corners pressed so far; null before there are three. */
export const polygon = (corners: readonly Point[], size: Size): Area | null =>
  corners.length < 3 ? null : { shape: "poly", coords: corners.flatMap(({ x, y }) => [clamp(x, size.width), clamp(y, size.height)]) };

/** The outermost pixels of a shape. */
export function bounds({ shape, coords }: Area): { left: number; top: number; right: number; bottom: number } {
  if (shape === "circle") {
    const [x = 0, y = 0, r = 0] = coords;
    return { left: x - r, top: y - r, right: x + r, bottom: y + r };
  }
  const xs = coords.filter((_, index) => index % 2 === 0);
  const ys = coords.filter((_, index) => index % 2 === 1);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** The shape moved by so many pixels, stopped at the edges of the picture. */
export function moved(area: Area, by: Point, size: Size): Area {
  const box = bounds(area);
  const dx = Math.round(Math.min(Math.max(by.x, -box.left), size.width - box.right));
  const dy = Math.round(Math.min(Math.max(by.y, -box.top), size.height - box.bottom));
  const count = area.shape === "circle" ? 2 : area.coords.length;
  return { shape: area.shape, coords: area.coords.map((value, index) => (index >= count ? value : value + (index % 2 === 0 ? dx : dy))) };
}

/** The shape made larger or smaller about its middle; a polygon keeps its size. */
export function grown(area: Area, by: number, size: Size): Area {
  const { coords, shape } = area;
  if (shape === "poly") return area;
  if (shape === "circle") {
    const [x = 0, y = 0, r = 0] = coords;
    const radius = Math.min(Math.max(r + by, SMALLEST), x, y, size.width - x, size.height - y);
    return { shape, coords: [x, y, Math.max(radius, 1)] };
  }
  const [left = 0, top = 0, right = 0, bottom = 0] = coords;
  const next = [clamp(left - by, size.width), clamp(top - by, size.height), clamp(right + by, size.width), clamp(bottom + by, size.height)];
  return (next[2] ?? 0) - (next[0] ?? 0) >= SMALLEST && (next[3] ?? 0) - (next[1] ?? 0) >= SMALLEST ? { shape, coords: next } : area;
}

/** A shape in the middle of the picture: where the keyboard begins. */
export function middle(shape: AreaShape, size: Size): Area {
  const [x, y] = [Math.round(size.width / 2), Math.round(size.height / 2)];
  const r = Math.max(SMALLEST, Math.round(Math.min(size.width, size.height) / 8));
  if (shape === "circle") return { shape, coords: [x, y, r] };
  if (shape === "rect") return { shape, coords: [x - r, y - r, x + r, y + r] };
  return { shape, coords: [x, y - r, x + r, y + r, x - r, y + r] };
}

/** Numbers typed by hand, or null when they are not whole numbers. */
export function coordsOf(text: string): number[] | null {
  const parts = text.split(/[\s,，;；]+/).filter(Boolean);
  return parts.length > 0 && parts.every((part) => /^\d{1,5}$/.test(part)) ? parts.map(Number) : null;
}
