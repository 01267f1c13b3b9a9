"""A toy city and its release for the tests of review."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, event

from district_reports.database import Database, open_database
from district_reports.model import Person
from district_reports.review import freezing
from district_reports.review.people import load_people
from district_reports.review.remembering import remember_release
from district_reports.settings import Settings
from district_reports.store import Store
from tests.unit.review import small_release
from tests.unit.review.small_release import QUARTER, SIGNERS, open_toy, say, staff, toy_settings, write_release


class Drafted(NamedTuple):
    """A release that was drafted, and one person for every role: `commander N`, `data`."""

    database: Database
    store: Store
    people: dict[str, Person]


@pytest.fixture(scope="package", autouse=True)
def no_flushing() -> Iterator[None]:
    """Files need not outlive the machine."""

    def relax(connection: Any, record: object) -> None:
        if hasattr(connection, "set_trace_callback"):
            connection.execute("PRAGMA synchronous=OFF")

    event.listen(Engine, "connect", relax)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield
    event.remove(Engine, "connect", relax)


@pytest.fixture(scope="package", autouse=True)
def steady_catalogues() -> Iterator[None]:
    """Catalogues that nobody edits meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(freezing, "digest_catalogue", lambda folder, tag: digest_of_text(tag))
        yield


def digest_of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="session")
def toy() -> Settings:
    return toy_settings()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A data directory of real data, empty."""
    return open_toy(tmp_path)


@pytest.fixture(scope="package")
def drafted_once(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path, toy: Settings) -> Path:
    """A folder to be copied: making it takes longer than most tests."""
    folder = tmp_path_factory.mktemp("drafted-once")
    path = Path(shutil.copy(migrated_file, folder / "records.sqlite3"))
    database = open_database(path, city_id="toy", kind="sample")
    staff(database, toy)
    database.close()
    store = open_toy(folder)
    write_release(store, toy)
    remember_release(store, toy, QUARTER)
    return folder


@pytest.fixture(scope="package")
def signed_once(drafted_once: Path, tmp_path_factory: pytest.TempPathFactory, toy: Settings) -> Path:
    """The same, frozen and signed by everybody."""
    folder = tmp_path_factory.mktemp("signed-once") / "copy"
    with open_copy(drafted_once, folder) as drafted:
        for name in SIGNERS[1:-1]:
            say(*drafted[:2], toy, drafted.people[name])
        small_release.freeze(*drafted[:2], toy)
        for name in SIGNERS:
            say(*drafted[:2], toy, drafted.people[name])
    return folder


@pytest.fixture
def drafted(drafted_once: Path, tmp_path: Path) -> Iterator[Drafted]:
    """A drafted release with everybody at the desk, on SQLite; the test's own."""
    with open_copy(drafted_once, tmp_path / "drafted") as opened:
        yield opened


@pytest.fixture
def signed(signed_once: Path, tmp_path: Path) -> Iterator[Drafted]:
    """A frozen release that everybody has signed; the test's own."""
    with open_copy(signed_once, tmp_path / "signed") as opened:
        yield opened


@contextmanager
def open_copy(made: Path, folder: Path) -> Iterator[Drafted]:
    """Copy a folder that was made once, and open it."""
    shutil.copytree(made, folder)
    database = open_database(folder / "records.sqlite3", city_id="toy", kind="sample")
    with database.read() as connection:
        found = load_people(connection)
    people = {f"{person.grants[0].role} {person.grants[0].scope}".strip(): person for person in found}
    try:
        yield Drafted(database, open_toy(folder), people)
    finally:
        database.close()
