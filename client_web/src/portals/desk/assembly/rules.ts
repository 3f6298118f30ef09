/** The checker's rules in words; `cell:A-A:single_response` and `importance:X` carry what they count. */
import { catalogue } from "@/i18n";
import { kindWord, levelWord } from "./kinds";

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
    wrong_points: "分值不符的试题",
    enemies_together: "指定互斥的试题同卷",
    public: "公开试题数",
    reserved_items_in_regular_form: "正式卷中的备用卷专用试题",
    used_too_often: "使用次数超限的试题",
    cases_broken: "不完整或被拆开的题组",
    cases_altered: "与题库不符的题组材料",
    cases: "题组数",
    words: "字数",
    working_s: "预计作答用时（秒）",
    not_measured: "没有统计参数的试题",
    expected_score: "合格线处的期望得分",
    expected_score_apart: "与其他试卷期望得分的最大差",
    orders_given_away: "按答案顺序呈现的排序题",
    rubrics_not_worth_their_points: "评分细则与分值不符",
    questions_for_markers_altered: "交给阅卷人的题面与试卷不符",
    cells: "各领域、题型的题数",
    cell: "{area} {type} {level}",
    importance: "重要程度 {grade}",
    cognition: "认知层次 {grade}",
    information: "能力值 {grade} 处的信息量",
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
    wrong_points: "Items of wrong points",
    enemies_together: "Declared enemies together",
    public: "Released items",
    reserved_items_in_regular_form: "Reserved items in a regular form",
    used_too_often: "Items used too often",
    cases_broken: "Case groups incomplete or torn apart",
    cases_altered: "Case material that differs from the bank",
    cases: "Case groups",
    words: "Words to read",
    working_s: "Expected working time (s)",
    not_measured: "Items without measured parameters",
    expected_score: "Expected score at the cut score",
    expected_score_apart: "Greatest difference in expected score",
    orders_given_away: "Orderings shown in the order of the key",
    rubrics_not_worth_their_points: "Rubrics that do not add up to the points",
    questions_for_markers_altered: "What markers see differs from the form",
    cells: "Counts per area and type",
    cell: "{area} {type} {level}",
    importance: "Importance {grade}",
    cognition: "Cognitive level {grade}",
    information: "Information at {grade}",
  },
);

type Rule = Parameters<typeof words>[0];
const PLAIN: readonly Rule[] = [
  "items", "points", "repeated_items", "unknown_items", "not_enrolled", "repeated_positions", "items_in_wrong_section", "most_per_point",
  "rivals_together", "items_without_key", "wrong_keys", "form_of_key", "altered_items", "figures_missing_or_altered", "overlap_with_other_forms",
  "mean_difficulty", "wrong_points", "enemies_together", "public", "reserved_items_in_regular_form", "used_too_often", "cases_broken", "cases_altered",
  "cases", "words", "working_s", "not_measured", "expected_score", "expected_score_apart", "orders_given_away", "rubrics_not_worth_their_points",
  "questions_for_markers_altered", "cells",
]; // prettier-ignore

export function ruleWords(name: string): string {
  const [kind, first = "", second = "", third = ""] = name.split(":");
  if (kind === "cell") return words("cell", { area: first, type: kindWord(second), level: levelWord(third) }).trim();
  if (kind === "importance" || kind === "information") return words(kind, { grade: first });
  if (kind === "cognition") return words("cognition", { grade: levelWord(first) });
  const known = PLAIN.find((rule) => rule === name);
  return known ? words(known) : name;
}

/** Identifiers are too long for a table cell: their end tells them apart. */
export const shortValue = (value: string): string => (/^frm_/.test(value) ? `…${value.slice(-6)}` : value);
