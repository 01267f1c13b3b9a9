"""Small hand-made dossiers of the shipped city, whose numbers fit together: `make_dossier`.

The numbers are invented; every total is the sum of its parts, the year before is the trend's own, the mean is that of
the same quarter in the three earlier years. Nothing is counted or decided by the product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from district_reports.model import (
    AreaCount,
    Comparison,
    Contact,
    Direction,
    Dossier,
    HourCount,
    Measure,
    Note,
    Origin,
    Part,
    Places,
    Shape,
    State,
)
from district_reports.periods import Quarter
from district_reports.render.i18n import Words, load_words
from district_reports.settings import Settings, find_asset, load_settings

CITY = "city"
QUARTER = Quarter(2026, 3)
AS_OF = date(2026, 10, 9)
WINDOW = QUARTER.window(13)
FACTOR = 20
"""How many times the district's counts the city's are."""
OTHER_FACTORS = {"incidents_drug": 14, "incidents_weapons": 24}
"""Where the mix of the city differs; kinds that belong to neither of the two trends."""
PLACES_OF_A_DISTRICT = (3, 4, 2, 3, 3)
"""Parts of the incidents in each of five beats."""

COUNTS: dict[str, tuple[int, ...]] = {
    "incidents_all": (3800, 3500, 3300, 3700, 3900, 3450, 3280, 3650, 3700, 3400, 3200, 3500, 3377),
    "incidents_violent": (455, 402, 398, 431, 470, 391, 372, 440, 480, 410, 377, 421, 412),
    "incidents_property": (1190, 1105, 1010, 1150, 1222, 1098, 1034, 1177, 1251, 1120, 1002, 1133, 1204),
    "incidents_homicide": (12, 8, 7, 10, 9, 8, 6, 9, 11, 7, 8, 10, 9),
    "incidents_sexual_assault": (22, 20, 19, 23, 25, 20, 18, 22, 24, 20, 19, 22, 21),
    "incidents_robbery": (101, 90, 88, 97, 96, 85, 80, 99, 109, 92, 83, 90, 74),
    "incidents_aggravated_assault": (130, 120, 118, 126, 136, 114, 110, 127, 138, 119, 111, 128, 131),
    "incidents_aggravated_battery": (190, 164, 166, 175, 204, 164, 158, 183, 198, 172, 156, 171, 177),
    "incidents_burglary": (121, 115, 109, 118, 130, 112, 105, 119, 142, 110, 99, 101, 96),
    "incidents_theft": (590, 545, 498, 561, 601, 540, 511, 580, 611, 552, 494, 556, 604),
    "incidents_vehicle_theft": (461, 430, 391, 456, 474, 432, 405, 463, 479, 444, 396, 462, 488),
    "incidents_arson": (18, 15, 12, 15, 17, 14, 13, 15, 19, 14, 13, 14, 16),
    "incidents_drug": (150, 148, 139, 144, 149, 140, 137, 150, 151, 149, 138, 146, 143),
    "incidents_weapons": (90, 88, 79, 85, 91, 80, 78, 86, 84, 90, 88, 100, 118),
    "incidents_carjacking": (22, 20, 19, 23, 28, 20, 18, 22, 18, 20, 19, 22, 31),
    "incidents_assault_harassment": (330, 310, 300, 320, 340, 305, 295, 322, 351, 312, 298, 330, 345),
    "incidents_transit": (61, 55, 50, 58, 66, 54, 49, 57, 64, 52, 48, 59, 62),
    "incidents_domestic": (610, 580, 570, 600, 620, 575, 560, 605, 630, 580, 555, 590, 600),
}
DIRECTIONS = {
    "incidents_violent": Direction.LOWER,
    "incidents_robbery": Direction.LOWER,
    "incidents_burglary": Direction.LOWER,
    "incidents_carjacking": Direction.HIGHER,
    "incidents_weapons": Direction.HIGHER,
}
SHARES = {"arrest_share_all": 0.142, "arrest_share_violent": 0.1725, "arrest_share_property": 0.0555}
RIPE = 9
"""Quarters of the thirteen whose arrest share may be compared."""


@cache
def shipped() -> Settings:
    return load_settings({})


@cache
def all_words() -> dict[str, Words]:
    return load_words(shipped().languages, find_asset("templates", "locale"))


TAGS = tuple(language.tag for language in shipped().languages)

Counts = Mapping[str, Sequence[int | None]]


def make_dossier(
    *,
    place: str = "007",
    counts: Counts | None = None,
    directions: Mapping[str, Direction] | None = None,
    parts_of_day: Sequence[int] | None = None,
    beats: Sequence[int] | None = None,
    unplaced: int = 0,
    **changes: Any,
) -> Dossier:
    """Return a dossier of 2026Q3.

    Args:
        place: A district, or `city`.
        counts: Other counts by metric: the year before and now, or thirteen quarters; None where there is no data.
        directions: Other words by metric; one without both counts is always unknown, and one of equal
            counts similar.
        parts_of_day: Incidents at night, in the morning, afternoon and evening; else all incidents, spread.
        beats: Incidents by area; else all placed incidents, spread.
        unplaced: Incidents that lie in no area.
        changes: Other fields of the dossier, put in as they are.
    """
    book = _Book(place, counts or {}, {**DIRECTIONS, **(directions or {})})
    report = shipped().report
    total = book.now("incidents_all") or 0
    fields: dict[str, Any] = {
        "city_id": shipped().city.city_id,
        "district_id": place,
        "quarter": str(QUARTER),
        "report_date": date(2026, 10, 12),
        "is_sample": False,
        "is_preview": False,
        "origins": make_origins(),
        "key_facts": tuple(book.compare(metric) for metric in report.key_facts),
        "offences": tuple(book.compare(metric) for metric in report.offences),
        "trends": tuple(book.series(metric) for metric in report.trends),
        "arrests": tuple(make_shares(metric, place=place) for metric in report.arrest_shares),
        "hours": make_hours(parts_of_day if parts_of_day is not None else _spread(total, (1, 1, 2, 3))),
        "places": make_places(place, beats, total, unplaced),
        "parts": () if place == CITY else tuple(book.part(metric) for metric in report.parts),
        "notes": (),
        "remarks": (),
        "contact": None if place == CITY else make_contact(place),
    }
    return Dossier(**{**fields, **changes})


def make_measure(
    metric_id: str,
    value: float | int | None,
    quarter: Quarter = QUARTER,
    *,
    place: str = "007",
    state: State | None = None,
    **changes: Any,
) -> Measure:
    """Return one measure; without a value its state is `no_data`."""
    fields = {
        "district_id": place,
        "quarter": str(quarter),
        "metric_id": metric_id,
        "value": value,
        "unit": shipped().metric(metric_id).unit,
        "state": state or (State.NO_DATA if value is None else State.OK),
        "as_of": AS_OF,
        "origin_id": "crimes",
    }
    return Measure(**{**fields, **changes})


def make_origins() -> tuple[Origin, ...]:
    return tuple(
        Origin(
            origin_id=source.source_id,
            producer=source.producer,
            title=source.title,
            page_url=source.page_url,
            dataset_id=source.dataset_id,
            license=source.license,
            as_of=AS_OF,
            snapshot="0" * 64,
        )
        for source in shipped().sources
    )


def make_contact(place: str) -> Contact:
    district = shipped().district(place)
    return Contact(name=district.name, address=district.address, phone=district.phone, is_verified=district.is_verified)


def make_note(note_id: str, count: int, *names: str) -> Note:
    return Note(note_id=note_id, count=count, names=names)


def make_shares(metric_id: str, *, place: str = "007", ripe: int = RIPE, missing: int = 0) -> tuple[Measure, ...]:
    """Return thirteen quarters of an arrest share: the first `missing` without data, those from `ripe` on too early."""
    shares = []
    for number, quarter in enumerate(WINDOW):
        numerator = round(1000 * SHARES[metric_id]) - number
        state = State.NO_DATA if number < missing else State.OK if number < ripe else State.TOO_EARLY
        known: dict[str, Any] = {"numerator": numerator, "denominator": 1000} if number >= missing else {}
        value = numerator / 1000 if number >= missing else None
        shares.append(make_measure(metric_id, value, quarter, place=place, state=state, **known))
    return tuple(shares)


def make_hours(parts_of_day: Sequence[int]) -> tuple[HourCount, ...]:
    """Return the 168 hours of a week whose four parts of the day have these sums."""
    cells: dict[tuple[int, int], int] = {}
    for part, total in enumerate(parts_of_day):
        spots = [(day, 6 * part + hour) for day in range(7) for hour in range(6)]
        cells.update(zip(spots, _spread(total, [1 + (7 * n) % 5 for n in range(len(spots))]), strict=True))
    return tuple(HourCount(weekday=day, hour=hour, count=count) for (day, hour), count in sorted(cells.items()))


def make_places(place: str, beats: Sequence[int] | None, total: int, unplaced: int) -> Places:
    """Return areas drawn as squares: the districts of the city, or a few beats of a district."""
    if place == CITY:
        names = shipped().district_ids
    else:
        number = len(beats) if beats is not None else len(PLACES_OF_A_DISTRICT)
        names = tuple(f"{place[-2:]}{1 + n // 5}{1 + n % 5}" for n in range(number))
    weights = [1 + n % 3 for n in range(len(names))] if place == CITY else PLACES_OF_A_DISTRICT
    counts = beats if beats is not None else _spread(total - unplaced, weights)
    return Places(
        kind="polygons",
        areas=tuple(AreaCount(area_id=name, count=count) for name, count in zip(names, counts, strict=True)),
        shapes=tuple(Shape(area_id=name, rings=(_square(n),)) for n, name in enumerate(names)),
        unplaced=unplaced,
    )


class _Book:
    """The counts of one place and of the city."""

    def __init__(self, place: str, counts: Counts, directions: Mapping[str, Direction]) -> None:
        self.place = place
        self.directions = directions
        own = {metric: _stretch(COUNTS[metric], given) for metric, given in counts.items()}
        self.counts: dict[str, Sequence[int | None]] = {
            **{metric: _of_city(metric) if place == CITY else values for metric, values in COUNTS.items()},
            **own,
        }

    def now(self, metric: str) -> int | None:
        return self.counts[metric][-1]

    def measure(self, metric: str, back: int = 0) -> Measure:
        return make_measure(metric, self.counts[metric][-1 - back], WINDOW[-1 - back], place=self.place)

    def series(self, metric: str) -> tuple[Measure, ...]:
        return tuple(self.measure(metric, back) for back in reversed(range(len(WINDOW))))

    def compare(self, metric: str) -> Comparison:
        now, before = self.measure(metric), self.measure(metric, 4)
        earlier = [count for back in (4, 8, 12) if (count := self.counts[metric][-1 - back]) is not None]
        counts = (now.value, before.value)
        both = None not in counts
        large = both and min(count for count in counts if count is not None) >= 20
        word = self.directions.get(metric, Direction.SIMILAR) if both else Direction.UNKNOWN
        if both and now.value == before.value:
            word = Direction.SIMILAR
        return Comparison(
            metric_id=metric,
            now=now,
            year_before=before,
            change_pct=100 * ((now.value or 0) - before.value) / before.value if large and before.value else None,
            direction=word,
            earlier_mean=round(sum(earlier) / len(earlier), 6) if earlier else None,
            earlier_years=len(earlier),
        )

    def part(self, metric: str) -> Part:
        here, here_all = self.measure(metric), self.measure("incidents_all")
        city = make_measure(metric, _of_city(metric)[-1], place=CITY)
        city_all = make_measure("incidents_all", _of_city("incidents_all")[-1], place=CITY)
        return Part(
            metric_id=metric,
            here_per_100=_per_100(here, here_all),
            city_per_100=_per_100(city, city_all),
            here=here,
            here_all=here_all,
            city=city,
            city_all=city_all,
        )


def _of_city(metric: str) -> list[int]:
    return [OTHER_FACTORS.get(metric, FACTOR) * count for count in COUNTS[metric]]


def _per_100(part: Measure, whole: Measure) -> float | None:
    return round(100 * part.value / whole.value, 6) if part.value is not None and whole.value else None


def _stretch(usual: Sequence[int], given: Sequence[int | None]) -> Sequence[int | None]:
    """Return thirteen counts: those given, or the usual ones with the year before and now replaced."""
    if len(given) == len(WINDOW):
        return given
    before, now = given
    return [*usual[:-5], before, *usual[-4:-1], now]


def _spread(total: int, weights: Sequence[int]) -> list[int]:
    """Return whole numbers in proportion to the weights whose sum is the total."""
    counts = [total * weight // sum(weights) for weight in weights]
    for number in range(total - sum(counts)):
        counts[number % len(counts)] += 1
    return counts


def _square(number: int) -> tuple[tuple[int, int], ...]:
    x, y = 200 * (number % 5), 200 * (number // 5)
    return ((x, y), (x + 195, y), (x + 195, y + 195), (x, y + 195), (x, y))
