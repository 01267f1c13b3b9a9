"""Signing in by a provider: what it tells is believed only when all of it is right."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey
from sqlalchemy import func, select

from district_reports.database import Database
from district_reports.database.tables_review import forms as kept_forms
from district_reports.database.tables_review import sessions as kept_sessions
from district_reports.desk.templating import Pages
from district_reports.environment import DeskSettings
from district_reports.model import Role
from district_reports.review.log import read_entries
from district_reports.review.people import set_active
from district_reports.settings import Settings
from district_reports.store import Store
from tests.postgres import free_port
from tests.unit.desk.asking import NOON, URL, Browser, Place, of, open_place
from tests.unit.desk.providers import CLIENT, SECRET, SHARED, Scripted, open_provider

pytestmark = pytest.mark.slow

CALLBACK = "/oidc/callback"


def with_provider(settings: Settings, issuer: str) -> Settings:
    desk = DeskSettings(url=URL, oidc_issuer=issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET)
    return settings.model_copy(update={"desk": desk})


@pytest.fixture
def script() -> Iterator[Scripted]:
    with open_provider() as opened:
        opened.now = int(NOON.timestamp())
        yield opened


@pytest.fixture
def place(
    settings: Settings, records: Database, store: Store, pages: Pages, application: FastAPI, script: Scripted
) -> Iterator[Place]:
    with open_place(with_provider(settings, script.issuer), records, store, pages=pages, app=application) as opened:
        yield opened


def go(browser: Browser, script: Scripted, path: str = "") -> dict[str, str]:
    """Start, and return what the provider was asked."""
    answer = browser.get(f"/oidc/start{path}")
    assert answer.status_code == 303
    address = urlsplit(answer.headers["location"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    script.nonce = asked["nonce"]
    return asked


def come_back(browser: Browser, script: Scripted, asked: dict[str, str], **more: str) -> httpx.Response:
    return browser.get(f"{CALLBACK}?{urlencode({'state': asked['state'], 'code': script.code, **more})}")


def test_whoever_is_known_comes_in(place: Place, script: Scripted) -> None:
    person = place.person(of(Role.ADMIN), email="known@city.example")
    browser = place.browser()
    asked = go(browser, script, "?next=/items")
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT, "openid email")
    assert asked["redirect_uri"] == URL + CALLBACK
    answer = come_back(browser, script, asked)
    assert (answer.status_code, answer.headers["location"]) == (303, "/items")
    assert browser.session
    with place.desk.database.read() as connection:
        (entry,) = read_entries(connection, kinds=("signed_in",))
    assert (entry.by, entry.content) == (person.person_id, {"way": "oidc"})


def test_a_provider_whose_name_ends_in_a_stroke_is_believed(
    settings: Settings, records: Database, store: Store, pages: Pages, application: FastAPI, script: Scripted
) -> None:
    """Some are called `https://…/`, and say so in every token; in a setting the stroke is easily left out."""
    named = f"{script.issuer}/"
    script.described, script.claims = {"issuer": named}, {"iss": named}
    with open_place(with_provider(settings, script.issuer), records, store, pages=pages, app=application) as place:
        place.person(email="known@city.example")
        browser = place.browser()
        assert come_back(browser, script, go(browser, script)).status_code == 303
        # In a token the name counts to the letter.
        script.claims = {"iss": script.issuer}
        browser = place.browser()
        assert come_back(browser, script, go(browser, script)).status_code == 403


def test_signing_in_by_a_provider_clears_away_what_is_old(place: Place, script: Scripted) -> None:
    place.person(email="known@city.example")
    counts = []
    for _ in range(3):
        browser = place.browser()
        assert come_back(browser, script, go(browser, script)).status_code == 303
        with place.desk.database.read() as connection:
            tables = (kept_forms, kept_sessions)
            counts.append([connection.execute(select(func.count()).select_from(x)).scalar_one() for x in tables])
        place.clock.pass_time(hours=30)
        script.now = int(place.clock.now.timestamp())
    assert counts == [[1, 1], [1, 1], [1, 1]]


def test_the_code_is_proved_by_its_verifier(place: Place, script: Scripted) -> None:
    place.person(email="known@city.example")
    browser = place.browser()
    asked = go(browser, script)
    come_back(browser, script, asked)
    (sent,) = script.asked
    digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
    assert asked["code_challenge_method"] == "S256"
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert sent["redirect_uri"] == URL + CALLBACK
    assert sent["authorization"].startswith("Basic ")


def another_key(script: Scripted) -> None:
    script.signing_key = ECKey.generate_key("P-256", {"kid": "one"})


def shared_key(script: Scripted) -> None:
    script.algorithm, script.signing_key = "HS256", SHARED


def claim(name: str, value: object) -> Callable[[Scripted], None]:
    return lambda script: script.claims.update({name: value})


LIES: dict[str, Callable[[Scripted], None]] = {
    "another key": another_key,
    "a shared secret": shared_key,
    "another issuer": claim("iss", "https://evil.example"),
    "another audience": claim("aud", "another"),
    "no audience": claim("aud", None),
    "another program": claim("azp", "another"),
    "another nonce": claim("nonce", "x"),
    "no nonce": claim("nonce", None),
    "too old": claim("exp", int(NOON.timestamp()) - 60),
    "no end": claim("exp", None),
    "an address that is not verified": claim("email_verified", False),
    "an address that says it is verified": claim("email_verified", "true"),
    "no word of verifying": claim("email_verified", None),
    "an address that is a list": claim("email", ["known@city.example"]),
    "an unknown address": claim("email", "unknown@city.example"),
    "an address of somebody kept out": claim("email", "out@city.example"),
    "an error": lambda script: setattr(script, "status", 500),
    "a code that is not its own": lambda script: setattr(script, "code", "x") or script.asked.clear(),
}


@pytest.mark.parametrize("lie", LIES)
def test_nobody_comes_in_by(place: Place, script: Scripted, lie: str) -> None:
    place.person(email="known@city.example")
    out = place.person(email="out@city.example")
    with place.desk.database.begin() as connection:
        set_active(connection, out.person_id, False, by="operator", at=NOON)
    browser = place.browser()
    asked = go(browser, script)
    code = script.code
    LIES[lie](script)
    answer = browser.get(f"{CALLBACK}?{urlencode({'state': asked['state'], 'code': code})}")
    assert answer.status_code == 403
    assert browser.session == ""
    assert "You could not be signed in" in answer.text


def test_a_refused_address_is_told_as_an_unknown_one(place: Place, script: Scripted) -> None:
    """No page tells whether an address is known."""
    place.person(email="known@city.example")
    answers = []
    for claims in ({"email": "unknown@city.example"}, {"email_verified": False}, {"nonce": "x"}):
        script.claims = dict(claims)
        browser = place.browser()
        answers.append(come_back(browser, script, go(browser, script)).text)
    assert answers[0] == answers[1] == answers[2]


def test_an_address_may_come_by_userinfo(place: Place, script: Scripted) -> None:
    place.person(email="known@city.example")
    script.claims = {"email": None, "email_verified": None}
    script.more = {"sub": "u1", "email": "known@city.example", "email_verified": True}
    browser = place.browser()
    assert come_back(browser, script, go(browser, script)).status_code == 303
    script.more["sub"] = "u2"
    browser = place.browser()
    assert come_back(browser, script, go(browser, script)).status_code == 403


def test_a_state_counts_once_and_in_its_own_browser(place: Place, script: Scripted) -> None:
    place.person(email="known@city.example")
    browser, other = place.browser(), place.browser()
    asked = go(browser, script)
    go(other, script)
    script.nonce = asked["nonce"]
    assert come_back(other, script, asked).status_code == 403
    assert come_back(place.browser(), script, asked).status_code == 403
    assert script.asked == []
    assert come_back(browser, script, asked).status_code == 303
    again = place.browser()
    again.client.cookies = browser.client.cookies
    assert come_back(again, script, asked).status_code == 403
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    "query", ["", "?state=x&code=y", "?state=~&code=y", "?state=1.2.3~%FF&code=y", "?error=access_denied"]
)
def test_a_return_that_nobody_started_is_refused(place: Place, script: Scripted, query: str) -> None:
    browser = place.browser()
    go(browser, script)
    assert browser.get(CALLBACK + query).status_code == 403
    assert script.asked == []


def test_whoever_declines_is_told_so(place: Place, script: Scripted) -> None:
    browser = place.browser()
    asked = go(browser, script)
    declined = browser.get(f"{CALLBACK}?{urlencode({'state': asked['state'], 'error': 'access_denied'})}")
    assert declined.status_code == 403
    assert script.asked == []


def test_one_is_led_to_a_page_of_the_desk_alone(place: Place, script: Scripted) -> None:
    place.person(email="known@city.example")
    browser = place.browser()
    answer = come_back(browser, script, go(browser, script, "?next=https://evil.example/"))
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "described",
    [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"}, {"jwks_uri": None}],
)
def test_a_provider_that_describes_itself_wrongly_is_not_asked(
    place: Place, script: Scripted, described: dict[str, object]
) -> None:
    script.described = described
    answer = place.browser().get("/oidc/start")
    assert answer.status_code == 503
    script.described = {}
    assert place.browser().get("/oidc/start").status_code == 303


def test_where_a_provider_is_set_no_link_is_sent(place: Place) -> None:
    place.person(email="known@city.example")
    browser = place.browser()
    page = browser.get("/sign-in").text
    assert "/oidc/start?next=/" in page
    assert "<form" not in page
    asked = browser.post("/sign-in", {"email": "known@city.example", "form": place.app.state.desk.key.hex()})
    assert asked.status_code == 403


def test_without_a_provider_there_is_no_such_page(
    settings: Settings, records: Database, store: Store, pages: Pages, application: FastAPI
) -> None:
    with open_place(settings, records, store, pages=pages, app=application) as place:
        assert place.browser().get("/oidc/start").status_code == 404
        assert place.browser().get(f"{CALLBACK}?state=x&code=y").status_code == 404


@pytest.fixture
def real_provider() -> Iterator[str]:
    """A provider of others' making, as a process of its own."""
    port = free_port()
    words = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        issuer = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                httpx.get(f"{issuer}/.well-known/openid-configuration")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield issuer
        process.terminate()


def test_people_sign_in_by_a_real_provider(
    settings: Settings, records: Database, store: Store, pages: Pages, application: FastAPI, real_provider: str
) -> None:
    for sub, is_verified in (("known@city.example", True), ("doubted@city.example", False)):
        httpx.put(f"{real_provider}/users/{sub}", json={"email": sub, "email_verified": is_verified})
    with open_place(with_provider(settings, real_provider), records, store, pages=pages, app=application) as place:
        # The provider's tokens carry the time of this machine.
        place.clock.now = datetime.now(UTC)
        person = place.person(of(Role.ADMIN), email="known@city.example")
        place.person(of(Role.ADMIN), email="doubted@city.example")
        codes = {}
        for sub in ("known@city.example", "doubted@city.example", "unknown@city.example"):
            browser = place.browser()
            address = browser.get("/oidc/start").headers["location"]
            agreed = httpx.post(address, data={"sub": sub})
            back = agreed.headers["location"]
            assert back.startswith(URL + CALLBACK)
            codes[sub] = browser.get(back.removeprefix(URL)).status_code
            assert bool(browser.session) == (sub == person.email)
        assert codes == {"known@city.example": 303, "doubted@city.example": 403, "unknown@city.example": 403}
