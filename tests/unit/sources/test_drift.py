"""Columns that are declared and columns that are there, in both vocabularies of types."""

import json

import pytest

from district_reports.config import Source
from district_reports.errors import SchemaDriftError
from district_reports.settings import Settings
from district_reports.sources.drift import check_missing, find_missing, require_columns, require_headers

METADATA = {
    "id": "number",
    "date": "calendar_date",
    "iucr": "text",
    "primary_type": "text",
    "fbi_code": "text",
    "arrest": "checkbox",
    "domestic": "checkbox",
    "beat": "text",
    "district": "text",
}
OPTIONAL = {
    "case_number": "text",
    "community_area": "text",
    "location_description": "text",
    "updated_on": "calendar_date",
}
ROWS = {
    **METADATA,
    **OPTIONAL,
    "date": "floating_timestamp",
    "arrest": "boolean",
    "domestic": "boolean",
    "updated_on": "floating_timestamp",
}


@pytest.fixture
def crimes(settings: Settings) -> Source:
    return settings.source("crimes")


def headers(found: dict[str, str]) -> dict[str, str]:
    return {"X-SODA2-Fields": json.dumps(list(found)), "X-SODA2-Types": json.dumps(list(found.values()))}


@pytest.mark.parametrize("found", [METADATA, ROWS, {**METADATA, "block": "text"}], ids=["metadata", "rows", "more"])
def test_declared_columns_in_either_vocabulary_pass(crimes: Source, found: dict[str, str]) -> None:
    require_columns(crimes, found)


def test_all_problems_are_told_at_once(crimes: Source) -> None:
    found = {**METADATA, "id": "text", "arrest": "text"}
    del found["beat"]
    with pytest.raises(SchemaDriftError) as caught:
        require_columns(crimes, found)
    message = str(caught.value)
    assert "expected id to be integer, got text" in message
    assert "expected arrest to be boolean, got text" in message
    assert "expected a column beat (text), got none" in message
    assert "the portal has arrest, date, district" in message
    assert caught.value.source_id == "crimes"


def test_optional_columns_may_be_missing_and_are_told(crimes: Source) -> None:
    found = {**METADATA, **OPTIONAL}
    assert find_missing(crimes, found) == ()
    assert check_missing(crimes, ()) == ()
    assert find_missing(crimes, METADATA) == ("case_number", "community_id", "place_kind", "changed_at")
    (remark,) = check_missing(crimes, ("case_number", "place_kind"))
    assert (remark.check_id, remark.passed, remark.required) == ("column_missing", False, False)
    assert (remark.expected, remark.source_id) == ("the optional columns case_number, location_description", "crimes")


def test_an_optional_column_of_another_type_is_drift(crimes: Source) -> None:
    with pytest.raises(SchemaDriftError, match="expected case_number to be text, got number"):
        require_columns(crimes, {**METADATA, "case_number": "number"})


@pytest.mark.parametrize("kind", [None, "text", "row_identifier"])
def test_fields_of_the_portals_own_are_in_no_list(settings: Settings, kind: str | None) -> None:
    source = settings.source("sentiment")
    found = {"area": "text", "district": "text", "safety": "number", "trust": "number"}
    found |= {"start_date": "calendar_date", "end_date": "calendar_date"}
    require_columns(source, found)
    assert find_missing(source, found) == ()
    fields = tuple(column.field for column in source.columns.values())
    require_headers(source, fields, headers({**({":id": kind} if kind else {}), **found}))
    del found["trust"]
    with pytest.raises(SchemaDriftError, match="expected the fields :id"):
        require_headers(source, fields, headers(found))


def test_no_columns_at_all_are_drift(crimes: Source) -> None:
    with pytest.raises(SchemaDriftError, match="the portal has no columns"):
        require_columns(crimes, {})


def test_headers_of_the_rows_asked_for_pass(crimes: Source) -> None:
    require_headers(crimes, tuple(ROWS), headers(ROWS))


@pytest.mark.parametrize(
    "told",
    [{}, {"X-SODA2-Fields": "["}, {"X-SODA2-Fields": '["id"]', "X-SODA2-Types": "[]"}, {"X-SODA2-Fields": "7"}],
    ids=["none", "cut", "of unequal length", "no list"],
)
def test_headers_that_tell_nothing_pass(crimes: Source, told: dict[str, str]) -> None:
    require_headers(crimes, tuple(ROWS), told)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({**ROWS, "block": "text"}, "expected the fields id, .* got .*block"),
        ({name: kind for name, kind in ROWS.items() if name != "beat"}, "expected the fields"),
        ({**ROWS, "id": "text"}, "expected id to be integer, got text"),
    ],
    ids=["one more", "one less", "retyped"],
)
def test_headers_of_other_rows_are_drift(crimes: Source, found: dict[str, str], words: str) -> None:
    with pytest.raises(SchemaDriftError, match=words):
        require_headers(crimes, tuple(ROWS), headers(found))
