"""A freeze of a toy city whose reports are a few letters each: what they tell of their review, and nothing else.

`python -m tests.flows.freezing_toy DATA_DIR POINT` freezes it in a process that kills itself at a named point.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from district_reports.model import CITY, ReviewTaken
from district_reports.review import log
from district_reports.settings import Settings
from district_reports.store import Store
from flows import freezing
from flows.records import DraftRequest, DraftSummary, EditionResult, SourceKind
from flows.stages import Progress
from tests.unit.review.small_release import AFTER, QUARTER, toy_settings, write_release

NOW = datetime(2026, 10, 31, 10, tzinfo=UTC)
POINTS: dict[str, tuple[Any, str, bool]] = {
    "before the ledger": (freezing, "take_ledger", True),
    "after the ledger": (freezing, "take_ledger", False),
    "before the reports": (freezing, "run_stages", True),
    "before the manifest": (Store, "save_release", True),
    "after the reports": (freezing, "run_stages", False),
    "before the row of the log": (log, "append", True),
    "before the end of the transaction": (log, "append", False),
}


def make_request(data_dir: Path, as_of: date = AFTER) -> DraftRequest:
    """Return a request for one place, as somebody would give it who does not know what a freeze makes."""
    return DraftRequest(
        quarter=str(QUARTER),
        source=SourceKind.PORTAL,
        districts=("N",),
        languages=("en",),
        data_dir=data_dir,
        records_dir=data_dir.parent / "no-records",
        as_of=as_of,
        now=NOW,
    )


def quiet(stage: str, done: int, total: int) -> None:
    """Tell nobody how far it is."""


def write_reports(
    settings: Settings,
    request: DraftRequest,
    store: Store,
    progress: Progress,
    steps: object = None,
    *,
    also: Mapping[str, str] | None = None,
) -> DraftSummary:
    """Write reports that tell what was taken from the log of review, in place of counting and rendering."""
    data, digest = store.load_review(QUARTER) or (b"", "")
    places = ReviewTaken.model_validate_json(data).places if data else {}
    told = {
        f"{place}/dossier.json": f'{{"review": {places[place].model_dump_json() if place in places else "null"}}}'
        for place in (*settings.district_ids, CITY)
    }
    inputs = {"config": "c", "review": digest, "is_frozen": request.is_frozen}
    write_release(store, settings, {**(also or {}), **told}, inputs=inputs)
    names = [(place, tag) for place in request.districts for tag in request.languages]
    editions = tuple(EditionResult(district_id=p, language=t, is_written=True, files={"a": "b"}) for p, t in names)
    return DraftSummary(
        quarter=request.quarter,
        folder=store.release_dir(QUARTER),
        rows_pulled=0,
        requests=0,
        remarks=(),
        editions=editions,
        seconds=0,
    )


def freeze(data_dir: Path, settings: Settings | None = None, **changes: Any) -> freezing.Frozen:
    """Freeze the reports as the operator."""
    request = make_request(data_dir).model_copy(update=changes)
    wanted: dict[str, Any] = {"by": log.OPERATOR, "clock": lambda: NOW, "progress": quiet}
    return freezing.freeze_release(settings or toy_settings(), request, **wanted)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(point: str) -> None:
    """Wrap a function so that the process dies before or after it is called."""
    owner, name, is_before = POINTS[point]
    original: Callable[..., Any] = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if is_before:
            die()
        result = original(*args, **kwargs)
        die()
        return result

    setattr(owner, name, wrapped)


def main() -> None:
    data_dir, point = sys.argv[1:]
    vars(freezing)["run_stages"] = write_reports
    kill_at(point)
    freeze(Path(data_dir))


if __name__ == "__main__":
    main()
