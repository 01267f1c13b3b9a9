"""The benchmarks can be run: each is listed, both ways to count agree, the baseline's charts say what ours say.

No time is measured here: a machine that runs tests is no quiet one.
"""

from __future__ import annotations

import argparse
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import benchmarks
from benchmarks import baseline_charts, measures
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.children import Run, WayError, middle_of, run_way
from benchmarks.options import Options
from benchmarks.report import tree_digest
from benchmarks.table import Finding, Row, render, watched
from district_reports.render.view_charts import (
    Chart,
    HourCell,
    HourChart,
    MapArea,
    MapChart,
    PairBar,
    PairChart,
    TrendChart,
    TrendPoint,
)
from district_reports.settings import load_settings

TOLD = (Path(__file__).parent.parent / "docs" / "performance.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("module", [found.name for found in pkgutil.iter_modules(benchmarks.__path__)])
def test_each_module_imports_without_running(module: str) -> None:
    import_module(f"benchmarks.{module}")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_each_benchmark_is_told_in_the_document(name: str) -> None:
    assert f"### {name}\n" in TOLD


def test_an_unknown_name_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["speed"])
    assert f"expected names among {', '.join(BENCHMARKS)}, got speed" in capsys.readouterr().err


def test_the_command_ends_with_1_where_a_target_was_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (Row("rows a second", "1", "2", "50%", "≥ 60%", False), Row("memory", "3 MB"))
    monkeypatch.setitem(BENCHMARKS, "pull", lambda options: Finding("pull", rows, ("Of ten rows.",)))
    assert main(["pull", "--small"]) == 1
    printed = capsys.readouterr().out
    assert "SMALL" in printed
    assert "| rows a second | 1 | 2 | 50% | ≥ 60% | MISS |" in printed
    assert "| memory | 3 MB |  |  |  |  |" in printed
    assert "Of ten rows. Load average" in printed


def test_a_row_without_a_target_cannot_miss() -> None:
    finding = Finding("pull", (Row("memory", "3 MB"), Row("bytes", "yes", "", "", "yes", True)))
    with watched() as surroundings:
        pass
    assert finding.passed
    assert "MISS" not in render(finding, surroundings)


def test_the_median_run_is_told_with_the_largest_peak() -> None:
    runs = [Run(3.0, 10, {"way": "slow"}), Run(1.0, 30, {"way": "fast"}), Run(2.0, 20, {"way": "middle"})]
    assert middle_of(runs) == Run(2.0, 30, {"way": "middle"})
    assert middle_of(runs[:2]).seconds == 3.0


def test_a_way_that_fails_is_named() -> None:
    with pytest.raises(WayError, match=r"benchmarks\.rows .*ended with 2"):
        run_way("benchmarks.rows", "--sideways")


def test_published_rows_are_used_where_there_are_any(tmp_path: Path) -> None:
    assert Options(real_data=tmp_path).crimes is None
    (tmp_path / "crimes").mkdir()
    (tmp_path / "crimes" / "crimes_2018Q3.parquet").touch()
    assert Options(real_data=tmp_path).crimes == tmp_path / "crimes"


def test_the_digest_of_a_folder_changes_with_a_name_and_with_a_byte(tmp_path: Path) -> None:
    digests = set()
    for name, content in (("a", b"1"), ("b", b"1"), ("b", b"2")):
        folder = tmp_path / f"{name}{content.decode()}"
        (folder / "en").mkdir(parents=True)
        (folder / "en" / name).write_bytes(content)
        digests.add(tree_digest(folder))
    assert len(digests) == 3


def test_both_ways_to_count_come_to_the_same_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "ROWS", 3000)
    options = argparse.Namespace(crimes=tmp_path / "none", parts=tmp_path)
    made = measures.make_parts(options)
    assert (made["rows"], made["kind"], made["files"]) == (3000, "made-up", 39)
    ours, alone = measures.count_ours(options), measures.count_with_pandas(options)
    assert ours["digest"] == alone["digest"]
    assert set(ours) == set(alone) == {"seconds", "cpu", "peak", "extra", "digest"}


TREND = TrendChart(
    points=tuple(
        TrendPoint(label="2025", value=value, text=f"n{value}", is_now=value == 44, is_same_season=value in (40, 44))
        for value in (40, 41, 42, 43, 44)
    ),
    same_season_word="same season",
    other_word="other quarters",
    no_data_word="no data",
)
PAIRS = PairChart(
    bars=(
        PairBar(label="A kind with a name that is rather long", first=3, second=2, first_text="n3", second_text="n2"),
        PairBar(label="Another", first=5, second=None, first_text="n5", second_text=""),
    ),
    first_word="now",
    second_word="before",
    axis_word="incidents",
)
HOURS = HourChart(
    cells=tuple(
        HourCell(weekday=day, hour=hour, value=hour, step=hour // 12) for day in range(7) for hour in range(24)
    ),
    weekday_names=tuple(f"day {number}" for number in range(7)),
    hour_names=tuple(f"{number} h" for number in range(24)),
    step_words=("few", "many"),
)
AREA: dict[str, Any] = {"area_id": "1", "label": "one", "value": 7, "text": "n7", "step": 1}
RINGS = (((0, 0), (0, 900), (900, 900), (900, 0)),)


@pytest.mark.parametrize(
    ("chart", "expected"),
    [
        (TREND, {">2025<": 5, ">n40<": 1, ">n44<": 1, ">n42<": 0, "same season": 1, "no data": 1}),
        (PAIRS, {"rather long<": 1, ">Another<": 1, ">n2<": 1, ">n5<": 1, ">now<": 1, "incidents": 1}),
        (HOURS, {">day 0<": 1, ">day 6<": 1, ">0 h<": 1, ">21 h<": 1, ">many<": 1}),
        (
            MapChart(form="polygons", areas=(MapArea(rings=RINGS, tile=(0, 0), **AREA),), step_words=("few", "many")),
            {">one n7<": 1, ">many<": 1},
        ),
        (
            MapChart(form="tiles", areas=(MapArea(rings=(), tile=(0, 0), **AREA),), step_words=("few", "many")),
            {">one<": 1, ">n7<": 1, ">many<": 1},
        ),
    ],
    ids=["trend", "pairs", "hours", "map", "tiles"],
)
@pytest.mark.parametrize("tag", ["en", "ar"])
def test_the_charts_of_the_baseline_say_what_ours_say(chart: Chart, expected: dict[str, int], tag: str) -> None:
    svg = baseline_charts.draw(chart, load_settings({}).language(tag), "Sample data")
    assert ">Sample data<" in svg
    assert {text: svg.count(text) for text in expected} == expected
