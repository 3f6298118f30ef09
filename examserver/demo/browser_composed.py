"""Hands of the candidate at the browser for items that are written, sorted, matched or pointed at.

What can be chosen is read from the page, as a person reads it; the answer is given through the same controls.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # Playwright is a tool of demo and tests
    from playwright.sync_api import Locator, Page

Json = dict[str, Any]
WAIT_MS, SHORT_WAIT_MS = 60_000, 8_000
SIZE = "picture => [picture.naturalWidth, picture.naturalHeight]"


def _choice(name: str, text: str) -> Json:
    return {"id": name, "content": [{"kind": "text", "text": text.strip()}]}


def interaction_shown(shown: "Locator", item: Json) -> Json:
    """The item with what the page offers besides its options: targets, options of gaps, the picture's size."""
    targets = [
        _choice(one.get_attribute("data-target") or "", one.locator(".content").inner_text())
        for one in shown.locator("[data-target]").all()
    ]
    lists = shown.locator("select[data-gap]").all()
    gaps = [{"id": gap.get_attribute("data-gap"), "options": _listed(gap)} for gap in lists]
    size = shown.locator("img").first.evaluate(SIZE) if item["type"] == "hotspot" else [0, 0]
    options = [_choice(option["id"], option["text"]) for option in item["options"]]
    interaction = {"targets": targets, "gaps": gaps, "width": size[0], "height": size[1]}
    return item | {"options": options, "interaction": interaction}


def _listed(gap: "Locator") -> list[Json]:
    """The options of a list, without the line that says to choose."""
    lines = [(one.get_attribute("value") or "", one.inner_text()) for one in gap.locator("option").all()]
    return [_choice(name, text) for name, text in lines if name]


def give_answer(page: "Page", shown: "Locator", kind: str, value: Sequence[str]) -> bool:
    """Bring the answer onto the page through its controls; False when the time was up in the middle of it."""
    page.set_default_timeout(SHORT_WAIT_MS)
    try:
        _act(page, shown, kind, value)
    except Exception:  # the page locks at the deadline in the middle of any step; only then is it no fault
        if page.get_by_test_id("flag").is_enabled():
            raise
        return False
    finally:
        page.set_default_timeout(WAIT_MS)
    return True


def _act(page: "Page", shown: "Locator", kind: str, value: Sequence[str]) -> None:
    if kind in ("text_entry", "numeric_entry"):
        for field, text in zip(shown.locator("input.line").all(), value, strict=True):
            field.fill(text)
    elif kind == "inline_choice":
        for gap, option in zip(shown.locator("select[data-gap]").all(), value, strict=True):
            gap.select_option(option)
    elif kind == "matching":
        for left, target in (pair.split("-") for pair in value):
            shown.locator(f'[data-option="{left}"] select').select_option(target)
    elif kind == "ordering":
        _sort(page, shown, value)
    elif kind == "hotspot":
        _point(shown, value)


def _sort(page: "Page", shown: "Locator", value: Sequence[str]) -> None:
    for place, option in enumerate(value):
        rows = [one.get_attribute("data-option") for one in shown.locator("[data-option]").all()]
        shown.locator(f'[data-option="{option}"]').focus()
        for _ in range(rows.index(option) - place):
            page.keyboard.press("ArrowUp")


def _point(shown: "Locator", value: Sequence[str]) -> None:
    picture = shown.get_by_test_id("hotspot")
    wide, high = picture.locator("img").evaluate(SIZE)
    box = picture.locator("img").bounding_box() or {"width": wide, "height": high}
    for x, y in (map(int, point.split(",")) for point in value):
        picture.locator("img").click(position={"x": x * box["width"] / wide, "y": y * box["height"] / high})
