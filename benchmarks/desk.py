"""The desk with twenty reviewers at once: how long each page takes, on the sample's whole release.

The server is the command `district-reports desk`, a process of its own; the reviewers are threads of another, each with
a session and a connection. They read a page a second, as fast readers do, and a second time without a pause: that tells
how many pages a second the desk can give.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import ROOT, Run, run_command, run_way
from benchmarks.options import Options
from benchmarks.table import Finding, Row

WAYS = "benchmarks.desk_ways"
QUARTER = "2026Q3"
MOST_MEDIAN, MOST_P99 = 0.100, 0.300
"""Seconds."""


def measure(options: Options) -> Finding:
    """Read every page of the desk as twenty reviewers would."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "data"
        _make_release(folder, options)
        small = ("--small",) if options.is_small else ()
        paced = run_way(WAYS, "--folder", folder, "--pause", "1.0", *small)
        hurried = run_way(WAYS, "--folder", folder, "--pause", "0", *small)
    rows = [row for name, times in paced.facts["pages"].items() for row in _rows(name, times)]
    rows.append(Row("pages a second without a pause", f"{hurried.facts['rate']:,.0f}"))
    remarks = (
        f"{paced.facts['reviewers']} reviewers, {paced.facts['count']:,} pages, one a second each;"
        f" {hurried.facts['count']:,} without a pause.",
        f"Answers that were no page: {_failures(paced) + _failures(hurried)}.",
    )
    return Finding("desk", rows, remarks)


def _make_release(folder: Path, options: Options) -> None:
    """Copy the sample's release of this checkout, or make one; of two places only where little is wanted."""
    made = ROOT / "data" / "sample"
    if not options.is_small and (made / "editions" / QUARTER / "manifest.json").is_file():
        shutil.copytree(made, folder, symlinks=True)
        return
    few = ("--district", "007", "--district", "city", "--language", "en", "--language", "es")
    program = ("district-reports", "draft", QUARTER, "--source", "sample", "--data-dir", folder)
    run_command((*program, "--as-of", "2026-10-09", *(few if options.is_small else ())))


def _rows(name: str, times: dict[str, float]) -> tuple[Row, ...]:
    median, p99 = times["median"], times["p99"]
    return (
        Row(f"{name}, median", _told(median), target=f"< {_told(MOST_MEDIAN)}", passed=median < MOST_MEDIAN),
        Row(f"{name}, 99 of 100", _told(p99), target=f"< {_told(MOST_P99)}", passed=p99 < MOST_P99),
    )


def _told(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def _failures(run: Run) -> int:
    return int(run.facts["failures"])
