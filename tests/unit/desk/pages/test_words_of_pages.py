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
        ({"text": "x", "language": "tlh"}, "language"),
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
    sent = {"version": field(html, "version"), "status": "stalled", "on": "2026-10-19"}
    answer = browser.send(path, path, sent)
    assert answer.status_code == 422 and 'href="#obstacle-en"' in answer.text
    answer = browser.send(path, path, {**sent, "obstacle.en": HOSTILE, "looked": "yes"})
    assert answer.headers["location"] == f"{path}?message=item_saved"
    assert is_harmless(browser.get(path).text)
    item = load_item(released.desk.database, name)
    assert item is not None and item.steps[-1].status is Status.STALLED
    assert load_versions(released.desk.database)[name] == int(sent["version"]) + 1
    # The same form from before, by another: somebody has changed it since.
    answer = released.signed_in(of(Role.DATA)).send(path, path, {**sent, "obstacle.en": "It rained.", "looked": "yes"})
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
        ({"on": "2020-01-01"}, "on"),
        ({"by_police.es": "x" * 5001}, "by_police-es"),
        ({"by_police.ar": "زادت الدوريات 20 في المئة."}, "by_police-ar"),
        ({"status": "stalled"}, "obstacle-en"),
        ({"status": "not_ours"}, "reason-en"),
        ({"status": "done", "evidence": "javascript:alert(1)"}, "evidence"),
        ({"status": "agreed"}, "what-en"),
        ({"status": "agreed", "what.en": "A lamp."}, "target-en"),
        ({"by_police.en": "Call me at 312-555-0142."}, "looked"),
    ],
)
def test_a_step_against_the_rules_is_refused_at_its_field(shared: Place, sent: dict[str, str], wrong: str) -> None:
    path = f"/items/{own_item(shared, Status.HEARD)}"
    browser = shared.signed_in(of(Role.COMMANDER, "007"))
    version = field(browser.get(path).text, "version")
    given = {"version": version, "status": "under_review", "on": "2026-10-19", **sent}
    answer = browser.send(path, path, given)
    assert answer.status_code == 422 and f'href="#{wrong}"' in answer.text


@pytest.mark.slow
def test_a_promise_is_made_with_the_step_that_needs_it(released: Place) -> None:
    path = f"/items/{own_item(released, Status.HEARD)}"
    browser = released.signed_in(of(Role.COMMANDER, "007"))
    sent = {
        **{"version": field(browser.get(path).text, "version"), "status": "agreed", "on": "2026-10-19"},
        **{"what.en": "A lamp at the corner.", "target.en": "One lamp.", "proof.en": "The lamp shines."},
        **{"owner": "commander", "due_on": "2026-12-01"},
    }
    assert browser.send(path, path, sent).status_code == 303
    page = texts(browser.get(path).text)
    assert "A lamp at the corner." in page and "December 1, 2026" in page


@pytest.mark.slow
def test_words_of_a_step_are_taken_in_all_languages_at_once(released: Place) -> None:
    name = own_item(released, Status.HEARD)
    path = f"/items/{name}"
    browser = released.signed_in(of(Role.COMMANDER, "007"), language="es")
    html = browser.get(path).text
    ids = re.findall(r'id="by_police-([^"]+)"', html)
    assert ids[0] == "es" and set(ids) == {"en", "es", "zh-Hans", "ar"}, "the reader's own comes first"
    sent = {"version": field(html, "version"), "status": "under_review", "on": "2026-10-19"}
    said = {"by_police.en": "We walk the street.", "by_police.es": "Caminamos la calle.", "by_police.ar": "نمشي."}
    assert browser.send(path, path, {**sent, **said, "looked": "yes"}).status_code == 303
    item = load_item(released.desk.database, name)
    assert item is not None and item.steps[-1].by_police is not None
    words = item.steps[-1].by_police
    assert (words.language, words.text) == ("es", "Caminamos la calle.")
    assert words.translations == {"en": "We walk the street.", "ar": "نمشي."}
    assert "Caminamos la calle." in texts(browser.get(path).text)


@pytest.mark.slow
def test_a_promise_stands_in_its_form_and_is_only_changed_where_it_is(released: Place) -> None:
    path = f"/items/{own_item(released, Status.HEARD)}"
    name = path.rpartition("/")[2]
    browser = released.signed_in(of(Role.COMMANDER, "007"))
    sent = {
        **{"version": field(browser.get(path).text, "version"), "status": "agreed", "on": "2026-10-19"},
        **{"what.en": "A lamp at the corner.", "target.en": "One lamp.", "proof.en": "The lamp shines."},
        **{"owner": "commander", "due_on": "2026-12-01"},
    }
    assert browser.send(path, path, sent).status_code == 303
    html = browser.get(path).text
    assert 'value="2026-12-01"' in html and "A lamp at the corner.</textarea>" in html
    # What the form holds already is no change: there is nothing to record.
    same = {**sent, "version": field(html, "version"), "status": ""}
    assert 'href="#status"' in browser.send(path, path, same).text
    answer = browser.send(path, path, {**same, "what.es": "Una farola en la esquina."})
    assert answer.status_code == 303
    item = load_item(released.desk.database, name)
    assert item is not None and item.commitment is not None
    assert item.commitment.what.text == "A lamp at the corner."
    assert item.commitment.what.translations == {"es": "Una farola en la esquina."}


FOREIGN = re.compile(r'<p class="wrong"[^>]*><span lang="en"|<li><a href="#[^"]*"><span lang="en"')
"""What is wrong, told in English."""


@pytest.mark.slow
@pytest.mark.parametrize("tag", ["es", "zh-Hans", "ar"])
def test_what_is_wrong_is_told_in_the_language_of_who_reads_it(shared: Place, tag: str) -> None:
    commander = shared.signed_in(of(Role.COMMANDER, "007"), of(Role.COUNCIL, "007"), language=tag)
    admin_person = shared.person(of(Role.ADMIN), language=tag)
    admin = shared.signed_in(person=admin_person)
    own = f"/people/{admin_person.person_id}"
    item = f"/items/{own_item(shared, Status.HEARD)}"
    step = {"version": field(commander.get(item).text, "version"), "status": "under_review", "on": "2026-10-19"}
    sent = [
        *((commander, f"{OWN}/comments", {"text": "x" * 2001}), (commander, f"{OWN}/note", {"text.es": "x" * 1201})),
        (commander, f"{OWN}/note", {"text.en": "\n".join("abcdefghij")}),
        (commander, f"{OWN}/note", {"text.en": "Call me at 312-555-0142."}),
        (commander, f"{OWN}/note", {"step": "back"}),
        (commander, f"{OWN}/decide", {"role": "council", "verdict": "return", "remarks": "x"}),
        (commander, f"{OWN}/decide", {"role": "commander", "verdict": "return", "remarks": "x" * 2001}),
        (commander, f"{OWN}/decide", {"role": "commander", "verdict": "withdraw"}),
        *(
            (commander, item, {**step, **more})
            for more in (
                {"status": "agreed"},
                {"status": "done"},
                {"status": "done", "evidence": "http://x"},
                {"status": "done_disputed"},
                {"status": "stalled"},
                {"status": "not_ours"},
                {"status": "will_not_do"},
                {"on": "2030-01-01"},
                {"on": "2020-01-01"},
                {"by_police.en": "Call me at 312-555-0142, or a@b.example."},
                {"by_police.en": "x" * 5001},
                {"by_police.en": "20 percent more."},
                {"what.en": "A", "target.en": "B", "owner": "commander", "due_on": "2020-01-01"},
                {"what.en": "A", "target.en": "B", "owner": "commander", "due_on": "2027-01-01", "measure_id": "odd"},
            )
        ),
        (admin, "/people", {"name": "A", "email": "no address", "language": tag}),
        (admin, "/people", {"name": "A", "email": admin_person.email, "language": tag}),
        (admin, "/people", {"name": "A" * 121, "email": "one@city.example", "language": tag}),
        (admin, own, {"step": "grant", "role": "commander", "scope": ""}),
        (admin, own, {"step": "grant", "role": "language", "scope": "007"}),
        (admin, own, {"step": "grant", "role": "host", "host": ""}),
        (admin, own, {"step": "grant", "role": "king"}),
        (admin, own, {"step": "out"}),
    ]
    for browser, page, data in sent:
        answer = browser.send(page, page, {"step": "save", **data} if page.endswith("note") else data)
        assert answer.status_code in (409, 422), (page, data)
        assert 'class="errors"' in answer.text, (page, data)
        assert not FOREIGN.search(answer.text), (page, data, FOREIGN.search(answer.text))
    gone = commander.post(f"{OWN}/comments/c-99/settle", {"form": commander.token(f"{OWN}/comments/c-99/settle")})
    assert gone.status_code == 422 and '<li><span lang="en"' not in gone.text


@pytest.mark.slow
def test_the_list_shows_only_the_own_districts(shared: Place) -> None:
    html = shared.signed_in(of(Role.COMMANDER, "007")).get("/items?place=008").text
    found = [load_item(shared.desk.database, name) for name in re.findall(r'href="/items/([^"]+)"', html)]
    assert found and all(item is not None and item.district_id == "007" for item in found)


@pytest.mark.slow
def test_places_are_named_to_whoever_works_for_several(shared: Place) -> None:
    one = shared.signed_in(of(Role.COMMANDER, "007")).get("/items").text
    assert 'name="place"' not in one and "District 7" not in texts(one)
    two = shared.signed_in(of(Role.COMMANDER, "007"), of(Role.COUNCIL, "008")).get("/items").text
    assert 'name="place"' in two and "District 7 (Englewood)" in texts(two)


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
