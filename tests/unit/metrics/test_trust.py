from __future__ import annotations

from datetime import date, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from district_reports.metrics.incidents import open_incidents
from district_reports.metrics.opened import Opened
from district_reports.metrics.trust import check_trust, count_trust, define_trust, trust_period
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.real_data import REAL_DATA
from tests.unit.metrics.outcome_rows import make_origin, opened_sources, require_complete, states_of, values_of
from tests.unit.metrics.rows import TOY, local

QUARTER = Quarter(2018, 3)
AS_OF = date(2018, 11, 19)
MONTHS = ((54.61, "2018-07-31"), (56.97, "2018-08-31"), (54.17, "2018-09-30"))
REAL = REAL_DATA / "sentiment" / "Police_Sentiment_Scores.csv"


@pytest.fixture(scope="module")
def city() -> Settings:
    return load_settings({})


def score(
    place: str | None, trust: float | None, safety: float | None, end: str = "2018-09-30", **changes: Any
) -> dict[str, Any]:
    """Return one row for the month that ends on a day; without a place it is the city's."""
    last = datetime.fromisoformat(end)
    return {
        "district_id": place,
        "area": None if place is None else "somewhere",
        "trust": trust,
        "safety": safety,
        "period_start": last.replace(day=1),
        "period_end": last,
        **changes,
    }


def counted(folder: Path, city: Settings, rows: list[dict[str, Any]], *quarters: Quarter, as_of: date = AS_OF) -> Any:
    with opened_sources(folder, city, {"sentiment": rows}, as_of=as_of) as opened:
        return count_trust(opened, quarters or (QUARTER,))


def odd(folder: Path, city: Settings, rows: list[dict[str, Any]], as_of: date = AS_OF) -> str:
    with opened_sources(folder, city, {"sentiment": rows}, as_of=as_of) as opened:
        (result,) = check_trust(opened)
    assert not result.required
    return result.got


def test_by_hand(tmp_path: Path, city: Settings) -> None:
    """The mean of the two months that end in the quarter, times the config's scale, two decimals."""
    here, there = city.district_ids[:2]
    rows = [
        score(here.lstrip("0"), 60.0, 50.0, "2018-07-31"),
        score(here, 65.33, None, "2018-09-30"),
        score(here, 10.0, 10.0, "2018-06-30"),
        score(there, None, None),
        score(None, 61.0, 52.0),
        score(None, 70.0, 70.0, area="of five districts"),
    ]
    table = counted(tmp_path, city, rows)
    require_complete(table, city, [QUARTER])
    assert values_of(table, "trust_score", QUARTER) == {here: 6.27, "city": 6.1}
    assert values_of(table, "safety_score", QUARTER) == {here: 5.0, "city": 5.2}
    assert set(table["unit"]) == {"score"}
    cells = table[(table["district_id"] == there) | (table["district_id"] == "none")]
    assert set(cells["state"]) == {"no_data"}


def test_a_mean_does_not_depend_on_the_order_of_rows(tmp_path: Path, city: Settings) -> None:
    """These three add up to 5.525 or a hair less, and would be rounded to one score or another."""
    here = city.district_ids[0]
    months = [score(here, value, value, end) for value, end in MONTHS]
    found = set()
    for number, rows in enumerate(permutations(months)):
        (folder := tmp_path / str(number)).mkdir()
        table = counted(folder, city, list(rows))
        found |= {values_of(table, name, QUARTER)[here] for name in ("trust_score", "safety_score")}
    assert len(found) == 1


def test_the_city_s_mean_is_of_the_districts_periods(tmp_path: Path, city: Settings) -> None:
    """Weekly scores of the city alone, printed twice, would weigh more than the month they lie in."""
    week: dict[str, Any] = {"period_start": local("2018-09-02"), "period_end": local("2018-09-08")}
    rows = [score(city.district_ids[0], 60.0, 60.0), score(None, 50.0, 50.0)]
    rows += [score(None, 90.0, 90.0, **week)] * 2
    assert values_of(counted(tmp_path, city, rows), "trust_score", QUARTER)["city"] == 5.0


def test_a_frozen_file_is_stale_and_never_speaks_before_its_start(tmp_path: Path, city: Settings) -> None:
    here, there = city.district_ids[:2]
    window = QUARTER.window(5)
    rows = [
        score(here, 40.0, 40.0, "2017-12-31"),
        score(there, 30.0, 30.0, "2017-12-31"),
        score(here, 60.0, 60.0, "2018-03-31"),
    ]
    table = counted(tmp_path, city, rows, *window)
    require_complete(table, city, window)
    at_here = table[table["district_id"] == here]
    found = [
        (values_of(at_here, "trust_score", quarter).get(here), *states_of(at_here, "trust_score", quarter))
        for quarter in window
    ]
    assert found == [(None, "no_data"), (4.0, "ok"), (6.0, "ok"), (6.0, "stale"), (6.0, "stale")]
    # Of the last published quarter, not of an older one that has a score.
    assert values_of(table, "trust_score", QUARTER) == {here: 6.0}
    with opened_sources(tmp_path, city, {"sentiment": rows}, as_of=AS_OF) as opened:
        assert trust_period(opened, window[2]) == (date(2018, 3, 1), date(2018, 3, 31))
        assert trust_period(opened, window[1]) == (date(2017, 12, 1), date(2017, 12, 31))
        assert trust_period(opened, QUARTER) == trust_period(opened, window[2])
        assert trust_period(opened, window[0]) is None


def test_a_gap_between_is_no_data(tmp_path: Path, city: Settings) -> None:
    rows = [score(city.district_ids[0], 40.0, 40.0, end) for end in ("2018-03-31", "2018-09-30")]
    table = counted(tmp_path, city, rows, *QUARTER.window(3))
    assert states_of(table, "trust_score", QUARTER.previous()) == {"no_data"}


@pytest.mark.parametrize(("end", "state"), [("2018-07-30", "ok"), ("2018-07-29", "stale")])
def test_a_quarter_whose_end_the_file_does_not_come_near_is_stale(
    tmp_path: Path, city: Settings, end: str, state: str
) -> None:
    assert city.source("sentiment").freshness_days == 62
    here = city.district_ids[0]
    table = counted(tmp_path, city, [score(here, 40.0, 40.0, end)])
    assert table[(table["district_id"] == here)][["value", "state"]].to_numpy().tolist() == [[4.0, state]] * 2


def test_another_quarter_s_scores_are_stale_however_patient_the_config_is(tmp_path: Path, city: Settings) -> None:
    sources = tuple(source.model_copy(update={"freshness_days": 400}) for source in city.sources)
    patient = city.model_copy(update={"sources": sources})
    table = counted(tmp_path, patient, [score(city.district_ids[0], 40.0, 40.0, "2018-06-30")])
    assert states_of(table[table["value"].notna()], "trust_score", QUARTER) == {"stale"}


def test_what_cannot_be_is_left_out_and_told(tmp_path: Path, city: Settings) -> None:
    here = city.district_ids[0]
    rows = [
        score(here, 60.0, 60.0),
        score(here, 101.0, -1.0, "2018-08-31"),
        score(here, 10.0, 10.0, "2018-07-31", period_start=local("2018-08-01")),
        score(here, 10.0, 10.0, "2118-07-31"),
        score("031", 10.0, 10.0),
        score("=1+1", 10.0, 10.0),
        score(here, 10.0, float("nan"), "2018-06-30"),
    ]
    table = counted(tmp_path, city, rows)
    assert values_of(table, "trust_score", QUARTER) == {here: 6.0}
    assert odd(tmp_path, city, rows) == (
        "'a district of another city': 2 rows, 'a period that cannot be': 2 rows, 'a score that cannot be': 2 rows"
    )


def test_two_scores_of_one_place_and_period_are_told(tmp_path: Path, city: Settings) -> None:
    here = city.district_ids[0]
    assert odd(tmp_path, city, [score(here, 60.0, 60.0)] * 2) == "only that"
    assert odd(tmp_path, city, [score(here, 60.0, 60.0), score(here, 50.0, 60.0)]) == (
        "'another score of its period': 1 rows"
    )


def test_a_survey_never_read_has_no_data(tmp_path: Path, city: Settings) -> None:
    with opened_sources(tmp_path, city, {}, as_of=AS_OF) as opened:
        table = count_trust(opened, [QUARTER])
        assert (trust_period(opened, QUARTER), check_trust(opened)) == (None, [])
    require_complete(table, city, [QUARTER])
    assert set(table["state"]) == {"no_data"}


def test_a_city_without_a_survey_has_no_scores() -> None:
    toy = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    with open_incidents([], toy) as con:
        opened = Opened(con, toy, AS_OF, {"crimes": make_origin(toy, "crimes", AS_OF)})
        assert count_trust(opened, [QUARTER]).empty
        assert (trust_period(opened, QUARTER), check_trust(opened), define_trust(toy)) == (None, [], ())


def test_every_metric_is_defined(tmp_path: Path, city: Settings) -> None:
    table = counted(tmp_path, city, [score(city.district_ids[0], 60.0, 60.0)])
    assert {(entry.metric_id, entry.unit) for entry in define_trust(city)} == set(
        zip(table["metric_id"], table["unit"], strict=True)
    )


def published_rows() -> pd.DataFrame:
    """Return the published rows of whole districts, areas and the city, as text."""
    rows = pd.read_csv(REAL, dtype=str)
    return rows[rows["SECTOR"].isna()].reset_index(drop=True)


@pytest.mark.skipif(not REAL.is_file(), reason=f"needs the real rows, set REAL_DATA_DIR: {REAL}")
def test_means_are_those_of_the_published_rows(tmp_path: Path, city: Settings) -> None:
    raw = published_rows()
    declared = [
        {
            "district_id": row["DISTRICT"] or None,
            "area": row["AREA"] or None,
            "trust": float(row["TRUST"]),
            "safety": float(row["SAFETY"]),
            "period_start": datetime.strptime(row["START_DATE"], "%m/%d/%Y"),  # noqa: DTZ007 - a day has no zone
            "period_end": datetime.strptime(row["END_DATE"], "%m/%d/%Y"),  # noqa: DTZ007 - a day has no zone
        }
        for row in raw.fillna("").to_dict(orient="records")
    ]
    window = Quarter(2021, 4).window(18)
    table = counted(tmp_path, city, declared, *window, as_of=date(2025, 2, 5))
    require_complete(table, city, window)
    assert odd(tmp_path, city, declared, date(2025, 2, 5)) == "only that"

    # Apart from the code: months alone, told by their first day and length; place from the text.
    start, end = pd.to_datetime(raw["START_DATE"]), pd.to_datetime(raw["END_DATE"])
    is_month = (start.dt.day == 1) & end.dt.is_month_end & (start.dt.month == end.dt.month)
    place = raw["DISTRICT"].str.zfill(3).mask(raw["DISTRICT"].isna() & raw["AREA"].isna(), "city")
    months = raw[is_month].assign(place=place, quarter=end.dt.year.astype(str) + "Q" + end.dt.quarter.astype(str))
    months = months.dropna(subset="place")
    for metric_id, column in (("trust_score", "TRUST"), ("safety_score", "SAFETY")):
        scores = months[column].astype(float) / 10
        expected = scores.groupby([months["place"], months["quarter"]]).mean()
        assert len(expected) == 23 * 16
        got = table[table["metric_id"] == metric_id].set_index(["district_id", "quarter"])
        assert got.loc[expected.index, "value"].to_numpy() == pytest.approx(expected.to_numpy(), abs=0.00501)
        assert set(got.loc[expected.index, "state"]) == {"ok"}
        after = got.xs("2021Q4", level="quarter").drop("none")
        assert set(after["state"]) == {"stale"}
        pd.testing.assert_series_equal(after["value"], got.xs("2021Q3", level="quarter").drop("none")["value"])
    assert states_of(table, "trust_score", Quarter(2017, 3)) == {"no_data"}
