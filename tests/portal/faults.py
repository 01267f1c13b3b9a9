"""What can go wrong, on order: each fault strikes matching requests a given number of times, then all is well.

What belongs here: which request is struck. What the kinds do is in `sabotage`; `drop`, `trickle` and `hang`
act on the connection and are in `delivery`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, get_args

from tests.portal.exchange import Request

if TYPE_CHECKING:
    from tests.portal.portal import Portal

Kind = Literal[
    "throttle",
    "status",
    "processing",
    "html",
    "wrong_token",
    "unknown_column",
    "drop",
    "cut_json",
    "cut_csv",
    "short_page",
    "trickle",
    "hang",
    "mutate_midway",
    "duplicate_rows",
    "wrong_types",
    "drop_column",
    "rename_column",
    "type_change",
]
Target = Literal["any", "resource", "rows", "groups", "metadata"]
_TARGETS: dict[str, Target] = {
    "throttle": "any",
    "status": "any",
    "processing": "resource",
    "html": "any",
    "wrong_token": "any",
    "unknown_column": "resource",
    "trickle": "resource",
    "hang": "any",
    "drop_column": "metadata",
    "rename_column": "metadata",
    "type_change": "metadata",
}
_FORMS = {"cut_json": "json", "cut_csv": "csv"}
_NEED_COLUMN = frozenset({"wrong_types", "drop_column", "rename_column", "type_change"})


@dataclass(slots=True, kw_only=True)
class Fault:
    """One thing to go wrong.

    Which requests:
        times: How often it strikes; None is for ever.
        skip: Matching requests to let pass first.
        on: Kind of request; by default what suits the fault (`drop`, the cuts and the other faults of rows
            leave counts and metadata alone).
        dataset_id, form: Only this dataset; only `json`, `csv`, `geojson` or `views`.
        when: Any further condition.

    What happens (each kind reads only its own):
        retry_after: throttle, status: seconds or an instant; None sends no such header.
        status, body: status: the code, and an HTML or JSON body.
        after_bytes: drop, cut_json: bytes of body that are sent; cut_json by default half.
        after_rows: cut_csv, short_page: rows that are sent, by default half. mutate_midway: rows before the
            action; by default after the last row, before the reply ends.
        mid_row: cut_csv: end inside a row instead of after one.
        seconds: hang: silence before the reply. trickle: when the connection is closed.
        interval: trickle: seconds between two bytes.
        action: mutate_midway: what to do to the portal.
        repeated: duplicate_rows: how many rows give way to copies of others; by default a tenth.
        column: wrong_types, drop_column, rename_column, type_change, unknown_column.
        new_name: rename_column.
        new_type: type_change (`text`, `calendar_date`, …), wrong_types (`text`, `floating_timestamp`, …).
        value: wrong_types: text that replaces every value; by default values are converted.
        in_header, in_values: wrong_types: where the type is wrong.
    """

    kind: Kind
    times: int | None = 1
    skip: int = 0
    on: Target | None = None
    dataset_id: str | None = None
    form: str | None = None
    when: Callable[[Request], bool] | None = None
    retry_after: int | datetime | None = None
    status: int = 503
    body: Literal["html", "json"] = "html"
    after_bytes: int | None = None
    after_rows: int | None = None
    mid_row: bool = False
    seconds: float = 30.0
    interval: float = 0.05
    action: Callable[[Portal], object] | None = None
    repeated: int | None = None
    column: str | None = None
    new_name: str = "renamed"
    new_type: str = "text"
    value: str | None = None
    in_header: bool = True
    in_values: bool = True
    fired: int = field(default=0, init=False)
    seen: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Refuse an unknown kind, or one that lacks what it needs."""
        if self.kind not in get_args(Kind):
            raise ValueError(f"unknown fault {self.kind!r}, expected one of {get_args(Kind)}")
        if self.kind in _NEED_COLUMN and self.column is None:
            raise ValueError(f"fault {self.kind!r} needs a column")
        if self.kind == "mutate_midway" and self.action is None:
            raise ValueError("fault 'mutate_midway' needs an action")
        self.on = self.on or _TARGETS.get(self.kind, "rows")
        self.form = self.form or _FORMS.get(self.kind)

    @property
    def is_spent(self) -> bool:
        """Return whether the fault has struck as often as it should."""
        return self.times is not None and self.fired >= self.times

    def matches(self, request: Request) -> bool:
        """Return whether the request is one to strike; a wrong token needs a token."""
        accepted = {"any": {"rows", "groups", "metadata", ""}, "resource": {"rows", "groups"}}.get(
            str(self.on), {self.on}
        )
        return (
            request.target in accepted
            and self.dataset_id in {None, request.dataset_id}
            and self.form in {None, request.form}
            and (self.kind != "wrong_token" or request.token is not None)
            and (self.when is None or self.when(request))
        )


class FaultPlan:
    """The faults in force; the first that matches a request strikes it, alone."""

    def __init__(self) -> None:
        """Start with none."""
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force and return it; its `fired` says how often it struck."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Make the portal well again."""
        with self._lock:
            self._faults.clear()

    def take(self, request: Request) -> Fault | None:
        """Return the fault that strikes this request, and count it."""
        with self._lock:
            for fault in self._faults:
                if fault.is_spent or not fault.matches(request):
                    continue
                fault.seen += 1
                if fault.seen > fault.skip:
                    fault.fired += 1
                    return fault
        return None
