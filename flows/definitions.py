"""How each metric is counted, in words and as a query, for whoever wants to check a number."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from district_reports.config import Metric
from district_reports.metrics.arrests import define_arrest_windows
from district_reports.metrics.communities import define_communities
from district_reports.metrics.complaints import define_complaints
from district_reports.metrics.counts import COUNTS_SQL, define_incidents
from district_reports.metrics.court import define_court
from district_reports.metrics.force import define_force
from district_reports.metrics.grid import Definition
from district_reports.metrics.loop import SOURCE_ID as LOOP
from district_reports.metrics.loop import define_loop
from district_reports.metrics.rates import define_rates
from district_reports.metrics.requests import define_requests
from district_reports.metrics.terms import build_terms, write_terms
from district_reports.metrics.trust import define_trust
from district_reports.metrics.victims import define_victims
from district_reports.model import CITY
from district_reports.periods import Quarter
from district_reports.settings import Settings

METRICS = "metrics"
"""Config file of the counts of incidents; every other metric is described by a table of `outcomes`."""

DEFINERS: tuple[tuple[str, Callable[[Settings], tuple[Definition, ...]]], ...] = (
    (METRICS, define_incidents),
    ("victims", define_victims),
    ("arrests", define_arrest_windows),
    ("complaints", define_complaints),
    ("requests", define_requests),
    ("trust", define_trust),
    ("force", define_force),
    ("population", define_rates),
    ("court", define_court),
    ("communities", define_communities),
    (LOOP, define_loop),
)
"""Where a metric is described, and who tells how it is counted."""

_PLACEHOLDER = re.compile(r"\$([a-z_][a-z0-9_]*)")


class Defined(NamedTuple):
    """How one metric is counted."""

    definition: Definition
    table: str
    """`metrics`, or a table of `outcomes`."""
    words: tuple[str, ...]
    """What the config says of it."""
    sql: str
    """Empty where a figure is read by hand or made from other figures."""
    parameters: dict[str, str]
    """By name, as JSON, where the config alone tells it."""


def find_definition(settings: Settings, metric_id: str) -> Defined | None:
    """Return how a metric is counted by the config of today; None where nothing counts it.

    Raises:
        ConfigError: If a metric of the config cannot be counted.
    """
    for table, define in DEFINERS:
        for definition in define(settings):
            if definition.metric_id == metric_id:
                return _narrow(settings, definition) if table == METRICS else _describe(settings, definition, table)
    return None


def list_metric_ids(settings: Settings) -> tuple[str, ...]:
    """Return every metric that the city's config has."""
    return tuple(definition.metric_id for _, define in DEFINERS for definition in define(settings))


def bind_quarter(quarter: Quarter) -> dict[str, Any]:
    """Return the parameters that bound a count of incidents to a quarter, and name the city."""
    return {"city": CITY, "first": quarter.start, "end": quarter.shifted(1).start}


def bind_metric(settings: Settings, metric_id: str) -> tuple[str, dict[str, Any]]:
    """Return the query of one metric of the incidents alone, and its parameters but those of `bind_quarter`."""
    pieces = write_terms([term for term in build_terms(settings) if term.metric_id == metric_id])
    return COUNTS_SQL.format(table=pieces.table, kinds=pieces.kinds, fit=pieces.fit), pieces.parameters


def _narrow(settings: Settings, definition: Definition) -> Defined:
    """Return a count of incidents: the query as it is run, with the terms of this metric alone."""
    metric = settings.metric(definition.metric_id)
    sql, parameters = bind_metric(settings, metric.metric_id)
    words = [f"count of {_describe_rows(metric)}"]
    if metric.share_of:
        whole = settings.metric(metric.share_of)
        words = [f"share of {_describe_rows(whole)} ({whole.metric_id}) that have {metric.flag}"]
    words.append("placed in a quarter by the local day on which they occurred")
    if metric.ripens_days:
        words.append(f"may be compared from {metric.ripens_days} days after the quarter's end on")
    return Defined(
        definition, METRICS, tuple(words), sql, {name: _as_json(value) for name, value in parameters.items()}
    )


def _describe_rows(metric: Metric) -> str:
    """Return in words which incidents a metric counts."""
    offences = []
    if metric.offence_groups:
        offences.append(f"offence_group {' or '.join(metric.offence_groups)}")
    if metric.offence_codes:
        offences.append(f"offence_code {' or '.join(metric.offence_codes)}")
    asked = [" and ".join(offences)] if offences else []
    asked += [f"(or offence_group {more.group} and offence_code {' or '.join(more.codes)})" for more in metric.also]
    if metric.places:
        asked.append(f"at a place_kind of {'; '.join(metric.places)}")
    if metric.flag and not metric.share_of:
        asked.append(f"that are {metric.flag}")
    return (
        f"incidents of {' '.join(asked)}"
        if offences
        else " ".join(["incidents", *asked] if asked else ["incidents, all"])
    )


def _describe(settings: Settings, definition: Definition, table: str) -> Defined:
    """Return a metric of another source, with what its table of the config says."""
    config = settings.report.loop if table == LOOP else getattr(settings.outcomes, table)
    said: dict[str, Any] = config.model_dump(mode="json") if config is not None else {}
    given: dict[str, Any] = {**said, **definition.parameters}
    parameters = {}
    for name in dict.fromkeys(_PLACEHOLDER.findall(definition.sql)):
        # A query names a list of values as the config does, with or without the word for it.
        value = next((given[key] for key in (name, f"{name}_values", f"{name}_value") if key in given), None)
        if value is not None:
            parameters[name] = _as_json(value)
    words = tuple(f"{key} = {_as_json(value)}" for key, value in said.items())
    return Defined(definition, table, words, definition.sql, parameters)


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
