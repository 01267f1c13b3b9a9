"""Every page of the desk in a real browser: axe-core finds nothing, it fits a phone, and it needs no script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from district_reports.desk.cookies import SESSION, cookie_name
from district_reports.desk.templating import Pages
from district_reports.model import Role
from district_reports.settings import Settings, find_asset
from tests.browser.axe import run_axe
from tests.browser.conftest import DESKTOP, PHONE
from tests.postgres import free_port
from tests.unit.desk.asking import Place, of
from tests.unit.desk.pages.conftest import open_released
from tests.unit.desk.pages.reading import OWN, QUARTER
from tests.unit.desk.pages.test_pages import EVERYTHING, all_pages, host_of

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(900)]

WIDTHS = "[document.scrollingElement.scrollWidth, window.innerWidth]"
SMALL = """() => [...document.querySelectorAll('a, button, select, summary, textarea, input:not([type=hidden])')]
  .filter(part => !part.classList.contains('skip') && !['radio', 'checkbox'].includes(part.type))
  .filter(part => part.checkVisibility())
  .filter(part => part.getBoundingClientRect().height < 44 || part.getBoundingClientRect().width < 44)
  .map(part => part.outerHTML.slice(0, 120))"""
FOCUS = """() => { const style = getComputedStyle(document.activeElement);
  return [document.activeElement.tagName, style.outlineStyle, parseFloat(style.outlineWidth)] }"""
HOSTILE = "<b>No</b> \u202eturn #strong[x] and a_very_long_word_" + "x" * 200


@dataclass
class Served:
    """A desk that a browser can reach."""

    place: Place
    paths: list[str]

    def open(self, browser: Browser, size: tuple[int, int], tag: str, *, javascript: bool) -> Page:
        """Return the page of somebody with every role, who has signed in."""
        desk = self.place.desk
        session = self.place.signed_in(*EVERYTHING, of(Role.HOST, host_of(self.place)), language=tag).session
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, java_script_enabled=javascript)
        context.add_cookies([{"name": cookie_name(desk, SESSION), "value": session, "url": desk.url}])
        return context.new_page()


@pytest.fixture(scope="module")
def served(settings: Settings, sample_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The desk on loopback, with comments, a note and a decision that wants looking at."""
    port = free_port()
    url, pages = f"http://127.0.0.1:{port}", Pages(settings, find_asset("templates"))
    for place in open_released(settings, sample_release, tmp_path_factory.mktemp("desk"), pages, url):
        browser = place.signed_in(*EVERYTHING)
        for text in ("A comment.", HOSTILE):
            browser.send(f"{OWN}/comments", f"{OWN}/comments", {"text": text, "block_id": "loop"})
        note = {"step": "save", "text.en": "Come and talk to us.", "text.ar": "تعالوا وتحدثوا معنا.", "looked": "yes"}
        assert browser.send(f"{OWN}/note", f"{OWN}/note", note).status_code == 303
        server = uvicorn.Server(uvicorn.Config(place.app, host="127.0.0.1", port=port, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            sleep(0.05)
        yield Served(place, ["/sign-in", *all_pages(place, browser), f"/drafts/{QUARTER}/999"])
        server.should_exit = True
        thread.join(30)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("tag", ["en", "ar"])
def test_axe_finds_nothing_and_every_page_fits(
    browser: Browser, axe_script: str, served: Served, tag: str, size: tuple[int, int], javascript: bool
) -> None:
    tab = served.open(browser, size, tag, javascript=javascript)
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    found = {}
    for path in served.paths:
        tab.goto(served.place.desk.url + path)
        content, window = tab.evaluate(WIDTHS)
        found[path] = [f"wide: {content}"] if content > window else []
        # Where scripts are off, axe itself waits for ever; the page is the same, since it has none.
        found[path] += run_axe(tab, axe_script) if javascript else []
        found[path] += [f"small: {part}" for part in tab.evaluate(SMALL)]
    tab.context.close()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    # What is not there answers 404, which a browser notes.
    assert [text for text in complaints if "404" not in text] == []


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_a_form_that_was_refused_leads_to_its_fields(
    browser: Browser, axe_script: str, served: Served, tag: str
) -> None:
    tab = served.open(browser, PHONE, tag, javascript=True)
    for path, wrong in ((f"{OWN}/decide", "decide-role"), (f"{OWN}/comments", "text"), ("/people", "name")):
        tab.goto(served.place.desk.url + path)
        tab.locator("main form button.button").last.click()
        assert run_axe(tab, axe_script) == []
        link = tab.locator(".errors a").first
        assert link.get_attribute("href") == f"#{wrong}"
        field = tab.locator(f"#{wrong}")
        assert field.count() == 1
        link.click()
        assert tab.url.endswith(f"#{wrong}")
        content, window = tab.evaluate(WIDTHS)
        assert content <= window
    tab.context.close()


def test_by_keyboard_alone_a_draft_is_signed(browser: Browser, served: Served) -> None:
    tab = served.open(browser, DESKTOP, "en", javascript=False)
    tab.goto(f"{served.place.desk.url}{OWN}/decide")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip", "the first stop skips the menu"
    for _ in range(60):
        tab.keyboard.press("Tab")
        name, style, width = tab.evaluate(FOCUS)
        assert style == "solid" and width >= 3, name
        if tab.evaluate("document.activeElement.name") == "role":
            break
    tab.keyboard.press("Space")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    tab.keyboard.press("Tab")
    tab.keyboard.type("Read by keyboard.")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/decide?message=signed")
    assert "Read by keyboard." in tab.locator("main").inner_text()
    tab.context.close()


def test_the_edition_stands_in_its_frame_in_the_language_that_was_chosen(browser: Browser, served: Served) -> None:
    tab = served.open(browser, PHONE, "en", javascript=False)
    tab.goto(f"{served.place.desk.url}{OWN}")
    tab.locator("nav a[lang=ar]").first.click()
    tab.wait_for_url("**language=ar*")
    frame = tab.frame_locator("iframe")
    assert frame.locator("html").get_attribute("dir") == "rtl"
    assert frame.locator("h1").count() == 1
    tab.context.close()
