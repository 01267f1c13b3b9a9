"""The sample's complaints, requests and survey."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from district_reports.place_ids import PlaceRule, find_district
from district_reports.sources.sample import SamplePortal
from district_reports.sources.sample_complaints import EARLIER_QUARTERS
from tests.unit.sources.sample_cities import QUARTER, chicago, months, told

CITY = chicago()
PUBLISHED = pd.Timestamp(QUARTER.complete_on) + pd.Timedelta(days=1)
RULE = PlaceRule(CITY.district_ids, CITY.city.beat_district_digits)
COMPLAINTS, REQUESTS = told(CITY.outcomes.complaints), told(CITY.outcomes.requests)
TRUST = told(CITY.outcomes.trust)


def fetch_list(source_id: str) -> pd.DataFrame:
    frame: pd.DataFrame = SamplePortal(CITY, QUARTER).fetch_list(CITY.source(source_id)).to_pandas()
    return frame


@pytest.fixture(scope="module")
def complaints() -> pd.DataFrame:
    return fetch_list("complaints")


@pytest.fixture(scope="module")
def requests() -> pd.DataFrame:
    portal, source = SamplePortal(CITY, QUARTER), CITY.source("requests")
    frame: pd.DataFrame = pa.concat_tables([portal.fetch_month(source, m) for m in months(CITY)[-9:]]).to_pandas()
    return frame


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    return fetch_list("sentiment")


def test_offices_statuses_and_findings_are_those_of_the_config(complaints: pd.DataFrame) -> None:
    assert set(complaints["office"]) == {COMPLAINTS.office, *COMPLAINTS.other_offices}
    assert set(complaints["status"]) == {*COMPLAINTS.open_values, *COMPLAINTS.closed_values}
    assert set(complaints["finding"].dropna()) == {*COMPLAINTS.finding_values, *COMPLAINTS.no_finding_values}
    assert set(COMPLAINTS.force_categories) < set(complaints["category"])


def test_open_cases_and_those_of_other_offices_have_no_finding(complaints: pd.DataFrame) -> None:
    is_open = complaints["status"].isin(COMPLAINTS.open_values)
    is_ours = complaints["office"] == COMPLAINTS.office
    assert (complaints["finding"].isna() == (is_open | ~is_ours)).all()


def test_newer_cases_are_open_more_often_and_old_ones_are_told_only_if_open(complaints: pd.DataFrame) -> None:
    is_open = complaints["status"].isin(COMPLAINTS.open_values)
    start = pd.Timestamp(QUARTER.window(CITY.report.history_quarters + EARLIER_QUARTERS)[0].start)
    is_older = complaints["opened_at"] < start
    assert 50 < is_older.sum() < 2_000
    assert is_open[is_older].all()
    shares = is_open[~is_older].groupby(complaints["opened_at"].dt.to_period("Q")).mean()
    assert shares.iloc[-1] > 0.9
    assert shares.iloc[0] < 0.3
    assert complaints["opened_at"].max() < pd.Timestamp(QUARTER.end) + pd.Timedelta(days=1)


def test_every_district_has_cases_in_every_quarter(complaints: pd.DataFrame) -> None:
    ours = complaints[complaints["office"] == COMPLAINTS.office]
    district = [find_district(beats, "beats", RULE) for beats in ours["beats"]]
    counts = pd.crosstab(pd.Series(district), ours["opened_at"].dt.to_period("Q").astype(str).to_numpy())
    newest = [str(quarter) for quarter in QUARTER.window(CITY.report.history_quarters)]
    assert counts.loc[list(CITY.district_ids), newest].min().min() >= 5


def test_beats_are_as_odd_as_in_a_real_file(complaints: pd.DataFrame) -> None:
    beats = complaints["beats"]
    assert 0.02 < beats.isna().mean() < 0.08
    several = beats.dropna()[beats.dropna().str.contains(COMPLAINTS.beat_separator, regex=False)]
    assert 0.02 < len(several) / len(beats) < 0.06
    found = [find_district(text, "beats", RULE) for text in several]
    assert None in found
    assert set(found) & set(CITY.district_ids)
    single = beats.dropna()[~beats.dropna().isin(several)]
    assert single.str.len().min() < 4
    assert None not in {find_district(text, "beats", RULE) for text in single}


def test_an_older_sample_holds_the_same_cases_fewer_of_them_closed(complaints: pd.DataFrame) -> None:
    before = SamplePortal(CITY, QUARTER.previous()).fetch_list(CITY.source("complaints")).to_pandas()
    both = before.merge(complaints, on="log_id", suffixes=("_then", "_now"))
    assert (both["opened_at_then"] == both["opened_at_now"]).all()
    then, now = (both[f"status_{when}"].isin(COMPLAINTS.closed_values) for when in ("then", "now"))
    assert now[then].all()
    assert now.sum() > then.sum()


def test_every_kind_of_request_comes_and_others_too(requests: pd.DataFrame) -> None:
    named = {name for kind in REQUESTS.kinds for name in kind.types}
    assert named < set(requests["kind"])
    assert requests["kind"].isin(named).mean() == pytest.approx(told(CITY.sample.requests).kinds_share, abs=0.05)


def test_closed_requests_have_a_day_and_open_ones_have_none(requests: pd.DataFrame) -> None:
    is_open = requests["status"].isin(REQUESTS.open_values)
    assert set(requests["status"]) == {
        REQUESTS.open_values[0],
        REQUESTS.closed_values[0],
        REQUESTS.cancelled_values[0],
    }
    assert (requests["closed_at"].isna() == is_open).all()
    closed = requests[~is_open]
    assert (closed["closed_at"] > closed["opened_at"]).all()
    assert (closed["closed_at"] < PUBLISHED).all()


def test_newest_requests_are_open_more_often(requests: pd.DataFrame) -> None:
    is_open = requests["status"].isin(REQUESTS.open_values)
    shares = is_open.groupby(requests["opened_at"].dt.to_period("M")).mean()
    assert shares.iloc[-1] > 0.2
    assert shares.iloc[0] < shares.iloc[-1] / 2


def test_districts_of_requests_are_unpadded_and_few_are_missing(requests: pd.DataFrame) -> None:
    raw = requests["district_id"]
    assert 0.005 < raw.isna().mean() < 0.02
    assert {find_district(text, "one", RULE) for text in raw.dropna().unique()} == set(CITY.district_ids)
    assert not raw.dropna().str.startswith("0").any()


def test_survey_has_stopped_some_quarters_ago(scores: pd.DataFrame) -> None:
    last = QUARTER.shifted(-told(CITY.sample.sentiment).stopped_quarters_before)
    assert scores["period_end"].max() == pd.Timestamp(last.end)
    assert scores["period_start"].min() == pd.Timestamp(QUARTER.window(CITY.report.history_quarters)[0].start)


def test_scores_are_of_every_district_each_area_and_the_city_in_every_month(scores: pd.DataFrame) -> None:
    by_month = scores.groupby("period_start")
    is_district, is_city = scores["district_id"].notna(), scores["area"].isna()
    districts = {find_district(text, "one", RULE) for text in scores.loc[is_district, "district_id"]}
    assert districts == set(CITY.district_ids)
    assert (is_district.groupby(scores["period_start"]).sum() == len(CITY.districts)).all()
    assert (is_city.groupby(scores["period_start"]).sum() == 1).all()
    areas = {district.area for district in CITY.districts}
    assert (by_month.size() == len(CITY.districts) + len(areas) + 1).all()
    assert not (is_district & is_city).any()


def test_scores_lie_on_the_scale_and_move_little(scores: pd.DataFrame) -> None:
    for name in ("safety", "trust"):
        values = scores[name] * TRUST.scale
        assert values.between(3, 9).all()
        one = values[scores["district_id"] == scores["district_id"].dropna().iloc[0]]
        assert 0.05 < one.std() < 0.5
