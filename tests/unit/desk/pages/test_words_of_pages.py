"""Notes, comments, objections, items and people: what is typed stays text, and what is wrong is told at its field."""

from __future__ import annotations

import re

import pytest

from district_reports.engagement.records_read import load_ledger_parts
from district_reports.feedback.loading import load_item, load_items, load_versions
from district_reports.model import Role, Status
from tests.unit.desk.asking import Place, of
from tests.unit.desk.pages.reading import OWN, QUARTER, field, texts

# Over real editions.
pytestmark = pytest.mark.slow

HOSTILE = '<script>alert(1)</script> {{ 7*7 }} #eval(read("x")) "quotes\' \u202egnorw\u2066 & {n}'
SHOWN = "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} #eval(read("


def own_item(place: Place, status: Status) -> str:
    return next(
        item.item_id
        for item in load_items(place.desk.database)
        if item.district_id == "007" and item.steps[-1].status is status
    )


def is_harmless(html: str) -> bool:
    return "<script" not in html and SHOWN in html and not re.search("[\u202a-\u202e\u2066-\u2069]", html)


# Comments


def test_a_comment_stays_text(released: Place) -> None:
    browser = released.signed_in(of(Role.COUNCIL, "007"))
    answer = browser.send(f"{OWN}/comments", f"{OWN}/comments", {"text": HOSTILE, "block_id": "loop"})
    assert answer.status_code == 303
    page = browser.get(f"{OWN}/comments").text
    assert is_harmless(page) and "You said, we did" in texts(page)


@pytest.mark.slow
def test_a_comment_is_answered_and_settled(released: Place) -> None:
    council, commander = (released.signed_in(of(role, "007")) for role in (Role.COUNCIL, Role.COMMANDER))
    council.send(f"{OWN}/comments", f"{OWN}/comments", {"text": "Too long."})
    (name,) = set(re.findall(r'id="comment-(c-\d+)"', commander.get(f"{OWN}/comments").text))
    commander.send(f"{OWN}/comments", f"{OWN}/comments", {"text": "We cut it.", "answers": name})
    answer = commander.send(f"{OWN}/comments", f"{OWN}/comments/{name}/settle")
    assert answer.headers["location"] == f"{OWN}/comments?message=settled"
    page = texts(council.get(f"{OWN}/comments").text)
    assert "Too long." in page and "We cut it." in page and "· Settled" in page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"text": " \u202e "}, "text"),
        ({"text": ""}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"text": "x", "block_id": "no-such-part"}, "block"),
        ({"text": "x", "language": "tlh"}, "text"),
        ({"text": "x", "answers": "c-99"}, "answer-c-99"),
    ],
)
def test_a_comment_that_is_none_is_refused_at_its_field(shared: Place, sent: dict[str, str], wrong: str) -> None:
    answer = shared.signed_in(of(Role.COUNCIL, "007")).send(f"{OWN}/comments", f"{OWN}/comments", sent)
    assert answer.status_code == 422 and f'href="#{wrong}"' in answer.text


@pytest.mark.slow
def test_whoever_may_not_comment_is_not_asked_to(shared: Place) -> None:
    assert "<textarea" not in shared.signed_in(of(Role.ADMIN)).get(f"{OWN}/comments").text


# The commander's note


@pytest.mark.slow
def test_a_note_is_shown_before_it_is_saved_and_stays_text(released: Place) -> None:
    browser = released.signed_in(of(Role.COMMANDER, "007"))
    sent = {"step": "preview", "text.en": HOSTILE, "text.ar": "نص"}
    page = browser.send(f"{OWN}/note", f"{OWN}/note", sent).text
    assert "It is not saved yet." in texts(page) and "<script" not in page and SHOWN in page
    assert "Note from the commander of District 7 (Englewood)" in texts(page)
    assert "There is no note." in texts(browser.get(f"{OWN}/note").text)
    answer = browser.send(f"{OWN}/note", f"{OWN}/note", {**sent, "step": "save", "looked": "yes"})
    assert answer.status_code == 303
    assert is_harmless(browser.get(f"{OWN}/note").text)
    assert browser.send(f"{OWN}/note", f"{OWN}/note", {"step": "back"}).status_code == 303
    assert "There is no note." in texts(browser.get(f"{OWN}/note").text)


@pytest.mark.slow
def test_a_note_that_may_name_somebody_asks_to_look_again(released: Place) -> None:
    browser = released.signed_in(of(Role.COMMANDER, "007"))
    sent = {"step": "save", "text.en": "Call me at 312-555-0142."}
    answer = browser.send(f"{OWN}/note", f"{OWN}/note", sent)
    assert answer.status_code == 422 and 'href="#looked"' in answer.text and "312-555-0142" in answer.text
    assert browser.send(f"{OWN}/note", f"{OWN}/note", {**sent, "looked": "yes"}).status_code == 303


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "wrong"),
    [({}, "text-en"), ({"text.en": "x" * 1201}, "text-en"), ({"text.es": "x" * 1201, "text.en": "Fine."}, "text-es")],
)
def test_a_note_that_is_too_long_or_empty_is_refused(shared: Place, sent: dict[str, str], wrong: str) -> None:
    browser = shared.signed_in(of(Role.COMMANDER, "007"))
    answer = browser.send(f"{OWN}/note", f"{OWN}/note", {"step": "save", **sent})
    assert answer.status_code == 422 and f'href="#{wrong}"' in answer.text


@pytest.mark.slow
def test_only_the_commander_is_asked_for_a_note(shared: Place) -> None:
    page = shared.signed_in(of(Role.COUNCIL, "007")).get(f"{OWN}/note").text
    assert "<textarea" not in page and "Only the commander" in texts(page)


# Items


@pytest.mark.slow
def test_a_step_of_an_item_is_recorded_under_the_rules(released: Place) -> None:
    browser = released.signed_in(of(Role.COMMANDER, "007"))
    name = own_item(released, Status.HEARD)
    path = f"/items/{name}"
    html = browser.get(path).text
    sent = {"version": field(html, "version"), "status": "stalled", "on": "2026-10-19", "language": "en"}
    answer = browser.send(path, path, sent)
    assert answer.status_code == 422 and 'href="#obstacle"' in answer.text
    answer = browser.send(path, path, {**sent, "obstacle": HOSTILE, "looked": "yes"})
    assert answer.headers["location"] == f"{path}?message=item_saved"
    assert is_harmless(browser.get(path).text)
    item = load_item(released.desk.database, name)
    assert item is not None and item.steps[-1].status is Status.STALLED
    assert load_versions(released.desk.database)[name] == int(sent["version"]) + 1
    # The same form from before, by another: somebody has changed it since.
    answer = released.signed_in(of(Role.DATA)).send(path, path, {**sent, "obstacle": "It rained.", "looked": "yes"})
    assert answer.status_code == 409 and "Somebody else changed this request" in texts(answer.text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"status": ""}, "status"),
        ({"status": "done_disputed"}, "status"),
        ({"status": "nonsense"}, "status"),
        ({"on": "yesterday"}, "on"),
        ({"on": "2030-01-01"}, "on"),
        ({"language": "tlh"}, "language"),
        ({"status": "done", "evidence": "javascript:alert(1)"}, "evidence"),
        ({"status": "agreed"}, "what"),
        ({"status": "agreed", "what": "A lamp."}, "target"),
        ({"by_police": "Call me at 312-555-0142."}, "looked"),
    ],
)
def test_a_step_against_the_rules_is_refused_at_its_field(shared: Place, sent: dict[str, str], wrong: str) -> None:
    path = f"/items/{own_item(shared, Status.HEARD)}"
    browser = shared.signed_in(of(Role.COMMANDER, "007"))
    version = field(browser.get(path).text, "version")
    given = {"version": version, "status": "under_review", "on": "2026-10-19", "language": "en", **sent}
    answer = browser.send(path, path, given)
    assert answer.status_code == 422 and f'href="#{wrong}"' in answer.text


@pytest.mark.slow
def test_a_promise_is_made_with_the_step_that_needs_it(released: Place) -> None:
    path = f"/items/{own_item(released, Status.HEARD)}"
    browser = released.signed_in(of(Role.COMMANDER, "007"))
    sent = {
        **{"version": field(browser.get(path).text, "version"), "status": "agreed", "on": "2026-10-19"},
        **{"language": "en", "what": "A lamp at the corner.", "target": "One lamp.", "proof": "The lamp shines."},
        **{"owner": "commander", "due_on": "2026-12-01"},
    }
    assert browser.send(path, path, sent).status_code == 303
    page = texts(browser.get(path).text)
    assert "A lamp at the corner." in page and "December 1, 2026" in page


@pytest.mark.slow
def test_the_list_shows_only_the_own_districts(shared: Place) -> None:
    page = texts(shared.signed_in(of(Role.COMMANDER, "007")).get("/items?place=008").text)
    assert "District 7 (Englewood)" in page and "District 8" not in page


# Sessions of a host


@pytest.mark.slow
def test_a_host_reads_its_own_sessions_and_objects(released: Place) -> None:
    sessions, _ = load_ledger_parts(released.desk.database, released.desk.today)
    mine = sessions[0]
    browser = released.signed_in(of(Role.HOST, mine.host))
    page = browser.get(f"/sessions/{QUARTER}").text
    assert mine.host in texts(page)
    others = {one.host for one in sessions} - {mine.host}
    assert not [host for host in others if host in texts(page) and host not in mine.host]
    digests = dict(re.findall(r'/sessions/2026Q3/([^/]+)/object".*?name="digest" value="([^"]+)"', page, re.DOTALL))
    action = f"/sessions/{QUARTER}/{mine.session_id}/object"
    sent = {"digest": digests[mine.session_id], "verdict": "return"}
    assert browser.send(f"/sessions/{QUARTER}", action, sent).status_code == 422
    answer = browser.send(f"/sessions/{QUARTER}", action, {**sent, "remarks": HOSTILE})
    assert answer.headers["location"] == f"/sessions/{QUARTER}?message=objected"
    assert is_harmless(browser.get(f"/sessions/{QUARTER}").text)
    overview = released.signed_in(of(Role.DATA)).get(f"/releases/{QUARTER}").text
    assert is_harmless(overview) and f"Session {mine.session_id}" in texts(overview)
    stale = browser.send(f"/sessions/{QUARTER}", action, {**sent, "digest": "0" * 64, "remarks": "x"})
    assert stale.status_code == 409
    back = browser.send(f"/sessions/{QUARTER}", action, {"digest": "", "verdict": "withdraw"})
    assert back.headers["location"] == f"/sessions/{QUARTER}?message=taken_back"


# People


@pytest.mark.slow
def test_an_admin_adds_somebody_and_gives_and_takes_a_role(released: Place) -> None:
    admin = released.signed_in(of(Role.ADMIN))
    answer = admin.send("/people", "/people", {"name": HOSTILE, "email": "New@City.example", "language": "ar"})
    page = answer.headers["location"].partition("?")[0]
    assert is_harmless(admin.get(page).text) and "new@city.example" in admin.get(page).text
    given = {"step": "grant", "role": "commander", "scope": "007"}
    assert admin.send(page, page, given).headers["location"] == f"{page}?message=granted"
    assert "Commander: District 7 (Englewood)" in texts(admin.get(page).text)
    assert admin.send(page, page, {**given, "step": "revoke"}).headers["location"] == f"{page}?message=revoked"
    assert admin.send(page, page, {"step": "link"}).headers["location"] == f"{page}?message=link_sent"
    released.app.state.postbox.wait()
    (link,) = [
        re.findall(r"https://desk.example/sign-in/[\w.-]+", text)[0]
        for to, _, text in released.letters.sent
        if to == "new@city.example"
    ]
    assert released.browser().get(link.removeprefix("https://desk.example")).status_code == 200
    assert admin.send(page, page, {"step": "out"}).status_code == 303
    assert released.browser().get(link.removeprefix("https://desk.example")).status_code != 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"email": ""}, "email"),
        ({"email": "no address"}, "email"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_who_cannot_be_added_is_told_at_the_field(shared: Place, sent: dict[str, str], wrong: str) -> None:
    given = {"name": "Somebody", "email": "somebody@city.example", "language": "en", **sent}
    answer = shared.signed_in(of(Role.ADMIN)).send("/people", "/people", given)
    assert answer.status_code == 422 and f'href="#{wrong}"' in answer.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "sent",
    [
        {"step": "grant", "role": "commander", "scope": "999"},
        {"step": "grant", "role": "commander", "scope": ""},
        {"step": "grant", "role": "king", "scope": ""},
        {"step": "grant", "role": "host", "host": " "},
        {"step": "revoke", "role": "admin", "scope": ""},
        {"step": "out"},
        {"step": "destroy"},
    ],
)
def test_a_change_of_a_person_that_cannot_be_is_refused(shared: Place, sent: dict[str, str]) -> None:
    person = shared.person(of(Role.ADMIN))
    browser = shared.signed_in(person=person)
    page = f"/people/{person.person_id}"
    answer = browser.send(page, page, sent)
    assert answer.status_code == 422
    assert "Admin" in texts(browser.get(page).text) and "May sign in" in texts(browser.get(page).text)
