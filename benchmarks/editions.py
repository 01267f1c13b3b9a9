"""Ninety-two editions, web page and print file, on two processes, against the natural way to make them.

The natural way is `baseline_editions`: each chart built afresh with Altair, the same page printed with WeasyPrint. It
is slow, so it makes a sample of the editions, spread over all languages; what it takes for all is its start plus its
seconds an edition, times all, divided by its processes.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import Run, WayError, middle_of, run_way
from benchmarks.options import Options
from benchmarks.table import Finding, Row

WAYS = "benchmarks.editions_ways"
BASELINE = "benchmarks.baseline_editions"
PROCESSES = 2
LEAST = 3.0
SAMPLE = 4
"""Places the baseline makes, in each language."""


def measure(options: Options) -> Finding:
    """Make the editions in both ways, from the same dossiers."""
    places = ("--places", "2") if options.is_small else ()
    with TemporaryDirectory() as scratch:
        folder = ("--folder", Path(scratch))
        run_way(WAYS, "dossiers", *folder)
        processes = ("--processes", str(PROCESSES))
        ours = middle_of([run_way(WAYS, "editions", *folder, *processes, *places) for _ in range(options.repeats)])
        sample = str(1 if options.is_small else SAMPLE)
        baseline = run_way(BASELINE, *folder, *processes, "--places", sample)
    return _finding(ours, baseline)


def _finding(ours: Run, baseline: Run) -> Finding:
    for run in (ours, baseline):
        if run.facts["failed"]:
            raise WayError(f"editions: expected every edition to be made, got {run.facts['failed']}")
    editions, sampled = ours.facts["editions"], baseline.facts["editions"]
    start = baseline.seconds - baseline.facts["busy"] / PROCESSES
    each = baseline.facts["busy"] / sampled
    scaled = start + each * editions / PROCESSES
    ratio = scaled / ours.seconds
    rows = (
        Row(
            f"{editions} editions, web page and print file",
            f"{ours.seconds:.1f} s",
            f"{scaled:.0f} s (scaled from {sampled})",
            f"{ratio:.1f} ×",
            f"≥ {LEAST:.0f} ×",
            ratio >= LEAST,
        ),
        Row(
            "one edition in one process",
            f"{ours.facts['busy'] / editions:.2f} s",
            f"{each:.2f} s",
            f"{each / (ours.facts['busy'] / editions):.1f} ×",
        ),
        Row(
            "memory of the largest process",
            f"{ours.peak_mb:,.0f} MB",
            f"{baseline.peak_mb:,.0f} MB",
            f"{baseline.peak_mb / ours.peak_mb:.1f} ×",
        ),
    )
    parts = ", ".join(f"{name} {seconds / sampled:.2f} s" for name, seconds in baseline.facts["parts"].items())
    remarks = (
        f"{editions} editions from sample dossiers on {PROCESSES} processes, their start included.",
        f"The baseline made {sampled} editions; its start is counted once and the rest scaled by edition. Of one of "
        f"its editions: {parts}.",
    )
    return Finding("editions", rows, remarks)
