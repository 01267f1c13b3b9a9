"""The real rows of thirteen quarters, served by our portal, are pulled to the last one."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from district_reports.model import Snapshot
from district_reports.periods import Quarter
from district_reports.settings import Settings
from tests.portal import Portal
from tests.portal.chicago import serve_real_crimes
from tests.real_data import REAL_CRIMES

ROOT = Path(__file__).parents[2]
QUARTERS = Quarter(2018, 3).window(13)
MOST_MEGABYTES = 400

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not list(REAL_CRIMES.glob("crimes_????Q?.parquet")), reason="needs the real crimes"),
]

PULL = """
import json, re, sys
from datetime import UTC, datetime
from pathlib import Path
from district_reports.periods import Quarter
from district_reports.settings import load_settings
from district_reports.sources.socrata import SocrataPortal
from district_reports.store import Store
from district_reports.sync import synchronise

settings = load_settings({"DISTRICT_REPORTS_PORTAL_URL": sys.argv[1]})
portal = SocrataPortal(settings.portal_url)
store = Store.open(Path(sys.argv[2]), kind="portal", city_id="chicago", domains=("city.example",))
result = synchronise(
    portal, store, settings.source("crimes"), Quarter(2018, 3).window(13), now=datetime(2026, 1, 1, tzinfo=UTC)
)
# Not getrusage(): its peak begins with the one of the process that started this one.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
megabytes = int(peak[1]) / 1024
print(json.dumps({"rows": result.rows_pulled, "requests": portal.requests, "megabytes": megabytes,
                  "remarks": len(result.remarks)}))
"""


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with Portal() as running:
        serve_real_crimes(running, REAL_CRIMES)
        yield running


@pytest.fixture(scope="module")
def pulled(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """The data directory of a pull in a process of its own, and what it cost."""
    root = tmp_path_factory.mktemp("real")
    command = [sys.executable, "-c", PULL, portal.url, str(root)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=200)  # noqa: S603
    costs: dict[str, float] = json.loads(done.stdout)
    return root, costs


def test_rows_by_month_and_district_are_those_of_the_files(pulled: tuple[Path, dict[str, float]]) -> None:
    counted = duckdb.execute(
        f"SELECT strftime(date::TIMESTAMP, '%Y-%m') AS month, district, count(*), count(DISTINCT id), "
        f"sum(id::BIGINT), count(*) FILTER (arrest = 'true'), count(iucr), min(date::TIMESTAMP), max(fbi_code) "
        f"FROM '{REAL_CRIMES}/crimes_*.parquet' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    kept = duckdb.execute(
        f"SELECT strftime(occurred_at, '%Y-%m') AS month, district_id, count(*), count(DISTINCT incident_id), "
        f"sum(incident_id), count(*) FILTER (has_arrest), count(offence_code), min(occurred_at), max(offence_group) "
        f"FROM '{pulled[0]}/snapshots/crimes/parts/*.parquet' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert kept == counted
    assert len(kept) > 22 * 39


def test_the_manifest_tells_what_the_files_hold(pulled: tuple[Path, dict[str, float]], settings: Settings) -> None:
    manifest = (pulled[0] / "snapshots/crimes/manifest.json").read_text()
    snapshot = Snapshot.model_validate_json(manifest)
    assert snapshot.rows == 873_572
    assert [part.part_id for part in snapshot.parts] == list(snapshot.window)
    assert len(snapshot.window) == 3 * len(QUARTERS)
    assert set(snapshot.columns) == set(settings.source("crimes").columns)
    assert "block" not in manifest
    assert "latitude" not in manifest


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to read the peak of memory")
def test_a_pull_stays_within_its_memory_and_requests(pulled: tuple[Path, dict[str, float]]) -> None:
    costs = pulled[1]
    assert costs["rows"] == 873_572
    assert costs["megabytes"] < MOST_MEGABYTES
    assert costs["requests"] == 1 + 1 + 39 + 1
    assert costs["remarks"] == 0
