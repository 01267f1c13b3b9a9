"""What a person sees while a run goes on, and when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from district_reports.settings import Settings
from flows import stages
from flows.records import DraftRequest, DraftSummary

STAGES = {
    "pull": "Pulling rows",
    "count": "Counting",
    "dossiers": "Writing dossiers",
    "editions": "Making editions",
    "copy": "Copying what was signed",
    "kits": "Making kits",
    "site": "Building the site",
}
REMARKS_SHOWN = 12


@contextmanager
def show_progress() -> Iterator[stages.Progress]:
    """Show one bar on standard error that tells the stage; nothing but the stages' names where there is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Starting", total=None)
        last = ""

        def update(stage: str, done: int, total: int) -> None:
            nonlocal last
            name, _, detail = stage.partition(":")
            label = STAGES[name] + (f": {detail}" if detail else "")
            if not console.is_terminal and label != last:
                console.print(label, highlight=False)
            last = label
            bar.update(task, description=label, completed=done, total=total or None)

        yield update


def print_summary(summary: DraftSummary) -> None:
    """Print what a draft did, on standard output."""
    console = Console(highlight=False, soft_wrap=True)
    made = len(summary.editions) - len(summary.failed)
    written = sum(edition.is_written for edition in summary.editions)
    console.print(f"State of the District, {summary.quarter}", style="bold")
    console.print(f"  rows pulled        {summary.rows_pulled:,} in {summary.requests} requests")
    console.print(f"  checks with remark {len(summary.remarks)}")
    for remark in summary.remarks[:REMARKS_SHOWN]:
        console.print(
            f"    {remark.check_id} {remark.source_id}: expected {remark.expected}, got {remark.got}", markup=False
        )
    if len(summary.remarks) > REMARKS_SHOWN:
        console.print(f"    and {len(summary.remarks) - REMARKS_SHOWN} more")
    console.print(f"  editions           {made}: {written} written, {made - written} unchanged")
    for edition in summary.failed:
        console.print(f"  FAILED {edition.district_id} {edition.language}: {edition.error}", markup=False)
    console.print(f"  seconds            {summary.seconds:.1f}")
    console.print(f"  they are in        {summary.folder}", markup=False)


def run_sync(settings: Settings, request: DraftRequest) -> None:
    """Bring the snapshots up to date and say what came."""
    start = monotonic()
    store = stages.open_store(settings, request)
    with store.lock(), show_progress() as progress:
        synced = stages.sync_sources(settings, request, store, progress)
    console = Console(highlight=False, soft_wrap=True)
    for result in synced.results:
        rows = f"{result.snapshot.rows:,} rows" if result.snapshot else "no snapshot"
        console.print(f"  {result.source_id:10} {result.rows_pulled:,} rows pulled, {rows} at hand", markup=False)
        for remark in result.remarks:
            console.print(f"    {remark.check_id}: expected {remark.expected}, got {remark.got}", markup=False)
    console.print(f"  seconds    {monotonic() - start:.1f}")
