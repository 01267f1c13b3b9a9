"""Letters with one-time links, written after the answer is sent.

Whoever asks for a link gets the same answer in the same time, whether the address is known or not: the question is only
put into a queue, and one thread looks the address up, makes the link and hands it to the mailer.
"""

from __future__ import annotations

import queue
import threading
from typing import Final
from urllib.parse import urlencode

from district_reports.desk.answers import LOGGER
from district_reports.desk.desk import Desk, Mailer
from district_reports.desk.links import LIVES, make_link
from district_reports.desk.templating import Pages
from district_reports.model import Person
from district_reports.render.i18n import Words
from district_reports.review.people import find_person

_MOST_WAITING: Final = 1000


class Postbox:
    """Takes questions for links; sends to those who are known."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk = desk
        self._pages = pages
        self._waiting: queue.Queue[tuple[str, str]] = queue.Queue(_MOST_WAITING)
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None

    def ask(self, email: str, path: str) -> None:
        """Put a question into the queue; where that is full, it is dropped, and people ask again.

        Args:
            email: As typed.
            path: Where to go after signing in.
        """
        with self._lock:
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="desk-post", daemon=True)
                self._worker.start()
        try:
            self._waiting.put_nowait((email, path))
        except queue.Full:
            LOGGER.error("post: expected at most %s questions for links, got more: one is dropped", _MOST_WAITING)

    def wait(self) -> None:
        """Return when all questions were dealt with."""
        self._waiting.join()

    def _work(self) -> None:
        while True:
            email, path = self._waiting.get()
            try:
                self._deliver(email, path)
            except Exception as error:  # noqa: BLE001 - a letter that fails must not end the thread for all others
                # Neither the message nor the trace: both may hold the address.
                LOGGER.error("post: expected to send a link, got %s", type(error).__name__)
            finally:
                self._waiting.task_done()

    def _deliver(self, email: str, path: str) -> None:
        desk = self._desk
        if desk.mailer is None:
            return
        with desk.database.begin() as connection:
            person = find_person(connection, email=email)
            if person is None or not person.is_active:
                return
            token = make_link(connection, desk.key, person, desk.clock())
        send_link(desk.mailer, self._pages.words_of(person.language), person, link_url(desk.url, token, path))


def send_link(mailer: Mailer, words: Words, person: Person, link: str) -> None:
    """Send somebody a link, in their language."""
    minutes = words.number(LIVES.total_seconds() / 60)
    text = words.text("sign_in.mail.text", name=words.name(person.name), link=link, minutes=minutes)
    mailer.send(person.email, words.text("sign_in.mail.subject"), text)


def link_url(url: str, token: str, path: str = "/") -> str:
    """Return the address of a one-time link.

    Args:
        url: Of the desk.
        token: Of the link.
        path: Where to go after signing in.
    """
    more = f"?{urlencode({'next': path})}" if path != "/" else ""
    return f"{url}/sign-in/{token}{more}"
