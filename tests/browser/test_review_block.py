"""The commander's note in a browser: readable on a phone in both directions, without a fault that axe-core knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from district_reports.render.html import WebPress
from district_reports.settings import find_asset
from tests.browser.axe import run_axe
from tests.browser.conftest import DESKTOP, PHONE, BrowserPage
from tests.unit.render.pages import make_charts
from tests.unit.render.test_review import DEADLINE, HOSTILE, long_note, with_review

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTES = {"longest": long_note(1200, paragraphs=3), "hostile": HOSTILE, "none": None}
WIDTHS = "[document.scrollingElement.scrollWidth, window.innerWidth]"


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize(("tag", "note"), [("en", "longest"), ("ar", "longest"), ("ar", "hostile"), ("es", "none")])
def test_the_block_is_sound(
    browser_page: BrowserPage, axe_script: str, tmp_path: Path, tag: str, note: str, size: tuple[int, int]
) -> None:
    page = with_review(tag, note=NOTES[note], commander="missed", council_seen_on=DEADLINE)
    path = tmp_path / "report.html"
    path.write_bytes(WebPress(template_dir=find_asset("templates", "html")).render_html(page, make_charts(page)))
    tab = browser_page(path, size=size)
    assert run_axe(tab, axe_script) == []
    wide, window = tab.evaluate(WIDTHS)
    assert wide <= window
    assert tab.locator("#review blockquote").count() == (0 if note == "none" else 1)
    assert tab.locator(".unsigned").inner_text() == page.review_line.strip("\u2068\u2069")
