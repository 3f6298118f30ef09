/** Dates, times and numbers as the chosen language writes them. */
import { language } from "./index";

const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language.value}/${name}`;
  const found = cache.get(key) ?? new Intl.DateTimeFormat(language.value === "en" ? "en-GB" : "zh-CN", options);
  cache.set(key, found);
  return found;
}

/** `10:32:07` */
export const timeOfDay = (ms: number): string =>
  formatter("time", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(ms);

/** `10:32` */
export const hourMinute = (ms: number): string =>
  formatter("minute", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);

/** `2026年11月22日` / `22 November 2026` */
export const dayLong = (ms: number): string => formatter("day", { dateStyle: "long" }).format(ms);

/** `2026年11月22日 10:32` */
export const dayAndTime = (ms: number): string => `${dayLong(ms)} ${hourMinute(ms)}`;

export const number = (value: number, digits = 0): string =>
  new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(value);

/** `1:05:09` or `05:09`; never negative, a started second counts as a whole one. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** `3.4 MB` */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${number(value, value < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

/** Chinese before Latin, numbers by value: the order a list of names or seats is read in. */
export const collate = (a: string, b: string): number =>
  new Intl.Collator(language.value, { numeric: true }).compare(a, b);
