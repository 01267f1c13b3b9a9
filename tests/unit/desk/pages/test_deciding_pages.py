"""Deciding at the desk: what is signed is what was read; whoever read something else is told what changed."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from district_reports.model import Role
from district_reports.review.log import append, read_entries
from tests.unit.desk.asking import Place, of
from tests.unit.desk.pages.reading import OWN, QUARTER, decide, field, texts

# Over real editions.
pytestmark = pytest.mark.slow


def count_decisions(place: Place) -> int:
    with place.desk.database.read() as connection:
        return len(read_entries(connection, kinds=("decision",)))


def redraft(place: Place, name: str = "007/en/report.html") -> None:
    """Make a file of the release anew, with other bytes, and the manifest with it."""
    folder = place.desk.store.root / "editions" / QUARTER
    path, (edition, file) = folder / name, name.rsplit("/", 1)
    path.write_bytes(path.read_bytes() + b"\n<!-- drafted anew -->")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["editions"][edition]["files"][file] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.slow
def test_a_commander_signs_and_takes_it_back(released: Place) -> None:
    browser = released.signed_in(of(Role.COMMANDER, "007"))
    assert 'value="withdraw"' not in browser.get(f"{OWN}/decide").text, "there is nothing to take back"
    assert decide(browser)[:2] == (303, f"{OWN}/decide?message=signed")
    page = browser.get(f"{OWN}/decide?message=signed").text
    assert "Your signature is recorded." in texts(page) and "Nothing waits for you now." in texts(browser.get("/").text)
    assert decide(browser, verdict="withdraw")[:2] == (303, f"{OWN}/decide?message=taken_back")
    assert "1 draft waits for you." in texts(browser.get("/").text)
    assert count_decisions(released) == 2


@pytest.mark.slow
def test_to_return_it_remarks_are_needed(released: Place) -> None:
    browser = released.signed_in(of(Role.COMMANDER, "007"))
    code, _, page = decide(browser, verdict="return", remarks=" \n ")
    assert code == 422 and 'href="#decide-remarks"' in page and 'id="decide-remarks"' in page
    assert 'value="return" checked' in page, "what was chosen stays"
    assert decide(browser, verdict="return", remarks="A number is wrong.")[0] == 303
    assert "A number is wrong." in texts(browser.get(f"{OWN}/decide").text)


@pytest.mark.slow
@pytest.mark.parametrize("change", [{"verdict": "destroy"}, {"verdict": ""}, {"role": "publisher"}, {"role": ""}])
def test_what_nobody_offered_is_refused(released: Place, change: dict[str, str]) -> None:
    assert decide(released.signed_in(of(Role.COMMANDER, "007")), **change)[0] == 422
    assert count_decisions(released) == 0


def test_signing_a_stale_draft_is_refused_and_says_what_changed(released: Place) -> None:
    browser = released.signed_in(of(Role.COMMANDER, "007"))
    html = browser.get(f"{OWN}/decide").text
    redraft(released)
    digest = field(html, "digest")
    code, _, page = decide(browser, digest=digest)
    assert code == 409 and "Nothing was recorded." in texts(page) and 'role="alert"' in page
    assert count_decisions(released) == 0
    assert field(page, "digest") != digest, "the form now names what stands there"
    assert decide(browser)[0] == 303


@pytest.mark.slow
def test_a_signature_on_bytes_that_changed_is_told_as_stale(released: Place) -> None:
    browser = released.signed_in(of(Role.COMMANDER, "007"), of(Role.PUBLISHER))
    assert decide(browser)[0] == 303
    redraft(released)
    page = texts(browser.get(f"{OWN}/decide").text)
    assert "Changed since it was signed" in page and "English · Web page" in page
    assert "1 draft changed after it was signed." in texts(browser.get(f"/releases/{QUARTER}").text)


@pytest.mark.slow
def test_a_file_changed_on_the_disk_alone_cannot_be_signed(released: Place) -> None:
    path = released.desk.store.root / "editions" / QUARTER / "007" / "en" / "report.pdf"
    path.write_bytes(path.read_bytes() + b" ")
    code, _, page = decide(released.signed_in(of(Role.COMMANDER, "007")))
    assert code == 409 and "Print version (PDF)" in texts(page)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("grant", "address"),
    [
        (of(Role.DATA), f"/releases/{QUARTER}/decide"),
        (of(Role.PUBLISHER), f"/releases/{QUARTER}/decide"),
        (of(Role.LANGUAGE, "ar"), f"/languages/{QUARTER}/ar/decide"),
        (of(Role.COUNCIL, "007"), f"{OWN}/decide"),
    ],
    ids=["data", "publisher", "language", "council"],
)
def test_everybody_signs_what_is_theirs(released: Place, grant: object, address: str) -> None:
    browser = released.signed_in(grant)  # type: ignore[arg-type]
    assert decide(browser, address)[0] == 303
    assert count_decisions(released) == 1


@pytest.mark.slow
def test_a_council_can_see_it_and_hold_nothing_up(released: Place) -> None:
    browser = released.signed_in(of(Role.COUNCIL, "007"))
    page = browser.get(f"{OWN}/decide").text
    assert "We have seen it" in texts(page) and 'value="return"' not in page
    assert decide(browser, verdict="return", remarks="No.")[0] == 422
    assert count_decisions(released) == 0


@pytest.mark.slow
def test_two_who_sign_at_once_both_stand(released: Place) -> None:
    browsers = [released.signed_in(of(Role.COMMANDER, "007")) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert {code for code, _, _ in pool.map(decide, browsers)} == {303}
    assert count_decisions(released) == 4
    assert texts(browsers[0].get(f"{OWN}/decide").text).count("Files decided on:") == 4


@pytest.mark.slow
def test_freezing_asks_twice_and_opening_again_asks_why(released: Place) -> None:
    browser = released.signed_in(of(Role.PUBLISHER))
    base = f"/releases/{QUARTER}"
    answer = browser.send(f"{base}/freeze", f"{base}/freeze", {})
    assert answer.status_code == 422 and 'href="#sure"' in answer.text and released.runs == []
    answer = browser.send(f"{base}/freeze", f"{base}/freeze", {"sure": "yes"})
    assert answer.headers["location"] == f"{base}?message=freeze_begun"
    assert [run[:3] for run in released.runs] == [("freeze", QUARTER, "")]
    # It is open: there is nothing to open again.
    answer = browser.send(f"{base}/reopen", f"{base}/reopen", {"sure": "yes"})
    assert answer.status_code == 422 and 'href="#reason"' in answer.text and len(released.runs) == 1


def test_the_desk_says_where_a_release_stands_until_it_is_withdrawn(released: Place) -> None:
    """What was published and then withdrawn is public no more, and no page says that it is."""
    manifest = (released.desk.store.root / "editions" / QUARTER / "manifest.json").read_bytes()
    digest = hashlib.sha256(manifest).hexdigest()
    commander, publisher = released.signed_in(of(Role.COMMANDER, "007")), released.signed_in(of(Role.PUBLISHER))
    expected = {
        "frozen": "The reports are frozen.",
        "published": "These reports are public.",
        "withdrawn": "These reports were public and were withdrawn.",
    }
    for kind, told in expected.items():
        with released.desk.database.begin() as connection:
            content = {"manifest": digest, "version": 1, "missed": [], "reason": "A number was wrong."}
            append(connection, kind=kind, by="operator", at=released.clock.now, quarter=QUARTER, content=content)
        for browser, path in ((commander, "/"), (publisher, f"/releases/{QUARTER}")):
            page = browser.get(path).text
            assert [words for words in expected.values() if words in texts(page)] == [told]
        head = texts(page.partition('class="folio"')[2].partition("</p>")[0])
        assert ("Not decided yet" in head) is (kind == "frozen")
