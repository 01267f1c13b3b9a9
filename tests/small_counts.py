"""Tables of measures made from counts by kind of incident, the rows of which add up as real ones do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from district_reports.metrics.measures import build_table

Counts = Mapping[tuple[str, str], Mapping[str, int]]
"""(quarter, place) -> kind -> incidents; places are the districts and `none`."""

KINDS = {
    "all": [
        "homicide",
        "sexual_assault",
        "robbery",
        "aggravated_assault",
        "aggravated_battery",
        "burglary",
        "theft",
        "vehicle_theft",
        "arson",
        "drug",
        "weapons",
        "simple_assault",
        "other",
    ],
    "violent": ["homicide", "sexual_assault", "robbery", "aggravated_assault", "aggravated_battery"],
    "property": ["burglary", "theft", "vehicle_theft", "arson"],
    "assault_harassment": ["aggravated_assault", "simple_assault"],
    **{kind: [kind] for kind in ("homicide", "sexual_assault", "robbery", "aggravated_assault", "aggravated_battery")},
    **{kind: [kind] for kind in ("burglary", "theft", "vehicle_theft", "arson", "drug", "weapons")},
    "domestic": ["domestic"],
    "transit": ["transit"],
    "carjacking": ["carjacking"],
}
"""Metric without `incidents_` -> the kinds it adds up; the last three are told apart, as parts of others."""

USUAL = {
    "homicide": 3,
    "sexual_assault": 12,
    "robbery": 60,
    "aggravated_assault": 40,
    "aggravated_battery": 70,
    "burglary": 80,
    "theft": 300,
    "vehicle_theft": 70,
    "arson": 2,
    "drug": 90,
    "weapons": 30,
    "simple_assault": 120,
    "other": 400,
    "domestic": 200,
    "transit": 10,
    "carjacking": 5,
    "arrests": 9,
}
"""Counts of a usual district; `arrests` are those among the violent, and likewise among the property kinds."""

ARRESTS = {"violent": 1, "property": 1, "all": 2}
"""Metric with a share of arrests -> how often the counts' `arrests` are among its incidents."""


def make_counts(
    quarters: Iterable[str], places: Iterable[str], changes: Mapping[tuple[str, str], Mapping[str, int]]
) -> dict[tuple[str, str], dict[str, int]]:
    """Return usual counts everywhere, none of them outside the districts, with changes."""
    nothing = dict.fromkeys(USUAL, 0)
    usual = {(quarter, place): dict(USUAL) for quarter in quarters for place in places}
    outside = {(quarter, "none"): nothing for quarter, _ in usual}
    return {key: {**counts, **changes.get(key, {})} for key, counts in (usual | outside).items()}


def make_table(counts: Counts, as_of: date = date(2018, 11, 19)) -> pd.DataFrame:
    """Return `out_metrics` of the counts: every count, the shares with an arrest, a rate, and the city."""
    frame = pd.DataFrame.from_dict(dict(counts), orient="index")
    frame.index = pd.MultiIndex.from_tuples(frame.index, names=["quarter", "district_id"])
    for metric, factor in ARRESTS.items():
        most = frame[KINDS[metric]].sum(axis=1)
        frame[f"arrests_{metric}"] = (frame["arrests"] * factor).clip(upper=most)
    city = frame.groupby("quarter").sum().assign(district_id="city").set_index("district_id", append=True)
    every = pd.concat([frame, city])
    whole = {metric: every[kinds].sum(axis=1) for metric, kinds in KINDS.items()}
    tables = [_rows(f"incidents_{metric}", "incidents", value) for metric, value in whole.items()]
    for metric in ARRESTS:
        part = every[f"arrests_{metric}"]
        share = (part / whole[metric].where(whole[metric] > 0)).round(6)
        tables.append(_rows(f"arrest_share_{metric}", "share", share, part, whole[metric]))
    rate = (whole["violent"] * 1000 / 50_000).round(6)
    residents = pd.Series(50_000, index=rate.index)
    tables.append(_rows("rate_violent", "per_1000", rate, whole["violent"], residents))
    joined = pd.concat(tables, ignore_index=True).assign(as_of=as_of, origin_id="crimes")
    return build_table({str(name): column for name, column in joined.items()})


def _rows(
    metric_id: str,
    unit: str,
    value: pd.Series,
    numerator: pd.Series | None = None,
    denominator: pd.Series | None = None,
) -> pd.DataFrame:
    table = pd.DataFrame({"value": value, "numerator": numerator, "denominator": denominator}).reset_index()
    state = pd.Series("ok", index=table.index).mask(table["value"].isna(), "no_data")
    return table.assign(metric_id=metric_id, unit=unit, state=state)
