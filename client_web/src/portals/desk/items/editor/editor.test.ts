import { describe, expect, it } from "vitest";
import { ITEM_TYPES } from "@/ui/item/item";
import { assetsOf, itemContent, stimulusOf } from "../content";
import { bounds, coordsOf, dragged, grown, middle, moved, polygon } from "./areas";
import { draftOf, emptyDraft, type StoredVersion } from "./draft";
import { flawsAt, flawsOf } from "./flaws";
import { asHtml, blanksIn, blocksOf, movedSelection, piecesOf, textPiece, wrapped } from "./pieces";
import { requestOf } from "./request";

const SIZE = { width: 600, height: 300 };
const DIGEST = `sha256:${"a".repeat(64)}`;
const words = (text: string): Record<string, unknown>[] => [{ kind: "text", text }];
const choices = (prefix: string, labels: string, ...texts: string[]): Record<string, unknown>[] =>
  [...labels].map((label, index) => ({ id: prefix + label, content: words(texts[index] ?? "") }));
const RUBRIC = { rubric: [{ id: "1", title: "要点", points: "5", bands: [{ points: "5", words: "全" }, { points: "0", words: "无" }] }], model: words("答") };
const PICTURE = { asset: DIGEST, alt: "面板", ...SIZE };

interface Sample {
  readonly options?: unknown;
  readonly key?: readonly string[];
  readonly interaction?: Record<string, unknown>;
  readonly scoring?: Record<string, unknown>;
}

const TRUTH = [{ id: "true", content: words("正确") }, { id: "false", content: words("错误") }];
const SAMPLES: Record<(typeof ITEM_TYPES)[number], Sample> = {
  single_response: { options: choices("", "ABC", "甲", "乙", "丙"), key: ["B"] },
  multiple_response: { options: choices("", "ABCD", "甲", "乙", "丙", "丁"), key: ["A", "C"], scoring: { rule: "partial_no_wrong" } },
  true_false: { options: TRUTH, key: ["false"] },
  ordering: { options: choices("", "ABC", "甲", "乙", "丙"), key: ["C", "A", "B"], scoring: { rule: "per_place" } },
  matching: { options: choices("", "AB", "甲", "乙"), key: ["A-3", "B-1"], interaction: { targets: choices("", "123", "一", "二", "三"), reuse: false }, scoring: { rule: "per_part" } },
  text_entry: { interaction: { blanks: [{ id: "1", width: 6 }, { id: "2", width: 9 }] }, scoring: { blanks: [{ accept: ["电笔", "试电笔"], normalise: ["case"] }, { accept: ["有"], normalise: [] }] } },
  numeric_entry: { interaction: { unit: "asked" }, scoring: { value: "10", tolerance: { kind: "relative", amount: "0.02" }, unit: { accept: ["A", "安"] } } },
  hotspot: { interaction: { ...PICTURE, choose: 2 }, scoring: { areas: [{ shape: "circle", coords: [300, 150, 40] }, { shape: "poly", coords: [1, 1, 50, 1, 20, 40] }], rule: "per_part" } },
  inline_choice: { key: ["1B", "2A"], interaction: { gaps: [{ id: "1", options: choices("1", "AB", "红", "绿") }, { id: "2", options: choices("2", "AB", "黄", "蓝") }] } },
  short_answer: { interaction: { lines: 4, longest: 300 }, scoring: RUBRIC },
  extended_response: { interaction: { lines: 20, longest: 3000 }, scoring: RUBRIC },
  drawing: { interaction: PICTURE, scoring: RUBRIC },
};

function stored(type: (typeof ITEM_TYPES)[number]): StoredVersion {
  const sample = SAMPLES[type];
  const stem = [{ kind: "text", text: "题干{{1}}和{{2}}" }, { kind: "html", html: "x<sub>2</sub>" }, { kind: "figure", asset: DIGEST, alt: "图" }, { kind: "audio", asset: DIGEST, alt: "音", plays: 2 }];
  const group = { code: "K1", place: 2, size: 3, stimulus: words("材料") };
  const content = { code: "Q-1", type, point: "A-1", points: "5", stem, options: sample.options ?? [], interaction: sample.interaction ?? {}, case: group };
  const attributes = { importance: "X", cognition: "apply", difficulty: "0.7", source: "自编", enemies: ["Q-2", "Q-3"], owner: "学院", funding: "专项" };
  return { content, key: sample.key ?? [], scoring: sample.scoring ?? {}, ...attributes };
}

describe("a stored version opened and sent again", () => {
  it.each(ITEM_TYPES)("says the same: %s", (type) => {
    const version = stored(type);
    const sent = requestOf(draftOf(version));
    const { content } = version;
    for (const name of ["code", "type", "point", "points", "stem", "options"]) expect(sent[name]).toEqual(content[name]);
    expect([sent["interaction"], sent["scoring"], sent["key"]]).toEqual([content["interaction"], version.scoring, version.key]);
    expect(sent["case"]).toEqual({ ...(content["case"] as object), for_all: false });
    expect([sent["enemies"], sent["owner"], sent["difficulty"]]).toEqual([version.enemies, "学院", "0.7"]);
  });
});

describe("a draft", () => {
  it("sends nothing a type does not need, and keeps it for when the type changes back", () => {
    const draft = draftOf(stored("matching"));
    draft.type = "true_false";
    expect(requestOf(draft)).toMatchObject({ options: TRUTH, key: [], interaction: {}, scoring: {} });
    draft.type = "matching";
    expect(requestOf(draft)["key"]).toEqual(["A-3", "B-1"]);
  });
  it("has no key for an order in which two options have one place", () => {
    const draft = draftOf(stored("ordering"));
    draft.places = [1, 1, 3];
    expect(requestOf(draft)["key"]).toEqual([]);
  });
  it("is sent as it was at that moment, whatever is drawn afterwards", () => {
    const draft = draftOf(stored("hotspot"));
    const before = requestOf(draft)["scoring"];
    draft.areas[0]?.coords.splice(0, 1, 9);
    expect(before).toEqual(SAMPLES.hotspot.scoring);
  });
  it("begins empty", () => {
    expect(requestOf(emptyDraft())).toMatchObject({ stem: [], key: [], case: null, importance: null, difficulty: null });
  });
});

describe("paragraphs", () => {
  it("become rich text without becoming markup", () => {
    expect(asHtml("I<5A & R\n二")).toBe("I&lt;5A &amp; R<br>\n二");
    expect(movedSelection("a<b", { start: 1, end: 3 })).toEqual({ start: 1, end: 6 });
  });
  it("are marked where the cursor stands", () => {
    expect(wrapped("H2O", { start: 1, end: 2 }, "<sub>", "</sub>")).toEqual({ text: "H<sub>2</sub>O", selection: { start: 6, end: 7 } });
  });
  it("without words are not sent, and blanks are counted", () => {
    expect(blocksOf([textPiece("  "), textPiece("甲")])).toEqual([{ kind: "text", text: "甲" }]);
    expect(blanksIn([textPiece("{{1}} 与 {{2}}"), textPiece("{{3}}")])).toBe(3);
    expect(blocksOf(piecesOf([{ kind: "html", html: "<b>甲</b>" }]))).toEqual([{ kind: "html", html: "<b>甲</b>" }]);
  });
});

describe("areas", () => {
  it("are dragged inside the picture, whichever way one drags", () => {
    expect(dragged("rect", { x: 90, y: 80 }, { x: 10, y: -20 }, SIZE)).toEqual({ shape: "rect", coords: [10, 0, 90, 80] });
    expect(dragged("circle", { x: 20, y: 100 }, { x: 500, y: 100 }, SIZE)).toEqual({ shape: "circle", coords: [20, 100, 20] });
    expect(dragged("rect", { x: 5, y: 5 }, { x: 7, y: 7 }, SIZE)).toBeNull();
  });
  it("need three corners to be a polygon", () => {
    expect(polygon([{ x: 1, y: 1 }, { x: 9, y: 9 }], SIZE)).toBeNull();
    expect(polygon([{ x: 1, y: 1 }, { x: 900, y: 1 }, { x: 5, y: 50 }], SIZE)?.coords).toEqual([1, 1, 600, 1, 5, 50]);
  });
  it("stop at the edge when moved, and keep their size", () => {
    expect(moved({ shape: "circle", coords: [50, 50, 20] }, { x: -100, y: 10 }, SIZE).coords).toEqual([20, 60, 20]);
    expect(moved({ shape: "rect", coords: [500, 10, 580, 60] }, { x: 100, y: 0 }, SIZE).coords).toEqual([520, 10, 600, 60]);
  });
  it("grow and shrink by keyboard, begin in the middle, can be typed", () => {
    expect(grown({ shape: "circle", coords: [50, 50, 20] }, 2, SIZE).coords).toEqual([50, 50, 22]);
    expect(grown({ shape: "rect", coords: [10, 10, 20, 20] }, -4, SIZE).coords).toEqual([10, 10, 20, 20]);
    expect(bounds(middle("poly", SIZE))).toEqual({ left: 262, top: 112, right: 338, bottom: 188 });
    expect([coordsOf("1, 2，3"), coordsOf("1,x"), coordsOf("")]).toEqual([[1, 2, 3], null, null]);
  });
});

describe("faults", () => {
  const flaw = (field: string): { field: string; code: string; reason_zh: string; reason_en: string; value: string } => ({ field, code: "c", reason_zh: "", reason_en: "", value: "" });
  it("stand at their field, those of a part at the part only", () => {
    expect(flawsAt([flaw("targets:2"), flaw("targets"), flaw("key")], ["targets"]).map((one) => one.field)).toEqual(["targets"]);
    expect(flawsOf({ faults: [flaw("stem")] })).toHaveLength(1);
    expect(flawsOf({})).toEqual([]);
  });
});

describe("the preview", () => {
  it("is given interaction, case and stimulus, and finds every picture", () => {
    const { content, scoring } = stored("hotspot");
    const item = itemContent(content, scoring);
    expect(item.interaction).toMatchObject({ choose: 2, width: 600 });
    expect([item.case, item.rule]).toEqual([{ code: "K1", place: 2, size: 3 }, "per_part"]);
    expect(stimulusOf(content)).toEqual([{ kind: "text", text: "材料" }]);
    const inHtml = { html: `<p><img src="sha256:${"b".repeat(64)}" alt=""></p>` };
    expect(assetsOf([content, inHtml])).toEqual([DIGEST, `sha256:${"b".repeat(64)}`]);
  });
});
