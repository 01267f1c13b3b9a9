"""The table of measures in the project's way against pandas alone; the ways themselves are in `measures`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.children import Run, WayError, run_way
from benchmarks.options import Options
from benchmarks.table import Finding, Row

WAYS = "benchmarks.measures"
MOST_OF_TIME = 1 / 3
MOST_OF_MEMORY = 1 / 4


def measure(options: Options) -> Finding:
    """Count the measures of thirteen quarters in both ways, in turn."""
    with TemporaryDirectory() as scratch:
        # A folder that is not there makes the ways make up their rows.
        crimes = options.crimes or Path(scratch) / "none"
        parts = Path(scratch) / "parts"
        parts.mkdir()

        def run(way: str) -> Run:
            return run_way(WAYS, way, "--crimes", crimes, "--parts", parts)

        # It is no way to be measured: it only writes the parts.
        made = run("parts")
        ours: list[Run] = []
        alone: list[Run] = []
        for _ in range(options.repeats):
            ours.append(run("ours"))
            alone.append(run("pandas"))
    if len({run.facts["digest"] for run in (*ours, *alone)}) != 1:
        raise WayError("measures: expected the same numbers from both ways, got others")
    remark = (
        f"{made.facts['rows']:,} {made.facts['kind']} rows in {made.facts['files']} stored parts; both ways read the "
        "same files, each in a process of its own, and come to the same numbers (compared by digest)."
    )
    return Finding("measures", _rows(ours, alone), (remark, "The time begins when the libraries are imported."))


def _rows(ours: Sequence[Run], alone: Sequence[Run]) -> tuple[Row, ...]:
    return (
        _row("seconds", "seconds", ours, alone, MOST_OF_TIME, "≤ 1/3"),
        _row("memory above the libraries", "extra", ours, alone, MOST_OF_MEMORY, "≤ 1/4"),
        _row("memory of the whole process", "peak", ours, alone, None, ""),
    )


def _row(measured: str, name: str, ours: Sequence[Run], alone: Sequence[Run], most: float | None, target: str) -> Row:
    first, second = (median(float(run.facts[name]) for run in runs) for runs in (ours, alone))
    form = "{:.2f} s" if name == "seconds" else "{:,.0f} MB"
    ratio = first / second
    return Row(
        measured,
        form.format(first),
        f"{form.format(second)} (pandas alone)",
        f"{ratio:.2f}",
        target,
        None if most is None else ratio <= most,
    )
