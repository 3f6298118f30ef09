import { describe, expect, it } from "vitest";
import { calculate, NotReadable, shown } from "./calculator";
import { noClock, serverTime, withSample } from "./offset";
import { backoff, warningAt } from "./schedule";

describe("the server's clock", () => {
  it("is placed half a round trip back", () => {
    const clock = withSample(noClock, { sentAt: 1000, receivedAt: 1100, serverMs: 500_000 });
    expect(serverTime(clock, 1100)).toBe(500_050);
    expect(serverTime(clock, 2100)).toBe(501_050);
  });
  it("prefers the shortest round trip", () => {
    let clock = withSample(noClock, { sentAt: 0, receivedAt: 400, serverMs: 10_000 });
    clock = withSample(clock, { sentAt: 1000, receivedAt: 1010, serverMs: 10_805 });
    clock = withSample(clock, { sentAt: 2000, receivedAt: 2900, serverMs: 12_000 });
    expect(clock.roundTrip).toBe(10);
    expect(serverTime(clock, 1010)).toBe(10_810);
  });
  it("forgets an old sample after the machine slept", () => {
    const old = withSample(noClock, { sentAt: 0, receivedAt: 2, serverMs: 1_000_000 });
    const clock = withSample(old, { sentAt: 90_000, receivedAt: 90_100, serverMs: 2_000_000 });
    expect(serverTime(clock, 90_100)).toBe(2_000_050);
  });
  it("is unknown before the first exchange and ignores an impossible sample", () => {
    expect(serverTime(noClock, 5)).toBeNull();
    expect(withSample(noClock, { sentAt: 10, receivedAt: 5, serverMs: 1 })).toBe(noClock);
  });
});

describe("warnings", () => {
  it.each([
    [31 * 60_000, null],
    [30 * 60_000, 30 * 60_000],
    [29 * 60_000, null],
    [5 * 60_000 - 1000, 5 * 60_000],
    [42_000, 60_000],
    [0, null],
  ])("with %i ms left is %s", (left, expected) => {
    expect(warningAt(left)).toBe(expected);
  });
});

it("retries spread out and never wait longer than four seconds", () => {
  expect(backoff(0, 0)).toBe(125);
  expect(backoff(0, 1)).toBe(250);
  expect(backoff(50, 1)).toBe(4000);
});

describe("the calculator", () => {
  it.each([
    ["1+2×3", 7],
    ["(1+2)×3÷2", 4.5],
    ["-2^2", -4],
    ["2^-1", 0.5],
    ["√(9)+√16", 7],
    ["200×5%", 10],
    ["380÷√3", 219.3931023],
    ["0.1+0.2", 0.3],
    ["1+2", 3],
    ["2^3^2", 512],
  ])("reads %s", (line, value) => {
    expect(Number(shown(calculate(line)))).toBeCloseTo(value, 7);
  });
  it.each(["", "1+", "(1", "1÷0", "2..5", "alert(1)", "1 2)"])("says that %s is not readable", (line) => {
    expect(() => calculate(line)).toThrow(NotReadable);
  });
});
