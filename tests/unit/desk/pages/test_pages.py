"""Each page behind signing in, as those who may see it get it: in every language, whole, and one thing to do."""

from __future__ import annotations

import re

import pytest

from district_reports.desk import pages_log
from district_reports.engagement.records_read import load_ledger_parts
from district_reports.feedback.loading import load_items
from district_reports.model import Role
from district_reports.review.log import append
from tests.unit.desk.asking import Browser, Place, of
from tests.unit.desk.pages.reading import CITY, OWN, QUARTER, Outline, texts

# Over real editions.
pytestmark = pytest.mark.slow

EVERYTHING = (
    of(Role.DATA),
    of(Role.PUBLISHER),
    of(Role.ADMIN),
    of(Role.COMMANDER, "007"),
    of(Role.COUNCIL, "007"),
    of(Role.LANGUAGE, "es"),
)
PAGES = (
    "/",
    f"/releases/{QUARTER}",
    f"/releases/{QUARTER}/freeze",
    f"/releases/{QUARTER}/reopen",
    OWN,
    CITY,
    f"{OWN}/comments",
    f"{OWN}/note",
    f"{CITY}/note",
    f"{OWN}/decide",
    f"{OWN}/word",
    f"/languages/{QUARTER}/es",
    f"/languages/{QUARTER}/ar",
    "/items",
    "/items?place=007&status=open&page=0",
    f"/sessions/{QUARTER}",
    "/log",
    "/people",
)


def host_of(place: Place) -> str:
    sessions, _ = load_ledger_parts(place.desk.database, place.desk.today)
    return sessions[0].host


def all_pages(place: Place, browser: Browser) -> list[str]:
    item = next(item for item in load_items(place.desk.database) if item.district_id == "007")
    person = re.findall(r'href="(/people/[0-9a-f]+)"', browser.get("/people").text)[0]
    return [*PAGES, f"/items/{item.item_id}", person]


@pytest.mark.parametrize("tag", ["en", *(pytest.param(tag, marks=pytest.mark.slow) for tag in ("ar", "es", "zh-Hans"))])
def test_every_page_is_whole_in_every_language(shared: Place, tag: str) -> None:
    browser = shared.signed_in(*EVERYTHING, of(Role.HOST, host_of(shared)), language=tag)
    for path in all_pages(shared, browser):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        outline = Outline(answer.text)
        assert outline.headings.count("h1") == 1, path
        assert f'<html lang="{tag}" dir="{"rtl" if tag == "ar" else "ltr"}">' in answer.text
        assert len(outline.ids) == len(set(outline.ids)), path
        assert "script" not in outline.tags and not outline.inline, path
        assert outline.primary <= 1, f"{path}: one thing to do, not {outline.primary}"
        for label in re.findall(r'<label for="([^"]+)"', answer.text):
            assert label in outline.ids, f"{path}: label for {label}"
        for described in re.findall(r'aria-describedby="([^"]*)"', answer.text):
            assert set(described.split()) <= set(outline.ids), path
        assert answer.text.count("<table") == answer.text.count("<caption"), path


def test_my_drafts_tell_what_waits_and_until_when(shared: Place) -> None:
    home = texts(shared.signed_in(of(Role.COMMANDER, "007")).get("/").text)
    assert "1 draft waits for you." in home
    assert "District 7 (Englewood)" in home and "July – September 2026" in home
    # 30 days after the quarter's last day.
    assert "Your answer counts until October 30, 2026." in home
    nobody = texts(shared.signed_in().get("/").text)
    assert "Nothing waits for you now." in nobody and "District 7" not in nobody


@pytest.mark.slow
def test_after_the_deadline_the_page_says_so(released: Place) -> None:
    released.clock.pass_time(days=11)
    browser = released.signed_in(of(Role.COMMANDER, "007"), of(Role.PUBLISHER))
    home = texts(browser.get("/").text)
    assert "The time to answer ended on October 30, 2026." in home and "Late" in home
    assert "1 commander is late." in texts(browser.get(f"/releases/{QUARTER}").text)


@pytest.mark.slow
def test_a_draft_shows_the_real_edition_and_all_its_files(shared: Place) -> None:
    browser = shared.signed_in(of(Role.COUNCIL, "007"), language="es")
    html = browser.get(OWN).text
    assert f'src="{OWN}/files/es/report.html"' in html and 'sandbox="allow-same-origin"' in html
    names = shared.desk.store.load_release(shared.desk.store.list_releases()[-1])
    assert names is not None
    for name in names["editions"]["007/es"]["files"]:
        answer = browser.get(f"{OWN}/files/es/{name}")
        assert answer.status_code == 200 and f"{OWN}/files/es/{name}" in html, name
    assert f'src="{OWN}/files/ar/report.html"' in browser.get(f"{OWN}?language=ar").text
    assert f'src="{OWN}/files/es/report.html"' in browser.get(f"{OWN}?language=../../etc").text


def test_an_edition_brings_no_script_and_stands_in_the_desk_alone(shared: Place) -> None:
    answer = shared.signed_in(of(Role.DATA)).get(f"{OWN}/files/en/report.html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy and "script-src" not in policy
    assert answer.headers["x-frame-options"] == "SAMEORIGIN" and answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        f"{OWN}/files/en/edition.json",
        f"{OWN}/files/en/../dossier.json",
        f"{OWN}/files/en/..%2F..%2Fmanifest.json",
        f"{OWN}/files/xx/report.html",
        f"{OWN}/files/en/report.html%00",
        "/drafts/2026Q3/008",
        "/drafts/2026Q2/007",
        "/languages/2026Q3/xx",
        "/items/no-such-item",
        "/people/nobody",
        "/releases/2031Q1",
        "/sessions/2031Q1",
    ],
)
def test_what_is_not_there_is_not_found(shared: Place, path: str) -> None:
    assert shared.signed_in(*EVERYTHING).get(path).status_code == 404


@pytest.mark.slow
def test_a_file_that_was_changed_on_the_disk_is_not_shown(released: Place) -> None:
    path = released.desk.store.root / "editions" / QUARTER / "007" / "en" / "report.html"
    path.write_bytes(path.read_bytes().replace(b"District", b"Distrikt", 1))
    assert released.signed_in(of(Role.DATA)).get(f"{OWN}/files/en/report.html").status_code == 503


@pytest.mark.slow
def test_the_word_file_is_that_of_the_draft(shared: Place) -> None:
    answer = shared.signed_in(of(Role.COMMANDER, "007")).get(f"{OWN}/word.docx?language=es")
    assert answer.status_code == 200 and answer.content[:2] == b"PK"
    assert answer.headers["content-disposition"] == 'attachment; filename="2026Q3-007-es.docx"'


@pytest.mark.slow
def test_the_overview_says_who_has_signed_and_who_has_not(shared: Place) -> None:
    page = texts(shared.signed_in(of(Role.PUBLISHER)).get(f"/releases/{QUARTER}").text)
    assert "commanders have signed." in page or "commanders has signed." in page
    for name in (
        "Data analyst",
        "Language reader: Español",
        "Publisher",
        "District 7 (Englewood)",
        "Chicago as a whole",
    ):
        assert name in page
    assert "Freeze the reports" in page
    assert "Freeze" not in texts(shared.signed_in(of(Role.DATA)).get(f"/releases/{QUARTER}").text)


@pytest.mark.slow
def test_the_log_tells_a_row_that_was_changed(released: Place) -> None:
    browser = released.signed_in(of(Role.ADMIN))
    assert "The rows on this page are as they were written." in texts(browser.get("/log").text)
    assert "Verified: all 3 rows are whole." in texts(browser.get("/log?check=all").text)
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'review_log'"
    with released.desk.database.begin() as connection:
        for (name,) in connection.exec_driver_sql(triggers).fetchall():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        connection.exec_driver_sql("UPDATE review_log SET kind = 'decision' WHERE seq = 1")
    for address in ("/log", "/log?check=all", "/log?before=3"):
        page = texts(browser.get(address).text)
        assert "The log was changed by hand at row 1" in page
        assert "Verified" not in page and "as they were written" not in page


@pytest.mark.slow
def test_a_view_of_the_log_proves_only_the_rows_that_it_shows(shared: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    proved = []
    monkeypatch.setattr(pages_log, "ROWS", 2)
    monkeypatch.setattr(pages_log, "verify_rows", lambda connection, first, last, is_end: proved.append((first, last)))
    monkeypatch.setattr(pages_log, "verify_log", lambda connection: proved.append("all"))
    browser = shared.signed_in(of(Role.ADMIN))
    browser.get("/log?before=4")
    browser.get("/log?check=all")
    assert proved == [(2, 3), "all"]


@pytest.mark.slow
def test_a_freeze_that_did_not_work_is_told_to_whoever_began_it(released: Place) -> None:
    with released.desk.database.begin() as connection:
        content = {"error": "ReviewError", "reason": "freeze of 2026Q3: expected an answer of all"}
        append(connection, kind="freeze_failed", by="operator", at=released.clock.now, quarter=QUARTER, content=content)
    page = texts(released.signed_in(of(Role.PUBLISHER)).get(f"/releases/{QUARTER}").text)
    assert "The freeze did not work." in page and "expected an answer of all" in page


@pytest.mark.parametrize("before", ["0", "-1", "x", "9" * 30, "2", "٣"])
def test_any_page_of_the_log_can_be_asked_for(shared: Place, before: str) -> None:
    assert shared.signed_in(of(Role.ADMIN)).get(f"/log?before={before}").status_code == 200


@pytest.mark.slow
def test_remarks_are_needed_only_from_whoever_can_return_a_draft(shared: Place) -> None:
    assert "Needed if you return it." in texts(shared.signed_in(of(Role.COMMANDER, "007")).get(f"{OWN}/decide").text)
    page = texts(shared.signed_in(of(Role.COUNCIL, "007")).get(f"{OWN}/decide").text)
    assert "If you like." in page and "Needed" not in page


@pytest.mark.slow
def test_before_a_freeze_it_is_told_who_is_waited_for_and_after_the_deadline_who_is_not(released: Place) -> None:
    path = f"/releases/{QUARTER}/freeze"
    page = texts(released.signed_in(of(Role.PUBLISHER)).get(path).text)
    assert "the freeze is refused because of these" in page and "The freeze goes without these" not in page
    released.clock.pass_time(days=60)
    page = texts(released.signed_in(of(Role.PUBLISHER)).get(path).text)
    assert "The freeze goes without these" in page and "refused" not in page


@pytest.mark.slow
def test_the_title_of_a_form_that_was_refused_says_so(shared: Place) -> None:
    browser = shared.signed_in(of(Role.COUNCIL, "007"))
    page = browser.send(f"{OWN}/comments", f"{OWN}/comments", {"text": ""}).text
    assert re.search("<title>There is a problem with this form · Comments", page)
