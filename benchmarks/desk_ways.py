"""Twenty reviewers of `desk`: `python -m benchmarks.desk_ways --folder DIR --pause SECONDS`.

Adds the reviewers with a session each, starts the desk as a process of its own, reads pages, and tells how long each
took from the first byte of the question to the last one of the answer.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from district_reports.desk.sessions import start_session
from district_reports.model import Grant, Role
from district_reports.review.log import OPERATOR
from district_reports.review.people import add_person, grant
from district_reports.settings import Settings, load_settings
from flows.people import open_records
from flows.records import SourceKind

QUARTER = "2026Q3"
REVIEWERS, PAGES = 20, 60
"""Pages of each reviewer."""
FEW_REVIEWERS, FEW_PAGES = 3, 8
WAIT = 60
"""Seconds until the desk must answer."""


@dataclass
class Found:
    """How long pages took, by name; and how many answers were none."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str, seconds: float, is_page: bool) -> None:
        """Count one answer."""
        with self.lock:
            self.times[name].append(seconds)
            self.failures += not is_page


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--pause", type=float, required=True)
    parser.add_argument("--small", action="store_true")
    given = parser.parse_args()
    settings = load_settings({})
    reviewers, pages = (FEW_REVIEWERS, FEW_PAGES) if given.small else (REVIEWERS, PAGES)
    cookies = list(_add_reviewers(settings, given.folder, reviewers))
    found = Found()
    with _serve(given.folder) as port:
        threads = [
            threading.Thread(target=_read, args=(port, cookie, place, pages, given.pause, found, number))
            for number, (cookie, place) in enumerate(cookies)
        ]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - start
    count = sum(map(len, found.times.values()))
    told = {name: _tell(times) for name, times in sorted(found.times.items())}
    facts = {"pages": told, "count": count, "rate": count / seconds, "failures": found.failures}
    print(json.dumps({**facts, "seconds": seconds, "reviewers": reviewers}))


def _add_reviewers(settings: Settings, folder: Path, count: int) -> Iterator[tuple[str, str]]:
    """Give the cookie of each reviewer, and whose draft they read; one in ten reads all of them."""
    places = [p for p in settings.district_ids if (folder / "editions" / QUARTER / p / "dossier.json").is_file()]
    now = datetime.now(UTC)
    with closing(open_records(settings, SourceKind.SAMPLE, folder)) as database, database.begin() as connection:
        for number in range(count):
            place = places[number % len(places)]
            email = f"{uuid4().hex}@city.example"
            person = add_person(connection, name=f"Reviewer {number}", email=email, language="en", by=OPERATOR, at=now)
            given = Grant(role=Role.DATA) if number % 10 == 0 else Grant(role=Role.COMMANDER, scope=place)
            grant(connection, person.person_id, given, by=OPERATOR, at=now, settings=settings)
            yield start_session(connection, person, at=now, way="link"), place


@contextmanager
def _serve(folder: Path) -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    words = [sys.executable, "-c", "from flows.command_line import main; main()", "desk", "--port", str(port)]
    words += ["--source", "sample", "--data-dir", str(folder)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DISTRICT_REPORTS_")}
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, env=environ) as server:
        try:
            _wait(port)
            yield port
        finally:
            server.send_signal(signal.SIGINT)


def _wait(port: int) -> None:
    until = time.monotonic() + WAIT
    while True:
        try:
            _ask(http.client.HTTPConnection("127.0.0.1", port), "/health", "")
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _read(port: int, cookie: str, place: str, pages: int, pause: float, found: Found, number: int) -> None:
    draft = f"/drafts/{QUARTER}/{place}"
    addresses = {
        "first page": "/",
        "draft": draft,
        "report in the draft": f"{draft}/files/en/report.html",
        "comments": f"{draft}/comments",
        "note": f"{draft}/note",
        "decisions": f"{draft}/decide",
        "items": "/items",
    }
    draw = random.Random(number)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT)
    time.sleep(draw.random() * pause)
    for step in range(pages):
        name = list(addresses)[(step + number) % len(addresses)]
        start = time.perf_counter()
        code = _ask(connection, addresses[name], cookie)
        took = time.perf_counter() - start
        found.add(name, took, code == 200)
        time.sleep(max(0.0, pause * (0.5 + draw.random()) - took))


def _ask(connection: http.client.HTTPConnection, path: str, cookie: str) -> int:
    connection.request("GET", path, headers={"Cookie": f"desk-session={cookie}"} if cookie else {})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _tell(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"median": statistics.median(ordered), "p99": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]}


if __name__ == "__main__":
    main()
