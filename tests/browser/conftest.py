"""A room per test, closed afterwards whatever happened."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.browser.room import Room, open_room
from tests.conftest import leave_out

PATIENCE_MS = 20_000
"""How long a page may take to show what it should: two browsers and a worker share two cores."""


@pytest.fixture(scope="session")
def playwright(chromium_path: str) -> Iterator[Playwright]:
    """Playwright, where a Chromium is present and the web client is built."""
    if not (Path(__file__).resolve().parents[2] / "client_web" / "dist" / "seat.html").is_file():
        leave_out("The web client is not built (make setup builds it).")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as running:
        yield running


@pytest.fixture
def room(playwright: Playwright, tmp_path: Path) -> Iterator[Room]:
    """A hall with admission open."""
    made = open_room(playwright, tmp_path)
    try:
        yield made
    finally:
        made.close()
