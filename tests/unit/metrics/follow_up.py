"""Stored parts of incidents, victims and arrests, opened together, in the terms of any city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from district_reports.config import Column, Source
from district_reports.config_outcomes import ArrestWindows, Cohort, CommunityArea, Victims
from district_reports.metrics.incidents import open_incidents
from district_reports.metrics.opened import Opened, attach_sources
from district_reports.model import Origin
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.tables import arrow_schema
from tests.unit.metrics.rows import local, write_rows

REPORT_DATE = date(2020, 6, 1)
TOY_VICTIMS = Victims(gunshot_values=("bang",), no_gunshot_values=("hush",), homicide_groups=("kill",))


def followed_up(settings: Settings) -> Settings:
    """Return the settings of a city that publishes victims, arrests, case numbers, communities and kinds of place."""
    if settings.outcomes.arrests is not None:
        return settings
    crimes = settings.source("crimes")
    more = {
        name: Column(field=name, type="text", is_nullable=True, is_optional=True)
        for name in ("case_number", "community_id", "place_kind")
    }
    sources = (
        crimes.model_copy(update={"columns": crimes.columns | more}),
        *(source for source in settings.sources if source.source_id != "crimes"),
        _toy_source("victims", "victim_id", "occurred_at", ("case_number", "offence_group", "gunshot", "district_id")),
        _toy_source("arrests", "arrest_id", "arrested_at", ("case_number",)),
    )
    cohorts = tuple(
        Cohort(cohort_id=cohort_id, metric_id=metric_id)
        for cohort_id, metric_id in (
            ("violent", "incidents_violent"),
            ("property", "incidents_property"),
            ("shooting", "shooting_incidents"),
            ("homicide", "incidents_homicide"),
        )
    )
    outcomes = settings.outcomes.model_copy(
        update={"victims": TOY_VICTIMS, "arrests": ArrestWindows(windows=(30, 90, 180, 365), cohorts=cohorts)}
    )
    areas = tuple(CommunityArea(area_id=area_id, name=name) for area_id, name in (("1", "Hill"), ("2", "Dale")))
    return settings.model_copy(update={"sources": sources, "outcomes": outcomes, "communities": areas})


def open_all(
    folder: Path,
    settings: Settings,
    *,
    crimes: Iterable[dict[str, Any]] = (),
    victims: Iterable[dict[str, Any]] | None = None,
    arrests: Iterable[dict[str, Any]] | None = None,
    report_date: date = REPORT_DATE,
) -> Opened:
    """Return the rows as opened sources; None for a file that was never read. Close its `con` after use."""
    given = {"victims": victims, "arrests": arrests}
    paths = {
        source_id: _write(folder, settings.source(source_id), rows)
        for source_id, rows in given.items()
        if rows is not None
    }
    con = open_incidents(write_rows(folder, settings, crimes), settings)
    attach_sources(con, settings, paths)
    return Opened(con, settings, report_date, {name: _origin(name, report_date) for name in ("crimes", *paths)})


def make_victim(settings: Settings, **changes: Any) -> dict[str, Any]:
    """Return the row of a victim of a fatal shooting in the first district on 15 August 2018."""
    config = settings.outcomes.victims
    assert config is not None
    row = {
        "case_number": "A1",
        "occurred_at": local("2018-08-15 12:00"),
        "offence_group": config.homicide_groups[0],
        "gunshot": config.gunshot_values[0],
        # As the publisher writes it: without the zeros on the left.
        "district_id": settings.district_ids[0].lstrip("0"),
    }
    return row | changes


def fill_months(first: date, last: date) -> list[date]:
    """Return the 2nd of each month from one day's month to another's."""
    quarters = [Quarter.of(first)]
    while quarters[-1] < Quarter.of(last):
        quarters.append(quarters[-1].shifted(1))
    days = [month.replace(day=2) for quarter in quarters for month in quarter.months]
    return [day for day in days if first.replace(day=1) <= day <= last]


def other_arrests(first: date, last: date) -> list[dict[str, Any]]:
    """Return arrests of no incident of ours: one in each month, and one on the last day."""
    days = [*fill_months(first, last), last]
    return [{"case_number": "elsewhere", "arrested_at": local(f"{day} 09:00")} for day in days]


def other_victims(settings: Settings, quarter: Quarter) -> list[dict[str, Any]]:
    """Return a victim without a shot in each month and on the last day, so that the file covers the quarter."""
    config = settings.outcomes.victims
    assert config is not None
    days = [*fill_months(quarter.start, quarter.end), quarter.end]
    return [
        make_victim(
            settings,
            case_number=f"O{day}",
            occurred_at=local(f"{day}"),
            gunshot=config.no_gunshot_values[0],
        )
        for day in days
    ]


def days_after(moment: datetime, days: float) -> datetime:
    return moment + timedelta(days=days)


def _toy_source(source_id: str, key: str, day: str, texts: tuple[str, ...]) -> Source:
    columns = {
        key: Column(field=key, type="text"),
        day: Column(field=day, type="timestamp"),
        **{name: Column(field=name, type="text", is_nullable=True) for name in texts},
    }
    return Source(
        source_id=source_id,
        title=source_id,
        producer="Toyville Police",
        page_url="https://toyville.example/",
        license="None",
        dataset_id="toyt-oy09",
        form="events",
        is_required=False,
        key=key,
        date=day,
        columns=columns,
    )


def _write(folder: Path, source: Source, rows: Iterable[Mapping[str, Any]]) -> list[Path]:
    """Return one part that holds the rows; keys are given in order where a row has none."""
    members = [{source.key: f"{number:04}", **row} for number, row in enumerate(rows, 1)]
    path = folder / f"{source.source_id}.parquet"
    pq.write_table(pa.Table.from_pylist(members, schema=arrow_schema(source)), path)
    return [path]


def _origin(source_id: str, as_of: date) -> Origin:
    return Origin(
        origin_id=f"{source_id}-1",
        producer="",
        title="",
        page_url="",
        dataset_id="",
        license="",
        as_of=as_of,
        snapshot="",
    )
