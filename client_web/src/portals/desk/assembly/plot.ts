/** Curves as points of a plot: scales, ticks and paths for the page to draw. Pure. */

export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly paths: readonly string[];
  readonly xTicks: readonly { readonly at: number; readonly text: string }[];
  readonly yTicks: readonly { readonly at: number; readonly text: string }[];
  readonly x: (theta: number) => number;
  readonly y: (value: number) => number;
}

const LEFT = 44;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 26;

/** A step of 1, 2 or 5 times a power of ten that gives about `parts` parts. */
export function niceStep(most: number, parts: number): number {
  const rough = Math.max(most, 1e-9) / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough - 1e-12) ?? 10;
  return factor * power;
}

/** `thetas` in thousandths; every line has a value per theta. */
export function plotOf(thetas: readonly number[], lines: readonly (readonly number[])[], width: number, height: number, least = 0): Plot {
  const most = Math.max(least, ...lines.flat());
  const step = niceStep(most || 1, 4);
  const top = Math.max(step, Math.ceil(most / step - 1e-9) * step);
  const [first, last] = [thetas[0] ?? -4000, thetas[thetas.length - 1] ?? 4000];
  const x = (theta: number): number => LEFT + ((theta - first) / Math.max(last - first, 1)) * (width - LEFT - RIGHT);
  const y = (value: number): number => height - BOTTOM - (value / top) * (height - TOP - BOTTOM);
  const round = (value: number): number => Math.round(value * 10) / 10;
  const paths = lines.map((line) => line.map((value, i) => `${i ? "L" : "M"}${round(x(thetas[i] ?? 0))} ${round(y(value))}`).join(""));
  const xTicks = [-4, -3, -2, -1, 0, 1, 2, 3, 4].filter((one) => one * 1000 >= first && one * 1000 <= last);
  const yCount = Math.round(top / step);
  return {
    width,
    height,
    paths,
    x,
    y,
    xTicks: xTicks.map((one) => ({ at: round(x(one * 1000)), text: String(one).replace("-", "−") })),
    yTicks: Array.from({ length: yCount + 1 }, (_, i) => ({ at: round(y(i * step)), text: String(Math.round(i * step * 100) / 100) })),
  };
}
