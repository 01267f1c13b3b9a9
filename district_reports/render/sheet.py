"""What every builder of a page's parts needs: the dossier, the words, and the names of places, metrics and quarters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from district_reports.model import Dossier, Measure, Origin, State
from district_reports.periods import Quarter
from district_reports.render.i18n import Words
from district_reports.settings import Settings

STEPS = 5
"""Most shades of a map or heat chart."""


@dataclass(frozen=True)
class Sheet:
    """One dossier in one language, before it is a page."""

    dossier: Dossier
    words: Words
    settings: Settings

    @property
    def is_city(self) -> bool:
        """Whether this is the city's own report."""
        return self.dossier.contact is None and self.dossier.district_id not in self.settings.district_ids

    @cached_property
    def quarter(self) -> Quarter:
        """The report's quarter."""
        return Quarter.parse(self.dossier.quarter)

    @cached_property
    def place(self) -> str:
        """The place's name, as it stands in a sentence."""
        if self.is_city:
            return self.city_name
        return self.district_name(self.dossier.district_id)

    @cached_property
    def city_name(self) -> str:
        """The city's name, as the language writes it."""
        city = self.settings.city
        own = city.names.get(self.words.language.tag)
        return own if own is not None else self.words.name(city.name)

    @cached_property
    def months(self) -> str:
        """The report's quarter, as its months."""
        return self.words.months_of(self.quarter)

    @cached_property
    def months_before(self) -> str:
        """The same quarter of the year before, as its months."""
        return self.words.months_of(self.quarter.year_ago())

    @cached_property
    def incidents(self) -> Origin:
        """The origin of all counts."""
        wanted = self.dossier.key_facts[0].now.origin_id
        return next(origin for origin in self.dossier.origins if origin.origin_id == wanted)

    @property
    def source_line(self) -> str:
        """The line under each figure; made-up rows have no publisher."""
        if self.dossier.is_sample:
            return self.words.text("source.sample_line")
        origin = self.incidents
        return self.words.text(
            "source.line",
            title=self.words.name(origin.title),
            producer=self.words.name(origin.producer),
            date=self.words.day(origin.as_of),
        )

    def district_name(self, district_id: str) -> str:
        """Return a district's name, as it stands in a sentence."""
        district = self.settings.district(district_id)
        number = district_id.lstrip("0") or district_id
        return self.words.text("place.district", number=number, name=self.words.name(district.name))

    def metric_name(self, metric_id: str) -> str:
        """Return a metric's name, as a label."""
        return self.words.text(f"metric.{metric_id}")

    def count(self, measure: Measure) -> str:
        """Return a count as printed, or the word for a missing one."""
        if measure.value is None:
            return self.missing(measure)
        return self.words.number(measure.value)

    def missing(self, measure: Measure) -> str:
        """Return the words that stand for a number that is not there."""
        if measure.state is State.SUPPRESSED:
            return self.words.text("state.suppressed")
        return self.words.text("state.not_published" if measure.state is State.NOT_PUBLISHED else "number.missing")

    def rate(self, value: float | None) -> str:
        """Return a number per 100 as printed, with one decimal."""
        return self.words.text("number.missing") if value is None else self.words.number(value, 1)

    def join(self, items: Iterable[str]) -> str:
        """Return items strung together where each may hold a comma of its own."""
        return self.words.text("list.separator").join(items)

    def sentences(self, first: str, *others: str) -> str:
        """Return sentences one after the other, with the space the script puts between them, if any."""
        for other in others:
            first = self.words.text("sentences.two", first=first, second=other)
        return first

    def steps(self, values: Sequence[int]) -> tuple[tuple[tuple[int, int], ...], tuple[str, ...]]:
        """Return the ranges of the shades, least first, and what each stands for in words."""
        bounds = step_bounds(values)
        number = self.words.number
        names = (
            self.words.text("step.one", low=number(low))
            if low == high
            else self.words.text("step.range", low=number(low), high=number(high))
            for low, high in bounds
        )
        return bounds, tuple(names)


def step_bounds(values: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return at most five ranges, least first, that hold all values, each about as many.

    The ranges are cut between distinct values, so equal values always share a shade.
    """
    distinct = sorted(set(values))
    if len(distinct) <= STEPS:
        return tuple((value, value) for value in distinct)
    ordered = sorted(values)
    cuts = sorted({ordered[len(ordered) * step // STEPS] for step in range(1, STEPS)} - {distinct[0]})
    starts = [distinct[0], *cuts]
    ends = [max(value for value in distinct if value < start) for start in starts[1:]] + [distinct[-1]]
    return tuple(zip(starts, ends, strict=True))


def step_of(value: int, bounds: Sequence[tuple[int, int]]) -> int:
    """Return the number of the range in which the value lies."""
    return next(number for number, (low, high) in enumerate(bounds) if low <= value <= high)
