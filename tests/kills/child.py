"""The process that is killed: a draft without a scheduler, in a process of its own.

The processes are forked from one that has imported everything and done nothing, so that each costs no second.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.flows.small_city import make_request, run_plain, settings_of
from tests.kills.points import Killer, Point

ROOT = Path(__file__).parents[2]
PLACES = ("007", "011", "city")
SECONDS = 120
"""After which a process hangs."""

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def draft(portal_url: str, data_dir: Path, point: Point | None = None) -> None:
    """Make the reports of two districts and the city; with a point, die there."""
    if point is not None:
        Killer(data_dir, point).arm()
    summary = run_plain(settings_of(portal_url), make_request(data_dir, *PLACES))
    if summary.failed:
        raise AssertionError(summary.failed)


@contextmanager
def drafting(portal_url: str, data_dir: Path, point: Point | None = None) -> Iterator[BaseProcess]:
    """Run `draft` in a process of its own, which has ended when this ends."""
    process = _CONTEXT.Process(target=draft, args=(portal_url, data_dir, point))
    # The process that forks finds this module below the folder in which it is started.
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        process.start()
    finally:
        os.chdir(here)
    try:
        yield process
    finally:
        process.join(SECONDS)
        process.kill()
        process.join()


def run_draft(portal_url: str, data_dir: Path, point: Point | None = None) -> int | None:
    """Return the exit code of `draft` in a process of its own; minus the signal if one ended it."""
    with drafting(portal_url, data_dir, point) as process:
        pass
    return process.exitcode
