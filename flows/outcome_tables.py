"""The measures of every source beside the incidents, and what was odd in their rows."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from district_reports.checks import check_source_fresh, check_volume
from district_reports.metrics.arrests import count_arrest_windows
from district_reports.metrics.complaints import check_complaints, count_complaints
from district_reports.metrics.force import count_force
from district_reports.metrics.opened import Opened
from district_reports.metrics.rates import count_rates
from district_reports.metrics.requests import check_requests, count_requests
from district_reports.metrics.trust import check_trust, count_trust
from district_reports.metrics.victims import check_victims, count_victims
from district_reports.model import CheckResult
from district_reports.periods import Quarter
from district_reports.readings import Readings


def count_outcomes(
    opened: Opened, quarters: Sequence[Quarter], readings: Readings, incidents: pd.DataFrame
) -> list[pd.DataFrame]:
    """Return a table of measures for each part that the city's config has."""
    outcomes = opened.settings.outcomes
    tables = []
    if outcomes.victims:
        tables.append(count_victims(opened, quarters))
    if outcomes.arrests:
        tables.append(count_arrest_windows(opened, quarters))
    if outcomes.complaints:
        tables.append(count_complaints(opened, quarters))
    if outcomes.requests:
        tables.append(count_requests(opened, quarters))
    if outcomes.trust:
        tables.append(count_trust(opened, quarters))
    if outcomes.force:
        tables.append(count_force(opened, quarters, readings.force))
    if outcomes.population:
        tables.append(count_rates(opened, quarters, incidents, readings.population))
    return tables


def check_outcomes(opened: Opened, quarters: Sequence[Quarter]) -> list[CheckResult]:
    """Return what was odd in the rows of the optional sources; remarks all."""
    outcomes = opened.settings.outcomes
    results = check_sources(opened, quarters)
    if outcomes.victims:
        results += check_victims(opened, quarters)
    if outcomes.complaints:
        results += check_complaints(opened, quarters)
    if outcomes.requests:
        results += check_requests(opened, quarters)
    if outcomes.trust:
        results += check_trust(opened)
    return results


def check_sources(opened: Opened, quarters: Sequence[Quarter]) -> list[CheckResult]:
    """Return whether each optional source that was ever read reaches the newest quarter's end, with plausible months.

    A source is looked at that places its rows by a day; months only where the config has bounds for them.
    """
    results = []
    for source in opened.settings.sources:
        source_id = source.source_id
        if source.is_required or not source.date or not opened.has(source_id):
            continue
        results += check_source_fresh(source, opened.newest_day(source_id), max(quarters))
        if any(source.monthly_rows):
            results += check_volume(opened.months(source_id), quarters, source.monthly_rows, source_id=source_id)
    return results
