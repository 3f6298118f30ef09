/**
 * Rich text of an item as page nodes: a parsed tree walked through an allow-list, never markup put into the page.
 *
 * The bank cleans at its door; this is the second lock. What is not on the list loses its tag and keeps its words; what
 * could act is dropped whole. A picture is shown only when it is an asset of the form. `{{1}}` asks the slot `gap`.
 */
import { defineComponent, h, type PropType, type VNodeChild } from "vue";
import { pieces } from "./gaps";

const TEXT =
  "p br b strong i em u sub sup ul ol li table thead tbody tfoot tr th td caption colgroup col span div pre code blockquote hr h3 h4 h5 h6 ruby rt rp";
const MATH =
  "math mi mn mo ms mtext mspace mrow mfrac msqrt mroot mstyle merror mpadded mphantom mfenced menclose msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd mlabeledtr semantics";
const DROPPED = new Set("script style iframe object embed template noscript title head svg form link meta base annotation annotation-xml audio video source".split(" "));
const TEXT_TAGS = new Set(TEXT.split(" "));
const MATH_TAGS = new Set(MATH.split(" "));
const MATH_ATTRIBUTES =
  "display displaystyle scriptlevel mathvariant columnalign rowalign columnspan rowspan columnlines rowlines frame stretchy symmetric fence separator separators open close form accent accentunder linethickness notation width height depth lspace rspace minsize maxsize movablelimits largeop dir".split(
    " ",
  );
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = { td: ["colspan", "rowspan"], th: ["colspan", "rowspan"], col: ["span"], colgroup: ["span"] };
const SAFE_VALUE = /^[^<>"'`&:\\]{0,40}$/;

type Show = (node: Node) => VNodeChild;

function attributesOf(element: Element, tag: string): Record<string, string> {
  const allowed = MATH_TAGS.has(tag) ? MATH_ATTRIBUTES : (ATTRIBUTES[tag] ?? []);
  const found = allowed.map((name) => [name, element.getAttribute(name)] as const);
  return Object.fromEntries(found.filter((one): one is readonly [string, string] => one[1] !== null && SAFE_VALUE.test(one[1])));
}

function image(element: Element, urlOf: (digest: string) => string | null): VNodeChild {
  const url = urlOf(element.getAttribute("src") ?? "");
  const alt = element.getAttribute("alt") ?? "";
  return url ? h("img", { src: url, alt, draggable: "false" }) : h("span", { class: "badge danger" }, alt);
}

function shown(node: Node, urlOf: (digest: string) => string | null, words: (text: string) => VNodeChild): VNodeChild {
  const show: Show = (inner) => shown(inner, urlOf, words);
  if (node.nodeType === Node.TEXT_NODE) return words(node.textContent ?? "");
  if (!(node instanceof Element)) return null;
  const tag = node.localName.toLowerCase();
  if (DROPPED.has(tag)) return null;
  if (tag === "img") return image(node, urlOf);
  const inside = [...node.childNodes].map(show);
  if (!TEXT_TAGS.has(tag) && !MATH_TAGS.has(tag)) return inside;
  if (tag === "table") return h("div", { class: "scrolls" }, [h("table", {}, inside)]);
  return h(tag, attributesOf(node, tag), inside);
}

export default defineComponent({
  name: "RichText",
  props: {
    html: { type: String, required: true },
    urlOf: { type: Function as PropType<(digest: string) => string | null>, required: true },
  },
  setup(props, { slots }) {
    const words = (text: string): VNodeChild =>
      slots["gap"] ? pieces(text).map((piece) => (typeof piece === "string" ? piece : slots["gap"]?.({ n: piece }))) : text;
    return () => {
      const body = new DOMParser().parseFromString(props.html, "text/html").body;
      return h("div", { class: "rich" }, [...body.childNodes].map((node) => shown(node, props.urlOf, words)));
    };
  },
});
