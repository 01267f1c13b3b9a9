from __future__ import annotations

import io
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from pypdf import PdfReader

from district_reports.render.html import WebPress
from district_reports.settings import find_asset
from tests.browser.axe import run_axe
from tests.browser.conftest import DESKTOP, PHONE, BrowserPage
from tests.unit.render.pages import LANGUAGES, make_charts, make_page

# The editions as they are made are looked at in each run (test_editions); these pages of every length, in the slow one.
pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZES = {"phone": PHONE, "desktop": DESKTOP}
SMALL_PHONE = (320, 640)
"""What a page of 1280 pixels becomes at four times the letter size."""
OPEN_ALL = "document.querySelectorAll('details').forEach(details => details.open = true)"
WIDTHS = "[document.scrollingElement.scrollWidth, window.innerWidth]"
OUTLINE = "getComputedStyle(document.activeElement).outlineWidth"


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A district's report in every language, and the city's in English under "city"."""
    folder = tmp_path_factory.mktemp("reports")
    press = WebPress(template_dir=find_asset("templates", "html"))
    pages = {tag: make_page(tag, is_full=True, is_told=True) for tag in LANGUAGES}
    pages["city"] = make_page("en", city=True, banners=("sample", "preview"), is_full=True, is_told=True)
    paths = {}
    for name, page in pages.items():
        paths[name] = folder / f"{name}.html"
        paths[name].write_bytes(press.render_html(page, make_charts(page)))
    return paths


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", [*LANGUAGES, "city"])
def test_axe_finds_nothing(
    browser_page: BrowserPage, axe_script: str, reports: dict[str, Path], name: str, size: str
) -> None:
    tab = browser_page(reports[name], size=SIZES[size])
    assert run_axe(tab, axe_script) == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_axe_finds_nothing_in_open_tables(
    browser_page: BrowserPage, axe_script: str, reports: dict[str, Path], name: str
) -> None:
    tab = browser_page(reports[name])
    tab.evaluate(OPEN_ALL)
    assert run_axe(tab, axe_script) == []


@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE, (768, 1024), DESKTOP])
@pytest.mark.parametrize("name", [*LANGUAGES, "city"])
def test_page_never_scrolls_sideways(
    browser_page: BrowserPage, reports: dict[str, Path], name: str, size: tuple[int, int]
) -> None:
    tab = browser_page(reports[name], size=size)
    tab.evaluate(OPEN_ALL)
    scroll_width, width = tab.evaluate(WIDTHS)
    assert scroll_width <= width == size[0]


def test_wide_table_scrolls_in_its_own_frame_by_keyboard(browser_page: BrowserPage, reports: dict[str, Path]) -> None:
    tab = browser_page(reports["es"], size=SMALL_PHONE)
    tab.evaluate(OPEN_ALL)
    frame = tab.locator("#figure-kinds .frame")
    tab.evaluate("document.querySelector('#figure-kinds table').setAttribute('width', '900')")
    frame.focus()
    tab.keyboard.press("ArrowRight")
    wait_until(tab, "document.querySelector('#figure-kinds .frame').scrollLeft > 0")
    assert tab.evaluate(WIDTHS) == [320, 320]


@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE, DESKTOP])
@pytest.mark.parametrize("name", LANGUAGES)
def test_bars_and_their_numbers_are_all_in_sight(
    browser_page: BrowserPage, reports: dict[str, Path], name: str, size: tuple[int, int]
) -> None:
    tab = browser_page(reports[name], size=size)
    boxes = tab.evaluate(
        "[...document.querySelectorAll('.bars :is(table, td, svg)')].map(e => e.getBoundingClientRect())"
    )
    assert len(boxes) > 60
    assert [box for box in boxes if box["left"] < 0 or box["right"] > size[0]] == []


@pytest.mark.parametrize(("name", "is_rtl"), [("en", False), ("ar", True)])
def test_bars_grow_the_way_the_script_runs(
    browser_page: BrowserPage, reports: dict[str, Path], name: str, is_rtl: bool
) -> None:
    tab = browser_page(reports[name], size=DESKTOP)
    rows = "#bars-fears tbody tr"
    bars = [tab.locator(f"{rows} >> nth={row} >> rect").bounding_box() for row in (0, 4)]
    number = tab.locator(f"{rows} >> nth=4 >> td").bounding_box()
    assert bars[0] and bars[1] and number
    short, long = bars
    assert short["width"] < long["width"] / 4
    starts = [bar["x"] + (bar["width"] if is_rtl else 0) for bar in (short, long)]
    assert abs(starts[0] - starts[1]) < 1
    assert (number["x"] < long["x"]) is is_rtl


def test_a_hatched_bar_is_drawn(browser_page: BrowserPage, reports: dict[str, Path]) -> None:
    tab = browser_page(reports["en"], size=DESKTOP)
    full, hatched = (tab.locator(f"#bars-violent-arrests rect >> nth={row}") for row in (0, 2))
    assert len(hatched.screenshot()) > 2 * len(full.screenshot())


@pytest.mark.parametrize("name", LANGUAGES)
def test_corrections_are_on_the_first_screen(browser_page: BrowserPage, reports: dict[str, Path], name: str) -> None:
    tab = browser_page(reports[name])
    box = tab.locator(".opening .notice").first.bounding_box()
    assert box
    assert box["y"] < PHONE[1] - 100


@pytest.mark.parametrize("name", LANGUAGES)
def test_page_reads_without_javascript(browser_page: BrowserPage, reports: dict[str, Path], name: str) -> None:
    tab = browser_page(reports[name], javascript=False)
    assert tab.locator("h1").count() == 1
    assert tab.locator("h1").is_visible()
    details = tab.locator("figure details").first
    assert not details.locator("table").is_visible()
    details.locator("summary").click()
    assert details.locator("table").is_visible()


@pytest.mark.parametrize("name", LANGUAGES)
def test_page_is_styled_under_its_own_policy(browser_page: BrowserPage, reports: dict[str, Path], name: str) -> None:
    tab = browser_page(reports[name])
    assert tab.evaluate("getComputedStyle(document.body).borderBlockStartWidth") == "6px"


@pytest.mark.parametrize(("name", "is_rtl"), [("en", False), ("ar", True)])
def test_page_starts_at_the_side_its_readers_start(
    browser_page: BrowserPage, reports: dict[str, Path], name: str, is_rtl: bool
) -> None:
    tab = browser_page(reports[name], size=DESKTOP)
    tab.evaluate(OPEN_ALL)
    for items in (".fact", "#figure-kinds thead th", ".languages a", ".part >> nth=0 >> :scope > *"):
        first, second = (tab.locator(items).nth(number).bounding_box() for number in (0, 1))
        assert first and second
        assert (first["x"] > second["x"]) is is_rtl, items


def test_charts_keep_their_own_direction(browser_page: BrowserPage, reports: dict[str, Path]) -> None:
    tab = browser_page(reports["ar"])
    assert tab.evaluate("getComputedStyle(document.querySelector('.chart text')).direction") == "ltr"


@pytest.mark.parametrize("name", LANGUAGES)
def test_skip_link_shows_when_reached_and_leads_to_the_content(
    browser_page: BrowserPage, reports: dict[str, Path], name: str
) -> None:
    tab = browser_page(reports[name])
    skip = tab.locator(".skip")
    assert (skip.bounding_box() or {})["height"] <= 1
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.evaluate(OUTLINE) == "3px"
    assert (skip.bounding_box() or {})["height"] >= 44
    tab.keyboard.press("Enter")
    wait_until(tab, "document.activeElement.id === 'content'")


def test_focus_is_seen_on_links_and_summaries(browser_page: BrowserPage, reports: dict[str, Path]) -> None:
    tab = browser_page(reports["en"])
    reached = set()
    for _ in range(30):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.tagName"))
        assert tab.evaluate(OUTLINE) == "3px"
    assert {"A", "SUMMARY"} <= reached


@pytest.mark.parametrize("name", [*LANGUAGES, "city"])
def test_targets_are_large_enough_for_a_thumb(browser_page: BrowserPage, reports: dict[str, Path], name: str) -> None:
    tab = browser_page(reports[name])
    tab.evaluate(OPEN_ALL)
    boxes = "[...document.querySelectorAll('a:not(.skip), summary')].map(e => [e.innerText, e.getBoundingClientRect()])"
    small = [text for text, box in tab.evaluate(boxes) if box["height"] < 44 or box["width"] < 44]
    assert small == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_page_prints_its_content_and_not_its_controls(
    browser_page: BrowserPage, reports: dict[str, Path], name: str
) -> None:
    tab = browser_page(reports[name], size=DESKTOP)
    tab.locator("#figure-kinds summary").click()
    tab.emulate_media(media="print")
    assert not any(is_shown(tab, control) for control in (".skip", ".languages", ".contents", ".districts", "summary"))
    assert is_shown(tab, "header .band")
    assert is_shown(tab, "footer .band")
    assert is_shown(tab, "#figure-kinds table")
    assert not is_shown(tab, "#figure-violence table")
    assert is_shown(tab, "#figure-violence .chart svg")
    sheets = PdfReader(io.BytesIO(tab.pdf(prefer_css_page_size=True, format="Letter"))).pages
    # All of it, which is far more than the print edition has.
    assert 2 <= len(sheets) <= 36


def wait_until(tab: Tab, condition: str) -> None:
    """Ask again and again, through the debugger: Playwright's own waiting would need what the page's policy forbids."""
    for _ in range(100):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(50)
    raise AssertionError(f"expected {condition}")


def is_shown(tab: Tab, selector: str) -> bool:
    return any(element.is_visible() for element in tab.locator(selector).all())
