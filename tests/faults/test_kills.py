"""A pull that is killed leaves the old snapshot whole, and the next one uses what it had done."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.killed import POINTS
from tests.faults.town import DATASET, asked, kept_rows, open_store, pull, served_rows
from tests.portal import Portal

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

# Point, how often it is passed, and the months the next run need not pull. A month is saved while the next comes.
KILLS = [
    ("before the rows of a month", 3, 1),
    ("before a part", 3, 2),
    ("before a file is renamed", 1, 0),
    ("between a part and its sidecar", 1, 0),
    ("between a part and its sidecar", 3, 2),
    ("after a part", 3, 3),
    ("before the manifest", 1, 3),
    ("before a file is renamed", 8, 3),
    ("after the manifest", 1, 3),
]


@pytest.mark.parametrize(("point", "count", "done"), KILLS, ids=lambda value: str(value))
def test_a_killed_pull_is_taken_up_where_it_stopped(
    portal: Portal, tmp_path: Path, point: str, count: int, done: int
) -> None:
    assert point in POINTS
    before = pull(portal, tmp_path).snapshot
    rows = kept_rows(tmp_path, before)
    portal.update_rows(DATASET, "kind = 'CHANGED'")

    command = [sys.executable, "-m", "tests.faults.killed", portal.url, str(tmp_path), point, str(count)]
    killed = subprocess.run(command, cwd=ROOT, timeout=60, check=False)  # noqa: S603
    assert killed.returncode == -signal.SIGKILL

    store = open_store(tmp_path)
    current = store.load_snapshot("events")
    if point != "after the manifest":
        assert current == before
    assert before is not None
    assert all(store.has_part("events", part) for part in before.parts)
    assert kept_rows(tmp_path, before) == rows

    portal.reset_log()
    again = pull(portal, tmp_path)
    assert len(asked(portal, ["csv"])) <= 3 - done
    assert kept_rows(tmp_path, again.snapshot) == served_rows(portal)
    assert not list(tmp_path.rglob("*.tmp"))
