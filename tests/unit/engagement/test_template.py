"""The intake sheet to fill in: what stands in it, in each language."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from district_reports.engagement.intake_layout import COLUMNS, FACTS, list_choices
from district_reports.engagement.intake_rows import build_reader
from district_reports.engagement.template import Filled, make_template
from district_reports.errors import ConfigError, ReadingError
from district_reports.render.i18n import Words
from district_reports.settings import find_asset
from tests.unit.engagement.intake_files import REGISTER, SETTINGS, TAGS, WORDINGS, label, make_book, read

PARTS = ("instructions", "session", *COLUMNS, "lists")


@pytest.mark.parametrize("tag", TAGS)
def test_the_workbook_has_every_part_in_its_language(tag: str) -> None:
    book = make_book(tag)
    assert book.sheetnames == [*(label("part", part, tag) for part in PARTS), "drop-downs"]
    assert book["drop-downs"].sheet_state == "hidden"
    facts = [str(book[label("part", "session", tag)].cell(row, 1).value) for row in range(3, 3 + len(FACTS) - 1)]
    assert [fact.removesuffix(" *") for fact in facts] == [
        label("fact", fact.field_id, tag) for fact in FACTS if fact.field_id != "joins"
    ]


@pytest.mark.parametrize("language", SETTINGS.languages, ids=TAGS)
def test_the_sheets_run_as_the_language_does(language: object) -> None:
    book = make_book(language.tag)  # type: ignore[attr-defined]
    right = language.direction == "rtl"  # type: ignore[attr-defined]
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    assert {bool(sheet.sheet_view.rightToLeft) for sheet in shown} == {right}


@pytest.mark.parametrize("tag", TAGS)
def test_each_table_has_an_example_marked_as_such(tag: str) -> None:
    book = make_book(tag)
    for part, columns in COLUMNS.items():
        page = book[label("part", part, tag)]
        assert page.cell(3, 1).value == label("column", "example", tag)
        required = [place for place, one in enumerate(columns, 2) if one.is_required]
        assert all(page.cell(3, place).value for place in required), part


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_the_template_as_it_is_holds_nothing_to_import(tag: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"sheet{suffix}"
    path.write_bytes(make_template(REGISTER, SETTINGS, WORDINGS, tag, suffix))
    with pytest.raises(ReadingError, match="got a sheet not filled in"):
        read(path)


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_the_same_input_gives_the_same_bytes(tag: str, suffix: str) -> None:
    first, second = (make_template(REGISTER, SETTINGS, WORDINGS, tag, suffix) for _ in range(2))
    assert first == second


def drop_downs(part: str) -> dict[str, list[str]]:
    """Return the values that each cell of a sheet offers."""
    book = make_book()
    found = {}
    for rule in book[label("part", part)].data_validations.dataValidation:
        if rule.type == "list":
            name, cells = rule.formula1.rsplit("!", 1)
            assert name == "='drop-downs'"
            values = [str(row[0].value) for row in book["drop-downs"][cells.replace("$", "")]] if ":" in cells else []
            for area in str(rule.sqref).split():
                found[area] = values
    return found


def test_questions_themes_and_sides_have_drop_downs_with_their_words() -> None:
    found = drop_downs("answers")
    assert found["B4:B203"][:2] == ["safety-1 · Do you feel safe? (en)", "policing-1 · What should change? (en)"]
    assert found["B4:B203"][2:] == [f"own-{number}" for number in range(1, 10)]
    assert found["C4:C203"] == [
        "visibility · Visibility (en)",
        "trust · Trust (en)",
        "more_police · More Police (en)",
    ]
    assert found["D4:D203"] == ["1", "2"]


def test_what_happened_has_drop_downs_for_the_district_and_the_result() -> None:
    found = drop_downs("happened")
    places = [f"{one.district_id} · {one.name}" for one in SETTINGS.districts]
    assert found["B4:B203"] == [*places, "whole city"]
    assert found["G4:G203"] == ["it worked", "partly", "it did not work", "too early to say"]


def test_facts_of_the_session_have_drop_downs_and_lists_of_several_have_them_in_each_cell() -> None:
    found = drop_downs("session")
    assert found["D10"] == ["yes", "no"]
    assert found["D17"] == ["yes", "unsure", "no"]
    assert len(found["D11:O11"]) == len(SETTINGS.districts)
    assert len(found["D19:O19"]) == 11


def test_consent_is_yes_or_no() -> None:
    assert drop_downs("quotes")["D4:D203"] == ["yes", "no"]


@pytest.mark.parametrize("tag", TAGS)
def test_the_csv_has_the_same_parts(tag: str) -> None:
    data = make_template(REGISTER, SETTINGS, WORDINGS, tag, ".csv")
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    titles = [line[0] for line in lines if line and line[0].startswith("[")]
    assert titles == [f"[{label('part', part, tag)}]" for part in PARTS]


@pytest.mark.parametrize("tag", TAGS)
def test_nobody_is_asked_for_names(tag: str) -> None:
    book = make_book(tag)
    lines = [row[0].value for row in book[label("part", "instructions", tag)].iter_rows()]
    assert WORDINGS[tag]("intake.privacy.names") in lines
    assert WORDINGS[tag]("intake.privacy.addresses") in lines


@pytest.mark.parametrize("tag", TAGS)
def test_no_two_words_of_one_list_are_the_same(tag: str) -> None:
    """Else a drop-down would offer one word for two meanings."""
    for name, choices in list_choices(REGISTER, SETTINGS, WORDINGS, tag).choices.items():
        shown = [choice.shown for choice in choices]
        assert len(set(shown)) == len(shown), name
        if name != "interpretation":
            assert not [one for one in shown if "," in one and name in ("incentive", "group", "districts")]


def test_another_form_or_language_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"expected a file ending with \.xlsx or \.csv, got '\.ods'"):
        make_template(REGISTER, SETTINGS, WORDINGS, "en", ".ods")
    with pytest.raises(ConfigError, match="language: expected one of"):
        make_template(REGISTER, SETTINGS, WORDINGS, "tlh", ".xlsx")


def test_words_of_the_register_that_begin_as_a_formula_stay_text() -> None:
    theme = REGISTER.themes[0].model_copy(update={"definitions": {"en": "=1+1"}})
    register = REGISTER.model_copy(update={"themes": (theme,)})
    book = openpyxl.load_workbook(io.BytesIO(make_template(register, SETTINGS, WORDINGS, "en", ".xlsx")))
    cell = book["Lists"].cell(3, 2)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert b",'=1+1," in make_template(register, SETTINGS, WORDINGS, "en", ".csv")


def test_every_word_of_the_catalogue_is_asked_for_and_no_other() -> None:
    asked = set()

    def text(key: str) -> str:
        asked.add(key)
        return WORDINGS["en"](key)

    filled = Filled({"joins": ["s-1"]}, {}, {}, has_problems=True)
    for sheet in (None, filled):
        make_template(REGISTER, SETTINGS, {**WORDINGS, "en": text}, "en", ".csv", sheet)
    build_reader(SETTINGS, {"en": text}, list_choices(REGISTER, SETTINGS, {"en": text}, "en"), date(2026, 1, 1))
    language = SETTINGS.languages[0]
    known = {key for key in Words.load(language, find_asset("templates", "locale")).forms if key.startswith("intake.")}
    assert {key for key in asked if key.startswith("intake.")} == known


def test_a_workbook_does_not_tell_when_it_was_made() -> None:
    with zipfile.ZipFile(io.BytesIO(make_template(REGISTER, SETTINGS, WORDINGS, "en", ".xlsx"))) as packed:
        assert {member.date_time[0] for member in packed.infolist()} == {1980}
        core = packed.read("docProps/core.xml")
    assert b"coreProperties" in core
    assert b"dcterms:" not in core.replace(b"xmlns:dcterms=", b"")
