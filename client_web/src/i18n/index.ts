/**
 * Every sentence a person reads, in Chinese first and English complete.
 *
 * A place keeps its own catalogue file and calls `catalogue(zh, en)`; the compiler refuses an English side with a
 * missing or an extra key. Fields stand in braces: `"{n} 处未保存"`; English plurals as `{n|answer|answers}`.
 */
import { ref, watchEffect } from "vue";

export type Language = "zh-CN" | "en";
export type Fields = Readonly<Record<string, string | number>>;

const STORED = "exam.language";

function firstLanguage(): Language {
  const stored = readStored();
  if (stored) return stored;
  return navigator.language.toLowerCase().startsWith("en") ? "en" : "zh-CN";
}

function readStored(): Language | null {
  try {
    const value = localStorage.getItem(STORED);
    return value === "zh-CN" || value === "en" ? value : null;
  } catch {
    return null; // storage can be forbidden by policy; the choice then lasts for this page
  }
}

export const language = ref<Language>(firstLanguage());

watchEffect(() => {
  document.documentElement.lang = language.value;
});

export function setLanguage(next: Language): void {
  language.value = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    /* see readStored */
  }
}

/** Puts the fields into one sentence; an unknown field stays visible so that a test or a reader notices it. */
export function fill(sentence: string, fields: Fields = {}): string {
  return sentence.replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = fields[name];
    if (value === undefined) return whole;
    if (many !== undefined) return Number(value) === 1 ? (one ?? "") : many;
    return String(value);
  });
}

export type Translate<K extends string> = (key: K, fields?: Fields) => string;

/** A reactive translator over one place's sentences. */
export function catalogue<K extends string>(zh: Readonly<Record<K, string>>, en: Readonly<Record<NoInfer<K>, string>>): Translate<K> {
  return (key, fields) => fill((language.value === "en" ? en : zh)[key], fields);
}
