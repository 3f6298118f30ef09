import { describe, expect, it } from "vitest";
import type { PlannedSeat } from "../types";
import { equalNeighbours, formClasses } from "./seating";

const seat = (number: string, row: number, column: number, form: string | null): PlannedSeat => ({
  seat: number, row, column, form: form && `frm_${form}`, form_name: form, occupant: null,
}); // prettier-ignore

describe("the seat plan", () => {
  it("neighbours with one form are named, side by side and front to back", () => {
    const seats = [seat("01", 1, 1, "A"), seat("02", 1, 2, "A"), seat("03", 2, 1, "B"), seat("04", 2, 2, "A")];
    expect(equalNeighbours(seats)).toEqual([["01", "02"], ["02", "04"]]); // prettier-ignore
  });
  it("an aisle or an empty seat separates", () => {
    expect(equalNeighbours([seat("01", 1, 1, "A"), seat("02", 1, 3, "A"), seat("03", 2, 1, null)])).toEqual([]);
  });
  it("each form has its own class, in order of names", () => {
    expect([...formClasses([seat("01", 1, 1, "C"), seat("02", 1, 2, "A"), seat("03", 1, 3, "C")])]).toEqual([["A", 0], ["C", 1]]); // prettier-ignore
  });
});
