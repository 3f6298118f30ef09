/** The address after `#`: `#/plans/pln_1?tab=seats&page=2` - where one is and which filters are set, so that a link brings back both. */
import { reactive, readonly } from "vue";

export interface Route {
  path: string[];
  query: Record<string, string>;
}

export function parseHash(hash: string): Route {
  const text = hash.replace(/^#\/?/, "");
  const cut = text.indexOf("?");
  const path = (cut < 0 ? text : text.slice(0, cut)).split("/").filter(Boolean).map(safeDecode);
  const query = Object.fromEntries(new URLSearchParams(cut < 0 ? "" : text.slice(cut + 1)));
  return { path, query };
}

export function formatHash(path: readonly string[], query: Record<string, string | number | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  const tail = search.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${tail ? `?${tail}` : ""}`;
}

function safeDecode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const current = reactive<Route>({ path: [], query: {} });

let accepted = "";
let mayLeave: (() => boolean) | null = null;

/** Asks before the address changes while something is unsaved; gives back what takes the question away again. */
export function askBeforeLeaving(ask: () => boolean): () => void {
  mayLeave = ask;
  return () => {
    if (mayLeave === ask) mayLeave = null;
  };
}

function read(): void {
  if (window.location.hash !== accepted && mayLeave && !mayLeave()) {
    window.history.replaceState(null, "", accepted || "#/");
    return;
  }
  accepted = window.location.hash;
  const next = parseHash(accepted);
  current.path = next.path;
  current.query = next.query;
}

if (typeof window !== "undefined") {
  read();
  window.addEventListener("hashchange", read);
}

/** The present address, reactive. */
export const route = readonly(current) as Readonly<Route>;

export function go(path: readonly string[], query: Record<string, string | number | undefined> = {}): void {
  window.location.hash = formatHash(path, query);
}

/** Changes filters in place: no new entry in the browser's history for every letter typed. */
export function setQuery(change: Record<string, string | number | undefined>): void {
  const hash = formatHash(current.path, { ...current.query, ...change });
  window.history.replaceState(null, "", hash);
  read();
}
