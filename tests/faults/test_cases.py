"""The county's court files: joined in memory, kept as counts, and no reason to stop a report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pyarrow as pa
import pytest

from district_reports.errors import ConfigError
from district_reports.settings import Settings
from district_reports.sources.contract import Metadata
from district_reports.store import Store
from district_reports.sync import SyncResult
from district_reports.sync_cases import synchronise_cases
from tests.faults.town import FAST, HASTY, NOW, files_of, open_portal, open_store
from tests.portal import Fault, Portal
from tests.portal.county import (
    COURT_FILES,
    DISPOSITIONS,
    INITIATION,
    INTAKE,
    PERSON_COLUMNS,
    SENTENCING,
    Rows,
    serve_court,
    serve_court_rows,
)
from tests.portal.faults import Kind


def case(case_id: str, person: str, day: str, **more: str | None) -> dict[str, str | None]:
    return {"case_id": case_id, "case_participant_id": person, "received_date": f"{day}T00:00:00.000", **more}


def result(case_id: str, person: str, day: str, decided: str | None, words: str | None) -> dict[str, str | None]:
    at = f"{decided}T09:30:00.000" if decided else None
    return case(case_id, person, day, disposition_date=at, charge_disposition=words)


ONE, TWO, THREE, FOUR, FIVE, SIX = (f"CASE-{number}" for number in range(1, 7))
EXAMPLE: dict[str, Rows] = {
    INTAKE: [
        case(ONE, "A", "2019-03-01", unit="District 10 - Ogden"),
        case(ONE, "B", "2019-03-01", unit=" District 10 - Ogden"),
        case(TWO, "C", "2020-01-05", unit="Area North Detective Division"),
        case(THREE, "D", "2020-02-01", unit=None),
        case(FOUR, "E", "2021-12-31", unit="District 3 - Grand Crossing"),
        case(FOUR, "E", "2021-12-31", unit="District 3 - Grand Crossing"),
        case(FIVE, "F", "2022-01-01", unit="District 99 - Nowhere"),
        # Not asked for: another agency, other years.
        case(SIX, "G", "2020-01-01", unit="District 10 - Ogden", law_enforcement_agency="SHERIFF"),
        case(SIX, "H", "2018-12-31", unit="District 10 - Ogden"),
        case(SIX, "I", "2023-01-01", unit="District 10 - Ogden"),
    ],
    INITIATION: [
        case(ONE, "A", "2019-03-01", unit="District 10 - Ogden"),
        case(ONE, "A", "2019-03-01", unit="District 10 - Ogden"),
        case(ONE, "A", "2019-03-01", unit="District 10 - Ogden", primary_charge_flag="false"),
        case(ONE, "B", "2019-03-01", unit="District 10 - Ogden"),
        case(TWO, "C", "2020-01-05", unit="District 1 - Central"),
        case(THREE, "D", "2020-02-01", unit="District 7 - Englewood"),
        case(FIVE, "F", "2022-01-01", unit=None),
        # Came in by no intake.
        case(SIX, "K", "2020-06-01", unit="District 10 - Ogden"),
    ],
    DISPOSITIONS: [
        result(ONE, "A", "2019-03-01", "2019-05-01", "Nolle Prosecution"),
        result(ONE, "A", "2019-03-01", "2019-06-01", "Plea Of Guilty"),
        result(ONE, "B", "2019-03-01", "2019-06-01", " Nolle Prosecution "),
        result(TWO, "C", "2020-01-05", "2118-01-05", "Plea Of Guilty"),
        result(THREE, "D", "2020-02-01", None, "A Word Nobody Knows"),
        # No result yet.
        result(FOUR, "E", "2021-12-31", None, None),
        # On one day: the conviction counts.
        result(FIVE, "F", "2022-01-01", "2022-03-01", "FNG"),
        result(FIVE, "F", "2022-01-01", "2022-03-01", "Finding Guilty"),
    ],
    SENTENCING: [
        case(ONE, "A", "2019-03-01", sentence_date="2019-06-02T00:00:00.000"),
        case(ONE, "A", "2019-03-01", sentence_date="2019-06-02T00:00:00.000", current_sentence_flag="false"),
        case(FIVE, "F", "2022-01-01", sentence_date="2021-12-31T00:00:00.000"),
        case(SIX, "K", "2020-06-01", sentence_date="2020-12-31T00:00:00.000"),
    ],
}
COUNTED = {
    ("010", 2019, "received"): 2,
    ("010", 2019, "charged"): 2,
    ("010", 2019, "disposed"): 2,
    ("010", 2019, "convicted"): 1,
    ("010", 2019, "dismissed"): 1,
    ("010", 2019, "sentenced"): 1,
    ("other", 2020, "received"): 1,
    ("other", 2020, "charged"): 1,
    ("007", 2020, "received"): 1,
    ("007", 2020, "charged"): 1,
    ("007", 2020, "disposed"): 1,
    ("007", 2020, "other_result"): 1,
    ("003", 2021, "received"): 1,
    ("other", 2022, "received"): 1,
    ("other", 2022, "charged"): 1,
    ("other", 2022, "disposed"): 1,
    ("other", 2022, "convicted"): 1,
}


@pytest.fixture(scope="module")
def running() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal


@pytest.fixture
def county(running: Portal) -> Portal:
    running.faults.clear()
    running.datasets.clear()
    serve_court_rows(running, EXAMPLE)
    running.reset_log()
    return running


def pull(portal: Portal, root: Path, settings: Settings, **patience: Any) -> SyncResult:
    client = open_portal(portal, replace(FAST, **patience))
    return synchronise_cases(client, open_store(root), settings, now=NOW)


def counts_of(store: Store, found: SyncResult) -> dict[tuple[str, int, str], int]:
    assert found.snapshot is not None
    rows = store.load_table("court", found.snapshot.parts[0]).to_pylist()
    assert all(list(row) == ["district_id", "year", "rung", "cases"] for row in rows)
    return {(row["district_id"], row["year"], row["rung"]): row["cases"] for row in rows}


def test_a_small_example_is_counted_by_hand(county: Portal, settings: Settings, tmp_path: Path) -> None:
    found = pull(county, tmp_path, settings)
    counts = counts_of(open_store(tmp_path), found)
    assert {key: cases for key, cases in counts.items() if cases} == COUNTED
    # Zeros stand for places and steps, in the years of which there is any case.
    assert len(counts) == 23 * 4 * 7
    assert (found.source_id, found.rows_pulled, found.months_pulled) == ("court", 25, 1)
    assert found.snapshot is not None
    assert found.snapshot.rows_updated_at == datetime(2026, 4, 2, 15, tzinfo=UTC)


def test_what_is_odd_is_told_with_its_count(county: Portal, settings: Settings, tmp_path: Path) -> None:
    remarks = {remark.check_id: remark for remark in pull(county, tmp_path, settings).remarks}
    assert set(remarks) == {"dates_possible", "results_known", "cases_joined"}
    assert not any(remark.required or remark.passed for remark in remarks.values())
    assert remarks["dates_possible"].got == "rows left out: 1 decided, 1 sentenced"
    assert remarks["results_known"].got == "A Word Nobody Knows (1); counted as other results"
    assert remarks["cases_joined"].got == "1 in later files alone; left out"


def test_no_case_and_no_person_is_kept_or_asked_for(county: Portal, settings: Settings, tmp_path: Path) -> None:
    pull(county, tmp_path, settings)
    words = json.dumps([record.params for record in county.requests])
    assert not [name for name in (*PERSON_COLUMNS, "judge", "commitment_term") if name in words]
    kept = files_of(tmp_path)
    assert not [name for name, data in kept.items() if b"CASE-" in data or b"Ogden" in data]
    assert [name for name in kept if name.endswith(".parquet")] == [
        name for name in kept if name.startswith("snapshots/court/parts/all-") and name.endswith(".parquet")
    ]
    checked = (tmp_path / "snapshots/court/checked.json").read_text()
    assert "CASE-" not in checked


def test_a_second_run_asks_for_the_metadata_alone(county: Portal, settings: Settings, tmp_path: Path) -> None:
    first = pull(county, tmp_path, settings)
    files = files_of(tmp_path)
    county.reset_log()
    second = pull(county, tmp_path, settings)
    assert [record.form for record in county.requests] == ["views"] * 4
    assert (second.snapshot, second.rows_pulled, second.months_pulled) == (first.snapshot, 0, 0)
    assert second.remarks == first.remarks
    assert files_of(tmp_path) == files


@pytest.mark.parametrize("dataset_id", COURT_FILES)
def test_any_file_that_is_published_anew_is_read_again(
    county: Portal, settings: Settings, tmp_path: Path, dataset_id: str
) -> None:
    pull(county, tmp_path, settings)
    # Earlier than the others: the newest of the four times stays as it was.
    county.touch(dataset_id, at=datetime(2025, 1, 1, tzinfo=UTC))
    assert pull(county, tmp_path, settings).rows_pulled == 25
    assert pull(county, tmp_path, settings).rows_pulled == 0


def test_another_rule_counts_again(county: Portal, settings: Settings, tmp_path: Path) -> None:
    pull(county, tmp_path, settings)
    court = settings.outcomes.court
    assert court is not None
    changed = court.model_copy(update={"other_results": (*court.other_results, "A Word Nobody Knows")})
    outcomes = settings.outcomes.model_copy(update={"court": changed})
    found = pull(county, tmp_path, settings.model_copy(update={"outcomes": outcomes}))
    assert found.rows_pulled == 25
    assert "results_known" not in {remark.check_id for remark in found.remarks}
    told = court.model_copy(update={"dashboard": "https://elsewhere.example"})
    outcomes = settings.outcomes.model_copy(update={"court": told})
    pull(county, tmp_path, settings)
    assert pull(county, tmp_path, settings.model_copy(update={"outcomes": outcomes})).rows_pulled == 0


@pytest.mark.parametrize("dataset_id", COURT_FILES)
def test_one_file_missing_leaves_the_counts_as_they_were(
    county: Portal, settings: Settings, tmp_path: Path, dataset_id: str
) -> None:
    first = pull(county, tmp_path, settings)
    files = files_of(tmp_path)
    serve_court_rows(county, {name: rows[:1] for name, rows in EXAMPLE.items()}, datetime(2026, 5, 1, tzinfo=UTC))
    del county.datasets[dataset_id]
    found = pull(county, tmp_path, settings)
    assert found.snapshot == first.snapshot
    assert [remark.check_id for remark in found.remarks] == ["source_read"]
    assert "404" in found.remarks[0].got and "kept the snapshot of 2024-05-01" in found.remarks[0].got
    assert files_of(tmp_path) == files


FAULTS: dict[str, Kind] = {"a page of HTML": "html", "silence": "hang", "an error": "status"}


@pytest.mark.parametrize("kind", FAULTS.values(), ids=FAULTS.keys())
def test_a_dead_county_costs_seconds(county: Portal, settings: Settings, tmp_path: Path, kind: Kind) -> None:
    county.faults.add(Fault(kind=kind, times=None))
    start = monotonic()
    client = open_portal(county, HASTY)
    found = synchronise_cases(client, open_store(tmp_path), settings, now=NOW)
    assert monotonic() - start < 3
    assert found.snapshot is None
    assert [remark.check_id for remark in found.remarks] == ["source_read"]
    assert "none is kept" in found.remarks[0].got
    # Silence is waited for once; what fails at once is tried again.
    assert len(county.requests) == (1 if kind == "hang" else 3)
    assert open_store(tmp_path).load_checked("court") is None


@pytest.mark.parametrize("kind", ["cut_csv", "drop", "duplicate_rows", "short_page"])
def test_a_page_that_breaks_off_is_asked_for_again(
    county: Portal, settings: Settings, tmp_path: Path, kind: Kind
) -> None:
    county.faults.add(Fault(kind=kind, times=2, form="csv", mid_row=kind == "cut_csv"))
    found = pull(county, tmp_path, settings)
    counts = counts_of(open_store(tmp_path), found)
    assert {key: cases for key, cases in counts.items() if cases} == COUNTED


def test_a_file_that_changes_while_it_is_read_is_not_believed(
    county: Portal, settings: Settings, tmp_path: Path
) -> None:
    county.faults.add(Fault(kind="mutate_midway", form="csv", action=lambda portal: portal.touch(SENTENCING)))
    found = pull(county, tmp_path, settings)
    assert found.snapshot is None
    assert "changes of court_sentencing" in found.remarks[0].got


def test_a_value_that_does_not_fit_is_not_quoted(county: Portal, settings: Settings, tmp_path: Path) -> None:
    secret = {"received_date": "SECRET-CASE"}
    county.faults.add(
        Fault(
            kind="wrong_types",
            times=None,
            form="csv",
            column="received_date",
            new_type="text",
            value=secret["received_date"],
            in_header=False,
        )
    )
    found = pull(county, tmp_path, settings)
    assert found.snapshot is None
    assert "SECRET-CASE" not in found.remarks[0].got
    assert "CSV that breaks off" in found.remarks[0].got


def test_files_without_a_case_are_no_zeros(county: Portal, settings: Settings, tmp_path: Path) -> None:
    before = pull(county, tmp_path, settings).snapshot
    serve_court_rows(county, {**EXAMPLE, INTAKE: []}, datetime(2026, 5, 1, tzinfo=UTC))
    found = pull(county, tmp_path, settings)
    assert found.snapshot == before
    assert "expected cases of 2019, 2020, 2021, 2022, got none" in found.remarks[0].got


def test_many_cases_are_counted_as_another_way_counts_them(county: Portal, settings: Settings, tmp_path: Path) -> None:
    serve_court(county, 3000)
    counts = counts_of(open_store(tmp_path), pull(county, tmp_path, settings))
    expected = county.execute(
        f"""SELECT year(received_date), count(*) FROM "{INTAKE}" WHERE law_enforcement_agency = 'CHICAGO PD'
        AND year(received_date) BETWEEN 2019 AND 2022 GROUP BY ALL ORDER BY ALL"""
    )
    received = {
        year: sum(n for (_, y, rung), n in counts.items() if (y, rung) == (year, "received")) for year, _ in expected
    }
    assert list(received.items()) == expected
    for (place, year, rung), cases in counts.items():
        if rung == "disposed":
            parts = [counts[place, year, part] for part in ("convicted", "dismissed", "other_result")]
            assert cases == sum(parts)
        assert cases <= counts[place, year, "received"]
    assert any(counts["010", year, "sentenced"] for year in range(2019, 2023))


def test_rows_are_read_a_bounded_number_at_a_time(county: Portal, settings: Settings) -> None:
    serve_court(county, 3000)
    client = open_portal(county, FAST)
    source = settings.source("court_intake")
    pages = client.fetch_cases(source)
    assert next(pages).num_rows == 5 * FAST.page_rows
    assert len(county.requests) == 2
    rest = list(pages)
    assert max(page.num_rows for page in rest) <= 5 * FAST.page_rows
    assert len(rest) > 3
    keys = pa.chunked_array([page.column("row_id").combine_chunks() for page in rest])
    assert len(keys.unique()) == len(keys)


class Sampled:
    """A portal that is a few lines: what it says and sends are the fields."""

    domain = "county.example"
    requests = 0

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def fetch_metadata(self, source: Any) -> Metadata:
        return Metadata("", NOW, {})


def test_a_city_without_such_files_has_none(settings: Settings, tmp_path: Path) -> None:
    kept = tuple(source for source in settings.sources if source.form != "cases")
    client: Any = Sampled(settings)
    city = settings.model_copy(update={"sources": kept})
    assert synchronise_cases(client, open_store(tmp_path), city, now=NOW).snapshot is None


def test_files_without_rules_or_not_all_four_are_a_mistake_of_the_config(settings: Settings, tmp_path: Path) -> None:
    client: Any = Sampled(settings)
    three = tuple(source for source in settings.sources if source.source_id != "court_sentencing")
    with pytest.raises(ConfigError, match="court_sentencing"):
        synchronise_cases(client, open_store(tmp_path), settings.model_copy(update={"sources": three}), now=NOW)
    outcomes = settings.outcomes.model_copy(update={"court": None})
    with pytest.raises(ConfigError, match="court"):
        synchronise_cases(client, open_store(tmp_path), settings.model_copy(update={"outcomes": outcomes}), now=NOW)
