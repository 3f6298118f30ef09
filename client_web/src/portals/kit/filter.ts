/** A filter kept in the address: typing changes the page, the address and nothing else. */
import { computed, type WritableComputedRef } from "vue";
import { route, setQuery } from "./route";

export function useFilter(name: string, preset = ""): WritableComputedRef<string> {
  return computed({
    get: () => route.query[name] ?? preset,
    set: (value) => setQuery({ [name]: value === preset ? undefined : value, ...(name === "page" ? {} : { page: undefined }) }),
  });
}

/** The page number in the address, from 1. */
export function usePage(): WritableComputedRef<number> {
  return computed({
    get: () => Math.max(1, Math.floor(Number(route.query["page"]) || 1)),
    set: (value) => setQuery({ page: value > 1 ? value : undefined }),
  });
}
