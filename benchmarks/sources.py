"""Every source of thirteen quarters pulled from portals of real size, and everything counted; the ways: `sources_ways`.

One portal on loopback stands for the city's and the county's, in a process of its own. Incidents, boundaries, stations
and scores are published ones where there are any; all other files are made up, as many rows as the publishers have for
those years (victims too: the published file at hand is of other years).
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.children import Run, WayError, middle_of, run_way
from benchmarks.options import Options
from benchmarks.pull import served
from benchmarks.table import Finding, Row

WAYS = "benchmarks.sources_ways"
MOST_MB = 400.0
MOST_SECONDS = 5.0
MEGABYTE = 10**6
PUBLISHED = (
    {"--districts": "boundaries/chicago_districts.geojson", "--beats": "boundaries/chicago_beats.geojson"},
    {"--stations": "reference/police-district-stations.csv"},
    {"--sentiment": "sentiment/Police_Sentiment_Scores.csv"},
)
"""What else the portal may publish of the folder of real data, by the option that says so; each group whole or not."""


def measure(options: Options) -> Finding:
    """Pull everything into fresh folders, pull it again, and count it in each way, in turn."""
    with TemporaryDirectory() as scratch:
        crimes, kind = options.crimes, "published"
        if crimes is None:
            crimes, kind = Path(scratch) / "crimes", "synthetic"
            crimes.mkdir()
            run_way("benchmarks.rows", "--folder", crimes)
        runs: dict[str, list[Run]] = {}
        with served(crimes, "--others" if options.is_small else "--volumes", *find_published(options.real_data)) as url:

            def run(name: str, folder: Path, way: str = "") -> None:
                runs.setdefault(name, []).append(run_way(WAYS, way or name, "--url", url, "--folder", folder))

            for number in range(options.repeats):
                folder = Path(scratch) / f"data {number}"
                run("pull", folder)
                run("again", folder, "pull")
                for way in ("everything", "ours", "pandas", "compare"):
                    run(way, folder)
            run("unfiltered", Path(scratch) / "unfiltered")
    return _finding(runs, kind)


def find_published(real_data: Path) -> list[str]:
    """Return the portal's options for published files, as far as they are there."""
    words: list[str] = []
    for group in PUBLISHED:
        paths = {option: real_data / name for option, name in group.items()}
        if all(path.is_file() for path in paths.values()):
            words += [word for option, path in paths.items() for word in (option, str(path))]
    return words


def _finding(runs: dict[str, list[Run]], kind: str) -> Finding:
    (unfiltered,), compared = runs["unfiltered"], runs["compare"][0].facts
    pull, again, everything = (middle_of(runs[name]) for name in ("pull", "again", "everything"))
    differing = [text for run in runs["compare"] for text in run.facts["differing"]]
    if differing or not compared["compared"]:
        raise WayError(f"sources: expected the same numbers from both ways, got {differing or 'none to compare'}")
    if again.facts["rows"]:
        raise WayError(f"sources: expected a second pull without rows, got {again.facts['rows']:,}")
    rows = (
        Row("first pull of all sources", f"{pull.seconds:.1f} s, {pull.facts['rows']:,} rows"),
        Row("its peak memory", f"{pull.peak_mb:,.0f} MB", "", "", f"≤ {MOST_MB:.0f} MB", pull.peak_mb <= MOST_MB),
        *_rows_of_conditions(pull, unfiltered),
        Row(
            "second pull, nothing changed",
            f"{again.seconds:.2f} s, {again.facts['requests']} requests, {again.facts['bytes'] / 1000:,.0f} kB",
            f"{pull.facts['requests']} requests (first pull)",
        ),
        Row(
            "measures of everything, checked, as a file",
            f"{everything.seconds:.2f} s",
            "",
            "",
            f"< {MOST_SECONDS:.0f} s",
            everything.seconds < MOST_SECONDS,
        ),
        Row("its peak memory", f"{everything.peak_mb:,.0f} MB"),
        *_rows_of_both(runs["ours"], runs["pandas"], compared["metrics"]),
    )
    return Finding("sources", rows, _remarks(pull, everything, compared, kind))


def _rows_of_conditions(pull: Run, unfiltered: Run) -> tuple[Row, Row]:
    """Return what the conditions that the portal applies save; the pull without them is worked out, not run."""
    size, rows = unfiltered.facts["bytes"], unfiltered.facts["rows"]
    received = pull.facts["bytes"]
    without = received - size["with"] + size["without"]
    return (
        Row(
            "bytes received",
            f"{received / MEGABYTE:,.0f} MB",
            f"{without / MEGABYTE:,.0f} MB (without the conditions)",
            f"{received / without:.2f}",
        ),
        Row(
            "rows of the sources with a condition",
            f"{rows['with']:,}",
            f"{rows['without']:,} (without)",
            f"{rows['with'] / rows['without']:.2f}",
        ),
    )


def _rows_of_both(ours: list[Run], alone: list[Run], metrics: int) -> tuple[Row, Row]:
    seconds = [median(run.seconds for run in runs) for runs in (ours, alone)]
    extra = [median(float(run.facts["extra"]) for run in runs) for runs in (ours, alone)]
    return (
        Row(
            f"the {metrics} metrics that pandas alone counts too",
            f"{seconds[0]:.2f} s",
            f"{seconds[1]:.2f} s (pandas alone)",
            f"{seconds[0] / seconds[1]:.2f}",
        ),
        Row(
            "memory above the libraries",
            f"{extra[0]:,.0f} MB",
            f"{extra[1]:,.0f} MB (pandas alone)",
            f"{extra[0] / extra[1]:.2f}",
        ),
    )


def _remarks(pull: Run, everything: Run, compared: dict[str, Any], kind: str) -> tuple[str, ...]:
    told = ", ".join(f"{name} {rows:,}" for name, rows in pull.facts["sources"].items() if rows)
    unread = f" Not published here, so without rows: {', '.join(pull.facts['unread'])}." if pull.facts["unread"] else ""
    return (
        f"Rows: {told}; those of crimes are {kind}.{unread}",
        f"{pull.facts['requests']} requests; our time includes all checks and the store on disk.",
        f"{everything.facts['rows']:,} rows of measures took {everything.facts['cpu']:.1f} processor seconds.",
        f"Both ways came to the same {compared['compared']:,} numbers.",
    )
