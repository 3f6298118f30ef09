/** The checker's rules in words; `cell:A-A:single_response` and `importance:X` carry what they count. */
import { catalogue } from "@/i18n";
import { typeWord } from "../words";

const words = catalogue(
  {
    items: "题量",
    points: "总分",
    repeated_items: "重复的试题",
    unknown_items: "题库中没有的试题",
    not_enrolled: "未入库的试题",
    repeated_positions: "重复的题位",
    items_in_wrong_section: "放错大题的试题",
    most_per_point: "同一鉴定点最多题数",
    rivals_together: "互斥试题同卷",
    items_without_key: "没有标准答案的试题",
    wrong_keys: "与题库不符的标准答案",
    form_of_key: "标准答案所属试卷",
    altered_items: "与题库不符的试题内容",
    figures_missing_or_altered: "缺失或改动的图片",
    overlap_with_other_forms: "与其他试卷的重题",
    mean_difficulty: "平均难度",
    cell: "{area} {type}",
    importance: "重要程度 {grade}",
  },
  {
    items: "Items",
    points: "Points",
    repeated_items: "Repeated items",
    unknown_items: "Items unknown to the bank",
    not_enrolled: "Items not enrolled",
    repeated_positions: "Repeated positions",
    items_in_wrong_section: "Items in a wrong section",
    most_per_point: "Most items of one competency point",
    rivals_together: "Enemy items together",
    items_without_key: "Items without a key",
    wrong_keys: "Keys that differ from the bank",
    form_of_key: "Form the key belongs to",
    altered_items: "Items that differ from the bank",
    figures_missing_or_altered: "Figures missing or altered",
    overlap_with_other_forms: "Items shared with other forms",
    mean_difficulty: "Mean difficulty",
    cell: "{area} {type}",
    importance: "Importance {grade}",
  },
);

type Rule = Parameters<typeof words>[0];
const PLAIN: readonly Rule[] = [
  "items", "points", "repeated_items", "unknown_items", "not_enrolled", "repeated_positions", "items_in_wrong_section", "most_per_point",
  "rivals_together", "items_without_key", "wrong_keys", "form_of_key", "altered_items", "figures_missing_or_altered", "overlap_with_other_forms",
  "mean_difficulty",
]; // prettier-ignore

export function ruleWords(name: string): string {
  const [kind, first = "", second = ""] = name.split(":");
  if (kind === "cell") return words("cell", { area: first, type: typeWord(second) });
  if (kind === "importance") return words("importance", { grade: first });
  const known = PLAIN.find((rule) => rule === name);
  return known ? words(known) : name;
}

/** Identifiers are too long for a table cell: their end tells them apart. */
export const shortValue = (value: string): string => (/^frm_/.test(value) ? `…${value.slice(-6)}` : value);
