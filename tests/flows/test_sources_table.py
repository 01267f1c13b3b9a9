"""The table of sources: read from the data directory alone, and honest about what was never read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from district_reports.errors import KindError, StoreError
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.socrata import SocrataPortal
from district_reports.store import Store
from district_reports.sync import synchronise
from district_reports.sync_cases import synchronise_cases
from flows.records import SourceKind
from flows.sources_table import NEVER_READ, SourceLine, format_sources, list_sources
from tests.faults.town import FAST, files_of
from tests.flows.answers import Run
from tests.portal import Portal
from tests.portal.chicago import CRIMES, serve_small_crimes
from tests.portal.city_files import COMMUNITIES, SENTIMENT, serve_city_files
from tests.portal.county import serve_court

QUARTERS = (Quarter(2018, 2), Quarter(2018, 3))
NOW = datetime(2018, 10, 20, 17, tzinfo=UTC)
TODAY = date(2018, 10, 20)
CHICAGO = ZoneInfo("America/Chicago")


@pytest.fixture(scope="module")
def serving() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path, kind="portal", city_id="chicago", domains=("127.0.0.1",))


def fill(portal: Portal, store: Store, settings: Settings, *source_ids: str) -> None:
    client = SocrataPortal(portal.url, patience=FAST)
    for source in settings.sources:
        if source.source_id in source_ids:
            synchronise(client, store, source, QUARTERS, now=NOW)
    if "court" in source_ids:
        synchronise_cases(client, store, settings, now=NOW)


def line_of(lines: tuple[SourceLine, ...], source_id: str) -> SourceLine:
    return next(line for line in lines if line.source_id == source_id)


def test_a_directory_that_is_not_there_has_read_nothing_and_is_not_made(settings: Settings, tmp_path: Path) -> None:
    lines = list_sources(settings, SourceKind.PORTAL, tmp_path / "none", TODAY)
    assert {line.remarks for line in lines} == {(NEVER_READ,)}
    assert [line.source_id for line in lines][-1] == "court"
    assert "court_intake" not in {line.source_id for line in lines}
    assert [line.source_id for line in lines if line.is_required] == ["crimes"]
    assert not (tmp_path / "none").exists()


def test_each_source_tells_how_far_it_reaches(serving: Portal, store: Store, settings: Settings) -> None:
    serve_small_crimes(serving)
    serve_city_files(serving)
    serve_court(serving, 2000)
    fill(serving, store, settings, "crimes", "requests", "sentiment", "communities", "court")
    before = files_of(store.root)
    lines = list_sources(settings, SourceKind.PORTAL, store.root, TODAY)
    assert files_of(store.root) == before
    crimes = line_of(lines, "crimes")
    newest = serving.execute(f'SELECT CAST(max(date) AS DATE) FROM "{CRIMES}"')[0][0]
    assert (crimes.fresh_to, crimes.rows, crimes.checked_at, crimes.freshness_days) == (newest, 3000, NOW, 8)
    assert crimes.remarks == ()
    last = serving.execute(f'SELECT CAST(max(end_date) AS DATE) FROM "{SENTIMENT}" WHERE sector IS NULL')[0][0]
    scores = line_of(lines, "sentiment")
    assert (scores.fresh_to, scores.freshness_days) == (last, 62)
    changed = datetime.fromisoformat(str(serving.datasets[COMMUNITIES].rows_updated_at)).astimezone(CHICAGO).date()
    assert line_of(lines, "communities").fresh_to == changed
    areas = line_of(lines, "communities")
    assert (areas.rows, areas.freshness_days) == (77, None)
    court = line_of(lines, "court")
    assert (court.fresh_to, court.freshness_days) == (date(2026, 4, 2), None)
    assert court.remarks[0] == "closed: not kept up since 2024-12-30"
    assert any(remark.startswith("results_known: A Result Nobody Knows (") for remark in court.remarks)
    assert line_of(lines, "victims").remarks == (NEVER_READ,)


def test_what_is_late_or_lacks_columns_is_told(serving: Portal, store: Store, settings: Settings) -> None:
    serve_small_crimes(serving)
    serve_city_files(serving)
    serving.delete_rows(CRIMES, "date >= '2018-09-11'")
    types = serving.datasets[CRIMES].types
    serving.datasets[CRIMES].types = {name: kind for name, kind in types.items() if name != "community_area"}
    serving.datasets[SENTIMENT].rows_updated_at = datetime(2018, 7, 1, tzinfo=UTC)
    fill(serving, store, settings, "crimes", "sentiment")
    lines = list_sources(settings, SourceKind.PORTAL, store.root, TODAY)
    assert line_of(lines, "crimes").remarks == (
        "stale: expected rows up to 2018-09-22",
        "columns missing: community_area",
    )
    assert line_of(lines, "sentiment").remarks == ("stale: expected rows up to 2018-08-19",)
    # In the middle of a month nothing is expected of the days to come.
    early = list_sources(settings, SourceKind.PORTAL, store.root, date(2018, 9, 15))
    assert "stale" not in str(line_of(early, "crimes").remarks)


def test_the_table_is_one_line_for_each_source(settings: Settings) -> None:
    lines = (
        SourceLine("crimes", True, date(2018, 9, 30), 873572, NOW, 8, ()),
        SourceLine("court", False, None, None, None, None, (NEVER_READ, "more")),
    )
    assert format_sources(lines, CHICAGO).splitlines() == [
        "source  report needs it  fresh to    rows     last checked      expected within  remarks",
        "crimes  required         2018-09-30  873,572  2018-10-20 12:00  8 days           -",
        "court   optional         -           -        -                 -                never read; more",
    ]


def test_another_kind_of_data_is_refused(store: Store, settings: Settings) -> None:
    with pytest.raises(KindError, match="expected sample data of chicago, got portal data of chicago"):
        list_sources(settings, SourceKind.SAMPLE, store.root, TODAY)
    (store.root / "about.json").write_text("{}")
    with pytest.raises(KindError, match="got something else"):
        list_sources(settings, SourceKind.PORTAL, store.root, TODAY)
    (store.root / "about.json").unlink()
    (store.root / "about.json").mkdir()
    with pytest.raises(StoreError, match="expected to be read"):
        list_sources(settings, SourceKind.PORTAL, store.root, TODAY)


def test_the_command_prints_it_while_another_run_holds_the_directory(run: Run, store: Store) -> None:
    with store.lock():
        code, output, errors = run("sources", "--data-dir", store.root)
    assert (code, errors) == (0, "")
    assert output.startswith("source ")
    assert output.count(NEVER_READ) == output.count("\n") - 1
