"""A desk over the sample's release of one district and the city, with its items and sessions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from district_reports.database import open_database
from district_reports.desk.limits import Limit, Limits
from district_reports.desk.templating import Pages
from district_reports.settings import Settings
from district_reports.store import Store
from tests.unit.desk.asking import URL, Place, open_place

HASTY = "PRAGMA synchronous=OFF"


def open_released(settings: Settings, release: Path, folder: Path, pages: Pages, url: str = URL) -> Iterator[Place]:
    """Give a desk over a copy of a release."""
    data = shutil.copytree(release.parents[1], folder / "data")
    store = Store.open(data, kind="sample", city_id=settings.city.city_id, domains=("sample",))
    with closing(open_database(data / "records.sqlite3", city_id=settings.city.city_id, kind="sample")) as database:
        event.listen(database.engine, "connect", lambda connection, record: connection.execute(HASTY))
        limits = Limits(session=Limit(10_000, 60))
        with open_place(settings, database, store, pages=pages, limits=limits, url=url) as place:
            yield place


@pytest.fixture(scope="package")
def shared(
    settings: Settings, sample_release: Path, pages: Pages, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """One for all tests that change no file of it."""
    yield from open_released(settings, sample_release, tmp_path_factory.mktemp("released"), pages)


@pytest.fixture
def released(settings: Settings, sample_release: Path, pages: Pages, tmp_path: Path) -> Iterator[Place]:
    """One of the test's own."""
    yield from open_released(settings, sample_release, tmp_path, pages)
