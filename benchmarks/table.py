"""What a benchmark found, and how it is told: a small Markdown table with its targets."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

HEAD = ("measured", "ours", "baseline", "ratio", "target", "result")


@dataclass(frozen=True)
class Row:
    """One comparison; the texts are final."""

    measured: str
    ours: str
    baseline: str = ""
    ratio: str = ""
    target: str = ""
    passed: bool | None = None
    """None where there is no target."""


@dataclass(frozen=True)
class Finding:
    """What one benchmark found."""

    title: str
    rows: Sequence[Row]
    remarks: Sequence[str] = ()
    """Sentences: what was measured, with how many rows, what was scaled."""

    @property
    def passed(self) -> bool:
        """Whether no target was missed."""
        return not any(row.passed is False for row in self.rows)


@dataclass
class Surroundings:
    """How busy the machine was with other things while a benchmark ran."""

    load_before: float = field(default_factory=lambda: os.getloadavg()[0])
    """Load average of the minute before."""
    cores_of_others: float | None = None
    """Cores used by other processes meanwhile, on average; None where the system does not tell."""

    def __str__(self) -> str:
        told = f"Load average of the minute before: {self.load_before:.2f}"
        if self.cores_of_others is None:
            return f"{told}."
        return f"{told}; other processes used {max(0.0, self.cores_of_others):.2f} cores meanwhile."


@contextmanager
def watched() -> Iterator[Surroundings]:
    """Watch the machine during a benchmark whose children have all ended when it ends."""
    found = Surroundings()
    start, busy, own = perf_counter(), _busy_seconds(), _own_seconds()
    yield found
    if busy is not None:
        now = _busy_seconds()
        found.cores_of_others = ((now or busy) - busy - (_own_seconds() - own)) / (perf_counter() - start)


def _busy_seconds() -> float | None:
    """Return the processor time all cores have spent on work since the machine started."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return None
    # user, nice, system; then idle and waiting for the disk; then interrupts. Guests are counted in user already.
    ticks = [int(number) for number in stat.read_text().splitlines()[0].split()[1:8]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """Return the processor time of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def render(finding: Finding, surroundings: Surroundings) -> str:
    """Return a benchmark's heading, table and remarks as Markdown."""
    lines = [HEAD, tuple("---" for _ in HEAD), *map(_cells, finding.rows)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"### {finding.title}\n\n{table}\n\n{' '.join((*finding.remarks, str(surroundings)))}\n"


def _cells(row: Row) -> tuple[str, ...]:
    result = {None: "", True: "pass", False: "MISS"}[row.passed]
    return (row.measured, row.ours, row.baseline, row.ratio, row.target, result)
