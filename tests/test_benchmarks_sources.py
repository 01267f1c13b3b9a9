"""The benchmark of all sources can be run: a portal with few rows is pulled, and both ways come to the same numbers.

No time is measured here: a machine that runs tests is no quiet one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import requests

from benchmarks import sources, sources_ways
from benchmarks.children import Run, WayError
from district_reports.settings import load_settings
from tests.flows.small_city import serve_city
from tests.portal import Portal

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city_url() -> Iterator[str]:
    """The address of a portal with a few rows of every source."""
    portal = Portal()
    serve_city(portal, load_settings({}))
    with portal:
        yield portal.url


@pytest.fixture(scope="module")
def pulled(city_url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, sources_ways.Facts]:
    """A folder that holds every source, and what the pull cost."""
    folder = tmp_path_factory.mktemp("data")
    return folder, sources_ways.pull_all(city_url, folder)


def test_every_source_is_pulled_once_and_then_only_asked_for(
    city_url: str, pulled: tuple[Path, sources_ways.Facts]
) -> None:
    folder, first = pulled
    assert first["unread"] == []
    ids = {source.source_id for source in load_settings({}).sources if source.form != "cases"}
    assert {name for name, rows in first["sources"].items() if rows} == {*ids, "court"}
    assert first["rows"] == sum(first["sources"].values())
    again = sources_ways.pull_all(city_url, folder)
    assert again["rows"] == 0
    assert 0 < again["requests"] < first["requests"]
    assert 0 < again["bytes"] < first["bytes"]


def test_bytes_are_counted_as_they_come_and_only_then(city_url: str) -> None:
    # The page is longer than its body by the head of the answer.
    with sources_ways.received_bytes() as received:
        body = requests.get(f"{city_url}/api/views/metadata/v1/none.json", timeout=5).content
    assert len(body) < received[0] < len(body) + 1000
    counted = received[0]
    requests.get(city_url, timeout=5)
    assert received[0] == counted


def test_conditions_leave_rows_at_the_portal(city_url: str, pulled: tuple[Path, sources_ways.Facts]) -> None:
    folder, first = pulled
    found = sources_ways.read_unfiltered(city_url, folder)
    court = [source.source_id for source in load_settings({}).sources if source.form == "cases"]
    assert len(court) == 4
    assert found["rows"]["with"] == sum(first["sources"][name] for name in ("requests", "sentiment", "court"))
    assert found["rows"]["with"] < found["rows"]["without"]
    assert found["bytes"]["with"] < found["bytes"]["without"]


def test_all_sources_come_to_the_same_numbers_in_both_ways(
    city_url: str, pulled: tuple[Path, sources_ways.Facts]
) -> None:
    folder, _ = pulled
    everything = sources_ways.count_everything(city_url, folder)
    ours = sources_ways.count_ours(city_url, folder)
    alone = sources_ways.count_with_pandas(city_url, folder)
    assert all(facts["seconds"] > 0 for facts in (everything, ours, alone))
    compared = sources_ways.compare(city_url, folder)
    assert compared["differing"] == []
    names = set(pd.read_parquet(folder / "pandas.parquet")["metric_id"])
    assert compared["metrics"] > len(names) * 2 / 3
    assert everything["rows"] > compared["compared"] > 1000


def test_a_number_that_differs_or_is_not_there_is_named() -> None:
    key = {"district_id": ["001", "001", "001", "002"], "quarter": ["2018Q3"] * 4, "metric_id": ["a", "b", "c", "a"]}
    ours = pd.DataFrame({**key, "value": [1.0, 2.0, 3.0, None]})
    alone = pd.DataFrame({**key, "value": [1.0, 2.1, 3.0, 4.0]})
    assert sources_ways.compare_tables(ours, alone[:2]) == {
        "compared": 2,
        "metrics": 2,
        "differing": ["001 2018Q3 b 2.0 2.1"],
    }
    missing = sources_ways.compare_tables(ours, alone.drop(index=0))
    assert [text.split()[:3] for text in missing["differing"]] == [["001", "2018Q3", "a"], ["001", "2018Q3", "b"]]


def runs_of_sources(**changed: Any) -> dict[str, list[Run]]:
    pull = {"rows": 90, "requests": 9, "bytes": 4e6, "unread": ["beats"], "sources": {"crimes": 90, "court": 0}}
    counted = {"rows": 70, "extra": 5.0, "cpu": 2.5}
    runs = {
        "pull": Run(3.0, 300.0, pull),
        "again": Run(0.1, 100.0, {**pull, "rows": 0, "requests": 2}),
        "everything": Run(2.0, 200.0, counted),
        "ours": Run(1.0, 200.0, counted),
        "pandas": Run(4.0, 400.0, {"extra": 20.0}),
        "compare": Run(1.0, 100.0, {"compared": 60, "metrics": 6, "differing": []}),
        "unfiltered": Run(1.0, 100.0, {"bytes": {"with": 1e6, "without": 5e6}, "rows": {"with": 20, "without": 80}}),
    }
    return {name: [run] for name, run in (runs | changed).items()}


def test_what_was_found_of_all_sources_is_told_with_its_ratios() -> None:
    found = sources._finding(runs_of_sources(), "published")
    assert found.passed
    told = {row.measured: (row.ours, row.baseline, row.ratio) for row in found.rows}
    assert told["bytes received"] == ("4 MB", "8 MB (without the conditions)", "0.50")
    assert told["rows of the sources with a condition"] == ("20", "80 (without)", "0.25")
    assert told["the 6 metrics that pandas alone counts too"] == ("1.00 s", "4.00 s (pandas alone)", "0.25")
    assert "without rows: beats" in found.remarks[0]
    assert "2.5 processor seconds" in found.remarks[2]


@pytest.mark.parametrize(
    "changed",
    [
        {"pull": Run(3.0, 401.0, runs_of_sources()["pull"][0].facts)},
        {"everything": Run(5.0, 1.0, {"rows": 1, "cpu": 5.0})},
    ],
    ids=["memory", "seconds"],
)
def test_too_much_memory_or_time_for_all_sources_is_a_miss(changed: dict[str, Run]) -> None:
    assert not sources._finding(runs_of_sources(**changed), "published").passed


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"compare": Run(1.0, 1.0, {"compared": 60, "metrics": 6, "differing": ["001"]})}, "got .*001"),
        ({"compare": Run(1.0, 1.0, {"compared": 0, "metrics": 0, "differing": []})}, "none to compare"),
        ({"again": runs_of_sources()["pull"][0]}, "got 90"),
    ],
    ids=["differing", "nothing", "pulled again"],
)
def test_figures_that_mean_nothing_are_not_told(changed: dict[str, Run], message: str) -> None:
    with pytest.raises(WayError, match=message):
        sources._finding(runs_of_sources(**changed), "published")


def test_files_are_published_as_far_as_they_are_there(tmp_path: Path) -> None:
    assert sources.find_published(tmp_path) == []
    for group in sources.PUBLISHED:
        for name in group.values():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
    every = sources.find_published(tmp_path)
    assert every[::2] == ["--districts", "--beats", "--stations", "--sentiment"]
    # Districts without beats would be half a map.
    (tmp_path / "boundaries" / "chicago_beats.geojson").unlink()
    assert sources.find_published(tmp_path) == every[4:]
