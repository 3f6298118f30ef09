/** Figures as people read them: two digits, a share, a dash where nothing is known. */
import { number } from "@/i18n/format";

export const fixed = (value: number | null, digits = 2): string => (value === null ? "—" : value.toFixed(digits));
export const share = (value: number): string => `${number(value * 100, 1)} %`;
export const signed = (value: number): string => (value > 0 ? "+" : "") + value.toFixed(2);
