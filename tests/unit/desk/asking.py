"""A desk to be asked: its records, its clock, and browsers that keep their cookies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from district_reports.database import Database
from district_reports.desk.app import create_app, equip
from district_reports.desk.cookies import SESSION, cookie_name
from district_reports.desk.desk import Desk
from district_reports.desk.forms import make_token
from district_reports.desk.limits import Limits
from district_reports.desk.sessions import digest_of, start_session
from district_reports.desk.templating import Pages
from district_reports.model import Grant, Person, Role
from district_reports.periods import Quarter
from district_reports.review.people import add_person, grant
from district_reports.settings import Settings
from district_reports.store import Store

URL = "https://desk.example"
NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
KEY = b"a key of thirty-two bytes, more!"
TOKEN = re.compile(r'<form[^>]*action="([^"]*)"[^>]*>\s*<input type="hidden" name="form" value="([^"]*)">')


@dataclass
class Clock:
    """Says what it is set to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **much: float) -> None:
        self.now += timedelta(**much)


@dataclass
class Letters:
    """Keeps what was sent."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, to: str, subject: str, text: str, html: str = "") -> None:
        self.sent.append((to, subject, text))


@dataclass
class Browser:
    """Asks the desk as one browser does: with its cookies, without following."""

    portal: BlockingPortal
    client: httpx.AsyncClient
    desk: Desk

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.portal.call(lambda: self.client.get(path, **more))

    def post(self, path: str, data: Any = None, **more: Any) -> httpx.Response:
        return self.portal.call(lambda: self.client.post(path, data=data, **more))

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.portal.call(lambda: self.client.request(method, path, **more))

    def send(self, page: str, action: str, data: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """Open a page and send its form with this action."""
        token = find_token(self.get(page).text, action)
        return self.post(action, {**(data or {}), "form": token}, **more)

    def token(self, path: str) -> str:
        """Return the token of a form as a page of the session would hold it."""
        return make_token(self.desk.key, digest_of(self.session), path, self.desk.clock())

    @property
    def session(self) -> str:
        return str(self.client.cookies.get(cookie_name(self.desk, SESSION), ""))

    @session.setter
    def session(self, value: str) -> None:
        host = urlsplit(self.desk.url).hostname or ""
        self.client.cookies.set(cookie_name(self.desk, SESSION), value, domain=host)


def find_token(html: str, action: str) -> str:
    found = dict(TOKEN.findall(html))
    assert action in found, f"no form to {action}, only to {sorted(found)}"
    return found[action]


@dataclass
class Place:
    """A desk with its application, and as many browsers as are wanted."""

    app: FastAPI
    desk: Desk
    clock: Clock
    letters: Letters
    portal: BlockingPortal
    runs: list[tuple[str, str, str, str]]

    def browser(self, *, host: str = "10.0.0.1") -> Browser:
        transport = httpx.ASGITransport(self.app, client=(host, 1234), raise_app_exceptions=False)
        return Browser(self.portal, httpx.AsyncClient(transport=transport, base_url=self.desk.url), self.desk)

    def person(self, *grants: Grant, language: str = "en", email: str = "") -> Person:
        """Add somebody with roles."""
        address = email or f"{uuid4().hex[:12]}@city.example"
        with self.desk.database.begin() as connection:
            given = {"by": "operator", "at": self.clock.now}
            person = add_person(connection, name="A person", email=address, language=language, **given)
            for one in grants:
                grant(connection, person.person_id, one, **given, settings=self.desk.settings)
        return person.model_copy(update={"grants": grants})

    def signed_in(self, *grants: Grant, person: Person | None = None, **more: Any) -> Browser:
        """Return the browser of somebody with roles, who has signed in."""
        browser = self.browser()
        somebody = person or self.person(*grants, **more)
        with self.desk.database.begin() as connection:
            browser.session = start_session(connection, somebody, at=self.clock.now, way="link")
        return browser


@contextmanager
def open_place(
    settings: Settings,
    database: Database,
    store: Store,
    *,
    url: str = URL,
    limits: Limits | None = None,
    has_mail: bool = True,
    pages: Pages | None = None,
    app: FastAPI | None = None,
) -> Iterator[Place]:
    """Give a desk over these records; by an application that is there already, at its own address."""
    clock, letters, runs = Clock(), Letters(), []

    def run(kind: str, quarter: Quarter, reason: str, by: str) -> None:
        runs.append((kind, str(quarter), reason, by))

    desk = Desk(
        settings=settings,
        database=database,
        store=store,
        mailer=letters if has_mail else None,
        clock=clock,
        key=KEY,
        run=run,
        url=url,
        limits=limits or Limits(),
    )
    if app is not None and pages is not None:
        equip(app, desk, pages)
    with start_blocking_portal() as portal:
        yield Place(app or create_app(desk, pages), desk, clock, letters, portal, runs)


def of(role: Role, scope: str = "") -> Grant:
    return Grant(role=role, scope=scope)


def describe_post(path: str, headers: Sequence[tuple[bytes, bytes]]) -> dict[str, Any]:
    """Return what ASGI tells of a form that is sent to the desk, for asking below any client."""
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"desk.example"), *headers],
        "scheme": "https",
        "server": ("desk.example", 443),
        "client": ("10.0.0.1", 1),
        "http_version": "1.1",
        "root_path": "",
    }
