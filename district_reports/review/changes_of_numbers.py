"""Numbers of a report beside those of the quarter before: gone, old, hidden, or another.

A word such as "higher" stands only where the dossier's own comparison, with a year before, gives it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from district_reports.model import Change, Direction, Dossier, State
from district_reports.periods import Quarter

_SHARES: Final = ("outcomes/", "rates/")
"""Numbers that follow from others: told where they are gone, not wherever they move."""


class Shown(NamedTuple):
    """A number as a report shows it."""

    value: float | int | None
    state: State
    direction: Direction | None = None
    """None: no word ever stands beside it."""


def list_numbers(dossier: Dossier) -> dict[str, Shown]:
    """Return the numbers that a reviewer compares, by `part/metric`; one that several parts show, once.

    What is of another place, or of an older quarter, says so at the end: `trust/trust_score/city`,
    `arrest_windows/days_to_arrest_violent/4` (quarters before the report's).
    """
    found: dict[str, Shown] = {}
    compared: dict[str, str] = {}
    parts = [("key_facts", dossier.key_facts), *((each.block_id, each.comparisons) for each in dossier.blocks)]
    for name, comparisons in (*parts, ("offences", dossier.offences)):
        for one in comparisons:
            if compared.setdefault(one.metric_id, name) == name:
                found[f"{name}/{one.metric_id}"] = Shown(one.now.value, one.now.state, one.direction)
    for block in dossier.blocks:
        for measure in block.measures:
            where = "" if measure.district_id == dossier.district_id else f"/{measure.district_id}"
            # Some tell of an older quarter, always as much older: so two reports are compared like with like.
            age = _number_of(dossier.quarter) - _number_of(measure.quarter)
            name = f"{block.block_id}/{measure.metric_id}{where}{f'/{age}' if age else ''}"
            found[name] = Shown(measure.value, measure.state)
    for rate in dossier.rates:
        found[f"rates/{rate.measure.metric_id}"] = Shown(rate.measure.value, rate.measure.state)
    for ladder in dossier.ladders:
        # The first rung is a count, the others are shares of it.
        age = _number_of(dossier.quarter) - _number_of(ladder.quarter)
        for rung in ladder.rungs[1:]:
            found[f"outcomes/{ladder.cohort_id}/{rung.rung_id}/{age}"] = Shown(rung.share, rung.state)
    return found


def _number_of(quarter: str) -> int:
    parsed = Quarter.parse(quarter)
    return parsed.year * 4 + parsed.number


def list_number_changes(before: Dossier, now: Dossier) -> Iterator[Change]:
    """Give the numbers that are gone, old, hidden or other than in the report of the quarter before."""
    then, today = list_numbers(before), list_numbers(now)
    for name in sorted(then.keys() | today.keys()):
        old, new = then.get(name), today.get(name)
        told = _tell_number(name, old, new, is_first_page=name.startswith("key_facts/"))
        if told is not None:
            severity, detail = told
            was = _text(old, has_word=detail == "turned")
            yield Change(kind="number", name=name, severity=severity, before=was, now=_text(new), detail=detail)


def _tell_number(name: str, old: Shown | None, new: Shown | None, *, is_first_page: bool) -> tuple[int, str] | None:
    """Return how bad a change of one number is, and its detail; None where nothing is to be told."""
    if old is None or old.value is None:
        return (1, "back") if new is not None and new.value is not None else None
    if new is None or new.value is None:
        is_kept_back = new is not None and new.state is State.SUPPRESSED
        return (5, "kept_back") if is_kept_back else (9 if is_first_page else 8, "gone")
    if new.state is State.STALE and old.state is not State.STALE:
        return 6, "stale"
    if old.direction is not new.direction:
        severity = 5 if is_first_page else 4
        return severity + (new.direction is Direction.UNKNOWN), "turned"
    if old.value == new.value or name.startswith(_SHARES):
        return None
    return 2 if is_first_page else 1, "changed"


def _text(shown: Shown | None, *, has_word: bool = True) -> str:
    """Return a number as text, with the word that the dossier gives it; where there is none, why."""
    if shown is None or shown.value is None:
        return (State.NO_DATA if shown is None else shown.state).value
    # Four places after the point: what a share has, without the noise of binary fractions.
    value = f"{shown.value:.4f}".rstrip("0").rstrip(".")
    return f"{value} {shown.direction.value}" if has_word and shown.direction else value


def list_corrections(now: Dossier) -> Iterator[Change]:
    """Give the errors of ours that are set right, and that numbers of earlier quarters read otherwise."""
    for each in now.corrections:
        yield Change(
            kind="number",
            name=f"{each.metric_id}/{each.quarter}",
            severity=6,
            before=each.was,
            now=each.now,
            detail="corrected",
        )
    if now.revisions is not None and now.revisions.changes:
        count = str(len(now.revisions.changes))
        yield Change(kind="number", name="revisions", severity=3, now=count, detail="revised")
