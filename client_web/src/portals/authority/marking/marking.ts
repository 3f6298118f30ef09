/** The authority's endpoints for marking, and how a task is read. */
import type { Client } from "@/api/client";
import type { MarkingQuestion, MarkingTask, MarkView } from "@/api/schema";
import type { AnswerValue, Assets, Block, ItemContent, ItemType } from "@/ui/item/item";

export interface Criterion {
  readonly id: string;
  readonly title: string;
  readonly points: string;
  readonly bands: readonly { readonly points: string; readonly words: string }[];
}

export const marking = (api: Client) => ({
  questions: () => api.get<{ questions: MarkingQuestion[] }>("/api/authority/marking/questions").then((list) => list.questions),
  next: (question: string) => api.post<MarkingTask>(`/api/authority/marking/questions/${encodeURIComponent(question)}/next`),
  give: (response: string, points: Record<string, string>, note: string) => api.post<MarkView>(`/api/authority/marking/responses/${encodeURIComponent(response)}/marks`, { points, note }),
});

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const listOf = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? (value as T[]) : []);

/** The item as the candidate saw it, from what the sealed keys carried for the markers. */
export function itemOf(task: MarkingTask): ItemContent {
  const interaction = task.shown["interaction"];
  return {
    id: task.response ?? task.question.id,
    type: task.question.type as ItemType,
    points: task.question.full,
    stem: listOf<Block>(task.shown["stem"]),
    options: [],
    ...(isRecord(interaction) ? { interaction } : {}),
  };
}

export const stimulusOf = (task: MarkingTask): readonly Block[] => listOf<Block>(task.shown["stimulus"]);
export const assetsOf = (task: MarkingTask): Assets => (isRecord(task.shown["assets"]) ? (task.shown["assets"] as Assets) : {});
export const rubricOf = (task: MarkingTask): readonly Criterion[] => listOf<Criterion>(task.scoring["rubric"]);
export const modelOf = (task: MarkingTask): readonly Block[] => listOf<Block>(task.scoring["model"]);
export const valueOf = (task: MarkingTask): AnswerValue => (typeof task.value === "string" || Array.isArray(task.value) ? (task.value as AnswerValue) : null);

/** Whether points fit a criterion: a number from 0 to its points, two decimals at most. */
export function fitsCriterion(text: string, criterion: Criterion): boolean {
  const plain = text.trim();
  return /^\d{1,4}(\.\d{1,2})?$/.test(plain) && Number(plain) <= Number(criterion.points);
}

/** The sum in hundredths, so that 0.1 and 0.2 are 0.3. */
export const totalOf = (points: Readonly<Record<string, string>>): number =>
  Object.values(points).reduce((sum, one) => sum + Math.round(Number(one.trim() || "0") * 100), 0) / 100;
