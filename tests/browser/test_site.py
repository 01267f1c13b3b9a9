"""The public site in a real browser: axe, keyboard, widths, both directions, without script."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab
from pypdf import PdfReader

from district_reports.settings import load_settings
from tests.browser.axe import run_axe
from tests.browser.conftest import DESKTOP, PHONE
from tests.unit.publish.site_samples import NOW, Case, make_case, make_version

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETTINGS = load_settings({})
TAGS = [language.tag for language in SETTINGS.languages]
FIRST = SETTINGS.district_ids[0]
SIZES = {"phone": PHONE, "desktop": DESKTOP}
SMALL_PHONE = (320, 640)
"""What a page of 1280 pixels becomes at four times the letter size."""
LISTS = ("archive", "calendar", "corrections", "data", "methods", "your-words", "accessibility")
KINDS = {
    "home": "{tag}/index.html",
    "place": "{tag}/" + FIRST + "/index.html",
    "place without a report": "{tag}/" + SETTINGS.district_ids[-1] + "/index.html",
    "version": "2026Q2/v1/" + FIRST + "/{tag}/index.html",
    "replaced": "2026Q1/v1/" + FIRST + "/{tag}/index.html",
    "withdrawn": "2026Q3/v1/" + FIRST + "/{tag}/report.html",
    **{name: "{tag}/" + name + "/index.html" for name in LISTS},
}
OPEN_ALL = "document.querySelectorAll('details').forEach(details => details.open = true)"
MARKED = """(() => {
  const on = document.activeElement, style = getComputedStyle(on);
  if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 3) return true;
  const area = on.closest('.map') && on.querySelector('path');
  return Boolean(area) && getComputedStyle(area).strokeWidth === '9px';
})()"""
SMALL = """[...document.querySelectorAll('a, summary')].filter(link => !link.closest('.map') && link.checkVisibility())
  .filter(link => !link.matches('.skip')).filter(link => link.getBoundingClientRect().height < 44)
  .map(link => link.outerHTML.slice(0, 120))"""
WIDTHS = "[document.scrollingElement.scrollWidth, window.innerWidth]"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole site of invented reports, as files."""
    folder = tmp_path_factory.mktemp("site")
    case = make_case(SETTINGS)
    sample = make_version(
        SETTINGS,
        case.words,
        "2026Q2",
        1,
        places=("city", *SETTINGS.district_ids[:2]),
        published_at=NOW,
        summary={"banners": ("Sample data, not real figures",), "corrections": ("Twelve should have been 21.",)},
    )
    summaries = {**case.summaries, ("2026Q2", 1): sample[1]}
    whole = Case(SETTINGS, case.words, case.versions, summaries, case.files, case.shapes, case.now)
    for path, data in whole.build().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


class Tabs:
    """Opens pages of the site, and remembers what they asked for and complained of."""

    def __init__(self, browser: Browser, site: Path) -> None:
        self._browser, self._site = browser, site
        self._contexts: list[BrowserContext] = []
        self.strays: list[str] = []

    def open(self, path: str, size: tuple[int, int], *, javascript: bool = True) -> Tab:
        width, height = size
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=javascript, offline=True
        )
        self._contexts.append(context)
        tab = context.new_page()
        inside = self._site.as_uri()
        tab.on(
            "request",
            lambda request: self.strays.append(request.url) if not request.url.startswith((inside, "data:")) else None,
        )
        tab.on("console", lambda message: self.strays.append(message.text))
        tab.goto((self._site / path).as_uri())
        return tab

    def end(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def tabs(browser: Browser, site: Path) -> Iterator[Tabs]:
    """Tabs of the site; at the end: no page asked for anything elsewhere, and the browser complained of nothing."""
    opened = Tabs(browser, site)
    yield opened
    opened.end()
    assert opened.strays == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(tabs: Tabs, axe_script: str, kind: str, tag: str, size: str) -> None:
    tab = tabs.open(KINDS[kind].format(tag=tag), SIZES[size])
    tab.evaluate(OPEN_ALL)
    assert run_axe(tab, axe_script) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["index.html", "404.html"])
def test_axe_finds_nothing_on_pages_of_all_languages(tabs: Tabs, axe_script: str, path: str, size: str) -> None:
    assert run_axe(tabs.open(path, SIZES[size]), axe_script) == []


@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE, (768, 1024), DESKTOP])
@pytest.mark.parametrize("tag", TAGS)
def test_no_page_scrolls_sideways(tabs: Tabs, tag: str, size: tuple[int, int]) -> None:
    for path in KINDS.values():
        tab = tabs.open(path.format(tag=tag), size)
        tab.evaluate(OPEN_ALL)
        assert tab.evaluate(WIDTHS) == [size[0], size[0]], path


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_is_reached_by_keyboard_and_seen(tabs: Tabs, kind: str) -> None:
    tab = tabs.open(KINDS[kind].format(tag="en"), DESKTOP)
    wanted = tab.locator("a[href], summary, [tabindex='0']").filter(visible=True).count()
    reached = 0
    for _ in range(wanted + 5):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement === document.body"):
            break
        reached += 1
        marked = tab.evaluate(MARKED)
        assert marked, tab.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    assert reached >= wanted


def test_the_first_stop_skips_to_the_page(tabs: Tabs) -> None:
    tab = tabs.open("en/index.html", PHONE)
    tab.keyboard.press("Tab")
    assert tab.locator(".skip").bounding_box()
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize("tag", TAGS)
def test_a_reader_goes_from_the_first_page_to_a_report_without_script(tabs: Tabs, tag: str) -> None:
    tab = tabs.open("index.html", PHONE, javascript=False)
    tab.locator(f"li[lang='{tag}'] a").click()
    assert tab.locator("h1").is_visible()
    tab.locator("summary").click()
    tab.locator(f"#communities a[href='{FIRST}/index.html']").first.click()
    assert tab.locator("html").get_attribute("lang") == tag
    assert tab.locator(".card img").evaluate("image => image.complete && image.naturalWidth > 0")
    tab.locator(".actions a").first.click()
    assert tab.url.endswith(f"2026Q2/v1/{FIRST}/{tag}/report.html")


def test_a_district_is_chosen_on_the_map(tabs: Tabs) -> None:
    tab = tabs.open("ar/index.html", PHONE)
    tab.locator(f".map a[href='{FIRST}/index.html'] path").click()
    assert tab.url.endswith(f"ar/{FIRST}/index.html")
    tab.locator(".languages a[hreflang='es']").click()
    assert tab.url.endswith(f"es/{FIRST}/index.html")


@pytest.mark.parametrize(("tag", "is_rtl"), [("en", False), ("ar", True)])
def test_pages_start_at_the_side_their_readers_start(tabs: Tabs, tag: str, is_rtl: bool) -> None:
    tab = tabs.open(f"{tag}/{FIRST}/index.html", DESKTOP)
    for items in (".languages a", ".part >> nth=0 >> :scope > *", ".facts li"):
        first, second = (tab.locator(items).nth(number).bounding_box() for number in (0, 1))
        assert first and second
        assert (first["x"] > second["x"]) is is_rtl, items


def test_a_reason_in_another_language_stands_at_the_side_of_the_page(tabs: Tabs) -> None:
    tab = tabs.open(KINDS["withdrawn"].format(tag="ar"), PHONE)
    reason = tab.locator(".standing__reason[lang=en][dir=auto]").first
    assert reason.evaluate("each => getComputedStyle(each).direction") == "ltr"
    assert reason.evaluate("each => getComputedStyle(each).textAlign") == "right"


def test_pages_are_styled_under_their_own_policy(tabs: Tabs) -> None:
    tab = tabs.open("en/methods/index.html", PHONE)
    assert tab.evaluate("getComputedStyle(document.body).borderBlockStartWidth") == "6px"


ON_PAPER = """(() => {
  const seen = selector => [...document.querySelectorAll(selector)].filter(each => each.checkVisibility());
  const white = seen('.button').filter(each => getComputedStyle(each).color === 'rgb(255, 255, 255)');
  const empty = seen('section.part').filter(part => ![...part.querySelectorAll('.part__body > *')].some(
    each => each.checkVisibility()) && part.querySelector('.part__body'));
  const pressed = seen('.screen, .actions, .ways, .card').length;
  const told = seen('.where').map(each => each.textContent);
  return [white.length + pressed, empty.map(part => part.textContent.trim().slice(0, 60)), told];
})()"""


@pytest.mark.parametrize("kind", KINDS)
def test_on_paper_a_page_says_where_it_stands_and_shows_nothing_to_press(tabs: Tabs, kind: str) -> None:
    tab = tabs.open(KINDS[kind].format(tag="es"), DESKTOP)
    address = tab.locator("link[rel=canonical]").get_attribute("href")
    tab.emulate_media(media="print")
    assert tab.evaluate(ON_PAPER) == [0, [], [address]]


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_sheet_of_paper_holds_the_foot_alone(tabs: Tabs, kind: str, tag: str) -> None:
    tab = tabs.open(KINDS[kind].format(tag=tag), DESKTOP)
    foot = set(tab.locator(".foot").inner_text().split())
    sheets = PdfReader(BytesIO(tab.pdf(format="Letter", prefer_css_page_size=True))).pages
    assert set(sheets[-1].extract_text().split()) - foot, len(sheets)


def test_targets_outside_the_map_and_sentences_are_large_enough(tabs: Tabs) -> None:
    for path in KINDS.values():
        tab = tabs.open(path.format(tag="en"), PHONE)
        tab.evaluate(OPEN_ALL)
        small = tab.evaluate(SMALL)
        assert small == [], path
