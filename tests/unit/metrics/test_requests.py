from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from district_reports.config_outcomes import RequestKind
from district_reports.errors import ConfigError
from district_reports.metrics.incidents import open_incidents
from district_reports.metrics.opened import Opened, attach_sources
from district_reports.metrics.requests import check_requests, count_requests, define_requests
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from district_reports.tables import arrow_schema
from tests.effort import costly
from tests.unit.metrics.outcome_rows import make_origin, opened_sources, require_complete, states_of, values_of
from tests.unit.metrics.rows import TOY, local

QUARTER = Quarter(2018, 3)
AS_OF = date(2018, 11, 19)


@pytest.fixture(scope="module")
def city() -> Settings:
    return load_settings({})


@pytest.fixture(scope="module")
def kind(city: Settings) -> tuple[str, str]:
    """Id of a kind of request, and a type that the file gives it."""
    assert city.outcomes.requests is not None
    first = city.outcomes.requests.kinds[0]
    return first.kind_id, first.types[0]


def request(city: Settings, opened: str, closed: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return one request of the first kind in the first district; closed if it has a day of closing."""
    config = city.outcomes.requests
    assert config is not None
    return {
        "opened_at": datetime.fromisoformat(opened),
        "closed_at": datetime.fromisoformat(closed) if closed else None,
        "kind": config.kinds[0].types[0],
        "status": (config.closed_values if closed else config.open_values)[0],
        "district_id": city.district_ids[0],
        **changes,
    }


def fillers(city: Settings, *quarters: Quarter) -> list[dict[str, Any]]:
    """Return a cancelled request of no kind for the first of each month and the last day: the quarters are covered."""
    config = city.outcomes.requests
    assert config is not None
    days = [day for quarter in quarters for day in (*quarter.months, quarter.end)]
    return [
        request(city, f"{day}T00:00", kind="Something else", status=config.cancelled_values[0], district_id=None)
        for day in days
    ]


def with_kinds(city: Settings, *kinds: RequestKind) -> Settings:
    config = city.outcomes.requests
    assert config is not None
    outcomes = city.outcomes.model_copy(update={"requests": config.model_copy(update={"kinds": kinds})})
    return city.model_copy(update={"outcomes": outcomes})


def counted(folder: Path, city: Settings, rows: list[dict[str, Any]], *quarters: Quarter, **days: date) -> pd.DataFrame:
    with opened_sources(folder, city, {"requests": rows}, **{"as_of": AS_OF, **days}) as opened:
        return count_requests(opened, quarters or (QUARTER,))


def checked(folder: Path, city: Settings, rows: list[dict[str, Any]]) -> dict[str, Any]:
    with opened_sources(folder, city, {"requests": rows}, as_of=AS_OF) as opened:
        results = check_requests(opened, [QUARTER])
    assert not any(result.required for result in results)
    return {result.check_id: result for result in results}


def test_by_hand(tmp_path: Path, city: Settings, kind: tuple[str, str]) -> None:
    """Here: closed after 3, 30 and 31 days, one open; there: closed the same day; one without a district."""
    here, there = city.district_ids[:2]
    rows = [
        *fillers(city, QUARTER),
        request(city, "2018-07-02T23:00", "2018-07-05T01:00"),
        request(city, "2018-07-02T08:00", "2018-08-01T20:00"),
        request(city, "2018-07-02T08:00", "2018-08-02T07:00"),
        request(city, "2018-07-02T08:00"),
        request(city, "2018-08-02T08:00", "2018-08-02T09:00", district_id=there.lstrip("0")),
        request(city, "2018-09-30T23:59", "2018-10-01T00:01", district_id="Nowhere"),
        request(city, "2018-07-03T08:00", kind="Something else"),
    ]
    table = counted(tmp_path, city, rows)
    require_complete(table, city, [QUARTER])
    kind_id = kind[0]
    assert values_of(table, f"requests_{kind_id}", QUARTER) == {here: 4, there: 1, "none": 1, "city": 6}
    assert values_of(table, "requests_all", QUARTER) == {here: 5, there: 1, "none": 5, "city": 11}
    shares = table[table["metric_id"] == f"requests_closed_share_{kind_id}"].set_index("district_id")
    parts = {place: (shares.loc[place, "numerator"], shares.loc[place, "denominator"]) for place in (here, "city")}
    assert parts == {here: (2, 4), "city": (4, 6)}
    assert values_of(table, f"requests_closed_share_{kind_id}", QUARTER) == {
        here: 0.5,
        there: 1,
        "none": 1,
        "city": 0.666667,
    }
    # Here half are closed on day 30; in the city four of six are within 30 days, three within 3, none of them censored.
    assert values_of(table, f"requests_days_{kind_id}", QUARTER) == {here: 30, "none": 1, "city": 3}
    days = table[(table["metric_id"] == f"requests_days_{kind_id}") & (table["district_id"] == there)]
    assert days[["value", "unit", "state"]].to_numpy().tolist() == [[0, "days", "ok"]]


def test_leaving_out_open_requests_would_give_a_wrong_median(
    tmp_path: Path, city: Settings, kind: tuple[str, str]
) -> None:
    """Closed after 2, 4 and 40 days, two open for 50 and more: of the closed alone the median would be 4."""
    rows = fillers(city, QUARTER) + [request(city, "2018-07-01T08:00", f"{day}T08:00") for day in ("2018-07-03",)]
    rows += [request(city, "2018-07-01T08:00", f"2018-{day}T08:00") for day in ("07-05", "08-10")]
    rows += [request(city, "2018-07-01T08:00"), request(city, "2018-09-30T08:00")]
    table = counted(tmp_path, city, rows)
    assert values_of(table, f"requests_days_{kind[0]}", QUARTER)["city"] == 40


def test_a_median_needs_half_of_them_closed(tmp_path: Path, city: Settings, kind: tuple[str, str]) -> None:
    rows = [*fillers(city, QUARTER), request(city, "2018-07-01T08:00", "2018-07-03T08:00")]
    rows += [request(city, "2018-07-01T08:00")] * 2
    table = counted(tmp_path, city, rows)
    assert states_of(table, f"requests_days_{kind[0]}", QUARTER) == {"no_data"}
    assert values_of(table, f"requests_closed_share_{kind[0]}", QUARTER)["city"] == 0.333333


@pytest.mark.parametrize(("short", "state"), [(1, "too_early"), (0, "ok")])
@pytest.mark.parametrize("limit", ["report", "rows"])
def test_a_share_is_too_early_until_its_days_have_passed_for_all(
    tmp_path: Path, city: Settings, kind: tuple[str, str], short: int, state: str, limit: str
) -> None:
    config = city.outcomes.requests
    assert config is not None
    ripe = QUARTER.end + timedelta(days=config.closed_within_days - short)
    newest = ripe if limit == "rows" else AS_OF
    rows = [*fillers(city, QUARTER), request(city, "2018-07-01T08:00"), request(city, f"{newest}T00:00")]
    report = ripe if limit == "report" else AS_OF
    table = counted(tmp_path, city, rows, report_date=report)
    share = table[(table["metric_id"] == f"requests_closed_share_{kind[0]}") & (table["district_id"] == "city")]
    assert share[["state", "value"]].to_numpy().tolist() == [[state, 0.0]]
    assert states_of(table, f"requests_{kind[0]}", QUARTER) == {"ok"}


def test_quarters_of_other_age_are_compared_at_equal_age(tmp_path: Path, city: Settings, kind: tuple[str, str]) -> None:
    """Both quarters' requests are closed after 31 days: the old one must not gain by having been seen for longer."""
    old = QUARTER.year_ago()
    rows = fillers(city, *QUARTER.window(5), Quarter(2018, 4))
    for quarter in (old, QUARTER):
        start = local(f"{quarter.year}-07-01 08:00")
        for days in (5, 31, 60):
            rows.append(request(city, start.isoformat(), (start + timedelta(days=days)).isoformat()))
    table = counted(tmp_path, city, rows, *QUARTER.window(5), as_of=date(2019, 1, 9))
    metric_id = f"requests_closed_share_{kind[0]}"
    assert values_of(table, metric_id, old) == values_of(table, metric_id, QUARTER)
    assert values_of(table, metric_id, old)["city"] == 0.333333
    assert states_of(table[table["district_id"] == "city"], metric_id, QUARTER) == {"ok"}


def test_cancelled_and_unclear_requests_are_opened_ones_and_told(
    tmp_path: Path, city: Settings, kind: tuple[str, str]
) -> None:
    config = city.outcomes.requests
    assert config is not None
    closed, still_open, day = config.closed_values[0], config.open_values[0], "2018-07-10T08:00"
    rows = [
        *fillers(city, QUARTER),
        request(city, day, "2018-07-11T08:00"),
        request(city, day, "2018-07-11T08:00", status=config.cancelled_values[0]),
        request(city, day, status=closed),
        request(city, day, "2018-07-09T08:00"),
        request(city, day, "2118-07-09T08:00"),
        request(city, day, "2018-07-11T08:00", status=still_open),
        request(city, day, status="=HYPERLINK(1)\u202e\n"),
        request(city, day, status=None),
    ]
    table = counted(tmp_path, city, rows)
    assert values_of(table, f"requests_{kind[0]}", QUARTER)["city"] == 8
    share = table[(table["metric_id"] == f"requests_closed_share_{kind[0]}") & (table["district_id"] == "city")]
    assert share[["numerator", "denominator"]].to_numpy().tolist() == [[1, 1]]
    found = checked(tmp_path, city, rows)
    assert found["request_days_known"].got == (
        "'unknown status': 2 rows, 'closed after the snapshot': 1 rows, 'closed before opened': 1 rows,"
        " 'closed without a day': 1 rows, 'open with a day of closing': 1 rows"
    )
    assert found["request_statuses_known"].got == "'': 1 rows, '=HYPERLINK(1)\\u202e\\n': 1 rows"
    assert not found["request_days_known"].passed


def test_a_kind_that_the_whole_city_lacks_is_no_data_and_told(
    tmp_path: Path, city: Settings, kind: tuple[str, str]
) -> None:
    table = counted(tmp_path, city, fillers(city, QUARTER))
    assert states_of(table, f"requests_{kind[0]}", QUARTER) == {"no_data"}
    assert states_of(table, "requests_all", QUARTER) == {"ok"}
    silent = checked(tmp_path, city, fillers(city, QUARTER))["request_kinds_seen"]
    assert not silent.passed and kind[0] in silent.got
    seen = checked(tmp_path, city, [*fillers(city, QUARTER), request(city, "2018-07-01T08:00")])["request_kinds_seen"]
    assert kind[0] not in seen.got


def test_a_quarter_with_an_empty_month_or_a_stopped_file_has_no_data(tmp_path: Path, city: Settings) -> None:
    no_august = [row for row in fillers(city, QUARTER) if row["opened_at"].month != 8]
    assert states_of(counted(tmp_path, city, no_august), "requests_all", QUARTER) == {"no_data"}
    stopped = [row for row in fillers(city, QUARTER) if row["opened_at"].date() != QUARTER.end]
    assert states_of(counted(tmp_path, city, stopped), "requests_all", QUARTER) == {"no_data"}


def test_a_source_never_read_has_no_data(tmp_path: Path, city: Settings) -> None:
    with opened_sources(tmp_path, city, {}, as_of=AS_OF) as opened:
        table = count_requests(opened, [QUARTER])
        assert check_requests(opened, [QUARTER]) == []
    require_complete(table, city, [QUARTER])
    assert set(table["state"]) == {"no_data"}
    assert set(table["origin_id"]) == {"requests (never read)@0123"}


def test_a_city_without_requests_has_no_such_metrics(tmp_path: Path) -> None:
    toy = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    with open_incidents([], toy) as con:
        opened = Opened(con, toy, AS_OF, {"crimes": make_origin(toy, "crimes", AS_OF)})
        assert count_requests(opened, [QUARTER]).empty
    assert define_requests(toy) == ()


def test_every_metric_is_defined(tmp_path: Path, city: Settings) -> None:
    table = counted(tmp_path, city, fillers(city, QUARTER))
    defined = {(entry.metric_id, entry.unit) for entry in define_requests(city)}
    assert defined == set(zip(table["metric_id"], table["unit"], strict=True))
    assert all(entry.sql for entry in define_requests(city))


def test_a_kind_called_all_is_refused(tmp_path: Path, city: Settings) -> None:
    config = city.outcomes.requests
    assert config is not None
    renamed = with_kinds(city, config.kinds[0].model_copy(update={"kind_id": "all"}))
    with pytest.raises(ConfigError, match="other ids than 'all'"):
        counted(tmp_path, renamed, fillers(city, QUARTER))


LIVES = st.lists(
    st.tuples(st.integers(0, 40), st.one_of(st.none(), st.integers(0, 60)), st.integers(0, 3)), min_size=1, max_size=40
)


@given(lives=LIVES)
@costly(8)
def test_medians_are_those_of_scipy_and_districts_add_up(
    city: Settings, kind: tuple[str, str], lives: list[tuple[int, int | None, int]]
) -> None:
    rows = fillers(city, QUARTER)
    places = [*city.district_ids[:3], "nowhere"]
    city = with_kinds(city, city.outcomes.requests.kinds[0]) if city.outcomes.requests else city
    for opened_on, after, place in lives:
        start = local("2018-07-01 12:00") + timedelta(days=opened_on)
        end = None if after is None else (start + timedelta(days=after)).isoformat()
        rows.append(request(city, start.isoformat(), end, district_id=places[place]))
    with TemporaryDirectory() as folder:
        table = counted(Path(folder), city, rows)
    require_complete(table, city, [QUARTER])
    got = table[table["metric_id"] == f"requests_days_{kind[0]}"].set_index("district_id")["value"]
    for number, district_id in enumerate([*places[:3], "none", "city"]):
        mine = [life for life in lives if number == 4 or life[2] == number]
        closed = [after for _, after, _ in mine if after is not None]
        still_open = [(AS_OF - date(2018, 7, 1)).days - opened_on for opened_on, after, _ in mine if after is None]
        if not mine:
            assert pd.isna(got[district_id])
            continue
        curve = ecdf(CensoredData(uncensored=np.array(closed), right=np.array(still_open))).sf
        reached = curve.quantiles[curve.probabilities <= 0.5 + 1e-9]
        expected = reached.min() if reached.size else np.nan
        assert got[district_id] == expected or (pd.isna(got[district_id]) and np.isnan(expected)), district_id


@pytest.mark.slow
def test_more_than_a_million_requests_are_counted_in_seconds(tmp_path: Path, city: Settings) -> None:
    """About a second on two cores; the bound leaves room for a busy machine."""
    config = city.outcomes.requests
    assert config is not None
    rng, size = np.random.default_rng(0), 1_200_000
    opened_at = np.datetime64("2015-07-01", "ms") + rng.integers(0, 1187 * 86_400_000, size)
    after = (rng.exponential(20, size) * 86_400_000).astype("timedelta64[ms]")
    is_closed = rng.random(size) < 0.9
    types = [name for each in config.kinds for name in each.types] + ["x", "y", "z"]
    table = pa.table(
        {
            "request_id": pa.array(np.arange(size).astype(str)),
            "opened_at": pa.array(opened_at),
            "closed_at": pa.array(opened_at + after, mask=~is_closed),
            "kind": pa.array(rng.choice(types, size)),
            "status": pa.array(np.where(is_closed, config.closed_values[0], config.open_values[0])),
            "district_id": pa.array(rng.choice([*city.district_ids, "31"], size)),
        },
        schema=arrow_schema(city.source("requests")),
    )
    path = tmp_path / "requests.parquet"
    pq.write_table(table, path)
    with open_incidents([], city) as con:
        attach_sources(con, city, {"requests": [path]})
        origins = {name: make_origin(city, name, AS_OF) for name in ("crimes", "requests")}
        opened = Opened(con, city, AS_OF, origins)
        begin = perf_counter()
        counts = count_requests(opened, QUARTER.window(13))
        took = perf_counter() - begin
    whole = counts[(counts["metric_id"] == "requests_all") & (counts["district_id"] == "city")]
    assert whole["value"].sum() == (opened_at < np.datetime64("2018-10-01")).sum()
    assert took < 5, f"{took:.1f} s"
