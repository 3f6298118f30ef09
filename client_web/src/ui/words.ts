/** Sentences of the shared pieces. */
import { catalogue } from "@/i18n";

export const t = catalogue(
  {
    close: "关闭",
    retry: "再试一次",
    number: "编号",
    language: "English",
    languageLabel: "切换到英文",
    theme: "显示",
    light: "浅色",
    dark: "深色",
    contrast: "高对比度",
    loading: "正在读取…",
  },
  {
    close: "Close",
    retry: "Try again",
    number: "No.",
    language: "中文",
    languageLabel: "Switch to Chinese",
    theme: "Display",
    light: "Light",
    dark: "Dark",
    contrast: "High contrast",
    loading: "Loading…",
  },
);
