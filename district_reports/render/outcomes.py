"""What the police and the courts say of cases: published clearance figures, and a closed file of court outcomes.

The words for a cleared case are the police's own and belong to published figures alone; nothing here is counted from
arrests.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from district_reports.model import CourtCohort, Reading, State
from district_reports.render.sheet import Sheet
from district_reports.render.standing import length_of, source_line
from district_reports.render.view import BarRow, BarTable, Entry, Section, Table
from district_reports.settings import Settings

METHODS = (
    "year_to_date_all",
    "year_to_date_arrest",
    "year_to_date_exceptional",
    "cohort_12_months",
    "cohort_12_months_arrest",
    "cohort_12_months_exceptional",
)
"""Ways of counting with words: in a year, whatever the year of the crime; or from the day of the crime."""
DEFINITIONS = ("homicides_in_year", "homicides_cohort")
"""What a figure is measured against."""
READING_HEAD = ("period", "method", "number", "checked")
COURT_POINTS = ("unit", "felony", "late")


def require_outcome_keys(settings: Settings) -> list[str]:
    """Return the sentences that the city's config calls for: the names of fears, victims and cohorts."""
    outcomes = settings.outcomes
    metrics = [*outcomes.fears]
    metrics += [cohort.metric_id for cohort in outcomes.arrests.cohorts] if outcomes.arrests else []
    metrics += ["victims_homicide", "victims_nonfatal_shooting", "shooting_incidents"] if outcomes.victims else []
    keys = [f"metric.{metric}" for metric in dict.fromkeys(metrics)]
    if outcomes.clearance:
        keys += [f"clearance.method.{method}" for method in METHODS]
        keys += [f"clearance.definition.{definition}" for definition in DEFINITIONS]
    return keys


def build_clearance(sheet: Sheet) -> Section | None:
    """Return the published figures on cleared cases; None where the city's config has no such part."""
    clearance = sheet.settings.outcomes.clearance
    if clearance is None:
        return None
    words, readings = sheet.words, sheet.dossier.readings
    own = [reading for reading in readings if reading.place == sheet.dossier.district_id and not sheet.is_city]
    city = [reading for reading in readings if reading not in own]
    look = Entry(
        label=words.text("clearance.look.label"), detail=words.text("clearance.look.detail"), url=clearance.dashboard
    )
    return Section(
        section_id="clearance",
        question=words.text("clearance.question"),
        answer=words.text("clearance.answer" if readings else "clearance.answer_none"),
        notices=() if own else (words.text("clearance.by_district"),),
        tables=tuple(
            _readings_table(sheet, part, place) for part, place in ((own, sheet.place), (city, sheet.city_name)) if part
        ),
        points=(
            words.text("clearance.meaning"),
            *(words.text(f"clearance.definition.{name}") for name in _definitions(readings)),
        ),
        entries=(look, *_sources(sheet, readings)),
    )


def _readings_table(sheet: Sheet, readings: Sequence[Reading], place: str) -> Table:
    words = sheet.words
    return Table(
        caption=words.text("clearance.caption", place=place),
        head=tuple(words.text(f"clearance.head.{name}") for name in READING_HEAD),
        rows=tuple(
            (
                words.name(reading.period),
                words.text(f"clearance.method.{reading.method}"),
                _reading_value(sheet, reading),
                _checked(sheet, reading),
            )
            for reading in readings
        ),
        note=words.text("clearance.note"),
    )


def _reading_value(sheet: Sheet, reading: Reading) -> str:
    words = sheet.words
    if reading.unit == "share":
        return words.text("clearance.number", share=words.number(100 * reading.value, 1))
    return words.plural("clearance.offences", int(reading.value))


def _checked(sheet: Sheet, reading: Reading) -> str:
    """Return who has signed a reading, and how sure its source is."""
    words = sheet.words
    confidence = words.text(f"clearance.confidence.{reading.confidence}")
    if not reading.read_by or reading.read_on is None:
        return words.text("clearance.unverified", confidence=confidence)
    who, date = words.name(reading.read_by), words.day(reading.read_on)
    return words.text("clearance.signed", who=who, date=date, confidence=confidence)


def _definitions(readings: Sequence[Reading]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reading.definition for reading in readings))


def _sources(sheet: Sheet, readings: Sequence[Reading]) -> tuple[Entry, ...]:
    """Return each address once, with the periods that were read there."""
    words = sheet.words
    periods: dict[str, dict[str, None]] = {}
    for reading in readings:
        periods.setdefault(reading.address, {})[words.name(reading.period)] = None
    return tuple(
        Entry(
            label=words.name(urlsplit(address).hostname or address),
            detail=words.text("clearance.source", periods=sheet.join(found)),
            url=address,
        )
        for address, found in periods.items()
    )


def build_court(sheet: Sheet) -> Section | None:
    """Return the closed file of felony cases; None where the city's config has no such part."""
    config, cohort = sheet.settings.outcomes.court, sheet.dossier.court
    if config is None:
        return None
    words = sheet.words
    question = words.text("court.question")
    look = Entry(label=words.text("court.look.label"), detail=words.text("court.look.detail"), url=config.dashboard)
    closed = words.text("court.frozen", date=words.day(cohort.closed_on if cohort else config.closed_on))
    if cohort is None or not cohort.years or not cohort.rungs:
        return Section(
            section_id="court",
            question=question,
            answer=words.text("court.never_read"),
            notices=(closed,),
            entries=(look,),
        )
    return Section(
        section_id="court",
        question=question,
        answer=_court_answer(sheet, cohort),
        notices=(closed,),
        bars=(_court_bars(sheet, cohort),),
        points=tuple(words.text(f"court.{name}") for name in COURT_POINTS) + _other_units(sheet, cohort),
        entries=(look,),
    )


def _court_answer(sheet: Sheet, cohort: CourtCohort) -> str:
    words, cases = sheet.words, {rung.rung_id: rung.cases for rung in cohort.rungs}
    years = _years(sheet, cohort)
    if not cases["received"]:
        return words.text("court.answer_none", years=years)
    numbers = {name: words.number(cases[name]) for name in ("received", "convicted")}
    return words.text("court.answer", years=years, **numbers)


def _years(sheet: Sheet, cohort: CourtCohort) -> str:
    """Return the years: from the first to the last where none is left out."""
    words, years = sheet.words, sorted(cohort.years)
    if len(years) > 1 and years[-1] - years[0] == len(years) - 1:
        return words.text("court.years", first=words.year(years[0]), last=words.year(years[-1]))
    return sheet.join(words.year(year) for year in years)


def _court_bars(sheet: Sheet, cohort: CourtCohort) -> BarTable:
    words = sheet.words
    most = max(rung.cases for rung in cohort.rungs)
    key = "court.caption_city" if sheet.is_city else "court.caption"
    return BarTable(
        table_id="court-cases",
        caption=words.text(key, place=sheet.place, years=_years(sheet, cohort)),
        head=(words.text("court.head"), words.text("court.cases")),
        rows=tuple(
            BarRow(
                label=words.text(f"court.rung.{rung.rung_id}"),
                text=words.number(rung.cases),
                length=length_of(rung.cases, most),
                is_muted=cohort.freshness.state is State.STALE,
            )
            for rung in cohort.rungs
        ),
        source=source_line(sheet, cohort.freshness.source_id),
    )


def _other_units(sheet: Sheet, cohort: CourtCohort) -> tuple[str, ...]:
    """Return how many cases no district brought; only the city's report counts them."""
    if not sheet.is_city:
        return (sheet.words.text("court.other_units"),)
    return (sheet.words.plural("court.other_unit_cases", cohort.other_unit_cases),)
