"""Decides how cleaned rich text reads on paper: inline markup for the typesetter, formulas written in one line.

For: booklets and marking keys. The input has passed the allow-list of `items/rich.py`; what paper cannot show (a link's
target, a colour) was never in it. A formula keeps its structure in signs: fractions as (a)/(b), roots as √( ), raised
and lowered parts raised and lowered.
"""

from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "col", "mspace", "none"})
RAISED = {"sup": "super", "sub": "sub", "b": "b", "strong": "b", "u": "u", "h3": "b", "h4": "b", "h5": "b", "h6": "b"}


@dataclass
class Node:
    """An element with its attributes and what is inside it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list["Node | str"] = field(default_factory=list)


class _Builder(HTMLParser):
    """Builds the tree of a fragment; an end without a beginning is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("div")
        self.path = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.path[-1].inside.append(node)
        if tag not in VOID:
            self.path.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.path[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in [node.tag for node in self.path[1:]]:
            while self.path.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.path[-1].inside.append(data)


def parse_fragment(html: str) -> Node:
    """The tree of a fragment under one root."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def _children(node: Node) -> list[Node]:
    return [one for one in node.inside if isinstance(one, Node)]


def plain(node: Node) -> str:
    """The words inside an element."""
    return "".join(one if isinstance(one, str) else plain(one) for one in node.inside)


def inline(node: Node) -> str:
    """What is inside an element as the typesetter's markup; figures are left to the caller."""
    return "".join(escape(one, quote=False) if isinstance(one, str) else _inline(one) for one in node.inside)


def _inline(node: Node) -> str:
    if node.tag == "br":
        return "<br/>"
    if node.tag == "math":
        return math(node)
    if node.tag == "ruby":
        return _ruby(node)
    if node.tag in RAISED:
        tag = RAISED[node.tag]
        return f"<{tag}>{inline(node)}</{tag}>"
    return inline(node)


def _ruby(node: Node) -> str:
    """The reading in brackets behind the characters."""
    base = [one if isinstance(one, str) else plain(one) for one in node.inside if not _is_reading(one)]
    reading = "".join(plain(one) for one in _children(node) if one.tag == "rt")
    return escape("".join(base), quote=False) + (f"（{escape(reading, quote=False)}）" if reading else "")


def _is_reading(one: "Node | str") -> bool:
    return isinstance(one, Node) and one.tag in ("rt", "rp", "rtc")


def math(node: Node) -> str:
    """A formula in one line."""
    return "".join(_math(one) for one in _children(node))


def _row(node: Node) -> str:
    return math(node) if _children(node) else escape(plain(node).strip(), quote=False)


def _part(node: Node) -> str:
    """A part that needs brackets when it is more than one sign."""
    written = _row(node) if node.tag in ("mrow", "mstyle", "math", "mpadded") else _math(node)
    return written if _simple(node) else f"({written})"


def _simple(node: Node) -> bool:
    """Whether a part reads well without brackets: one sign, number or word."""
    inner = _children(node)
    if node.tag in ("mrow", "mstyle", "mpadded"):
        return len(inner) == 1 and _simple(inner[0])
    return node.tag in ("mi", "mn", "mo", "mtext", "ms", "msup", "msub", "mfenced", "msqrt", "mroot")


def _math(node: Node) -> str:
    parts = _children(node)
    if node.tag in ("mi", "mn", "mtext", "ms"):
        return escape(plain(node).strip(), quote=False)
    if node.tag == "mo":
        sign = escape(plain(node).strip(), quote=False)
        return (
            f" {sign} "
            if sign in ("=", "≠", "≤", "≥", "&lt;", "&gt;", "+", "−", "-", "±", "→", "≈", "×", "÷")
            else sign
        )
    if node.tag == "mspace":
        return " "
    if node.tag == "mfrac" and len(parts) == 2:
        return f"{_part(parts[0])}/{_part(parts[1])}"
    if node.tag == "msqrt":
        return f"√({math(node)})"
    if node.tag == "mroot" and len(parts) == 2:
        return f"<super>{_math(parts[1])}</super>√({_math(parts[0])})"
    if node.tag in ("mtable", "mtr", "mtd", "mfenced"):
        return _bracketed(node)
    return _scripted(node, parts)


def _scripted(node: Node, parts: list[Node]) -> str:
    """Raised and lowered parts; anything else is what is inside it."""
    low, high = {
        "msup": (None, 1), "msub": (1, None), "msubsup": (1, 2), "mover": (None, 1), "munder": (1, None),
        "munderover": (1, 2),
    }.get(node.tag, (None, None))  # fmt: skip
    if low is None and high is None:
        return _row(node)
    written = _part(parts[0]) if parts else ""
    if low is not None and low < len(parts):
        written += f"<sub>{_row_of(parts[low])}</sub>"
    if high is not None and high < len(parts):
        written += f"<super>{_row_of(parts[high])}</super>"
    return written


def _row_of(node: Node) -> str:
    return math(node) if node.tag in ("mrow", "mstyle", "mpadded") else _math(node)


def _bracketed(node: Node) -> str:
    parts = [_row_of(one) if one.tag not in ("mtr", "mtd") else _bracketed(one) for one in _children(node)]
    if node.tag == "mtable":
        return "[" + "; ".join(parts) + "]"
    if node.tag == "mtr":
        return ", ".join(parts)
    if node.tag == "mtd":
        return "".join(parts)
    opening, closing = node.attributes.get("open", "("), node.attributes.get("close", ")")
    return f"{escape(opening)}{', '.join(parts)}{escape(closing)}"
