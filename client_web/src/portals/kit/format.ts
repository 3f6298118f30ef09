/** Numbers and times the shared formats do not know. */
import { language } from "@/i18n";

const MINUTE = 60;
const HOUR = 3600;

/** How long something has waited, in one unit: `12秒`, `3分钟`, `2小时`. */
export function waited(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const unit = s < MINUTE ? "second" : s < HOUR ? "minute" : "hour";
  const n = unit === "second" ? s : unit === "minute" ? Math.floor(s / MINUTE) : Math.floor(s / HOUR);
  return new Intl.NumberFormat(language.value, { style: "unit", unit, unitDisplay: "short" }).format(n);
}

const two = (n: number): string => String(n).padStart(2, "0");

/** Value for `<input type="datetime-local">`, local time. */
export function toLocalInput(ms: number): string {
  const d = new Date(ms);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** Milliseconds of a `datetime-local` value, or null where it is empty or wrong. */
export function fromLocalInput(text: string): number | null {
  const ms = new Date(text).getTime();
  return text && Number.isFinite(ms) ? ms : null;
}

/** The part of a digest people compare by eye: first 12 hex in groups of four. */
export function shortDigest(digest: string): string {
  const start = digest.indexOf(":") + 1;
  return digest.slice(start, start + 12).replace(/(.{4})(?=.)/g, "$1 ");
}

export const percent = (part: number, whole: number): number => (whole > 0 ? Math.round((part / whole) * 100) : 0);

/** The half a person reads of a recorded sentence written `中文 / English`; any other text as it is. */
export function ownLanguage(text: string): string {
  const cut = text.indexOf(" / ");
  if (cut < 0) return text;
  return language.value === "en" ? text.slice(cut + 3) : text.slice(0, cut);
}

/** `第 40 题` for a position id such as `i040`; other ids as they are. */
export function positionNumber(item: string): string {
  const match = /^i0*(\d+)$/.exec(item);
  return match?.[1] ?? item;
}
