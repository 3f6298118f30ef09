/** A drawing as strokes "x,y x,y …" in the picture's own pixels, thinned so that a step can carry it. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Stroke = readonly Point[];

export const MOST_STROKES = 200;
export const MOST_POINTS = 400;
const MOST_LETTERS = 56_000;
const NEAR = 2;

export const writeStroke = (stroke: Stroke): string => stroke.map((point) => `${point.x},${point.y}`).join(" ");

export function readStroke(text: string): Stroke {
  return text.split(" ").flatMap((pair) => {
    const [x, y] = pair.split(",").map(Number);
    return x !== undefined && y !== undefined && Number.isInteger(x) && Number.isInteger(y) ? [{ x, y }] : [];
  });
}

/** Points closer than two pixels to the one before are left out; what is still too long loses every second point. */
export function thinned(stroke: Stroke): Stroke {
  const kept = stroke.reduce<Point[]>((points, point, index) => {
    const last = points.at(-1);
    const far = !last || Math.abs(point.x - last.x) + Math.abs(point.y - last.y) >= NEAR;
    if (far || index === stroke.length - 1) points.push(point);
    return points;
  }, []);
  let short: Point[] = kept;
  while (short.length > MOST_POINTS) short = short.filter((_, index) => index % 2 === 0 || index === short.length - 1);
  return short;
}

/** Whether another stroke fits into one answer. */
export const fits = (strokes: readonly string[], next: string): boolean =>
  strokes.length < MOST_STROKES && strokes.reduce((sum, one) => sum + one.length, next.length) <= MOST_LETTERS;
