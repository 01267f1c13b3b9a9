"""The synthetic city, read the way a portal is read (`--source sample`).

Publisher: nobody. Every incident and every area is invented from `sample.toml`, by chance with a fixed seed, so that
the whole program can be tried without a network and always gives the same bytes. Only the stations are real: they come
from `districts.toml`. The sample is published anew for each quarter, at noon UTC of the day on which the quarter is
complete, and holds that quarter and the ones before it that a report shows. Later samples tell the same months as
they have become since: rows have come in, vanished, changed.

What belongs here: the questions of a portal, and which part of the sample answers them. What does not: the drawing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import pyarrow as pa

from district_reports.config import District, Source
from district_reports.errors import ConfigError, SchemaDriftError
from district_reports.model import Fingerprint
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.contract import Metadata, month_id, window_months
from district_reports.sources.sample_areas import build_beats, build_districts
from district_reports.sources.sample_arrests import Arrests, build_arrests, draw_arrests, merge_arrests
from district_reports.sources.sample_communities import build_communities
from district_reports.sources.sample_complaints import build_complaints
from district_reports.sources.sample_counts import plan_month
from district_reports.sources.sample_court import STEPS, build_cases
from district_reports.sources.sample_crimes import build_month
from district_reports.sources.sample_rows import Incidents, draw_incidents
from district_reports.sources.sample_services import RequestPlan, build_requests, build_sentiment, request_ids
from district_reports.sources.sample_victims import People, build_victims, draw_victims
from district_reports.tables import arrow_schema, sum_keys

DOMAIN = "sample"

CASE_COLUMNS = ("row_id", "case_id", "person_id", "received_at")

COLUMNS = {
    "crimes": (
        *("incident_id", "occurred_at", "offence_code", "offence_type", "offence_group"),
        *("has_arrest", "is_domestic", "beat_id", "district_id"),
        *("case_number", "community_id", "place_kind", "changed_at"),
    ),
    "arrests": ("arrest_id", "arrested_at", "case_number"),
    "victims": ("victim_id", "occurred_at", "case_number", "offence_group", "gunshot", "district_id"),
    "requests": ("request_id", "opened_at", "closed_at", "kind", "status", "district_id"),
    "complaints": ("log_id", "opened_at", "office", "status", "category", "finding", "beats"),
    "sentiment": ("row_id", "area", "district_id", "safety", "trust", "period_start", "period_end"),
    "districts": ("area_id", "district_id", "name"),
    "beats": ("area_id", "district_id"),
    "communities": ("area_id",),
    "stations": ("district_id", "name", "address", "city", "state", "zip_code", "phone"),
    STEPS[0]: (*CASE_COLUMNS, "unit"),
    STEPS[1]: (*CASE_COLUMNS, "unit"),
    STEPS[2]: (*CASE_COLUMNS, "decided_at", "result"),
    STEPS[3]: (*CASE_COLUMNS, "sentenced_at"),
}
"""Our names of the sources and columns the sample can make; a city's configuration may ask for fewer."""

EVENTS = ("crimes", "arrests", "victims", "requests")
LISTS = ("stations", "complaints", "sentiment")
AREAS = {"districts": build_districts, "beats": build_beats, "communities": build_communities}


class SamplePortal:
    """The synthetic city as it stands when `quarter` is complete; a `Portal`.

    The same settings and quarter always give the same bytes. A month's rows are the same in the sample of every
    quarter that holds it, except for what has become known or was changed since.
    """

    domain = DOMAIN
    requests = 0

    def __init__(self, settings: Settings, quarter: Quarter) -> None:
        missing = [x for x in settings.district_ids if x not in settings.sample.weights]
        if missing:
            raise ConfigError(f"sample.toml: weights: expected every district, got none for {', '.join(missing)}")
        self._settings = settings
        self._quarter = quarter
        self._published_on = quarter.complete_on
        self._months = window_months(quarter.window(settings.report.history_quarters))
        # What the files of arrests and victims take from the incidents of a month; small beside the incidents.
        self._arrests_after: dict[date, Arrests] = {}
        self._victims_of: dict[date, People] = {}
        self._arrests: Arrests | None = None

    def fetch_metadata(self, source: Source) -> Metadata:
        """Return the sample's name, time and columns.

        Raises:
            SchemaDriftError: If the sample cannot make the source or one of its columns.
        """
        _require_known(source)
        columns = {column.field: column.type for column in source.columns.values()}
        court, updated_at = self._settings.outcomes.court, self._updated_at
        if court and source.source_id in STEPS:
            # Files that are closed stand as they did on their last day, whatever quarter is told.
            updated_at = datetime.combine(court.closed_on, time(12), UTC)
        return Metadata(source.title, updated_at, dict(columns))

    def fetch_fingerprints(self, source: Source, first: date, end: date) -> dict[str, Fingerprint]:
        """Return the fingerprint of every month of the sample from `first` up to, not including, `end`.

        Raises:
            SchemaDriftError: If the sample cannot make the source or one of its columns.
            ConfigError: If the city's files do not say what the source's rows are like.
        """
        _require_known(source, *EVENTS)
        return {month_id(month): self._fingerprint(source, month) for month in self._months if first <= month < end}

    def fetch_month(self, source: Source, month: date) -> pa.Table:
        """Return the rows of one month; none for a month that the sample does not hold.

        Raises:
            SchemaDriftError: If the sample cannot make the source or one of its columns.
            ConfigError: If the city's files do not say what the source's rows are like.
        """
        _require_known(source, *EVENTS)
        if month not in self._months:
            return arrow_schema(source).empty_table()
        match source.source_id:
            case "requests":
                return build_requests(self._settings, source, month, self._published_on)
            case "arrests":
                return build_arrests(self._settings, source, month, self._find_arrests())
            case "victims":
                return build_victims(self._settings, source, self._find_victims(month))
        return build_month(self._settings, source, self._draw_incidents(month), self._published_on)

    def fetch_list(self, source: Source) -> pa.Table:
        """Return the rows of a source that is kept whole; the stations are those of `districts.toml`.

        Raises:
            SchemaDriftError: If the sample cannot make the source or one of its columns.
            ConfigError: If the city's files do not say what the source's rows are like.
        """
        _require_known(source, *LISTS)
        match source.source_id:
            case "complaints":
                return build_complaints(self._settings, source, self._quarter, self._published_on)
            case "sentiment":
                return build_sentiment(self._settings, source, self._quarter)
        rows = sorted(map(_describe_station, self._settings.districts), key=lambda row: row[source.key])
        return pa.Table.from_pylist(rows, arrow_schema(source))

    def fetch_cases(self, source: Source) -> Iterator[pa.Table]:
        """Yield the court cases in one table.

        Raises:
            SchemaDriftError: If the sample cannot make the source or one of its columns.
            ConfigError: If the city's files do not say what the source's rows are like.
        """
        _require_known(source, *STEPS)
        yield build_cases(self._settings, source)

    def fetch_areas(self, source: Source) -> bytes:
        """Return the invented districts, beats or communities as canonical GeoJSON.

        Raises:
            SchemaDriftError: If the sample cannot make the source or one of its columns.
        """
        _require_known(source, *AREAS)
        return AREAS[source.source_id](self._settings, source)

    @property
    def _updated_at(self) -> datetime:
        return datetime.combine(self._published_on, time(12), UTC)

    def _fingerprint(self, source: Source, month: date) -> Fingerprint:
        keys = self._list_keys(source, month)
        updated_at = f"{self._updated_at:%Y-%m-%dT%H:%M:%S.000Z}"
        return Fingerprint(rows=keys.num_rows, updated_at=updated_at, key_sum=sum_keys(keys, source))

    def _list_keys(self, source: Source, month: date) -> pa.Table:
        """Return the keys of a month, of incidents and requests without drawing their rows."""
        if source.source_id == "arrests":
            return build_arrests(self._settings, source, month, self._find_arrests())
        if source.source_id == "victims":
            return build_victims(self._settings, source, self._find_victims(month))
        if source.source_id == "requests":
            keys = request_ids(month, RequestPlan(self._settings, month).rows)
        else:
            plan = plan_month(self._settings, month)
            keys = pa.array(plan.ids[plan.arrivals.are_there((self._published_on - month).days)])
        return pa.table({source.key: keys}).cast(pa.schema([arrow_schema(source).field(source.key)]))

    def _draw_incidents(self, month: date) -> Incidents:
        """Return the incidents of a month; what other files take from them is kept."""
        incidents = draw_incidents(self._settings, month)
        self._arrests_after[month] = draw_arrests(self._settings, incidents)
        self._victims_of[month] = draw_victims(self._settings, incidents, self._published_on)
        return incidents

    def _find_arrests(self) -> Arrests:
        if self._arrests is None:
            for month in self._months:
                if month not in self._arrests_after:
                    self._draw_incidents(month)
            self._arrests = merge_arrests(self._arrests_after[month] for month in self._months)
        return self._arrests

    def _find_victims(self, month: date) -> People:
        if month not in self._victims_of:
            self._draw_incidents(month)
        return self._victims_of[month]


def _require_known(source: Source, *source_ids: str) -> None:
    """Refuse a source that is none of those, or that has a column the sample cannot make."""
    expected = source_ids or tuple(COLUMNS)
    if source.source_id not in expected:
        message = f"sample: expected one of the sources {', '.join(expected)}, got {source.source_id!r}"
        raise SchemaDriftError(message, source_id=source.source_id)
    known = COLUMNS[source.source_id]
    unknown = [name for name in source.columns if name not in known]
    if unknown:
        message = f"sample: {source.source_id}: expected columns among {', '.join(known)}, got {', '.join(unknown)}"
        raise SchemaDriftError(message, source_id=source.source_id)


def _describe_station(district: District) -> dict[str, str]:
    """Return a district's station; an address of another form than "street, city, state zip" stays in one piece."""
    street, city, rest = ([part.strip() for part in district.address.rsplit(",", 2)] + ["", ""])[:3]
    state, _, zip_code = rest.partition(" ")
    return {
        "district_id": district.district_id,
        "name": district.name,
        "address": street,
        "city": city,
        "state": state,
        "zip_code": zip_code,
        "phone": district.phone,
    }
