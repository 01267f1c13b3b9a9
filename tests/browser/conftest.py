"""A real browser for the web edition: Chromium, driven by Playwright, and axe-core.

Every fixture skips with its reason where Chromium or axe-core is not installed. Nothing here needs the network: pages
are opened from files, and a page that asks for anything else is caught.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
REPOSITORY = Path(__file__).parents[2]

PHONE = (360, 740)
DESKTOP = (1280, 900)

BrowserPage: TypeAlias = Callable[..., Page]


# Not for the whole run: while Playwright is open its event loop is this thread's, and no other test could start one.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, one for all tests of this folder."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The source of axe-core, from `DISTRICT_REPORTS_AXE` or node_modules."""
    folder = Path(os.environ.get("DISTRICT_REPORTS_AXE", REPOSITORY / "node_modules" / "axe-core"))
    path = folder / "axe.min.js"
    if not path.is_file():
        pytest.skip(f"axe-core is not installed: no {path.name} in {folder}")
    return path.read_text(encoding="utf-8")


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[BrowserPage]:
    """Open a report: `browser_page(path, size=PHONE, javascript=True) -> Page`.

    At the end of the test: no page asked for anything but itself, and the browser complained of nothing.
    """
    contexts, requests, complaints = [], [], []

    def open_page(path: Path, *, size: tuple[int, int] = PHONE, javascript: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=javascript, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url) if request.url != path.as_uri() else None)
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in requests if not url.startswith("data:")] == []
    assert complaints == []
