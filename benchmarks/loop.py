"""The feedback loop with ten thousand items and a hundred thousand steps: list, export, import, snapshot.

Each step runs in a process of its own, from the database or the file to the last byte. The natural ways are: item by
item from the database for list and snapshot, and pandas with openpyxl for spreadsheets. The natural import only puts
rows into tables: it neither checks them nor makes items of them.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import Run, middle_of, run_way
from benchmarks.options import Options
from benchmarks.table import Finding, Row

WAYS = "benchmarks.loop_ways"
STEPS = {
    "list": "item by item",
    "export-csv": "pandas",
    "export-xlsx": "pandas, openpyxl",
    "import-csv": "pandas, unchecked",
    "import-xlsx": "pandas, openpyxl, unchecked",
    "snapshot": "item by item",
}
"""Each with its natural way."""
MOST_SECONDS = 5.0
MOST_MEGABYTES = 300


def measure(options: Options) -> Finding:
    """Run every step in both ways, from the same database and files."""
    rows: list[Row] = []
    with TemporaryDirectory() as scratch:
        given = ("--folder", Path(scratch), *(("--small",) if options.is_small else ()))
        made = run_way(WAYS, "make", *given)
        for step, plain_name in STEPS.items():
            ours = middle_of([run_way(WAYS, step, *given) for _ in range(options.repeats)])
            rows += _rows(step, ours, run_way(WAYS, f"plain-{step}", *given), plain_name)
    sizes = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in made.facts["bytes"].items())
    remarks = (
        f"{made.facts['items']:,} made-up items with {made.facts['steps']:,} steps: {sizes}.",
        "An import reads the file, checks every rule and writes all items into a fresh database.",
        "Memory is that of the whole process, its libraries included.",
    )
    return Finding("loop", rows, remarks)


def _rows(step: str, ours: Run, plain: Run, plain_name: str) -> tuple[Row, ...]:
    return (
        Row(
            f"{step}, seconds",
            f"{ours.seconds:.2f} s",
            f"{plain.seconds:.2f} s ({plain_name})",
            f"{ours.seconds / plain.seconds:.2f}",
            f"< {MOST_SECONDS:.0f} s",
            ours.seconds < MOST_SECONDS,
        ),
        Row(
            f"{step}, processor",
            f"{ours.facts['cpu']:.2f} s",
            f"{plain.facts['cpu']:.2f} s",
            f"{ours.facts['cpu'] / plain.facts['cpu']:.2f}",
        ),
        Row(
            f"{step}, memory",
            f"{ours.peak_mb:,.0f} MB",
            f"{plain.peak_mb:,.0f} MB",
            f"{ours.peak_mb / plain.peak_mb:.2f}",
            f"< {MOST_MEGABYTES} MB",
            ours.peak_mb < MOST_MEGABYTES,
        ),
    )
