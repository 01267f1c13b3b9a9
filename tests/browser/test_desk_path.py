"""From an invitation to the public site, in a browser, as the people of the desk go: in English and Arabic, without and
with JavaScript."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page

from district_reports.database import default_path, open_database
from district_reports.review.log import read_entries, verify_log
from tests.browser.desk_server import Commands
from tests.flows.small_city import QUARTER, environment_of, serve_city, settings_of
from tests.portal import Portal

SHIPPED = Path(__file__).parents[2] / "config" / "cities" / "chicago"
SAMPLE_QUARTER = "2026Q3"
DISTRICT = "007"
HOSTILE = '<script>alert(1)</script> \u202e#eval(read("/etc/passwd")) {{ 7*7 }}'

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(1200)]


def keep_languages(folder: Path, *tags: str) -> Path:
    """Write a configuration of some languages only, and return its folder."""
    folder.mkdir()
    head, *tables = (SHIPPED / "languages.toml").read_text(encoding="utf-8").split("[[language]]")
    kept = [table for table in tables if any(f'tag = "{tag}"' in table for tag in tags)]
    (folder / "languages.toml").write_text("[[language]]".join([head, *kept]), encoding="utf-8")
    return folder


def open_page(browser: Browser, *, javascript: bool) -> Page:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=javascript)
    return context.new_page()


def sign_in(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("main button").click()
    assert page.locator("h1").count() == 1


def decide(page: Page, address: str, role: str = "") -> None:
    """Sign what an address offers for signing."""
    page.goto(address)
    if role and page.locator("input[type=radio][name=role]").count():
        page.locator(f"input[type=radio][name=role][value^={role}]").first.check()
    page.locator("input[name=verdict][value=sign]").check()
    page.locator("form:has(input[name=verdict]) button[type=submit]").first.click()


def decisions(data_dir: Path) -> list[tuple[str, str, str]]:
    """Return what the log says was decided, by whom in which role."""
    database = open_database(default_path(data_dir), city_id="chicago", kind="sample")
    with closing(database), database.read() as connection:
        entries = read_entries(connection, kinds=("decision",))
        verify_log(connection)
    return [tuple(entry.content[name] for name in ("role", "scope", "decision")) for entry in entries]  # type: ignore[misc]


@pytest.mark.parametrize(("language", "javascript"), [("en", False), ("en", True), ("ar", False), ("ar", True)])
def test_a_commander_reads_comments_writes_and_signs(
    browser: Browser, sample_release: Path, tmp_path: Path, language: str, javascript: bool
) -> None:
    data_dir = tmp_path / "data"
    shutil.copytree(sample_release.parents[1], data_dir, ignore=shutil.ignore_patterns("prefect", ".lock"))
    commands = Commands(data_dir, {}, "sample")
    link = commands.invite("commander@city.example", "commander", DISTRICT, language)
    with commands.serve() as url:
        page = open_page(browser, javascript=javascript)
        sign_in(page, link)
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        page.locator(f"main a[href$='/drafts/{SAMPLE_QUARTER}/{DISTRICT}']").first.click()
        # The real edition, in its own frame.
        frame = page.frame_locator("iframe")
        assert frame.locator("h1").inner_text()
        draft = f"{url}/drafts/{SAMPLE_QUARTER}/{DISTRICT}"

        page.goto(f"{draft}/comments")
        page.locator("form[action$='/comments'] textarea[name=text]").fill(HOSTILE)
        page.locator("form[action$='/comments'] button[type=submit]").click()
        assert "<script>alert(1)</script>" in page.locator("main").inner_text()
        assert page.locator("main script").count() == 0

        page.goto(f"{draft}/note")
        page.locator(f"textarea[name='text.{language}']").fill("We walk the beat at night. Come and talk to us.")
        page.locator("button[name=step]").first.click()
        assert "We walk the beat at night." in page.locator("main").inner_text()

        decide(page, f"{draft}/decide")
        assert decisions(data_dir) == [("commander", DISTRICT, "sign")]
        # The link was for one time.
        page.context.clear_cookies()
        page.goto(link)
        if page.locator("main button").count():
            page.locator("main button").first.click()
        page.goto(url)
        assert "/sign-in" in page.url
        page.context.close()
    refused = commands.run("publish", SAMPLE_QUARTER)
    assert (refused.returncode, "sample" in refused.stderr) == (4, True), refused.stderr


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """A small city behind our own portal whose quarter is drafted."""
    folder = tmp_path_factory.mktemp("city")
    overlay = keep_languages(folder / "config", "en", "ar")
    with Portal() as portal:
        serve_city(portal, settings_of(portal.url))
        more = {"DISTRICT_REPORTS_CONFIG_DIR": str(overlay), "DISTRICT_REPORTS_SITE_URL": "https://reports.city.test"}
        commands = Commands(folder / "data", environment_of(portal.url) | more, "portal")
        done = commands.run("draft", str(QUARTER), "--as-of", str(date(2018, 11, 5)))
        assert done.returncode == 0, done.stderr
        yield commands


class Quiet(SimpleHTTPRequestHandler):
    """A web server as simple as there is."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_frozen_signed_published_and_read(browser: Browser, city: Commands) -> None:
    quarter = str(QUARTER)
    unsigned = city.run("publish", quarter)
    assert unsigned.returncode == 5, unsigned.stderr
    frozen = city.run("freeze", quarter, "--as-of", str(date(2018, 11, 5)))
    assert frozen.returncode == 0, frozen.stderr
    with city.serve() as url:
        for role in ("data", "publisher"):
            page = open_page(browser, javascript=False)
            sign_in(page, city.invite(f"{role}@city.example", role))
            decide(page, f"{url}/releases/{quarter}", role)
            page.context.close()
    published = city.run("publish", quarter)
    assert published.returncode == 0, published.stderr

    handler = functools.partial(Quiet, directory=str(city.data_dir / "public"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        page = open_page(browser, javascript=False)
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.locator("a[hreflang=ar]").first.click()
        assert page.locator("html").get_attribute("dir") == "rtl"
        page.locator(f"a[href*='{DISTRICT}/']").first.click()
        page.locator("a[href$='/ar/report.html']").first.click()
        assert f"/{quarter}/" in page.url
        assert page.locator("h1").inner_text()
        page.context.close()
        server.shutdown()
