"""The records of the config files, one class per file of `config/cities/<city>/`.

What a non-programmer may correct lives in those files; what they may say is declared here and checked once,
when the settings are loaded. An unknown key is an error.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from district_reports.model import Record, Role

ColumnType = Literal["integer", "number", "text", "timestamp", "boolean"]


class City(Record):
    """`city.toml`: the place."""

    city_id: str
    name: str
    names: dict[str, str] = {}
    """The name in other languages, by tag, where it is written otherwise."""
    time_zone: str
    portal_url: str
    county_portal_url: str = ""
    """Of the county's portal; empty where no source needs it."""
    beat_district_digits: int = Field(default=0, ge=0)
    """How many first characters of a beat are the last ones of its district; 0 = a beat does not tell its district."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {value!r}") from error
        return value


class District(Record):
    """One entry of `districts.toml`."""

    district_id: str
    name: str
    area: str
    address: str
    phone: str
    is_verified: bool
    """Whether a person has rung the number; otherwise the report prints "to be verified"."""
    communities: tuple[str, ...]
    tile: tuple[int, int]
    """Row and column in the schematic map of the city."""
    commander: str = ""
    """Printed on the hand-over page alone; empty: not given."""
    commander_since: date | None = None
    """A day in the report's quarter makes a hand-over page."""


class Column(Record):
    """One column we ask a source for."""

    field: str
    """Name at the portal."""
    type: ColumnType
    is_nullable: bool = False
    is_optional: bool = False
    """Whether the portal may lack it: then it is empty, and a remark says so. Needs `is_nullable`."""

    @model_validator(mode="after")
    def _optional_is_nullable(self) -> Column:
        if self.is_optional and not self.is_nullable:
            raise ValueError(f"{self.field}: expected an optional column to be nullable")
        return self


class Source(Record):
    """One entry of `sources.toml`."""

    source_id: str
    title: str
    producer: str
    page_url: str
    license: str
    dataset_id: str
    portal: Literal["city", "county"] = "city"
    form: Literal["events", "areas", "list", "cases"]
    """`events`: rows by month, as CSV; `areas`: one GeoJSON file; `list`: one small table, as JSON; `cases`: rows that
    are only counted on their way and never kept."""
    is_required: bool
    key: str
    """Our name of the column that is distinct over all rows."""
    where: str = ""
    """SoQL over the portal's fields: the only rows we ever ask for."""
    freshness_days: int = Field(default=8, ge=0)
    """Days by which the newest row may lie before the end of a quarter that is complete."""
    date: str = ""
    """Our name of the column that places an event in a month, or tells how far the rows of a list reach."""
    monthly_rows: tuple[int, int] = (0, 0)
    """Least and most rows a month may plausibly have; `events` only."""
    columns: dict[str, Column]
    """Our name -> the portal's column. Nothing else is ever asked for."""

    @model_validator(mode="after")
    def _names_fit(self) -> Source:
        for name in filter(None, (self.key, self.date)):
            if name not in self.columns:
                raise ValueError(f"{self.source_id}: {name!r} is not among its columns")
        if self.form == "events" and not self.date:
            raise ValueError(f"{self.source_id}: a source of events needs a date column")
        return self


class OffencesAlso(Record):
    """Single offences of one group."""

    group: str
    codes: tuple[str, ...]


class Metric(Record):
    """One entry of `metrics.toml`: which incidents a metric counts, or of which it is a share."""

    metric_id: str
    unit: Literal["incidents", "share"]
    offence_groups: tuple[str, ...] = ()
    """Codes of offence groups counted; empty = all."""
    offence_codes: tuple[str, ...] = ()
    """Codes of single offences counted; empty = all."""
    flag: str = ""
    """A yes/no column that must be true: of the rows counted, or of the numerator of a share."""
    also: tuple[OffencesAlso, ...] = ()
    """More incidents counted: single offences of groups that `offence_groups` does not name."""
    places: tuple[str, ...] = ()
    """Kinds of place counted, as the rows name them; empty = all. `no_data` where no row names one."""
    share_of: str = ""
    """Id of the metric whose incidents are the denominator; shares only."""
    ripens_days: int = 0
    """Days after the quarter's end until the figure may be compared; 0 = it does not ripen."""

    @model_validator(mode="after")
    def _share_is_whole(self) -> Metric:
        if (self.unit == "share") != bool(self.share_of) or (self.share_of and not self.flag):
            raise ValueError(f"{self.metric_id}: a share, and only a share, needs share_of and flag")
        return self


class Offences(Record):
    """The `[offences]` table of `metrics.toml`: what the city's files are known to hold."""

    groups: tuple[str, ...]
    """Every offence group; an unknown one stops the release."""
    types: tuple[str, ...]
    """Names of offence types; an unknown one is a remark."""
    code_pattern: str
    """Form of a single offence's code; another form is a remark."""


class Metrics(Record):
    """`metrics.toml`."""

    offences: Offences
    metrics: tuple[Metric, ...]


class DirectionConfig(Record):
    """When a word may say "higher" or "lower"; see `docs/methods.md`."""

    significance: float = Field(gt=0, lt=1)
    minimum_change: float = Field(ge=0, lt=1)
    exact_below: int = Field(ge=0)
    percentage_floor: int = Field(ge=0)
    false_discovery_rate: float = Field(gt=0, lt=1)


class Notes(Record):
    """Which oddities the report counts and tells."""

    default_date: str = Field(pattern=r"^(0[1-9]|1[0-2])-([0-2][0-9]|3[01])$")
    """Month and day that stand for "unknown" in the source, `MM-DD`."""


class Helpline(Record):
    """A number printed on every report's contact block; its wording is in the catalogues."""

    contact_id: str
    number: str
    url: str = ""
    is_verified: bool


class LoopRules(Record):
    """`[loop]` of `report.toml`: the rules of the feedback loop and of what people said."""

    confirm_days: int = Field(default=90, ge=1)
    """Days that residents have to confirm or dispute what is told as done."""
    floor: int = Field(default=5, ge=2)
    """Fewer people than this are not counted out."""
    check_days: int = Field(default=90, ge=1)
    """Days for which a check of a service holds."""


class ReviewRules(Record):
    """`[review]` of `report.toml`: who must sign, and until when; days are counted from the quarter's last day."""

    required: tuple[Role, ...] = (Role.DATA, Role.COMMANDER, Role.LANGUAGE, Role.PUBLISHER)
    """Whose signature a release needs; a commander or reader who missed the deadline is not asked."""
    draft_days: int = Field(default=9, ge=8)
    """When the draft is made."""
    freeze_days: int = Field(default=30, ge=9)
    """Deadline of comments, notes and reviews: the reports are frozen after this day."""
    publish_days: int = Field(default=40, ge=10)
    """Day of publication in the calendar."""
    remind_days: tuple[int, ...] = (7, 2)
    """Days before the deadline on which those who have not answered are reminded."""
    note_limit: int = Field(default=1200, ge=100)
    """Characters of a commander's note, in each language."""
    comment_limit: int = Field(default=2000, ge=100)
    """Characters of a comment or a remark."""


class Site(Record):
    """`[site]` of `report.toml`: where the public site stands."""

    url: str = Field(default="https://state-of-the-district.example", pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")
    """An address of `.example` never answers: real reports with one cannot be frozen."""
    contact: str = ""
    """E-mail address for readers; empty: none is printed."""

    @property
    def is_reserved(self) -> bool:
        """Whether the address is one that can never answer."""
        return (urlsplit(self.url).hostname or "").endswith(".example")


class Report(Record):
    """`report.toml`: what the report shows, in which order, by which rules."""

    publisher: str
    history_quarters: int = Field(ge=5)
    key_facts: tuple[str, ...] = Field(min_length=4, max_length=6)
    trends: tuple[str, ...]
    offences: tuple[str, ...]
    parts: tuple[str, ...]
    arrest_shares: tuple[str, ...]
    all_incidents: str
    direction: DirectionConfig
    notes: Notes
    loop: LoopRules = LoopRules()
    review: ReviewRules = ReviewRules()
    site: Site = Site()
    helplines: tuple[Helpline, ...] = Field(min_length=1)
    """The first one is for danger to life."""


class Language(Record):
    """One entry of `languages.toml`."""

    tag: str
    """BCP 47, the name of the folder."""
    locale: str
    """CLDR locale for numbers, dates and plurals."""
    direction: Literal["ltr", "rtl"]
    name: str
    """In its own words."""
    font: str
    """Family in print and in charts; Noto Sans always follows."""
    region: str = ""
    """Region Typst sets beside the language, such as `us`."""
