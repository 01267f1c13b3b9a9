"""What `sources` counts, counted with pandas alone: plainly, as somebody does who has the stored files and a notebook.

Only the columns needed are read; masks and group-bys over categories and codes, one merge of incidents and arrests,
districts and quarters found once for each row. It leaves out what the project does besides: which quarters a source
covers and which shares are too early, small cells, the median of days to close a request, the age of open cases,
scores, force, rates, courts, communities, every check, the sorted and checked table and its file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pandas as pd

from benchmarks.measures import mask_of
from district_reports.metrics.complaint_cases import EARLIEST
from district_reports.metrics.victims import SHOOTINGS
from district_reports.periods import Quarter
from district_reports.place_ids import PlaceRule, find_district
from district_reports.settings import Settings

NEWEST = "2018Q3"
CITY, OUTSIDE = "city", "none"
YEAR = 4


class Rows(NamedTuple):
    """Where the stored rows are."""

    settings: Settings
    paths: Mapping[str, Sequence[Path]]
    """By source."""
    as_of: Mapping[str, date]
    """By source: when the publisher last changed rows."""

    def quarters(self, more: int = 0) -> list[str]:
        """Return the quarters counted, oldest first, and so many before them."""
        return [str(q) for q in Quarter.parse(NEWEST).window(self.settings.report.history_quarters + more)]

    def read(self, source_id: str, columns: Sequence[str]) -> pd.DataFrame:
        """Return the columns of a source."""
        parts = [pd.read_parquet(path, columns=list(columns)) for path in self.paths[source_id]]
        return pd.concat(parts, ignore_index=True)

    def place(self, raw: pd.Series, kind: Literal["one", "beats"] = "one") -> pd.Series:
        """Return the district of each row, or `none`; each distinct value is looked at once."""
        rule = PlaceRule(self.settings.district_ids, self.settings.city.beat_district_digits)
        found = {value: find_district(value, kind, rule) or OUTSIDE for value in raw.dropna().unique()}
        placed: pd.Series = raw.map(found).fillna(OUTSIDE)
        return placed

    def spread(self, rows: pd.DataFrame, count: Callable[[Any], pd.Series]) -> pd.Series:
        """Return something of grouped rows for each district and quarter and, over all rows, for the city."""
        city = count(rows.groupby("quarter"))
        city.index = pd.MultiIndex.from_product([[CITY], city.index], names=["district_id", "quarter"])
        counted: pd.Series = pd.concat([count(rows.groupby(["district_id", "quarter"])), city])
        return counted

    def size(self, rows: pd.DataFrame, more: int = 0) -> pd.Series:
        """Return the number of rows for each district, `none`, the city, and each quarter; 0 where there are none."""
        places = [*self.settings.district_ids, CITY, OUTSIDE]
        grid = pd.MultiIndex.from_product([places, self.quarters(more)], names=["district_id", "quarter"])
        return self.spread(rows, lambda groups: groups.size()).reindex(grid, fill_value=0).astype("float64")


def count_all(rows: Rows) -> pd.DataFrame:
    """Return `district_id`, `quarter`, `metric_id` and `value` of all that is counted here."""
    incidents = _read_incidents(rows)
    victims = _read_victims(rows)
    found = _count_incidents(rows, incidents)
    found |= _count_victims(rows, victims)
    found |= _count_arrests(rows, incidents, victims)
    del incidents
    found |= _count_complaints(rows)
    found |= _count_requests(rows)
    tables = [
        values.rename("value").reset_index().assign(metric_id=metric_id, value=lambda table: table["value"].round(6))
        for metric_id, values in found.items()
    ]
    return pd.concat(tables, ignore_index=True)


def _quarter(moments: pd.Series) -> pd.Series:
    named: pd.Series = moments.dt.year.astype("str") + "Q" + moments.dt.quarter.astype("str")
    return named


def _read_incidents(rows: Rows) -> pd.DataFrame:
    columns = ["incident_id", "occurred_at", "offence_code", "offence_group", "has_arrest", "is_domestic"]
    incidents = rows.read("crimes", [*columns, "district_id", "case_number", "place_kind"])
    incidents["quarter"] = _quarter(incidents["occurred_at"])
    known = incidents["district_id"].isin(rows.settings.district_ids)
    return incidents.assign(district_id=incidents["district_id"].where(known, OUTSIDE))


def _count_incidents(rows: Rows, incidents: pd.DataFrame) -> dict[str, pd.Series]:
    found = {}
    for metric in rows.settings.metrics.metrics:
        is_counted = mask_of(incidents, rows.settings, metric.share_of or metric.metric_id)
        counts = rows.size(incidents[is_counted])
        if metric.share_of:
            counts = rows.size(incidents[is_counted & incidents[metric.flag]]) / counts.where(counts > 0)
        found[metric.metric_id] = counts
    return found


def _read_victims(rows: Rows) -> pd.DataFrame:
    victims = rows.read(
        "victims", ["victim_id", "occurred_at", "case_number", "offence_group", "gunshot", "district_id"]
    )
    victims["quarter"] = _quarter(victims["occurred_at"])
    return victims.assign(district_id=rows.place(victims["district_id"]))


def _shootings(rows: Rows, victims: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each incident in which anybody was shot: that of its first victim."""
    config = rows.settings.outcomes.victims
    shot = victims[victims["gunshot"].isin(config.gunshot_values if config else ())]
    return shot.sort_values("victim_id").drop_duplicates("case_number")


def _count_victims(rows: Rows, victims: pd.DataFrame) -> dict[str, pd.Series]:
    config = rows.settings.outcomes.victims
    if config is None:
        return {}
    is_homicide = victims["offence_group"].isin(config.homicide_groups)
    is_shot = victims["gunshot"].isin(config.gunshot_values)
    return {
        "victims_homicide": rows.size(victims[is_homicide]),
        "victims_nonfatal_shooting": rows.size(victims[is_shot & ~is_homicide]),
        SHOOTINGS: rows.size(_shootings(rows, victims)),
    }


def _count_arrests(rows: Rows, incidents: pd.DataFrame, victims: pd.DataFrame) -> dict[str, pd.Series]:
    """Return shares with a first arrest within some days, and the median of days."""
    config = rows.settings.outcomes.arrests
    if config is None:
        return {}
    arrests = rows.read("arrests", ["case_number", "arrested_at"]).dropna(subset="case_number")
    arrests["arrested_on"] = arrests["arrested_at"].dt.normalize()
    arrests = arrests[["case_number", "arrested_on"]].drop_duplicates()
    found = {}
    for cohort in config.cohorts:
        if cohort.metric_id == SHOOTINGS:
            reported = _shootings(rows, victims)
        else:
            reported = incidents[mask_of(incidents, rows.settings, cohort.metric_id)]
        days = _days_to_arrest(reported, arrests)
        everyone = rows.size(reported)
        for within in config.windows:
            name = f"arrest_within_{within}_{cohort.cohort_id}"
            found[name] = rows.size(reported[days <= within]) / everyone.where(everyone > 0)
        followed = reported.assign(days=days)[days <= max(config.windows)]
        medians = rows.spread(followed, lambda groups: groups["days"].median())
        found[f"days_to_arrest_{cohort.cohort_id}"] = medians
    return found


def _days_to_arrest(reported: pd.DataFrame, arrests: pd.DataFrame) -> pd.Series:
    """Return days from each row to its first arrest, NaN without one; an arrest of the day before counts as 0."""
    cases = reported[["case_number"]].assign(row=reported.index, day=reported["occurred_at"].dt.normalize())
    joined = cases.merge(arrests, on="case_number")
    days = (joined["arrested_on"] - joined["day"]).dt.days
    first = days[days >= -1].clip(lower=0).groupby(joined["row"]).min()
    return first.reindex(reported.index)


def _count_complaints(rows: Rows) -> dict[str, pd.Series]:
    """Return cases of the config's office, shares of them, and those about force over twelve months."""
    config = rows.settings.outcomes.complaints
    if config is None:
        return {}
    cases = rows.read("complaints", ["opened_at", "office", "status", "category", "finding", "beats"])
    last = pd.Timestamp(rows.as_of["complaints"]) + pd.Timedelta(days=1)
    is_possible = (cases["opened_at"] >= pd.Timestamp(EARLIEST)) & (cases["opened_at"] < last)
    cases = cases[(cases["office"] == config.office) & is_possible]
    cases = cases.assign(quarter=_quarter(cases["opened_at"]), district_id=rows.place(cases["beats"], "beats"))
    is_closed = cases["status"].isin(config.closed_values)
    has_status = is_closed | cases["status"].isin(config.open_values)
    has_finding = cases["finding"].isin(config.finding_values)
    is_told = has_finding | cases["finding"].isin(config.no_finding_values) | cases["finding"].isna()
    judged = rows.size(cases[is_told])
    force = rows.size(cases[cases["category"].isin(config.force_categories)], YEAR - 1)
    by_place = force.groupby(level="district_id")
    return {
        "complaint_cases": rows.size(cases),
        "complaint_closed_share": rows.size(cases[is_closed]) / rows.size(cases[has_status]),
        "complaint_finding_share": rows.size(cases[has_finding]) / judged,
        "complaint_sustained_share": rows.size(cases[cases["finding"] == config.sustained_value]) / judged,
        "complaint_force_cases_12m": by_place.transform(lambda counts: counts.rolling(YEAR).sum()).dropna(),
    }


def _count_requests(rows: Rows) -> dict[str, pd.Series]:
    """Return requests opened, and the share closed in time, of each kind and of all."""
    config = rows.settings.outcomes.requests
    if config is None:
        return {}
    asked = rows.read("requests", ["opened_at", "closed_at", "kind", "status", "district_id"])
    asked["quarter"] = _quarter(asked["opened_at"])
    asked["district_id"] = rows.place(asked["district_id"])
    first_day, last_day = asked["opened_at"].dt.normalize(), asked["closed_at"].dt.normalize()
    was_closed = asked["status"].isin(config.closed_values)
    is_closed = was_closed & (asked["closed_at"] >= asked["opened_at"])
    is_closed &= last_day <= pd.Timestamp(rows.as_of["requests"])
    is_open = asked["status"].isin(config.open_values) & asked["closed_at"].isna()
    in_time = is_closed & ((last_day - first_day).dt.days <= config.closed_within_days)
    found = {}
    for kind_id, types in {"all": None, **{kind.kind_id: kind.types for kind in config.kinds}}.items():
        is_kind = pd.Series(True, index=asked.index) if types is None else asked["kind"].isin(types)
        found[f"requests_{kind_id}"] = rows.size(asked[is_kind])
        known = rows.size(asked[is_kind & (is_closed | is_open)])
        found[f"requests_closed_share_{kind_id}"] = rows.size(asked[is_kind & in_time]) / known.where(known > 0)
    return found
