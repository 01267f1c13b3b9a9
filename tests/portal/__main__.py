"""Runs the portal as a process of its own, for benchmarks: `python -m tests.portal --crimes DIR --port-file F`."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from tests.portal import city_files
from tests.portal.chicago import serve_boundaries, serve_real_crimes, serve_small_crimes, serve_stations
from tests.portal.county import serve_court
from tests.portal.portal import Portal

ARRESTS, VICTIMS, COMPLAINTS, REQUESTS = 400_000, 12_000, 190_000, 2_500_000
SENTIMENT_MONTHS = 90
COURT_CASES = 528_000
"""Persons in cases; with all charges and sentences 3.1 million rows."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Publish what the options name and serve until SIGTERM or SIGINT.

    Args:
        arguments: Of the command line; by default the process's own.
    """
    options = _parser().parse_args(arguments)
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    portal = Portal(tokens=options.token, gzip=options.gzip, seed=options.seed, port=options.port)
    _publish(portal, options)
    with portal:
        if options.port_file is not None:
            _save_port(options.port_file, portal.port)
        stopped.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.portal", description=__doc__)
    parser.add_argument("--crimes", type=Path, help="folder of crimes_YYYYQn.parquet; without it, synthetic crimes")
    parser.add_argument("--quarters", nargs="+", help="such as 2018Q1 2018Q2; default: every file")
    parser.add_argument("--districts", type=Path, help="GeoJSON of the districts")
    parser.add_argument("--beats", type=Path, help="GeoJSON of the beats")
    parser.add_argument("--stations", type=Path, help="CSV export of the stations")
    parser.add_argument("--victims", type=Path, help="CSV of the victims")
    parser.add_argument("--sentiment", type=Path, help="CSV export of the sentiment scores")
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--others", action="store_true", help="a few made rows of every other file, the county's too")
    sizes.add_argument("--volumes", action="store_true", help="as many made rows of every other file as there are")
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    parser.add_argument("--port-file", type=Path, help="gets the port once the portal serves")
    parser.add_argument("--token", action="append", help="a valid app token; may be repeated")
    parser.add_argument("--gzip", action="store_true", help="compress for clients that accept it")
    parser.add_argument("--seed", type=int, default=0, help="of the order of unordered rows")
    return parser


def _publish(portal: Portal, options: argparse.Namespace) -> None:
    if options.crimes is not None:
        serve_real_crimes(portal, options.crimes, options.quarters)
    elif options.quarters:
        serve_small_crimes(portal, quarters=options.quarters)
    else:
        serve_small_crimes(portal)
    if options.districts is not None and options.beats is not None:
        serve_boundaries(portal, options.districts, options.beats)
    if options.stations is not None:
        serve_stations(portal, options.stations)
    if options.others:
        city_files.serve_city_files(portal)
        serve_court(portal)
    if options.volumes:
        _publish_volumes(portal)
    if options.victims is not None:
        city_files.serve_real_victims(portal, options.victims)
    if options.sentiment is not None:
        city_files.serve_real_sentiment(portal, options.sentiment)


def _publish_volumes(portal: Portal) -> None:
    """Publish as many rows as the publishers have for some three years, and of the courts for all years."""
    city_files.serve_arrests(portal, ARRESTS)
    city_files.serve_victims(portal, VICTIMS)
    city_files.serve_complaints(portal, COMPLAINTS)
    city_files.serve_requests(portal, REQUESTS)
    city_files.serve_sentiment(portal, SENTIMENT_MONTHS)
    city_files.serve_communities(portal)
    serve_court(portal, COURT_CASES)


def _save_port(path: Path, port: int) -> None:
    """Write the port whole or not at all: a reader may be waiting for the file."""
    temporary = path.with_name(f"{path.name}.part")
    temporary.write_text(f"{port}\n", encoding="ascii")
    temporary.replace(path)


if __name__ == "__main__":
    raise SystemExit(main())
