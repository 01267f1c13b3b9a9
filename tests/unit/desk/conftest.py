"""A desk over an empty database in a file, and an empty store."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI

from district_reports.database import Database, open_database
from district_reports.desk.templating import Pages
from district_reports.settings import Settings, find_asset
from district_reports.store import Store
from tests.unit.desk.asking import Place, open_place


@pytest.fixture
def records(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty database in a file; what differs on a server is tested with the `database` of each kind."""
    path = Path(shutil.copy(migrated_file, tmp_path / "desk.sqlite3"))
    opened = open_database(path, city_id="toy", kind="sample")
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "data", kind="sample", city_id="toy", domains=("portal.example",))


@pytest.fixture(scope="session")
def pages(settings: Settings) -> Pages:
    """Templates and words, loaded once."""
    return Pages(settings, find_asset("templates"))


@pytest.fixture(scope="session")
def application(
    settings: Settings, migrated_file: Path, pages: Pages, tmp_path_factory: pytest.TempPathFactory
) -> FastAPI:
    """The application at its usual address, made once; each test equips it anew."""
    folder = tmp_path_factory.mktemp("desk")
    store = Store.open(folder, kind="sample", city_id="toy", domains=("portal.example",))
    path = shutil.copy(migrated_file, folder / "desk.sqlite3")
    with (
        closing(open_database(path, city_id="toy", kind="sample")) as database,
        open_place(settings, database, store, pages=pages) as opened,
    ):
        return opened.app


@pytest.fixture
def place(settings: Settings, records: Database, store: Store, pages: Pages, application: FastAPI) -> Iterator[Place]:
    application.dependency_overrides.clear()
    with open_place(settings, records, store, pages=pages, app=application) as opened:
        yield opened
