from __future__ import annotations

import re
from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest

from district_reports.periods import Quarter
from district_reports.sources.sample_areas import list_beats
from district_reports.sources.sample_counts import SEASON, plan_month
from tests.unit.sources.sample_cities import all_rows, chicago, months, village, with_quarters

CITY = chicago()


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return with_quarters(all_rows(CITY))


def test_each_quarter_has_a_plausible_volume(rows: pd.DataFrame) -> None:
    volumes = rows["quarter"].value_counts()
    assert len(volumes) == CITY.report.history_quarters
    assert volumes.between(60_000, 75_000).all()


@pytest.mark.parametrize("year", range(1998, 2060, 3))
def test_volume_stays_plausible_in_every_year(year: int) -> None:
    for number in range(1, 5):
        volume = sum(plan_month(CITY, month).counts.sum() for month in Quarter(year, number).months)
        assert 60_000 <= volume <= 75_000


@pytest.mark.parametrize(("near", "far"), [(2039, 2080), (2009, 1960)])
def test_trends_rest_in_far_years(near: int, far: int) -> None:
    kinds = [offence.yearly_trend > 0.05 for offence in CITY.sample.offences]
    then, later = (plan_month(CITY, date(year, 7, 1)).counts[:, kinds].sum() for year in (near, far))
    assert later == pytest.approx(then, rel=0.25)


def test_summer_is_high_and_february_lowest(rows: pd.DataFrame) -> None:
    by_month = rows["occurred_at"].dt.to_period("M").value_counts()
    by_year = by_month[by_month.index.year == 2025]
    assert by_year.idxmin().month == 2
    assert by_year.idxmax().month in (7, 8)
    assert sum(SEASON) == pytest.approx(0)


def test_every_district_group_type_and_beat_occurs(rows: pd.DataFrame) -> None:
    assert set(rows["district_id"].dropna()) == {*CITY.district_ids, CITY.sample.outside_district}
    assert set(rows["offence_group"]) == set(CITY.metrics.offences.groups)
    assert set(rows["offence_type"]) <= set(CITY.metrics.offences.types)
    beats = {beat.beat_id for district_id in CITY.district_ids for beat in list_beats(CITY, district_id)}
    assert set(rows["beat_id"].dropna()) == beats


def test_every_district_has_rows_in_every_quarter(rows: pd.DataFrame) -> None:
    counts = pd.crosstab(rows["district_id"], rows["quarter"])
    assert counts.loc[list(CITY.district_ids)].min().min() > 1_000


def test_ids_rise_with_time_over_the_whole_window(rows: pd.DataFrame) -> None:
    assert rows["incident_id"].is_monotonic_increasing
    assert rows["incident_id"].is_unique
    assert rows["occurred_at"].is_monotonic_increasing


def test_codes_have_the_known_form_and_a_few_are_missing(rows: pd.DataFrame) -> None:
    codes = rows["offence_code"]
    assert all(re.fullmatch(CITY.metrics.offences.code_pattern, code) for code in codes.dropna().unique())
    assert 0 < codes.isna().mean() < 0.001


def test_oddities_come_in_the_numbers_of_the_file(rows: pd.DataFrame) -> None:
    digits = CITY.city.beat_district_digits
    is_outside = ~rows["district_id"].isin(CITY.district_ids)
    is_strayed = (rows["beat_id"].str[:digits] != rows["district_id"].str[-digits:]) & ~is_outside
    assert (is_outside.groupby(rows["quarter"]).sum() == CITY.sample.outside_rows_per_quarter).all()
    assert (is_strayed.groupby(rows["quarter"]).sum() == CITY.sample.strayed_beats_per_quarter).all()
    assert rows.loc[is_outside, "district_id"].isna().any()


def test_default_date_stands_out_each_year(rows: pd.DataFrame) -> None:
    days = rows["occurred_at"].dt.strftime("%m-%d")
    years = rows["occurred_at"].dt.year
    january = rows.assign(day=days)[days.str.startswith("01-")].groupby([years, "day"]).size()
    default = january.xs(CITY.report.notes.default_date, level="day")
    assert (default - january.groupby(level=0).median()).between(150, 600).all()


def test_newest_quarters_have_fewer_arrests_so_far(rows: pd.DataFrame) -> None:
    group = CITY.metric("incidents_violent").offence_groups
    shares = rows[rows["offence_group"].isin(group)].groupby("quarter")["has_arrest"].mean()
    older, newest = shares.iloc[:-4].mean(), shares.iloc[-1]
    assert 0.8 * older < newest < 0.95 * older


def test_nights_have_the_share_of_the_file(rows: pd.DataFrame) -> None:
    hours = rows["occurred_at"].dt.hour
    is_night = ((hours >= 20) | (hours < 4)) & (rows["occurred_at"].dt.strftime("%m-%d") != "01-01")
    for offence in CITY.sample.offences:
        found = is_night[rows["offence_code"] == offence.code]
        assert found.mean() == pytest.approx(offence.night_share, abs=0.02 + 1.5 / len(found) ** 0.5)


def test_weekend_nights_are_busier_than_other_nights(rows: pd.DataFrame) -> None:
    early = rows[rows["occurred_at"].dt.hour < 4]["occurred_at"].dt.day_of_week.value_counts()
    assert set(early.nlargest(2).index) == {5, 6}


def test_many_incidents_are_noted_at_the_full_hour(rows: pd.DataFrame) -> None:
    at_full_hour = (rows["occurred_at"].dt.minute == 0).mean()
    assert 0.3 < at_full_hour < 0.45


def test_some_counts_are_far_off_the_year_before_and_most_are_not(rows: pd.DataFrame) -> None:
    """Independent events would have a median score of 0.67 and almost no score above 4."""
    common = rows[rows["offence_group"].isin(["06", "08A", "08B", "11", "14", "26"])]
    counts = pd.crosstab(common["quarter"], [common["offence_group"], common["district_id"]])
    values = counts.drop(columns=CITY.sample.outside_district, level="district_id").to_numpy(float)
    now, before = values[4:], values[:-4]
    scores = np.abs(now - before) / np.sqrt(now + before)
    assert 1.1 < np.median(scores) < 1.6
    assert 0.05 < (scores > 4).mean() < 0.2


def test_beats_of_one_district_are_unequal(rows: pd.DataFrame) -> None:
    counts = rows[rows["district_id"] == CITY.district_ids[0]]["beat_id"].value_counts()
    assert counts.iloc[0] > 1.5 * counts.iloc[11]


def test_small_city_with_other_ids_gets_rows() -> None:
    city = village()
    frame = with_quarters(all_rows(city))
    assert list(frame.columns[:-1]) == list(city.source("crimes").columns)
    assert set(frame["district_id"]) == {*city.district_ids, city.sample.outside_district}
    assert set(frame["offence_group"]) == set(city.metrics.offences.groups)
    assert set(frame["beat_id"].dropna().str[0]) == {"N", "S", "Y"}
    assert frame["incident_id"].str.isdigit().all()
    per_month = Counter(frame["occurred_at"].dt.to_period("M"))
    assert len(per_month) == len(months(city))
