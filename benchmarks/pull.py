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

from benchmarks.children import ROOT, Run, WayError, environment, middle_of, run_way
from benchmarks.options import Options
from benchmarks.table import Finding, Row

WAYS = "benchmarks.pull_ways"
START_SECONDS = 120.0
LEAST_OF_FLOOR = 0.6
LEAST_OF_GET_ALL = 4.0
MOST_MB = 400.0
QUARTERS_OF_GET_ALL = 2


def measure(options: Options) -> Finding:
    """Pull in all three ways, in turn."""
    with TemporaryDirectory() as scratch:
        crimes, kind = options.crimes, "published"
        if crimes is None:
            crimes, kind = Path(scratch), "synthetic (no published rows at hand)"
            run_way("benchmarks.rows", "--folder", crimes)
        quarters = ["--quarters", "1"] if options.is_small else []
        with served(crimes) as url:
            ours: list[Run] = []
            floor: list[Run] = []
            for _ in range(options.repeats):
                floor.append(run_way(WAYS, "floor", "--url", url, *quarters))
                ours.append(run_way(WAYS, "ours", "--url", url, *quarters))
            few = str(1 if options.is_small else QUARTERS_OF_GET_ALL)
            get_all = run_way(WAYS, "get_all", "--url", url, "--quarters", few)
    return _finding(middle_of(ours), middle_of(floor), get_all, kind)


def _finding(ours: Run, floor: Run, get_all: Run, kind: str) -> Finding:
    if ours.facts["rows"] != floor.facts["rows"]:
        raise WayError(f"pull: expected all ways to read the same rows, got {ours.facts}, {floor.facts}")
    ours_speed, floor_speed, get_all_speed = (run.facts["rows"] / run.seconds for run in (ours, floor, get_all))
    of_floor, of_get_all = ours_speed / floor_speed, ours_speed / get_all_speed
    rows = (
        Row(
            "rows a second, against the floor (same CSV, read and dropped)",
            f"{ours_speed:,.0f} ({ours.seconds:.1f} s)",
            f"{floor_speed:,.0f} ({floor.seconds:.1f} s)",
            f"{of_floor:.0%}",
            f"≥ {LEAST_OF_FLOOR:.0%}",
            of_floor >= LEAST_OF_FLOOR,
        ),
        Row(
            "rows a second, against sodapy `get_all`",
            f"{ours_speed:,.0f}",
            f"{get_all_speed:,.0f} ({get_all.facts['rows']:,} rows in {get_all.seconds:.1f} s)",
            f"{of_get_all:.1f} ×",
            f"≥ {LEAST_OF_GET_ALL:.0f} ×",
            of_get_all >= LEAST_OF_GET_ALL,
        ),
        Row(
            "peak memory",
            f"{ours.peak_mb:,.0f} MB",
            f"{get_all.peak_mb:,.0f} MB (`get_all`, {get_all.facts['rows']:,} rows)",
            "",
            f"≤ {MOST_MB:.0f} MB",
            ours.peak_mb <= MOST_MB,
        ),
    )
    remarks = (
        f"{ours.facts['rows']:,} {kind} rows in {ours.facts['parts']} months, nine columns, {ours.facts['requests']} "
        f"requests; our time includes all checks and the store on disk.",
        f"`get_all` asks for the same columns, 50,000 rows a page, and keeps them in a list; it read "
        f"{get_all.facts['quarters']} quarters and is compared by row.",
    )
    return Finding("pull", rows, remarks)


@contextmanager
def served(crimes: Path) -> Iterator[str]:
    """Serve a folder of rows from a process of its own; gives the portal's address.

    Raises:
        WayError: If it does not start.
    """
    with TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        words = [sys.executable, "-m", "tests.portal", "--crimes", str(crimes), "--port-file", str(port_file)]
        with subprocess.Popen(words, cwd=ROOT, env=environment()) as process:
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
