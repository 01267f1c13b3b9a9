"""Ways to be measured, each in a process of its own; this process stays small and imports nothing large.

A way is a module run as `python -m MODULE ARGUMENTS…`; its last line on standard output is a JSON object, in which
`seconds` is the time of its work without its imports.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).parent.parent
REAL_DATA = "REAL_DATA_DIR"
_MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10


class WayError(Exception):
    """A way failed; says which, and how it ended."""


@dataclass(frozen=True)
class Run:
    """What one run of a way cost."""

    seconds: float
    """As the way tells: its work without its imports; else its whole life."""
    peak_mb: float
    """Largest resident memory of any one of its processes, MiB."""
    facts: dict[str, Any]
    """What else the way tells."""


def run_way(module: str, *arguments: str | Path) -> Run:
    """Run a module of this checkout and return what it cost.

    Raises:
        WayError: If it fails.
    """
    seconds, peak, output = _run([sys.executable, "-m", module, *map(str, arguments)])
    lines = output.splitlines()
    if not lines:
        raise WayError(f"{module}: expected a line of JSON, got nothing")
    facts = json.loads(lines[-1])
    return Run(float(facts.get("seconds", seconds)), peak, facts)


def run_command(words: Sequence[str | Path]) -> Run:
    """Run a command and return what it cost from start to end.

    Raises:
        WayError: If it fails.
    """
    seconds, peak, output = _run([str(word) for word in words])
    return Run(seconds, peak, {"output": output})


def _run(words: list[str]) -> tuple[float, float, str]:
    start = perf_counter()
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        output = process.stdout.read() if process.stdout else ""
        # Not `wait`: only this tells the peak of this process and of those it has started.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise WayError(f"{' '.join(words)}: ended with {process.returncode}")
    return perf_counter() - start, usage.ru_maxrss / _MEGABYTE, output


def middle_of(runs: Sequence[Run]) -> Run:
    """Return the run whose time is the median (of two, the slower), with the largest peak of all."""
    found = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    return Run(found.seconds, max(run.peak_mb for run in runs), found.facts)
