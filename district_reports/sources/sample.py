"""The synthetic city, read the way a portal is read (`--source sample`).

Publisher: nobody. Every incident and every area is invented from `sample.toml`, by chance with a fixed seed, so that
the whole program can be tried without a network and always gives the same bytes. Only the stations are real: they come
from `districts.toml`. The sample is published anew for each quarter, at noon UTC of the day on which the quarter is
complete, and holds that quarter and the ones before it that a report shows.

What belongs here: the questions of a portal, and which part of the sample answers them. What does not: the drawing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pyarrow as pa

from district_reports.config import District, Source
from district_reports.errors import ConfigError, SchemaDriftError
from district_reports.model import Fingerprint
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.contract import Metadata, month_id, window_months
from district_reports.sources.sample_areas import build_beats, build_districts
from district_reports.sources.sample_counts import plan_month
from district_reports.sources.sample_rows import build_month
from district_reports.tables import arrow_schema, sum_keys

DOMAIN = "sample"

COLUMNS = {
    "crimes": (
        *("incident_id", "occurred_at", "offence_code", "offence_type", "offence_group"),
        *("has_arrest", "is_domestic", "beat_id", "district_id"),
    ),
    "districts": ("area_id", "district_id", "name"),
    "beats": ("area_id", "district_id"),
    "stations": ("district_id", "name", "address", "city", "state", "zip_code", "phone"),
}
"""Our names of the sources and columns the sample can make; a city's configuration may ask for fewer."""


class SamplePortal:
    """The synthetic city as it stands when `quarter` is complete; a `Portal`.

    The same settings and quarter always give the same bytes. A month's rows are the same in the sample of every
    quarter that holds it, except for the arrests that have come in since.
    """

    domain = DOMAIN
    requests = 0

    def __init__(self, settings: Settings, quarter: Quarter) -> None:
        missing = [x for x in settings.district_ids if x not in settings.sample.weights]
        if missing:
            raise ConfigError(f"sample.toml: weights: expected every district, got none for {', '.join(missing)}")
        self._settings = settings
        self._published_on = quarter.complete_on
        self._months = window_months(quarter.window(settings.report.history_quarters))

    def fetch_metadata(self, source: Source) -> Metadata:
        """Return the sample's name, time and columns.

        Raises:
            SchemaDriftError: If the sample cannot make the source or one of its columns.
        """
        _require_known(source)
        columns = {column.field: column.type for column in source.columns.values()}
        return Metadata(source.title, self._updated_at, dict(columns))

    def fetch_fingerprints(self, source: Source, first: date, end: date) -> dict[str, Fingerprint]:
        """Return the fingerprint of every month of the sample from `first` up to, not including, `end`.

        Raises:
            SchemaDriftError: If the sample cannot make the source or one of its columns.
        """
        _require_known(source, "crimes")
        return {month_id(month): self._fingerprint(source, month) for month in self._months if first <= month < end}

    def fetch_month(self, source: Source, month: date) -> pa.Table:
        """Return the incidents of one month; none for a month that the sample does not hold.

        Raises:
            SchemaDriftError: If the sample cannot make the source or one of its columns.
        """
        _require_known(source, "crimes")
        if month not in self._months:
            return arrow_schema(source).empty_table()
        return build_month(self._settings, source, month, self._published_on)

    def fetch_list(self, source: Source) -> pa.Table:
        """Return the stations as `districts.toml` has them.

        Raises:
            SchemaDriftError: If the sample cannot make the source or one of its columns.
        """
        _require_known(source, "stations")
        rows = sorted(map(_describe_station, self._settings.districts), key=lambda row: row[source.key])
        return pa.Table.from_pylist(rows, arrow_schema(source))

    def fetch_areas(self, source: Source) -> bytes:
        """Return the invented districts or beats as canonical GeoJSON.

        Raises:
            SchemaDriftError: If the sample cannot make the source or one of its columns.
        """
        _require_known(source, "districts", "beats")
        build = build_districts if source.source_id == "districts" else build_beats
        return build(self._settings, source)

    @property
    def _updated_at(self) -> datetime:
        return datetime.combine(self._published_on, time(12), UTC)

    def _fingerprint(self, source: Source, month: date) -> Fingerprint:
        ids = plan_month(self._settings, month).ids
        keys = pa.table({source.key: ids}).cast(pa.schema([arrow_schema(source).field(source.key)]))
        updated_at = f"{self._updated_at:%Y-%m-%dT%H:%M:%S.000Z}"
        return Fingerprint(rows=keys.num_rows, updated_at=updated_at, key_sum=sum_keys(keys, source))


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
