"""The process that is killed: a publication or a withdrawal of the toy city, without a scheduler."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal

from district_reports.publish.showing import load_history
from district_reports.publish.withdraw import withdraw
from flows import publish_gate
from flows.publish_gate import open_workshop
from flows.records import SourceKind
from tests.kills.child import ROOT, SECONDS
from tests.kills.publish_points import Touch, Watch
from tests.unit.publish.small_publication import LATER, NOW, open_store, publish, tiny_makers
from tests.unit.review.small_release import QUARTER, toy_settings

Act = Literal["first", "second", "withdraw"]
COUNTED = "touches"
"""File beside the data directory in which an undisturbed run says how often it touched the disk."""

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def act(root: Path, what: Act, point: Touch | None = None, limit: int = 0) -> None:
    """Publish or withdraw in the data directory below a folder; with a point, die there; with a limit, write no more.

    Args:
        root: Above the data directory.
        what: To be done.
        point: Where to die.
        limit: Bytes after which the kernel refuses to make a file longer, as a full disk does.
    """
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    # Few and quick pages: each is one more touch.
    publish_gate.make_makers = tiny_makers  # type: ignore[attr-defined]
    settings = toy_settings()
    store = open_store(settings, root)
    watch = Watch(store.root, point)
    watch.start()
    if what == "withdraw":
        with open_workshop(settings, SourceKind.PORTAL, store.root, LATER) as (_, workshop):
            withdraw(workshop, load_history(workshop.database), QUARTER, 1, "A name stood in it.")
    elif what == "first":
        publish(store, settings, now=NOW)
    else:
        publish(store, settings, now=LATER, correction="Seven, not six.")
    if point is None and not limit:
        watch.is_on = False
        (root / COUNTED).write_text(str(watch.seen))


@contextmanager
def acting(root: Path, what: Act, point: Touch | None = None, limit: int = 0) -> Iterator[BaseProcess]:
    """Run `act` in a process of its own, which has ended when this ends."""
    process = _CONTEXT.Process(target=act, args=(root, what, point, limit))
    here = Path.cwd()
    # The process that forks finds this module below the folder in which it is started.
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
