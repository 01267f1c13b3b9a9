"""Published crimes behind our own portal, from the draft to the public site, by the commands a city would run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from district_reports.database import default_path, open_database
from district_reports.model import Grant, Role, Verdict
from district_reports.periods import Quarter
from district_reports.review import log, people
from district_reports.review.deciding import decide
from district_reports.review.subjects import load_subjects
from district_reports.settings import Settings, load_settings
from district_reports.store import Store
from tests.flows.small_city import environment_of
from tests.portal import Portal
from tests.portal.chicago import serve_boundaries, serve_real_crimes, serve_stations
from tests.real_data import REAL_CRIMES, REAL_DATA

ROOT = Path(__file__).parents[1]
QUARTER = Quarter(2018, 3)
AFTER_DEADLINE = date(2018, 11, 5)
UNSIGNED = 5

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(not REAL_CRIMES.is_dir(), reason=f"needs the published rows, set REAL_DATA_DIR: {REAL_DATA}"),
]


class City:
    """The commands of one city, whose portal is ours; two of its languages, to be done in time."""

    def __init__(self, folder: Path, portal_url: str) -> None:
        self.data_dir = folder / "data"
        overlay = folder / "config"
        overlay.mkdir()
        shipped = ROOT / "config" / "cities" / "chicago"
        tables = (shipped / "languages.toml").read_text().split("[[language]]")
        kept = [table for table in tables[1:] if re.search(r'tag = "(en|ar)"', table)]
        (overlay / "languages.toml").write_text("[[language]]" + "[[language]]".join(kept))
        self.variables = environment_of(portal_url) | {
            "DISTRICT_REPORTS_CONFIG_DIR": str(overlay),
            "DISTRICT_REPORTS_SITE_URL": "https://reports.city.test",
        }

    @property
    def settings(self) -> Settings:
        return load_settings(self.variables)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        program = Path(sys.executable).with_name("district-reports")
        return subprocess.run(
            [program, *words, "--data-dir", str(self.data_dir)],
            env={**os.environ, **self.variables},
            capture_output=True,
            text=True,
            cwd=self.data_dir.parent,
        )

    def sign(self, role: Role) -> None:
        settings = self.settings
        at = datetime(2018, 11, 6, 12, tzinfo=UTC)
        store = Store.open(self.data_dir, kind="portal", city_id=settings.city.city_id, domains=settings.portal_domains)
        database = open_database(default_path(self.data_dir), city_id=settings.city.city_id, kind="portal")
        with database.begin() as connection:
            email = f"{role}@city.test"
            person = people.add_person(connection, name=role, email=email, language="en", by=log.OPERATOR, at=at)
            given = Grant(role=role)
            people.grant(connection, person.person_id, given, by=log.OPERATOR, at=at, settings=settings)
        subjects = load_subjects(store, settings, QUARTER)
        assert subjects is not None
        decide(
            database,
            store,
            settings,
            person=person,
            role=role,
            scope="",
            quarter=QUARTER,
            subject="release",
            digest=subjects.release.digest,
            verdict=Verdict.SIGN,
            remarks="",
            at=at,
        )
        database.close()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with Portal() as portal:
        serve_real_crimes(portal, REAL_CRIMES, ("2017Q3", "2018Q2", "2018Q3"))
        folder = REAL_DATA / "boundaries"
        serve_boundaries(portal, folder / "chicago_districts.geojson", folder / "chicago_beats.geojson")
        serve_stations(portal, REAL_DATA / "reference" / "police-district-stations.csv")
        yield City(tmp_path_factory.mktemp("city"), portal.url)


def test_real_reports_become_public_only_when_they_are_frozen_and_signed(city: City) -> None:
    quarter = str(QUARTER)
    drafted = city.run("draft", quarter, "--as-of", str(AFTER_DEADLINE))
    assert drafted.returncode == 0, drafted.stderr
    open_still = city.run("publish", quarter)
    assert (open_still.returncode, "frozen" in open_still.stderr) == (UNSIGNED, True), open_still.stderr

    early = city.run("freeze", quarter, "--as-of", "2018-10-20")
    assert early.returncode == UNSIGNED, early.stderr
    frozen = city.run("freeze", quarter, "--as-of", str(AFTER_DEADLINE))
    assert frozen.returncode == 0, frozen.stderr
    again = city.run("draft", quarter, "--as-of", str(AFTER_DEADLINE))
    assert (again.returncode, "reopen" in again.stderr) == (2, True), again.stderr

    for role in (Role.DATA, Role.PUBLISHER):
        unsigned = city.run("publish", quarter)
        assert (unsigned.returncode, role in unsigned.stderr) == (UNSIGNED, True), unsigned.stderr
        city.sign(role)
    published = city.run("publish", quarter)
    assert published.returncode == 0, published.stderr

    public = city.data_dir / "public"
    release = json.loads((public / quarter / "latest" / "release.json").read_text())
    assert (release["version"], len(release["places"]), release["languages"]) == (1, 23, ["en", "ar"])
    # Nobody was a commander: every report says that nobody has looked, and nobody was waited for.
    assert {role for role, _ in release["missed"]} == {"commander", "language"}
    page = (public / quarter / "latest" / "007" / "en" / "report.html").read_text()
    assert "No commander has reviewed this report." in page

    crimes = pd.read_parquet(REAL_CRIMES / "crimes_2018Q3.parquet")
    expected = int((crimes["district"].astype(str).str.zfill(3) == "007").sum())
    data = pd.read_csv(public / quarter / "latest" / "measures.csv", dtype=str)
    row = data[(data.district_id == "007") & (data.quarter == quarter) & (data.metric_id == "incidents_all")]
    assert row["value"].astype(float).tolist() == [expected]

    assert city.run("publish", quarter).returncode == 0
    assert sorted(path.name for path in (public / quarter).iterdir()) == ["latest", "v1"]
