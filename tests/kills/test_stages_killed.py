"""A run that is killed, wherever, leaves nothing half-written, and the next one ends as if it had never happened.

Postconditions of each case: after the kill every file that bears a name is whole and the last good snapshots can be
read; after the next run the whole data directory, byte for byte but for the times of the pulls, is that of a run that
nobody disturbed.
"""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from district_reports.model import Snapshot
from district_reports.settings import Settings
from tests.flows.small_city import HOST, content_of, serve_city, settings_of
from tests.kills.child import drafting, run_draft
from tests.kills.points import Point
from tests.kills.wholeness import current_snapshots, require_whole
from tests.portal import Portal
from tests.portal.chicago import CRIMES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

CRIMES_PARTS = "snapshots/crimes/parts/*.parquet"
CRIMES_SIDECARS = "snapshots/crimes/parts/*.json"
HISTORY = "snapshots/crimes/manifests/*.json"
CURRENT = "snapshots/crimes/manifest.json"
MEASURES = "editions/*/measures.csv"
DOSSIERS = "editions/*/*/dossier.json"
PAGES = "editions/*/report.html"
PRINTS = "editions/*/report.pdf"
RECORDS = "editions/*/edition.json"
RELEASE = "editions/2018Q3/manifest.json"

FIRST_RUN = [
    Point("torn", "about.json"),
    Point("after", CRIMES_PARTS),
    Point("after", CRIMES_SIDECARS, 3),
    Point("before", CRIMES_PARTS, 8),
    Point("before", HISTORY),
    Point("after", HISTORY),
    Point("unnamed", CURRENT),
    Point("after", "snapshots/arrests/parts/*.parquet", 3),
    Point("before", "snapshots/sentiment/manifests/*.json"),
    Point("torn", "snapshots/court/parts/*.parquet"),
    Point("unnamed", "snapshots/court/manifest.json"),
    Point("before", MEASURES),
    Point("before", DOSSIERS, 9),
    Point("after", PAGES),
    Point("torn", PRINTS, 2),
    Point("before", RECORDS, 2),
    Point("before", RELEASE),
]
LATER_RUN = [
    Point("after", CRIMES_PARTS),
    Point("after", HISTORY),
    Point("unnamed", MEASURES),
    Point("after", DOSSIERS, 12),
    Point("after", PAGES, 2),
    Point("torn", RELEASE),
]
MOMENTS = 2
"""Random moments of a first run, and as many of a later one."""


@dataclass(frozen=True)
class Scene:
    """A portal, the data directory before the run that is killed, and what a run nobody disturbs makes of it."""

    portal: Portal
    settings: Settings
    before: Path | None
    snapshots: dict[str, Snapshot]
    expected: dict[str, bytes]
    new_snapshots: dict[str, Snapshot]
    seconds: float

    def prepare(self, data_dir: Path) -> None:
        if self.before is not None:
            shutil.copytree(self.before, data_dir)


def build_scene(portal: Portal, before: Path | None, data_dir: Path) -> Scene:
    settings = settings_of(portal.url)
    old = current_snapshots(before, settings, HOST) if before else {}
    if before is not None:
        shutil.copytree(before, data_dir)
    start = time.monotonic()
    assert run_draft(portal.url, data_dir) == 0
    seconds = time.monotonic() - start
    require_whole(data_dir)
    new = current_snapshots(data_dir, settings, HOST)
    assert {*new} == {"court", *(source.source_id for source in settings.sources if source.form != "cases")}
    return Scene(portal, settings, before, old, content_of(data_dir), new, seconds)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """An empty data directory."""
    with Portal() as portal:
        serve_city(portal, settings_of(portal.url))
        yield build_scene(portal, None, tmp_path_factory.mktemp("first") / "data")


@pytest.fixture(scope="module")
def later_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A data directory with everything, and a portal at which one month has changed since."""
    folder = tmp_path_factory.mktemp("later")
    with Portal() as portal:
        serve_city(portal, settings_of(portal.url))
        assert run_draft(portal.url, folder / "before") == 0
        changed = portal.update_rows(CRIMES, "district = '011'", "month(\"date\") = 5 AND district = '007'")
        gone = portal.delete_rows(CRIMES, 'id = (SELECT min(id) FROM "ijzp-q8t2" WHERE month("date") = 5)')
        assert (changed > 0, gone) == (True, 1)
        scene = build_scene(portal, folder / "before", folder / "data")
        assert scene.snapshots["crimes"].digest != scene.new_snapshots["crimes"].digest
        # What is made from the changes alone is what is made from everything.
        assert run_draft(portal.url, folder / "anew") == 0
        assert content_of(folder / "anew" / "editions") == content_of(folder / "data" / "editions")
        yield scene


def require_survived(scene: Scene, data_dir: Path) -> dict[str, Snapshot]:
    """Fail unless everything is whole; return the current snapshots, each the old one or the new one."""
    require_whole(data_dir)
    found = current_snapshots(data_dir, scene.settings, HOST)
    assert {*scene.snapshots} <= {*found}
    for source_id, snapshot in found.items():
        good = [known[source_id].digest for known in (scene.snapshots, scene.new_snapshots) if source_id in known]
        assert snapshot.digest in good
    return found


def require_recovered(scene: Scene, data_dir: Path) -> None:
    """Fail unless a further run ends as the one that nobody disturbed."""
    assert run_draft(scene.portal.url, data_dir) == 0
    found = content_of(data_dir)
    assert sorted(found) == sorted(scene.expected)
    assert [name for name, data in found.items() if data != scene.expected[name]] == []


def kill_at(scene: Scene, data_dir: Path, point: Point) -> None:
    scene.prepare(data_dir)
    assert run_draft(scene.portal.url, data_dir, point) == -signal.SIGKILL


@pytest.mark.parametrize("point", FIRST_RUN, ids=str)
def test_a_first_run_killed_at_a_point(first_run: Scene, tmp_path: Path, point: Point) -> None:
    kill_at(first_run, tmp_path / "data", point)
    require_survived(first_run, tmp_path / "data")
    require_recovered(first_run, tmp_path / "data")


@pytest.mark.parametrize("point", LATER_RUN, ids=str)
def test_a_later_run_killed_at_a_point(later_run: Scene, tmp_path: Path, point: Point) -> None:
    kill_at(later_run, tmp_path / "data", point)
    found = require_survived(later_run, tmp_path / "data")
    if point.pattern in (CRIMES_PARTS, HISTORY, CURRENT):
        assert found == later_run.snapshots
    require_recovered(later_run, tmp_path / "data")


@pytest.mark.parametrize("number", range(MOMENTS))
@pytest.mark.parametrize("run", ["first_run", "later_run"])
def test_a_run_killed_at_a_random_moment(request: pytest.FixtureRequest, tmp_path: Path, run: str, number: int) -> None:
    scene: Scene = request.getfixturevalue(run)
    scene.prepare(tmp_path / "data")
    moment = (number + random.Random(f"{run} {number}").random()) / MOMENTS * scene.seconds
    with drafting(scene.portal.url, tmp_path / "data") as process:
        time.sleep(moment)
        process.kill()
    # It may have ended by itself on a machine that has become quicker.
    assert process.exitcode in (0, -signal.SIGKILL)
    if (tmp_path / "data").exists():
        require_survived(scene, tmp_path / "data")
    require_recovered(scene, tmp_path / "data")


def test_two_kills_in_a_row(first_run: Scene, tmp_path: Path) -> None:
    for point in (Point("unnamed", CRIMES_PARTS, 5), Point("after", CRIMES_SIDECARS, 5), Point("torn", PAGES)):
        assert run_draft(first_run.portal.url, tmp_path / "data", point) == -signal.SIGKILL
        require_survived(first_run, tmp_path / "data")
    require_recovered(first_run, tmp_path / "data")
