/** The keyboard of the exam: one table, so that the help page and the behaviour can't differ. */
import { onBeforeUnmount, onMounted } from "vue";
import { isChoice } from "@/ui/item/item";
import type { Desk } from "./desk";
import { isWriting } from "./guard";

const LETTERS = "ABCDEFGH";

export function useKeys(desk: Desk): void {
  const acts: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => desk.move(-1),
    ArrowRight: () => desk.move(1),
    f: () => desk.flag(),
    r: () => (desk.panel.value = desk.panel.value === "review" ? "item" : "review"),
    g: () => (desk.tool.value = "jump"),
    s: () => (desk.striking.value = !desk.striking.value),
    "?": () => (desk.tool.value = "help"),
    "？": () => (desk.tool.value = "help"),
    "+": () => desk.zoomBy(1),
    "=": () => desk.zoomBy(1),
    "-": () => desk.zoomBy(-1),
    Backspace: () => desk.clearChoice(),
    Delete: () => desk.clearChoice(),
  };
  // The letters of options come first: F chooses option F only where there is one.
  const optionOf = (key: string): number => (/^[1-8]$/.test(key) ? Number(key) - 1 : LETTERS.indexOf(key.toUpperCase()));

  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isWriting(event.target)) return;
    if (desk.tool.value !== null || document.querySelector("dialog[open]")) return;
    const at = event.key.length === 1 ? optionOf(event.key) : -1;
    const item = desk.place.value?.item;
    const options = item && isChoice(item.type) ? item.options.length : 0;
    const act = at >= 0 && at < options && desk.panel.value === "item" ? () => desk.chooseAt(at) : acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  onMounted(() => window.addEventListener("keydown", pressed));
  onBeforeUnmount(() => window.removeEventListener("keydown", pressed));
}
