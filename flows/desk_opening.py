"""Opening the desk: its records, its secret, its mail, and the steps it starts in the background.

Belongs here: what only a program on its machine can give. Does not belong here: arguments, pages.
"""

from __future__ import annotations

import os
import secrets
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from district_reports.database import Database, Kind
from district_reports.desk.desk import Desk
from district_reports.engagement.register import load_register
from district_reports.errors import RuleError, StoreError
from district_reports.mail import Mailer
from district_reports.model import Register, Role
from district_reports.periods import Quarter
from district_reports.review.people import find_person
from district_reports.settings import Settings
from district_reports.store import Store
from flows.definitions import list_metric_ids
from flows.people import open_records
from flows.records import SourceKind

KEY_FILE: Final = "desk.key"
LOG_FILE: Final = "desk-steps.log"
_KEY_BYTES: Final = 32
PROGRAM: Final = ("-c", "from flows.command_line import main; main()")
"""Starts the command line by the same Python, wherever its script is installed."""


@dataclass(frozen=True)
class Folders:
    """Where the desk works."""

    source: SourceKind
    data_dir: Path
    records_dir: Path


def make_clock(settings: Settings) -> Callable[[], datetime]:
    """Return what tells the time in the city."""
    zone = ZoneInfo(settings.city.time_zone)
    return lambda: datetime.now(zone)


@contextmanager
def open_desk(settings: Settings, folders: Folders, url: str) -> Iterator[Desk]:
    """Give a desk over the records of a data directory.

    Args:
        settings: Of the run.
        folders: Where it works.
        url: As browsers reach it.

    Raises:
        KindError: If the records are of another kind or city.
        DatabaseError: If the database cannot be reached, read or written.
        ReadingError: If the register is wrong.
        StoreError: If the data directory or the key cannot be read or written.
    """
    kind: Kind = "sample" if folders.source is SourceKind.SAMPLE else "portal"
    domains = (kind,) if kind == "sample" else settings.portal_domains
    store = Store.open(folders.data_dir, kind=kind, city_id=settings.city.city_id, domains=domains)
    clock = make_clock(settings)
    register = load_register(settings, folders.records_dir)
    with closing(open_records(settings, folders.source, folders.data_dir)) as database:
        yield Desk(
            settings=settings,
            database=database,
            store=store,
            mailer=find_mailer(settings),
            clock=clock,
            key=load_key(folders.data_dir / KEY_FILE),
            run=make_runner(folders),
            url=url,
            metric_ids=tuple(list_metric_ids(settings)),
            more={"themes": _name_themes(register)},
        )


@contextmanager
def open_people(settings: Settings, folders: Folders) -> Iterator[Database]:
    """Give the records of people alone.

    Raises:
        KindError: If they are of another kind or city.
        DatabaseError: If the database cannot be reached, read or written.
    """
    with closing(open_records(settings, folders.source, folders.data_dir)) as database:
        yield database


def require_publisher(settings: Settings, folders: Folders, person_id: str) -> None:
    """Return nothing if a person publishes now, whatever they might when they asked for a step.

    Raises:
        RuleError: If they do not.
        DistrictReportsError: As `open_people`.
    """
    with open_people(settings, folders) as database, database.read() as connection:
        person = find_person(connection, person_id=person_id)
    if person is None or not person.is_active or not person.has(Role.PUBLISHER):
        raise RuleError("step: expected a publisher, got somebody else")


def find_mailer(settings: Settings) -> Mailer | None:
    """Return what sends mail; None where no server is set."""
    return Mailer(settings.desk, make_clock(settings)) if settings.desk.smtp_url else None


def load_key(path: Path) -> bytes:
    """Return the secret of a desk, made when it is first asked for; for its owner alone.

    Raises:
        StoreError: If others can read it, it is no key, or it cannot be read or made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_key(path)
        mode, key = stat.S_IMODE(path.stat().st_mode), path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: expected to read and write it, got: {error.strerror}", path=path) from error
    if mode & 0o077:
        raise StoreError(f"{path}: expected a file for its owner alone (0600), got {mode:04o}", path=path)
    if len(key) != _KEY_BYTES:
        raise StoreError(f"{path}: expected {_KEY_BYTES} bytes, got {len(key)}", path=path)
    return key


def _make_key(path: Path) -> None:
    """Make the key whole or not at all; of two programs that do so at once, one's stays."""
    if path.exists():
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def make_runner(folders: Folders) -> Callable[[str, Quarter, str, str], None]:
    """Return what starts a step of a release as a program of its own: it outlives the page, and the desk."""

    def run(kind: str, quarter: Quarter, reason: str, by: str) -> None:
        words = [sys.executable, *PROGRAM, "desk", "step", kind, str(quarter), f"--by={by}"]
        words += [f"--reason={reason}".replace("\0", ""), f"--source={folders.source.value}"]
        words += [f"--data-dir={folders.data_dir}", f"--records-dir={folders.records_dir}"]
        # Its lines are for whoever runs the desk; its result stands in the log of review.
        with (folders.data_dir / LOG_FILE).open("ab") as log:
            child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        # Somebody has to take note of its end, or it stays in the table of processes.
        threading.Thread(target=child.wait, name=f"desk-{kind}", daemon=True).start()

    return run


def _name_themes(register: Register | None) -> dict[str, dict[str, str]]:
    return {theme.code: theme.names for theme in register.themes} if register else {}
