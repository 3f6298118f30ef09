/** One moment of a session in words: the server's own where it has some, else by its kind. */
import { catalogue, language } from "@/i18n";
import { positionNumber } from "@/portals/kit/format";
import type { TimelineEntry } from "../types";

const words = catalogue(
  {
    answer: "作答第 {item} 题",
    flag: "标记第 {item} 题",
    late: "（迟到送达）",
    check_in: "考生录入准考证号",
    confirmed: "考生确认身份",
    admitted: "准予入场",
    refused: "不予入场",
    ready: "考试机就绪",
    started: "开考",
    submitted: "交卷",
    closed: "收卷",
    credited: "补时",
    moved: "换机",
    noted: "情况记录",
    message: "收到消息",
    lost: "失去联系",
    back: "恢复联系",
    remark: "报告试题问题",
  },
  {
    answer: "Answered no. {item}",
    flag: "Flagged no. {item}",
    late: " (delivered late)",
    check_in: "Candidate entered the ticket number",
    confirmed: "Candidate confirmed identity",
    admitted: "Admitted",
    refused: "Refused",
    ready: "Workstation ready",
    started: "Started",
    submitted: "Submitted",
    closed: "Collected",
    credited: "Time credited",
    moved: "Moved",
    noted: "Incident noted",
    message: "Message received",
    lost: "Contact lost",
    back: "Contact again",
    remark: "Reported a problem with an item",
  },
);

type Key = Parameters<typeof words>[0];
const KEYS: ReadonlySet<string> = new Set([
  "answer", "flag", "check_in", "confirmed", "admitted", "refused", "ready", "started", "submitted", "closed", "credited", "moved", "noted",
  "message", "lost", "back", "remark",
] satisfies Key[]); // prettier-ignore

/** The last part of `session.admitted` or `seat:lost` is the kind the catalogue knows. */
const lastPart = (kind: string): string => kind.split(/[.:]/).at(-1) ?? kind;

export function entryWords(entry: TimelineEntry): string {
  const own = language.value === "en" ? entry.text_en : entry.text_zh;
  const kind = lastPart(entry.kind);
  const said = own ?? (KEYS.has(kind) ? words(kind as Key, { item: positionNumber(entry.item ?? "") }) : entry.kind);
  return entry.late ? said + words("late") : said;
}

/** Whether the entry is a change of an answer, which the review bar shows as a tick. */
export const isAnswer = (entry: TimelineEntry): boolean => entry.item !== null && lastPart(entry.kind) !== "remark";
