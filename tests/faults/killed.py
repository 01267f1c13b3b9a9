"""Run a pull in a process of its own that kills itself at a named point.

`python -m tests.faults.killed URL DATA_DIR POINT COUNT`: the process gets SIGKILL when it reaches the point for the
COUNTth time.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from district_reports.sources.socrata import SocrataPortal
from district_reports.store import files
from district_reports.store.snapshots import SnapshotFolder
from district_reports.sync import synchronise
from tests.faults.town import NOW, QUARTER, SOURCE, open_store

POINTS: dict[str, tuple[Any, str, bool]] = {
    "before the rows of a month": (SocrataPortal, "fetch_month", True),
    "before a part": (SnapshotFolder, "save_part", True),
    "before a file is renamed": (Path, "replace", True),
    "between a part and its sidecar": (files, "save_json", True),
    "after a part": (SnapshotFolder, "save_part", False),
    "before the manifest": (SnapshotFolder, "save_snapshot", True),
    "after the manifest": (SnapshotFolder, "save_snapshot", False),
}


def kill_at(point: str, count: int) -> None:
    """Wrap a function so that the process dies when it is called for the `count`th time."""
    owner, name, is_before = POINTS[point]
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if is_before and calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapped)


def main() -> None:
    url, root, point, count = sys.argv[1:]
    store = open_store(Path(root))
    kill_at(point, int(count))
    with store.lock():
        synchronise(SocrataPortal(url), store, SOURCE, (QUARTER,), now=NOW)


if __name__ == "__main__":
    main()
