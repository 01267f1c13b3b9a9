"""What an incident must be to be counted: the metrics of the config as rows, and the SQL that fits incidents to them.

What belongs here: how a metric becomes `terms`, and which columns they ask. What does not: counting.

A term says what an incident must be: an offence group, an offence code, a kind of place, flags; NULL (or false for a
flag) asks nothing. An incident has one of each, so it fits at most one term of a metric's part. The stored rows are
tallied by everything a term can ask; then each term takes the tally's rows that fit it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

from district_reports.config import Metric
from district_reports.errors import ConfigError
from district_reports.metrics.incidents import quoted
from district_reports.settings import Settings

COUNT, NUMERATOR, DENOMINATOR = "count", "numerator", "denominator"

TEXTS = ("offence_group", "offence_code", "place_kind")
"""Columns of `core_incidents` of which a term can ask a value."""


class Term(NamedTuple):
    """What an incident must be to be counted in one part of a metric."""

    metric_id: str
    part: str
    offence_group: str | None
    offence_code: str | None
    place_kind: str | None
    flags: frozenset[str]


class TermSql(NamedTuple):
    """Pieces of a query that fits incidents to terms; they name only the columns that some term asks."""

    table: str
    """Columns of a `terms` table, `metric_id` and `part` first."""
    kinds: str
    """Columns by which `core_incidents` is tallied; each begins with a comma."""
    sieve: str
    """What rows of `core_incidents` that fit any term have in common; leaves out most others, cheaply."""
    fit: str
    """Whether a row of `tally` fits a row of `terms`."""
    parameters: dict[str, Any]
    """Values of those in `table`."""


def build_terms(settings: Settings) -> list[Term]:
    """Return what each metric of the incidents counts.

    Raises:
        ConfigError: If a share is not of a count, or asks for offences of its own; if `also` cannot be counted.
    """
    terms = []
    for metric in settings.metrics.metrics:
        if not metric.share_of:
            terms += list_terms(metric, metric.metric_id, COUNT)
            continue
        whole = settings.metric(metric.share_of)
        own = metric.offence_groups + metric.offence_codes + metric.places
        if whole.share_of or own or metric.also:
            raise ConfigError(
                f"metric {metric.metric_id}: expected a share of a count, with no offences of its own,"
                f" got a share of {metric.share_of} with {own or metric.also}"
            )
        terms += list_terms(whole, metric.metric_id, NUMERATOR, frozenset({metric.flag}))
        terms += list_terms(whole, metric.metric_id, DENOMINATOR)
    return terms


def list_terms(counted: Metric, metric_id: str, part: str, flags: frozenset[str] = frozenset()) -> list[Term]:
    """Return the terms of one count.

    Args:
        counted: The count.
        metric_id: Whose part the incidents are.
        part: Which part.
        flags: Yes/no columns that must be true beside the count's own.

    Raises:
        ConfigError: If `also` names a group that is counted anyway, or no codes.
    """
    _require_apart(counted)
    # Each group, code and place once: an incident must not fit two terms of one part.
    groups = tuple(dict.fromkeys(counted.offence_groups)) or (None,)
    codes = tuple(dict.fromkeys(counted.offence_codes)) or (None,)
    places = tuple(dict.fromkeys(counted.places)) or (None,)
    also = [(more.group, code) for more in counted.also for code in more.codes]
    offences: list[tuple[str | None, str | None]] = list(dict.fromkeys([*product(groups, codes), *also]))
    asked = flags | ({counted.flag} if counted.flag else frozenset())
    return [Term(metric_id, part, group, code, place, asked) for (group, code), place in product(offences, places)]


def write_terms(terms: Sequence[Term]) -> TermSql:
    """Return the pieces of a query for these terms; no value of the config is in its text."""
    texts = [name for name in TEXTS if any(getattr(term, name) is not None for term in terms)]
    flags = sorted(frozenset().union(*(term.flags for term in terms)))
    columns = ["metric_id", "part", *texts]
    values: dict[str, Any] = {name: [getattr(term, name) for term in terms] for name in columns}
    values |= {f"flag_{number}": [flag in term.flags for term in terms] for number, flag in enumerate(flags)}
    return TermSql(
        table=", ".join(
            [f"unnest(${name}::VARCHAR[]) AS {name}" for name in columns]
            + [f"unnest($flag_{number}::BOOLEAN[]) AS {quoted(flag)}" for number, flag in enumerate(flags)]
        ),
        # A value that no term asks for need not be told from the others: the tally stays small.
        kinds="".join(
            [f", CASE WHEN {name} IN (SELECT {name} FROM terms) THEN {name} END AS {name}" for name in texts]
            + [f", {quoted(flag)}" for flag in flags]
        ),
        sieve=" AND ".join(
            f"{name} IN (SELECT {name} FROM terms)" for name in texts if all(getattr(term, name) for term in terms)
        )
        or "true",
        fit=" AND ".join(
            [f"(terms.{name} IS NULL OR terms.{name} = tally.{name})" for name in texts]
            + [f"(NOT terms.{quoted(flag)} OR tally.{quoted(flag)})" for flag in flags]
        )
        or "true",
        parameters=values,
    )


def _require_apart(metric: Metric) -> None:
    counted = {more.group for more in metric.also} & set(metric.offence_groups)
    empty = [more.group for more in metric.also if not more.codes]
    if metric.also and (counted or not metric.offence_groups):
        raise ConfigError(
            f"metric {metric.metric_id}, also: expected groups that offence_groups does not count,"
            f" got {', '.join(sorted(counted)) or 'all groups counted'}"
        )
    if empty:
        raise ConfigError(f"metric {metric.metric_id}, also: expected codes of each group, got none of {empty[0]}")
