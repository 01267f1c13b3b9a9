"""The parts of a dossier that come from people: whose they are, and of which days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from district_reports.dossier import Facts, Voices, canonical_json, canonical_ledger
from district_reports.dossier.people import build_people
from district_reports.engagement.register import load_register
from district_reports.model import CITY, FeedbackItem, Happening, Ledger, Status, Step, Text
from district_reports.settings import Settings, find_asset
from tests.unit.test_dossier_blocks import QUARTER, make_facts


@pytest.fixture
def facts(settings: Settings) -> Facts:
    return make_facts(settings)


def words(text: str) -> Text:
    return Text(language="en", text=text)


def with_ledger(facts: Facts, ledger: Ledger, until: date = QUARTER.end) -> Facts:
    register = load_register(facts.settings, find_asset("data"))
    return replace(facts, voices=Voices(until=until, register=register, ledger=ledger))


def happening(number: int, place: str, on: date) -> Happening:
    what = words("A block party.")
    return Happening(
        happening_id=f"H-{number}", district_id=place, on=on, kind="event", by="both", what=what, result="worked"
    )


def item(item_id: str, place: str, heard_on: date) -> FeedbackItem:
    return FeedbackItem(
        item_id=item_id,
        district_id=place,
        theme_codes=(),
        said=words("More light at the station."),
        heard_on=heard_on,
        heard_in=("telephone",),
        steps=(Step(on=heard_on, status=Status.HEARD),),
    )


def test_a_report_of_numbers_alone_has_none_of_them(facts: Facts) -> None:
    assert build_people(facts, CITY) == {}


def test_happenings_are_those_of_the_place_and_quarter_oldest_first(facts: Facts) -> None:
    here, there = facts.settings.district_ids[:2]
    days = [QUARTER.start - timedelta(days=1), QUARTER.end, QUARTER.start, QUARTER.end + timedelta(days=1)]
    ledger = Ledger(
        happenings=tuple(happening(number, here, on) for number, on in enumerate(days))
        + (happening(9, CITY, QUARTER.start),)
    )
    full = with_ledger(facts, ledger)
    assert [each.happening_id for each in build_people(full, here)["happened"]] == ["H-2", "H-1"]
    assert build_people(full, there)["happened"] == ()
    assert [each.happening_id for each in build_people(full, CITY)["happened"]] == ["H-9"]


def test_a_preview_tells_nothing_after_its_day(facts: Facts) -> None:
    here = facts.settings.district_ids[0]
    middle = QUARTER.start + timedelta(days=30)
    ledger = Ledger(
        items=(item("A-1", here, middle), item("A-2", here, middle + timedelta(days=1))),
        happenings=(happening(1, here, middle), happening(2, here, middle + timedelta(days=1))),
    )
    told = build_people(with_ledger(facts, ledger, until=middle), here)
    assert [each.happening_id for each in told["happened"]] == ["H-1"]
    assert [each.item.item_id for each in told["loop"].items] == ["A-1"]
    assert told["loop"].until == middle


def test_a_city_without_a_register_still_has_its_loop_and_its_guide(facts: Facts) -> None:
    here = facts.settings.district_ids[0]
    bare = replace(facts, voices=Voices(until=QUARTER.end))
    told = build_people(bare, here)
    assert told["heard"] is None
    assert told["loop"].items == () and told["loop"].began_on is None
    assert told["guide"].entries and told["taking_part"].questions == ()


def test_a_ledger_has_the_same_bytes_record_by_record() -> None:
    ledger = Ledger(
        items=(item("A-1", CITY, QUARTER.start), item("A-2", CITY, QUARTER.end)),
        happenings=(happening(1, CITY, QUARTER.end),),
    )
    assert canonical_ledger(ledger) == canonical_json(ledger)
    assert canonical_ledger(Ledger()) == canonical_json(Ledger())
