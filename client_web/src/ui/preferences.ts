/** What a person chose for their eyes: theme and text size. Kept on this machine, applied to the whole page. */
import { ref, watchEffect } from "vue";

export type Theme = "light" | "dark" | "contrast";
export const themes: readonly Theme[] = ["light", "dark", "contrast"];

const THEME = "exam.theme";

function storedTheme(): Theme {
  try {
    const value = localStorage.getItem(THEME);
    return themes.find((theme) => theme === value) ?? "light";
  } catch {
    return "light"; // storage forbidden: the choice lasts for this page
  }
}

export const theme = ref<Theme>(storedTheme());

watchEffect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});

export function setTheme(next: Theme): void {
  theme.value = next;
  try {
    localStorage.setItem(THEME, next);
  } catch {
    /* see storedTheme */
  }
}
