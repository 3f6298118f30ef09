/** Where the hand-over of a sitting stands, and what must be explained before. Pure. */
import type { SeatCard, SittingView } from "../types";

/** Who countersigns every sitting record. */
export const SIGNERS = ["chief_invigilator", "quality_supervisor"] as const;

/** The wizard's step to open with: 0 counts … 3 signatures, 4 file. */
export function handOverStep(sitting: Pick<SittingView, "phase" | "record">): number {
  if (sitting.phase === "signed") return 4;
  return sitting.record === "ready" ? 3 : 0;
}

/** Candidates who hold a paper that is not collected yet. */
export const notCollected = (cards: readonly SeatCard[]): SeatCard[] => cards.filter((card) => card.phase === "ready" || card.phase === "answering");

/** Present candidates whose collected paper has no answer at all: each must be explained. */
export function zeroAnswers(cards: readonly SeatCard[]): SeatCard[] {
  return cards.filter((card) => card.candidate && (card.phase === "submitted" || card.phase === "closed") && card.answered === 0);
}
