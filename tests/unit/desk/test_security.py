"""What guards every request and answer: headers, cookies, hosts, origins, sizes, limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from district_reports.database import Database
from district_reports.desk.app import list_routes
from district_reports.desk.context import open_visit
from district_reports.desk.limits import Counter, Limit, Limits
from district_reports.desk.security import FILE_BYTES, FORM_BYTES
from district_reports.desk.templating import Pages
from district_reports.errors import DatabaseError
from district_reports.model import Role
from district_reports.settings import Settings
from district_reports.store import Store
from tests.unit.desk.asking import NOON, Browser, Place, describe_post, of, open_place
from tests.unit.desk.test_matrix import path_of

NOTE = "/drafts/2026Q3/007/note"
WORD = "/drafts/2026Q3/007/word"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def local(settings: Settings, records: Database, store: Store, pages: Pages) -> Iterator[Place]:
    """A desk of this machine alone."""
    with open_place(settings, records, store, url="http://127.0.0.1:8765", pages=pages) as opened:
        yield opened


def require_headers(headers: dict[str, str], *, is_static: bool = False) -> None:
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert "unsafe" not in headers["content-security-policy"]
    assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'self'")
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == ("private, max-age=600" if is_static else "no-store")
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_every_route_answers_with_all_headers(place: Place) -> None:
    visitors = (place.browser(), place.signed_in(of(Role.HOST, "Host of ours")))
    asked = 0
    for path, method, name in list_routes(place.app):
        address = path.format(token="x") if "{token}" in path else path_of(path, "007")
        for browser in visitors:
            answer = browser.ask(method, address.replace("/static/report.html", "/static/desk.css"))
            require_headers(dict(answer.headers), is_static=name == "static")
            asked += 1
    assert asked > 50


@pytest.mark.parametrize("path", ["/nowhere", "/static/nowhere", "/static/../desk.py", "/static/..%2f..%2fREADME.md"])
def test_what_is_not_there_answers_with_all_headers(place: Place, path: str) -> None:
    answer = place.browser().get(path)
    assert answer.status_code == 404
    require_headers(dict(answer.headers))


@pytest.mark.parametrize(
    "path",
    [
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%5c..%5cx",
        "/static//etc/passwd",
        "/static/desk.css%00.html",
        "/static/layout.html.j2",
        "/drafts/2026Q3/007/files/en/..%2f..%2fdossier.json",
        "/drafts/2026Q3/..%2f..%2f..%2fdesk.key",
    ],
)
def test_nobody_climbs_out_of_a_folder(place: Place, path: str) -> None:
    assert place.signed_in(of(Role.COMMANDER, "007"), of(Role.ADMIN)).get(path).status_code == 404


def test_cookies_are_for_this_host_and_no_script(place: Place) -> None:
    answer = place.browser().get("/sign-in")
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == "__Host-visitor"
    assert {part.strip().lower() for part in rest.split(";")[1:]} == {"httponly", "path=/", "samesite=lax", "secure"}


def test_no_page_keeps_a_script_or_a_style_of_its_own(place: Place) -> None:
    for path in ("/sign-in", "/nowhere", "/sign-in/x"):
        html = place.browser().get(path).text
        assert "<script" not in html
        assert " style=" not in html
        assert " onclick=" not in html


@pytest.mark.parametrize("host", ["evil.example", "desk.example.evil.example", "desk.example:81", "", "127.0.0.1"])
def test_another_host_is_refused(place: Place, host: str) -> None:
    answer = place.browser().get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text
    require_headers(dict(answer.headers))


def test_on_this_machine_all_its_names_are_taken(local: Place) -> None:
    for host in ("127.0.0.1:8765", "localhost:8765", "[::1]:8765", "LOCALHOST:8765"):
        answer = local.browser().get("/sign-in", headers={"Host": host})
        assert answer.status_code == 200
        assert "strict-transport-security" not in answer.headers
        assert answer.headers["set-cookie"].startswith("desk-visitor=")
        assert "Secure" in answer.headers["set-cookie"]
    assert local.browser().get("/sign-in", headers={"Host": "localhost"}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://desk.example.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused(place: Place, headers: dict[str, str]) -> None:
    browser = place.signed_in(of(Role.ADMIN))
    assert browser.post("/sign-out", {"form": browser.token("/sign-out")}, headers=headers).status_code == 403
    good = {"Origin": "https://desk.example", "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/sign-out", {"form": browser.token("/sign-out")}, headers=good).status_code == 303


def test_a_note_of_ten_megabytes_is_refused(place: Place) -> None:
    browser = place.signed_in(of(Role.COMMANDER, "007"))
    data = {"form": browser.token(NOTE), "text": "x" * 10 * 1024 * 1024}
    answer = browser.post(NOTE, data)
    assert answer.status_code == 413
    require_headers(dict(answer.headers))


async def ask_raw(place: Place, path: str, headers: list[tuple[bytes, bytes]], parts: int, size: int) -> list[int]:
    """Ask by ASGI itself, a body in parts; return the code, and the bytes that were taken."""
    left, seen = [size] * parts, [0, 0]

    async def receive() -> dict[str, object]:
        part = left.pop() if left else 0
        seen[1] += part
        return {"type": "http.request", "body": b"x" * part, "more_body": bool(left)}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            seen[0] = int(str(message["status"]))

    await place.app(describe_post(path, headers), receive, send)  # type: ignore[arg-type]
    return seen


def cookie_of_commander(place: Place) -> tuple[bytes, bytes]:
    return b"cookie", f"__Host-session={place.signed_in(of(Role.COMMANDER, '007')).session}".encode()


KINDS = {
    "urlencoded": b"application/x-www-form-urlencoded",
    "multipart": b"multipart/form-data; boundary=x",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("path", "most"), [(NOTE, FORM_BYTES), (WORD, FILE_BYTES + 64 * 1024), ("/sign-in", FORM_BYTES)]
)
def test_a_body_that_tells_no_length_is_not_read_to_its_end(place: Place, kind: str, path: str, most: int) -> None:
    size = 64 * 1024
    headers = [(b"content-type", KINDS[kind]), (b"transfer-encoding", b"chunked"), cookie_of_commander(place)]
    code, taken = place.portal.call(ask_raw, place, path, headers, 400, size)
    assert 0 < taken <= most + size
    # What reads forms may give up before.
    assert code in (413, 400)
    assert code == 413 or kind == "multipart" or path == WORD


def test_what_a_stranger_sends_is_not_read(place: Place) -> None:
    headers = [(b"content-type", KINDS["urlencoded"]), (b"transfer-encoding", b"chunked")]
    assert place.portal.call(ask_raw, place, NOTE, headers, 400, 1024) == [401, 0]


def test_a_body_longer_than_it_tells_is_refused(place: Place) -> None:
    headers = [(b"content-type", KINDS["urlencoded"]), (b"content-length", b"10"), cookie_of_commander(place)]
    code, taken = place.portal.call(ask_raw, place, NOTE, headers, 100, 64 * 1024)
    assert code == 413
    assert taken <= FORM_BYTES + 64 * 1024


@pytest.mark.parametrize("length", [b"-1", b"+5", b"1e3", b"\xb2", b"9" * 40, b""])
def test_a_length_that_is_none_is_refused(place: Place, length: bytes) -> None:
    headers = [(b"content-type", KINDS["urlencoded"]), (b"content-length", length)]
    code, taken = place.portal.call(ask_raw, place, NOTE, headers, 1, 5)
    assert code in (400, 413)
    assert taken == 0


def ask_for_links(browser: Browser, emails: list[str]) -> list[int]:
    return [browser.send("/sign-in", "/sign-in", {"email": email}).status_code for email in emails]


def test_links_for_one_address_are_limited(place: Place) -> None:
    codes = []
    for number in range(7):
        browser = place.browser(host=f"10.0.1.{number}")
        codes += ask_for_links(browser, [("A@city.example ", "a@CITY.example")[number % 2]])
    assert codes == [303] * 5 + [429] * 2
    last = place.browser(host="10.0.2.1").send("/sign-in", "/sign-in", {"email": "a@city.example"})
    assert 0 < int(last.headers["retry-after"]) <= 900
    place.clock.pass_time(minutes=15)
    assert ask_for_links(place.browser(), ["a@city.example"]) == [303]


def test_tries_of_one_machine_are_limited(
    settings: Settings, records: Database, store: Store, pages: Pages, application: FastAPI
) -> None:
    limits = Limits(client=Limit(4, 900))
    with open_place(settings, records, store, pages=pages, limits=limits, app=application) as place:
        browser = place.browser(host="10.9.9.9")
        assert ask_for_links(browser, [f"a{n}@city.example" for n in range(6)]) == [303] * 4 + [429] * 2
        assert ask_for_links(place.browser(host="10.9.9.8"), ["b@city.example"]) == [303]


def test_forms_of_one_session_are_limited(
    settings: Settings, records: Database, store: Store, pages: Pages, application: FastAPI
) -> None:
    limits = Limits(session=Limit(3, 60))
    path = "/releases/2026Q3/decide"
    with open_place(settings, records, store, pages=pages, limits=limits, app=application) as place:
        browser, other = place.signed_in(of(Role.PUBLISHER)), place.signed_in(of(Role.PUBLISHER))
        codes = [browser.post(path, {"form": "x"}).status_code for _ in range(5)]
        assert codes == [403] * 3 + [429] * 2
        assert int(browser.post(path, {"form": "x"}).headers["retry-after"]) == 60
        assert other.post(path, {"form": "x"}).status_code == 403
        place.clock.pass_time(seconds=60)
        assert browser.post(path, {"form": "x"}).status_code == 403


def test_a_counter_forgets_the_oldest_of_too_many() -> None:
    counter = Counter(most_keys=3)
    for key in "abcd":
        assert counter.take(key, Limit(1, 60), NOON) == 0
    assert counter.take("d", Limit(1, 60), NOON) == 60
    assert counter.take("a", Limit(1, 60), NOON) == 0


def test_a_database_that_is_away_is_told_without_its_words(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = place.signed_in(of(Role.ADMIN))

    def fail() -> None:
        raise DatabaseError("database x: secret detail")

    monkeypatch.setattr(type(place.desk.database), "read", lambda self: fail())
    for path in ("/people", "/health"):
        answer = browser.get(path)
        assert answer.status_code == 503
        assert "secret" not in answer.text
        require_headers(dict(answer.headers))


def test_what_nobody_expected_is_a_page_and_a_line_in_the_log(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*arguments: object, **more: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("district_reports.desk.signing_in.find_link", fail)
    answer = place.browser().get("/sign-in/a-secret-token")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    require_headers(dict(answer.headers))
    assert "GET link: unexpected ZeroDivisionError" in caplog.text
    assert "a-secret-token" not in caplog.text


def test_every_route_is_let_in_by_its_rule(place: Place) -> None:
    """Each route depends on the visit, also one that does not ask for it."""
    asked = []

    def count() -> None:
        asked.append(1)

    place.app.dependency_overrides[open_visit] = count
    assert place.browser().get("/static/desk.css").status_code == 200
    assert place.browser().get("/health").status_code == 200
    assert asked == [1, 1]


def test_a_style_sheet_that_is_known_is_not_sent_again(place: Place) -> None:
    browser = place.browser()
    first = browser.get("/static/desk.css")
    assert first.headers["content-type"] == "text/css; charset=utf-8"
    again = browser.get("/static/desk.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
