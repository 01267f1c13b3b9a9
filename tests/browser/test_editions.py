"""The editions as they are made, in a real browser: every language, a district and the city, phone and desktop."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.axe import run_axe
from tests.browser.conftest import DESKTOP, PHONE, BrowserPage

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"]),
    pytest.mark.parametrize("tag", ["en", "es", "zh-Hans", "ar"]),
    pytest.mark.parametrize("place", ["007", "city"]),
]
WIDTHS = "[document.scrollingElement.scrollWidth, window.innerWidth]"


def test_axe_finds_nothing(
    browser_page: BrowserPage, axe_script: str, sample_release: Path, place: str, tag: str, size: tuple[int, int]
) -> None:
    tab = browser_page(sample_release / place / tag / "report.html", size=size)
    assert run_axe(tab, axe_script) == []


def test_the_page_fits_and_is_light(
    browser_page: BrowserPage, sample_release: Path, place: str, tag: str, size: tuple[int, int]
) -> None:
    path = sample_release / place / tag / "report.html"
    assert path.stat().st_size < 300_000
    content, window = browser_page(path, size=size, javascript=False).evaluate(WIDTHS)
    assert content <= window
