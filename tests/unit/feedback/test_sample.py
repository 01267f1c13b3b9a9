"""The sample's ledger: it keeps every rule, meets every status, and goes on from quarter to quarter."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from district_reports.engagement.register import load_register
from district_reports.errors import ConfigError
from district_reports.feedback import sample_words
from district_reports.feedback.rules import Rules, check_item
from district_reports.feedback.sample import sample_ledger, with_hand_overs
from district_reports.feedback.sample_plots import LONGEST, PLOTS, REPORT_PLOTS, Plot
from district_reports.feedback.standing import cut_at, is_overdue, status_at, window_ends
from district_reports.model import Ledger, Register, Status, Text
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.unit.metrics.rows import TOY

QUARTER = Quarter(2026, 3)
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings({})


@pytest.fixture(scope="module")
def register(settings: Settings) -> Register:
    found = load_register(settings, ROOT / "data")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def ledger(settings: Settings, register: Register) -> Ledger:
    return sample_ledger(settings, QUARTER, register)


def rules_of(settings: Settings, register: Register, today: date) -> Rules:
    return Rules(
        district_ids=settings.district_ids,
        languages=[language.tag for language in settings.languages],
        theme_codes=[theme.code for theme in register.themes],
        metric_ids=[f"requests_days_{kind.kind_id}" for kind in settings.outcomes.requests.kinds],  # type: ignore[union-attr]
        confirm_days=settings.report.loop.confirm_days,
        today=today,
    )


@pytest.mark.parametrize("back", range(12))
def test_every_item_keeps_every_rule(settings: Settings, register: Register, back: int) -> None:
    quarter = QUARTER.shifted(-back)
    items = sample_ledger(settings, quarter, register).items
    assert len(items) >= 6 * (len(settings.district_ids) + 1)
    rules = rules_of(settings, register, quarter.end)
    assert [problem for item in items for problem in check_item(item, rules)] == []


@pytest.mark.parametrize("back", range(9))
def test_every_status_and_case_is_met_in_every_quarter(settings: Settings, register: Register, back: int) -> None:
    day = QUARTER.shifted(-back).end
    items = sample_ledger(settings, QUARTER.shifted(-back), register).items
    assert {status_at(item, day) for item in items} == set(Status)
    overdue = {item.district_id for item in items if is_overdue(item, day)}
    assert len(overdue) >= 4
    ends = [window_ends(item, day, settings.report.loop.confirm_days) for item in items]
    assert any(end is not None and end >= day for end in ends)
    assert {reply.kind for item in items for reply in item.replies} == {"confirm", "dispute"}
    assert any(reply.people < settings.report.loop.floor for item in items for reply in item.replies)
    steps = [step for item in items for step in item.steps]
    assert all(any(getattr(step, name) for step in steps) for name in ("by_police", "by_community", "reason"))


def test_every_district_has_its_own_items_and_stories(settings: Settings, ledger: Ledger) -> None:
    assert Counter(item.district_id for item in ledger.items if item.about == "policing") == Counter(
        dict.fromkeys((*settings.district_ids, "city"), 8)
    )
    on_report = [item for item in ledger.items if item.about == "report"]
    assert 3 <= len(on_report) <= 4
    assert {item.district_id for item in on_report} == {"city"}
    told = [item.said.translations.get("en", item.said.text) for item in ledger.items]
    assert len(set(told)) > 0.9 * len(told)
    assert {item.said.language for item in ledger.items} == {language.tag for language in settings.languages}


def test_words_stand_in_every_language_and_nobody_has_signed_them(settings: Settings, ledger: Ledger) -> None:
    tags = {language.tag for language in settings.languages}
    texts = [item.said for item in ledger.items]
    texts += [happening.what for happening in ledger.happenings]
    texts += [quote.text for session in ledger.sessions for quote in session.quotes]
    assert all({text.language, *text.translations} == tags for text in texts)
    assert not any(text.reviewed_by for text in texts)
    assert not [text for text in texts if "{" in "".join((text.text, *text.translations.values()))]


def test_the_next_quarter_goes_on_where_this_one_stops(settings: Settings, register: Register, ledger: Ledger) -> None:
    later = {item.item_id: item for item in sample_ledger(settings, QUARTER.shifted(1), register).items}
    for item in ledger.items:
        if item.item_id in later:
            assert cut_at(later[item.item_id], QUARTER.end) == item
        else:
            status = status_at(item, QUARTER.end)
            assert status is not None
            assert not status.is_open


@pytest.mark.parametrize("plot", (*PLOTS, *REPORT_PLOTS))
def test_every_plot_ends_in_time(plot: Plot) -> None:
    last = [event for event in plot.events if isinstance(event.what, Status)][-1]
    assert last.age <= LONGEST
    assert not Status(last.what).is_open
    assert max(event.day for event in plot.events) < 90


def test_sessions_have_two_organisations_in_one_district_and_name_only_samples(
    settings: Settings, register: Register, ledger: Ledger
) -> None:
    assert 4 <= len(ledger.sessions) <= 8
    now = [session for session in ledger.sessions if session.on >= QUARTER.start]
    hosts: dict[tuple[str, ...], set[str]] = {}
    for session in now:
        hosts.setdefault(session.district_ids, set()).add(session.host)
    assert sorted(map(len, hosts.values())) == [1, 1, 2]
    assert () in hosts
    assert all("Sample" in session.host and session.quotes for session in ledger.sessions)
    questions = {question.question_id for question in register.questions}
    assert {answer.question_id for session in now for answer in session.answers} <= questions
    sides = {answer.side for session in now for answer in session.answers if answer.theme_code == "better_policing"}
    assert sides == {1, 2}


def test_things_happened_everywhere_in_both_quarters(settings: Settings, ledger: Ledger) -> None:
    found = Counter((each.district_id, str(Quarter.of(each.on))) for each in ledger.happenings)
    assert len(found) == 2 * (len(settings.district_ids) + 1)
    assert set(found.values()) == {3}
    assert {each.kind for each in ledger.happenings} == {"event", "community", "tried"}
    assert {each.result for each in ledger.happenings} == {"worked", "partly", "did_not_work", "too_early"}


def test_it_is_the_same_each_time_and_in_the_order_of_ids(
    settings: Settings, register: Register, ledger: Ledger
) -> None:
    assert sample_ledger(settings, QUARTER, register) == ledger
    ids = [item.item_id for item in ledger.items]
    assert ids == sorted(set(ids))


def test_a_city_without_words_has_an_empty_ledger(register: Register) -> None:
    toy = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    assert sample_ledger(toy, QUARTER, None) == Ledger()
    assert with_hand_overs(toy, QUARTER) == toy


def test_two_districts_get_a_new_commander_in_the_quarter(settings: Settings) -> None:
    found = with_hand_overs(settings, QUARTER)
    days = [district.commander_since for district in found.districts if district.commander_since]
    assert len(days) == 2
    assert all(QUARTER.start < day <= QUARTER.end for day in days)
    assert not any(district.commander for district in found.districts)
    assert min(days) == QUARTER.end - timedelta(days=40)


def test_words_that_name_an_unknown_theme_are_refused(settings: Settings, register: Register) -> None:
    fewer = register.model_copy(update={"themes": register.themes[:3]})
    with pytest.raises(ConfigError, match=r"sample_ledger\.toml: theme_code: expected those of the register, got"):
        sample_ledger(settings, QUARTER, fewer)


def test_words_in_none_of_the_languages_are_refused(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="expected words in one of the report's languages, got xx"):
        sample_words.make_text({"xx": "so"}, settings, "city", 0)
    made = sample_words.make_text({"es": "En {area}", "ar": "في {area}"}, settings, "city", 0, original=1)
    assert made == Text(
        language="ar",
        text=f"في {settings.city.names.get('ar', settings.city.name)}",
        translations={"es": f"En {settings.city.names.get('es', settings.city.name)}"},
    )
