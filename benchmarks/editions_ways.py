"""Steps of `editions`: `python -m benchmarks.editions_ways dossiers|editions --folder DIR`.

`dossiers` writes the sample's dossiers into a fresh data directory, `editions` makes editions from them as a draft does
it, without a scheduler.
"""

from __future__ import annotations

import argparse
import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from district_reports.metrics import CITY
from district_reports.settings import load_settings
from flows import counting, rendering, sample_history, stages
from flows.records import DraftRequest, EditionResult, SourceKind

QUARTER = "2026Q3"
AS_OF = date(2026, 10, 9)
NOW = datetime(2026, 10, 9, 12, tzinfo=UTC)


def main() -> None:
    """Run one step and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=("dossiers", "editions"))
    parser.add_argument("--folder", type=Path, required=True, help="the data directory")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--places", type=int, help="only the first so many")
    options = parser.parse_args()
    request = make_request(options.folder, options.places)
    if options.step == "dossiers":
        print(json.dumps(write_dossiers(request)))
    else:
        print(json.dumps(make_editions(request, options.processes)))


def make_request(folder: Path, places: int | None = None) -> DraftRequest:
    """Return the request for all editions of the sample, or those of the first places."""
    settings = load_settings({})
    return DraftRequest(
        quarter=QUARTER,
        source=SourceKind.SAMPLE,
        districts=(*settings.district_ids, CITY)[:places],
        languages=tuple(language.tag for language in settings.languages),
        data_dir=folder,
        records_dir=folder / "no records",
        as_of=AS_OF,
        now=NOW,
    )


def write_dossiers(request: DraftRequest) -> dict[str, Any]:
    """Pull the sample, count, and write all dossiers."""
    settings = load_settings({})
    start = perf_counter()
    store = stages.open_store(settings, request)
    with store.lock():
        sample_history.draft_last_sample(settings, request, store)
        stages.sync_sources(settings, request, store, lambda stage, done, total: None)
        facts, measures = counting.count_everything(settings, request, store)
        dossiers = stages.write_dossiers(store, facts, measures)
    return {"seconds": perf_counter() - start, "dossiers": len(dossiers)}


def make_editions(request: DraftRequest, processes: int) -> dict[str, Any]:
    """Make the editions afresh in a pool of processes, its start included."""
    store = stages.open_store(load_settings({}), request)
    for folder in (request.data_dir / "editions").glob("*/*/*/"):
        shutil.rmtree(folder)
    start = perf_counter()
    jobs = rendering.plan_jobs(store, request, processes)
    with rendering.open_pool(processes) as pool:
        futures = [pool.submit(_timed, job) for job in jobs]
        results = [future.result() for future in futures]
    seconds = perf_counter() - start
    editions = [edition for found, _ in results for edition in found]
    return {
        "seconds": seconds,
        "busy": sum(busy for _, busy in results),
        "editions": sum(edition.is_written for edition in editions),
        "failed": [edition.error for edition in editions if edition.error],
    }


def _timed(job: rendering.RenderJob) -> tuple[list[EditionResult], float]:
    start = perf_counter()
    return rendering.render_job(job), perf_counter() - start


if __name__ == "__main__":
    main()
