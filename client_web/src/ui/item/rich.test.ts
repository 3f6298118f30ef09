// @vitest-environment jsdom
import { h, render } from "vue";
import { describe, expect, it } from "vitest";
import { pieces, withoutGaps } from "./gaps";
import { plainText } from "./item";
import RichText from "./RichText";
import { fits, MOST_POINTS, readStroke, thinned, writeStroke } from "./strokes";

function shown(html: string, gaps = false): HTMLElement {
  const place = document.createElement("div");
  const slots = gaps ? { gap: ({ n }: { n: number }) => h("input", { "data-gap": n }) } : {};
  render(h(RichText, { html, urlOf: (digest: string) => (digest === `sha256:${"a".repeat(64)}` ? "blob:picture" : null) }, slots), place);
  return place;
}

describe("rich text", () => {
  it("keeps tables, raised text and formulas", () => {
    const page = shown("<table><tr><td colspan='2'>2.5 mm<sup>2</sup></td></tr></table><math><mfrac><mi>U</mi><mi>R</mi></mfrac></math>");
    expect(page.querySelector("td")?.getAttribute("colspan")).toBe("2");
    expect(page.querySelector("sup")?.textContent).toBe("2");
    expect(page.querySelector("mfrac")?.namespaceURI).toBe("http://www.w3.org/1998/Math/MathML");
  });
  it("never lets anything act, whatever the bank has let through", () => {
    const hostile =
      "<p onclick='x()' style='color:red' class='a' id='b'>字<script>alert(1)</script><a href='javascript:x()'>连接</a></p><img src='https://example.org/x.png' onerror='x()' alt='图'><iframe src='x'></iframe><svg onload='x()'></svg><form><input></form><math><mtext><style>x</style></mtext></math>";
    const page = shown(hostile);
    expect(page.querySelectorAll("script, iframe, svg, form, input, a, img, style")).toHaveLength(0);
    expect(page.innerHTML).not.toMatch(/onclick|onerror|onload|style=|href|javascript|class="a"|id=/);
    expect(page.textContent).toContain("字连接");
    expect(page.textContent).toContain("图");
  });
  it("shows a picture only when it is one of the form's", () => {
    expect(shown(`<p><img src="sha256:${"a".repeat(64)}" alt="图"></p>`).querySelector("img")?.getAttribute("src")).toBe("blob:picture");
    expect(shown(`<img src="sha256:${"b".repeat(64)}" alt="图">`).querySelector("img")).toBeNull();
  });
  it("puts a field at every blank, in tables too", () => {
    const page = shown("<table><tr><td>甲{{1}}</td><td>{{2}}乙</td></tr></table>", true);
    expect([...page.querySelectorAll("input")].map((one) => one.getAttribute("data-gap"))).toEqual(["1", "2"]);
    expect(page.textContent).toBe("甲乙");
  });
  it("reads as words where only words fit", () => {
    expect(plainText([{ kind: "html", html: "<p>I<sub>1</sub></p>" }, { kind: "figure", asset: "x", alt: "图" }])).toBe("I1 图");
    expect(withoutGaps("应先{{1}}，后{{2}}")).toBe("应先____，后____");
    expect(pieces("{{1}}在前{{12}}")).toEqual([1, "在前", 12]);
  });
});

describe("a drawing", () => {
  it("is written and read back, thinned to what a step carries", () => {
    const long = Array.from({ length: 3_000 }, (_, x) => ({ x, y: 7 }));
    const thin = thinned(long);
    expect(thin.length).toBeLessThanOrEqual(MOST_POINTS);
    expect([thin[0], thin.at(-1)]).toEqual([long[0], long.at(-1)]);
    expect(readStroke(writeStroke(thin))).toEqual(thin);
    expect(readStroke("1,2 x,y 3,4")).toEqual([{ x: 1, y: 2 }, { x: 3, y: 4 }]);
  });
  it("takes no more strokes than an answer holds", () => {
    expect(fits([], "1,1")).toBe(true);
    expect(fits(Array.from({ length: 200 }, () => "1,1"), "1,1")).toBe(false);
    expect(fits(["1".repeat(56_000)], "1,1")).toBe(false);
  });
});
