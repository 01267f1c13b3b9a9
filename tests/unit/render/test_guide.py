"""The guide in words: calls, both sides of what residents said, what there is today, services by need."""

from __future__ import annotations

import re

import pytest

from district_reports.model import Register
from district_reports.render.back_matter import build_contacts
from district_reports.render.guide import LISTED, build_guide_section, list_guide_keys
from district_reports.render.guide_lines import language_name, tell_date
from district_reports.render.i18n import load_words
from district_reports.render.sheet import Sheet
from district_reports.render.view import Section
from district_reports.settings import find_asset, load_settings
from tests.unit.metrics.rows import TOY
from tests.unit.render.dossiers import TAGS, make_dossier, shipped
from tests.unit.render.guide_pages import make_register, make_sheet, make_theme, part_of, texts_of

PLACES = (*shipped().district_ids, "city")
each_language = pytest.mark.parametrize("tag", TAGS)


def guide_of(sheet: Sheet) -> Section:
    section = build_guide_section(sheet)
    assert section is not None
    return section


def all_text(section: Section) -> str:
    return "\n".join(texts_of(section))


def test_without_a_guide_there_is_no_part() -> None:
    sheet = make_sheet()
    bare = Sheet(make_dossier(), sheet.words, sheet.settings)
    assert build_guide_section(bare) is None
    # The quick numbers are then those of the config, as before.
    assert [line.number for line in build_contacts(bare)][:3] == ["911", "312-747-8223", "311"]


# Calls


def test_the_table_has_the_seven_calls() -> None:
    (table,) = guide_of(make_sheet("007")).tables
    assert [(row[0].split(":")[0].split(",")[0], row[1]) for row in table.rows] == [
        ("Wellness check", "911; 988"),
        ("Missing person", "911"),
        ("Traffic", "311; Police report on the web"),
        ("Noise", "311"),
        ("Loitering", "311"),
        ("Trespass", "911"),
        ("A dispute", "311"),
    ]
    assert all(len(row) == len(table.head) for row in table.rows)


def test_the_team_stands_in_007_with_its_hours_and_nowhere_in_015() -> None:
    here = guide_of(make_sheet("007"))
    assert here.tables[0].rows[0][2] == (
        "Police. Or, without police: CARE team (Monday to Friday, 10:30 AM to 4:00 PM)."
    )
    assert guide_of(make_sheet("city")).tables[0].rows[0][2] == (
        "Police. Or, without police, in some districts (1; 4; 6; 7; 8; 12; 19): CARE team "
        "(Monday to Friday, 10:30 AM to 4:00 PM)."
    )
    assert "CARE" in all_text(part_of(here, "guide-crisis"))
    assert "CARE" not in all_text(guide_of(make_sheet("015")))


@pytest.mark.parametrize("place", PLACES)
@each_language
def test_the_team_is_named_only_where_it_works(place: str, tag: str) -> None:
    serving = {"001", "004", "006", "007", "008", "012", "019", "city"}
    assert ("CARE" in all_text(guide_of(make_sheet(place, tag)))) == (place in serving)


def test_an_unchecked_team_says_so_at_once() -> None:
    row = guide_of(make_sheet("007", checks=())).tables[0].rows[0]
    assert row[2].endswith("(Monday to Friday, 10:30 AM to 4:00 PM; please verify).")


@each_language
@pytest.mark.parametrize("is_frozen", [False, True])
def test_the_closed_federal_service_is_nowhere(tag: str, is_frozen: bool) -> None:
    for place in ("007", "015", "city"):
        text = all_text(guide_of(make_sheet(place, tag, checks=(), is_frozen=is_frozen)))
        assert not re.search(r"202-305|usdoj|justice\.gov|Community Relations|CRS|司法部", text)


# What residents said


def test_every_view_stands_with_all_its_sides_and_on_what_it_depends() -> None:
    part = part_of(guide_of(make_sheet(register=make_register())), "guide-said")
    assert [(card.title.text, [line.said.text for line in card.lines]) for card in part.cards] == [
        ("name of wellness_missing", ["Both together, or others first.", "Police always for a missing person."]),
        ("name of traffic", ["Both together.", "Traffic teams."]),
        ("name of noise_loitering", ["Police for a serious threat only.", "Both at once."]),
    ]
    assert "only if the police department does its part: community-engaged policing" in part.answer


def test_a_theme_without_sides_stands_with_its_meaning() -> None:
    register = make_register(themes=(make_theme("traffic"),))
    (card,) = part_of(guide_of(make_sheet(register=register)), "guide-said").cards
    assert [line.said.text for line in card.lines] == ["meaning of traffic"]


@pytest.mark.parametrize("register", [None, make_register(themes=())], ids=["no register", "no theme"])
def test_without_such_themes_there_is_no_part_on_them(register: Register | None) -> None:
    section = guide_of(make_sheet(register=register))
    assert "guide-said" not in {part.section_id for part in section.parts}


@each_language
def test_no_one_is_said_to_want_one_thing(tag: str) -> None:
    """The words are those of the register; ours beside them say that views differ."""
    part = part_of(guide_of(make_sheet(tag=tag, register=make_register())), "guide-said")
    ours = {"en": "differ", "es": "difieren", "zh-Hans": "不一", "ar": "مختلفة"}
    assert ours[tag] in part.answer


# Today


def test_what_there_is_today_has_its_date() -> None:
    def told(place: str, **how: object) -> str:
        (point,) = part_of(guide_of(make_sheet(place, **how)), "guide-today").points  # type: ignore[arg-type]
        return point

    assert told("007") == (
        "In District 7 (Englewood), one team may answer some calls about people in crisis, without police: CARE team "
        "(Monday to Friday, 10:30 AM to 4:00 PM). As of: August 31, 2026."
    )
    # The day of the sample's check; without one the year of the source.
    assert told("007", checks=()).endswith("4:00 PM; please verify). As of: 2025.")
    assert told("015").startswith("We know of no team that answers emergency calls without police in District 15")
    assert "As of: 2025. Please verify." in told("015")
    assert "The districts: 1; 4; 6; 7; 8; 12; 19." in told("city")
    assert told("007", checks=(), is_frozen=True).startswith("No one has checked in time")


# Services


@pytest.mark.parametrize("place", PLACES)
@each_language
def test_mental_health_is_the_first_need_and_no_need_is_empty(place: str, tag: str) -> None:
    section = guide_of(make_sheet(place, tag, checks=(), is_frozen=True))
    needs = [part for part in section.parts if part.section_id.removeprefix("guide-").replace("-", "_") in LISTED]
    assert [part.section_id for part in needs] == [f"guide-{one.replace('_', '-')}" for one in LISTED]
    assert section.parts[0].section_id == needs[0].section_id == "guide-mental-health"
    assert needs[0].contacts[0].number == "988"
    assert all(part.contacts or part.answer for part in needs)


def test_an_empty_need_says_how_to_find_help() -> None:
    section = guide_of(make_sheet("015"))
    assert "Call 211" in part_of(section, "guide-immigrants").answer
    crisis = part_of(section, "guide-crisis")
    assert crisis.contacts == ()
    assert "988" in crisis.answer
    assert "911" in crisis.answer


def test_what_nobody_has_checked_asks_to_verify_in_a_draft() -> None:
    section = guide_of(make_sheet("007", checks=()))
    lines = [*section.contacts, *(line for part in section.parts for line in part.contacts)]
    assert len(lines) > 12
    assert {line.number or line.url for line in lines if not line.remark} == {"988", "211"}
    assert all(line.remark == "Please verify" for line in lines if line.number not in ("988", "211"))
    (meaning,) = section.notices
    assert "no one has checked this in the last 90 days" in meaning
    assert "guide-left-out" not in {part.section_id for part in section.parts}


def test_a_final_report_lists_what_it_leaves_out_and_prints_no_number_of_it() -> None:
    section = guide_of(make_sheet("007", checks=(), is_frozen=True))
    assert section.notices == ()
    left = part_of(section, "guide-left-out")
    assert "NAMI Chicago Helpline" in left.points
    assert "90 days" in left.answer
    assert "833-626-4244" not in all_text(section)
    assert not re.search(r"\d{3}-\d{3}-\d{4}", all_text(section))


@pytest.mark.parametrize("place", PLACES)
@each_language
def test_the_quick_numbers_always_print(place: str, tag: str) -> None:
    lines = build_contacts(make_sheet(place, tag, checks=(), is_frozen=True))
    numbers = [line.number for line in lines]
    assert numbers[0] == "911"
    assert {"911", "311", "211", "988"} <= set(numbers)
    assert len(lines) == (4 if place == "city" else 5)
    assert all(not line.remark for line in lines if len(line.number) == 3)


def test_a_service_tells_every_way_to_reach_it() -> None:
    (complaints,) = part_of(guide_of(make_sheet("007", checks=())), "guide-complaints").contacts
    assert (complaints.number, complaints.url) == ("312-743-2672", "https://www.chicagocopa.org")
    assert complaints.lines == (
        "TTY, for people who are deaf: 312-745-3598",
        "Walk in: 1615 W Chicago Ave, 4th floor, 60622",
        "Hours: ask first",
    )


def test_numbers_keep_their_place_in_a_script_from_the_right() -> None:
    line = part_of(guide_of(make_sheet("007", "ar")), "guide-mental-health").contacts[0]
    assert line.lines[0].endswith("\u2068988\u2069")


# Words


@each_language
def test_every_service_of_the_config_has_its_words(tag: str) -> None:
    words = make_sheet(tag=tag).words
    assert [key for key in list_guide_keys(shipped()) if not words.forms.get(key)] == []
    assert not any("community_relations" in key for key in words.forms)


def test_chinese_uses_the_words_of_the_citys_documents() -> None:
    text = all_text(guide_of(make_sheet("007", "zh-Hans", register=make_register())))
    for term in (
        "安全访查",
        "失踪人员",
        "非法侵入",
        "无暴力威胁的争端",
        "社区参与式警务",
        "心理健康",
        "辖区议会",
        "巡逻区会议",
    ):
        assert term in text


@pytest.mark.parametrize(
    ("tag", "shown"),
    [("en", "English"), ("es", "inglés"), ("zh-Hans", "英语"), ("ar", "الإنجليزية")],
)
def test_languages_are_named_in_the_language_of_the_page(tag: str, shown: str) -> None:
    assert language_name(make_sheet(tag=tag), "en") == shown


def test_a_language_with_its_script_is_named_too() -> None:
    assert language_name(make_sheet(), "zh-Hans") == "Simplified Chinese"
    assert language_name(make_sheet(), "pt-BR") == "Brazilian Portuguese"
    assert language_name(make_sheet(), "pl") == "Polish"
    # CLDR knows its name, and nothing else of it.
    assert language_name(make_sheet(), "ang") == "Old English"
    assert language_name(make_sheet(), "qqq") == "qqq"


@pytest.mark.parametrize(
    ("text", "told"),
    [("2025-01-08", "January 8, 2025"), ("2025-01", "January 2025"), ("2025", "2025"), ("", "not dated")],
)
def test_a_date_is_told_as_far_as_it_is_known(text: str, told: str) -> None:
    assert tell_date(make_sheet(), text) == told


def test_the_toy_city_has_its_own_guide() -> None:
    from datetime import date

    from district_reports.dossier.guide import build_guide
    from district_reports.guide import list_checks

    toy = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    words = load_words(toy.languages, find_asset("templates", "locale"))
    guide = build_guide(toy, "XY", date(2026, 7, 1), list_checks(toy), False)
    dossier = make_dossier().model_copy(update={"district_id": "XY", "guide": guide, "contact": None})
    section = guide_of(Sheet(dossier, words["en"], toy))
    assert section.tables[0].rows[0][1:] == (
        "112",
        "Police. Or, without police: CARE team (Friday to Sunday, 20:00 to 06:00).",
    )
    assert "555-0130" in part_of(section, "guide-immigrants").answer
    assert "Chicago" not in all_text(section)
