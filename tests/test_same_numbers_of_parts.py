"""One number, one value, in the parts beyond counts of crimes: dossier, bars and tables of the web page, print.

Each cell of each table holds just the numbers its part of the dossier has, in its order and rounded as printed; where
the dossier has no value, or none that may be shown, the cell holds none. Every bar is as long as its number is large.
That print holds what these tables hold is tested with the rest of the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from district_reports.model import Comparison, Dossier, Ladder, Measure, Rung, State
from district_reports.settings import Settings
from tests.printed import LANGUAGES, PLACES, list_numbers, numbers_in, read_dossier, read_page, rows_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("tag", LANGUAGES),
    pytest.mark.parametrize("place", PLACES),
]

Cell = list[tuple[float, float]]
"""The numbers of a cell, each with what rounding may take from it or add to it."""
Tables = list[list[list[Cell]]]
PER_100_FROM = 20
"""Incidents of a cohort from which on the page tells how many that are of every 100."""
NOTHING: Cell = []


def whole(value: float | None) -> Cell:
    return NOTHING if value is None else [(float(value), 0.0)]


def rounded(value: float | None, digits: int) -> Cell:
    return NOTHING if value is None else [(float(value), 0.5 * 10**-digits + 1e-6)]


def per_100(measure: Measure, digits: int) -> Cell:
    return rounded(None if measure.value is None else measure.value * 100, digits)


def both(comparison: Comparison) -> list[Cell]:
    """Return the cells of a count, of the year before, and of the word."""
    return [whole(comparison.now.value), whole(comparison.year_before.value), NOTHING]


def find(dossier: Dossier, block_id: str) -> tuple[dict[str, Comparison], dict[str, Measure]]:
    block = dossier.block(block_id)
    assert block is not None
    return {each.metric_id: each for each in block.comparisons}, {each.metric_id: each for each in block.measures}


def list_fears(dossier: Dossier) -> Tables:
    fears, _ = find(dossier, "fears")
    victims, _ = find(dossier, "victims")
    people = [comparison for metric_id, comparison in victims.items() if metric_id.startswith("victims_")]
    return [[both(each) for each in fears.values()], [both(each) for each in people]]


def rung_cell(rung: Rung, reported: Rung) -> Cell:
    if rung.state is not State.OK:
        return NOTHING
    is_large = (reported.count or 0) >= PER_100_FROM
    return whole(rung.count) + (rounded(rung.share * 100, 1) if rung.share is not None and is_large else NOTHING)


def ladder_rows(ladders: Sequence[Ladder]) -> list[list[Cell]]:
    steps = zip(*(ladder.rungs for ladder in ladders), strict=True)
    return [[rung_cell(rung, ladder.rungs[0]) for rung, ladder in zip(step, ladders, strict=True)] for step in steps]


def list_outcomes(dossier: Dossier) -> Tables:
    quarters = dict.fromkeys(ladder.quarter for ladder in dossier.ladders)
    by_quarter = [[ladder for ladder in dossier.ladders if ladder.quarter == quarter] for quarter in quarters]
    return [ladder_rows(by_quarter[0][:1]), *(ladder_rows(ladders) for ladders in by_quarter)]


def list_arrests(dossier: Dossier) -> Tables:
    quarters = zip(*dossier.arrests, strict=True)
    return [[[per_100(measure, 1) for measure in measures] for measures in quarters]]


def list_clearance(dossier: Dossier) -> Tables:
    values = (
        [*rounded(reading.value * 100, 1), *whole(100)] if reading.unit == "share" else whole(reading.value)
        for reading in dossier.readings
    )
    return [[[NOTHING, value, NOTHING] for value in values]]


def list_court(dossier: Dossier) -> Tables:
    assert dossier.court is not None
    return [[[whole(rung.cases)] for rung in dossier.court.rungs]]


def list_complaints(dossier: Dossier) -> Tables:
    counts, shares = find(dossier, "complaints")
    block = dossier.block("complaints")
    assert block is not None
    steps = [whole(counts["complaint_cases"].year_before.value)]
    steps += [per_100(shares[f"complaint_{step}_share"], 1) for step in ("closed", "finding", "sustained")]
    # Discipline imposed: nobody publishes it.
    return [[[cell] for cell in (*steps, NOTHING)], [[whole(named.count)] for named in block.named]]


def list_force(dossier: Dossier) -> Tables:
    force = find(dossier, "force")[0]["force_incidents"]
    found = [[[cell] for cell in both(force)[:2]]]
    return found if force.now.value is not None else []


def list_requests(dossier: Dossier) -> Tables:
    counts, others = find(dossier, "requests")
    kinds = {metric_id: each for metric_id, each in counts.items() if metric_id != "requests_all"}
    rows = [
        [
            *both(each),
            per_100(others[metric_id.replace("requests_", "requests_closed_share_")], 0),
            rounded(others[metric_id.replace("requests_", "requests_days_")].value, 0),
        ]
        for metric_id, each in counts.items()
    ]
    return [[[whole(each.now.value)] for each in kinds.values()], rows]


def list_trust(dossier: Dossier) -> Tables:
    block = dossier.block("trust")
    assert block is not None
    # By question, and then here before the city.
    order = dict.fromkeys(measure.metric_id for measure in block.measures)
    scores = [measure for metric_id in order for measure in block.measures if measure.metric_id == metric_id]
    return [[[rounded(measure.value, 1)] for measure in scores]]


def list_communities(dossier: Dossier) -> Tables:
    assert dossier.communities is not None
    areas = dossier.communities.areas
    counts = [[whole(area.count)] for area in areas]
    if dossier.district_id == "city":
        return [counts]
    return [counts, [[whole(area.count) + rounded(area.per_100, 0)] for area in areas]]


def list_rates(dossier: Dossier) -> Tables:
    return [[[rounded(rate.measure.value, 1)] for rate in dossier.rates]] if dossier.rates else []


PARTS: dict[str, Callable[[Dossier], Tables]] = {
    "fears": list_fears,
    "outcomes": list_outcomes,
    "arrests": list_arrests,
    "clearance": list_clearance,
    "court": list_court,
    "complaints": list_complaints,
    "force": list_force,
    "requests": list_requests,
    "trust": list_trust,
    "communities": list_communities,
    "rates": list_rates,
}


def require_cell(text: str, expected: Cell, settings: Settings, tag: str) -> None:
    found = list_numbers(text, settings, tag)
    if found and expected and found[0] == expected[-1][0] == 100.0:
        # Some languages name the hundred first, of which these are.
        found.reverse()
    assert len(found) == len(expected), f"{text!r}: expected {expected}"
    for number, (value, tolerance) in zip(found, expected, strict=True):
        assert abs(number - value) <= tolerance, f"{text!r}: expected {expected}"


@pytest.mark.parametrize("part", PARTS)
def test_tables_and_bars_hold_the_numbers_of_the_dossier(
    sample_release: Path, settings: Settings, place: str, tag: str, part: str
) -> None:
    expected = PARTS[part](read_dossier(sample_release, place))
    tables = rows_of(read_page(sample_release, place, tag), part)
    assert [len(rows) for rows in tables] == [len(rows) for rows in expected]
    for rows, cells in zip(tables, expected, strict=True):
        for row, wanted in zip(rows, cells, strict=True):
            assert len(row) == len(wanted)
            for text, cell in zip(row, wanted, strict=True):
                require_cell(text, cell, settings, tag)


def test_numbers_told_in_sentences_are_those_of_the_dossier(
    sample_release: Path, settings: Settings, place: str, tag: str
) -> None:
    page, dossier = read_page(sample_release, place, tag), read_dossier(sample_release, place)

    def told(section: str) -> list[Counter[float]]:
        points = page.xpath(f"//section[@id='{section}']//ul[@class='points']/li | //section[@id='{section}']//p")
        return [numbers_in(point.text_content(), settings, tag) for point in points]

    def require(section: str, *values: float | None) -> None:
        wanted = Counter(float(value) for value in values if value is not None)
        assert any(not wanted - sentence for sentence in told(section)), f"{section}: no sentence holds {wanted}"

    shootings = find(dossier, "victims")[0]["shooting_incidents"]
    require("fears", shootings.now.value, shootings.year_before.value)
    cases, days = find(dossier, "complaints")
    for count in cases.values():
        require("complaints", count.now.value, count.year_before.value)
    require("complaints", days["complaint_open_days"].value)
    everything = find(dossier, "requests")[0]["requests_all"]
    require("requests", everything.now.value, everything.year_before.value)
    assert dossier.court is not None and dossier.communities is not None
    rungs = {rung.rung_id: rung.cases for rung in dossier.court.rungs}
    require("court", rungs["received"], rungs["convicted"])
    require("communities", dossier.communities.unknown)
    for rate in dossier.rates:
        require("rates", rate.residents, rate.year)


def test_revisions_are_those_of_the_dossier(sample_release: Path, settings: Settings, place: str, tag: str) -> None:
    page, dossier = read_page(sample_release, place, tag), read_dossier(sample_release, place)
    assert dossier.revisions is not None
    (rows,) = rows_of(page, "revisions")
    shown = Counter(tuple(list_numbers(" ".join(row[-2:]), settings, tag)) for row in rows)
    held = Counter((float(change.then), float(change.now)) for change in dossier.revisions.changes)
    assert not shown - held
    left = page.xpath("//section[@id='revisions']//div[@class='part__body']/p[@class='small']")
    rest = list_numbers(left[0].text_content(), settings, tag) if left else [0.0]
    assert rest == [float((held - shown).total())]
    told = [numbers_in(point.text_content(), settings, tag) for point in page.xpath("//section[@id='revisions']//li")]
    causes = [count for count in dossier.revisions.causes.model_dump().values() if count]
    newest = dossier.revisions.newest_then
    assert newest is not None
    for wanted in (*([count] for count in causes), [newest.then, newest.now]):
        assert any(not Counter(map(float, wanted)) - sentence for sentence in told), wanted


def test_bars_are_as_long_as_their_numbers_are_large(
    sample_release: Path, settings: Settings, place: str, tag: str
) -> None:
    """In each table the same length stands for one; a number that is not there has no bar, in any language."""
    page, dossier = read_page(sample_release, place, tag), read_dossier(sample_release, place)
    seen = 0
    for section, list_tables in PARTS.items():
        tables = zip(page.xpath(f"//section[@id='{section}']//table"), list_tables(dossier), strict=True)
        for table, expected in tables:
            if not str(table.get("id") or "").startswith("bars-"):
                continue
            drawn = [row.xpath(".//rect/@width") for row in table.xpath("tbody/tr")]
            lengths = [float(width[0].removesuffix("%")) if width else 0.0 for width in drawn]
            values = [row[0][0][0] if row[0] else 0.0 for row in expected]
            if table.get("id") == "bars-complaint-steps":
                # The first bar is all cases: 100 of every 100.
                values[0] = 100.0
            require_in_proportion(lengths, values)
            seen += 1
    assert seen >= 6


def require_in_proportion(lengths: Sequence[float], values: Sequence[float]) -> None:
    most = max(range(len(values)), key=lambda at: values[at])
    assert 0 < lengths[most] <= 100
    for length, value in zip(lengths, values, strict=True):
        assert length == pytest.approx(lengths[most] * value / values[most], abs=0.06)
