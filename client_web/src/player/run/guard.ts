/** Keeps the paper on the screen: no copying, printing, saving or context menu while this page is open. */

const FORBIDDEN = new Set(["c", "x", "p", "s", "u", "a"]);

export function guardPage(): void {
  const stop = (event: Event): void => event.preventDefault();
  for (const name of ["copy", "cut", "contextmenu", "dragstart"] as const) document.addEventListener(name, stop);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && FORBIDDEN.has(event.key.toLowerCase()) && !isWriting(event.target)) event.preventDefault();
  });
}

/** Selecting one's own notes is fine. */
export const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !isChoice(target));

const isChoice = (element: HTMLElement): boolean => element instanceof HTMLInputElement && (element.type === "radio" || element.type === "checkbox");
