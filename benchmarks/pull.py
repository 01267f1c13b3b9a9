"""Pulling thirteen quarters into a fresh store, against the floor of this machine and against sodapy's `get_all`.

The portal is a SODA server on loopback, in a process of its own: it costs every way the same, and on a machine of two
cores it is the slower half. So rows a second mean something only beside the floor: the same requests, whose bytes are
read and dropped.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from benchmarks.children import ROOT, Run, WayError, middle_of, run_way
from benchmarks.options import Options
from benchmarks.table import Finding, Row

MODULE = "benchmarks.pull_ways"
WAYS = ("ours", "floor", "get_all", "get_all_list")
START_SECONDS = 240.0
LEAST_OF_FLOOR = 0.6
LEAST_OF_GET_ALL = 4.0
MOST_MB = 400.0


def measure(options: Options) -> Finding:
    """Pull in all ways, in turn."""
    with TemporaryDirectory() as scratch:
        crimes, kind = options.crimes, "published"
        if crimes is None:
            crimes, kind = Path(scratch), "synthetic (no published rows at hand)"
            run_way("benchmarks.rows", "--folder", crimes)
        quarters = ["--quarters", "1"] if options.is_small else []
        runs: dict[str, list[Run]] = {way: [] for way in WAYS}
        with served(crimes) as url:
            for _ in range(options.repeats):
                for way, found in runs.items():
                    found.append(run_way(MODULE, way, "--url", url, *quarters))
    return _finding({way: middle_of(found) for way, found in runs.items()}, kind)


def _finding(runs: dict[str, Run], kind: str) -> Finding:
    ours, floor, frame, bare = (runs[way] for way in WAYS)
    if len({run.facts["rows"] for run in runs.values()}) != 1:
        raise WayError(f"pull: expected all ways to read as many rows, got {[run.facts for run in runs.values()]}")
    of_floor, of_frame, of_bare = (run.seconds / ours.seconds for run in (floor, frame, bare))
    rows = (
        Row(
            "rows a second, against the floor (same CSV, read and dropped)",
            _speed(ours),
            _speed(floor),
            f"{of_floor:.0%}",
            f"≥ {LEAST_OF_FLOOR:.0%}",
            of_floor >= LEAST_OF_FLOOR,
        ),
        Row(
            f"rows a second, against sodapy `get_all` as it is used ({frame.facts['columns']} columns, a data frame)",
            _speed(ours),
            _speed(frame),
            f"{of_frame:.1f} ×",
            f"≥ {LEAST_OF_GET_ALL:.0f} ×",
            of_frame >= LEAST_OF_GET_ALL,
        ),
        Row(
            f"for information: against `get_all` with only our {bare.facts['columns']} columns, a bare list",
            _speed(ours),
            _speed(bare),
            f"{of_bare:.1f} ×",
        ),
        Row(
            "peak memory",
            f"{ours.peak_mb:,.0f} MB",
            f"{frame.peak_mb:,.0f} MB (`get_all`), {bare.peak_mb:,.0f} MB (bare list)",
            f"{frame.peak_mb / ours.peak_mb:.1f} ×, {bare.peak_mb / ours.peak_mb:.1f} ×",
            f"≤ {MOST_MB:.0f} MB",
            ours.peak_mb <= MOST_MB,
        ),
        Row(
            "distinct rows",
            f"{ours.facts['rows']:,}",
            " and ".join(f"{run.facts['distinct']:,}" for run in (frame, bare)),
        ),
    )
    remarks = (
        f"{ours.facts['rows']:,} {kind} rows in {ours.facts['parts']} months, {bare.facts['columns']} columns, "
        f"{ours.facts['requests']} requests; our time includes all checks and the store on disk.",
        "`get_all` reads pages of 50,000, checks nothing and keeps nothing on disk. It sends no order, so its pages "
        f"overlap: it returned {frame.facts['distinct']:,} and {bare.facts['distinct']:,} distinct rows of "
        f"{ours.facts['rows']:,}.",
    )
    return Finding("pull", rows, remarks)


def _speed(run: Run) -> str:
    return f"{run.facts['rows'] / run.seconds:,.0f} ({run.seconds:.1f} s)"


@contextmanager
def served(crimes: Path, *more: str) -> Iterator[str]:
    """Serve a folder of rows from a process of its own; gives the portal's address.

    Args:
        crimes: Folder of `crimes_YYYYQn.parquet`.
        more: Options of the portal.

    Raises:
        WayError: If it does not start.
    """
    with TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        words = [sys.executable, "-m", "tests.portal", "--crimes", str(crimes), "--port-file", str(port_file), *more]
        with subprocess.Popen(words, cwd=ROOT) as process:
            try:
                yield f"http://127.0.0.1:{_wait_for(port_file, process)}"
            finally:
                process.terminate()


def _wait_for(port_file: Path, process: subprocess.Popen[bytes]) -> int:
    end = monotonic() + START_SECONDS
    while monotonic() < end:
        if port_file.exists():
            return int(port_file.read_text())
        if process.poll() is not None:
            break
        sleep(0.05)
    raise WayError(f"portal: expected it to serve within {START_SECONDS:.0f} s, got exit code {process.poll()}")
