"""Schemas, contracts, and what tells a month's rows from the portal's."""

from datetime import date, datetime

import pyarrow as pa
import pytest

from district_reports.config import Column, Source
from district_reports.errors import ContractError
from district_reports.model import Fingerprint
from district_reports.settings import Settings
from district_reports.tables import (
    arrow_schema,
    check_nulls,
    find_differences,
    find_problems,
    require_table,
    sum_keys,
)

SOURCE = Source(
    source_id="events",
    title="",
    producer="",
    page_url="",
    license="",
    dataset_id="x",
    form="events",
    is_required=True,
    key="event_id",
    date="began_at",
    monthly_rows=(2, 4),
    columns={
        "event_id": Column(field="nr", type="integer"),
        "began_at": Column(field="moment", type="timestamp"),
        "note": Column(field="note", type="text", is_nullable=True),
    },
)
MONTH, END = date(2024, 2, 1), date(2024, 3, 1)
FIRST, LAST = datetime(2024, 2, 1), datetime(2024, 2, 29, 23, 59, 59)  # noqa: DTZ001 - local time


def events(*rows: tuple[int | None, datetime, str | None]) -> pa.Table:
    schema = arrow_schema(SOURCE)
    columns = [pa.array([row[at] for row in rows], field.type) for at, field in enumerate(schema)]
    return pa.Table.from_arrays(columns, schema=schema)


def fingerprint(rows: int = 2, keys: str = "8") -> Fingerprint:
    return Fingerprint(rows=rows, updated_at="x", key_sum=keys)


GOOD = events((3, FIRST, "a"), (5, LAST, None))


def test_the_schema_has_our_names_in_the_order_of_the_config(settings: Settings) -> None:
    schema = arrow_schema(settings.source("crimes"))
    assert schema.names == list(settings.source("crimes").columns)
    assert [str(schema.field(name).type) for name in schema.names[:2]] == ["int64", "timestamp[ms]"]
    optional = ["case_number", "community_id", "place_kind", "changed_at"]
    assert [field.name for field in schema if field.nullable] == ["offence_code", "beat_id", "district_id", *optional]


def test_every_type_has_an_arrow_type() -> None:
    columns = {name: Column(field=name, type=name) for name in ("integer", "number", "text", "timestamp", "boolean")}
    source = SOURCE.model_copy(update={"columns": columns})
    assert [str(field.type) for field in arrow_schema(source)] == ["int64", "double", "string", "timestamp[ms]", "bool"]


def test_a_table_that_keeps_its_contract_passes() -> None:
    require_table(GOOD, SOURCE)
    require_table(events(), SOURCE)


BROKEN = {
    "a column too few": (GOOD.drop_columns(["note"]), "columns: expected event_id, began_at, note, got"),
    "columns in another order": (GOOD.select(["note", "event_id", "began_at"]), "columns: expected"),
    "another type": (GOOD.cast(pa.schema([("event_id", "string"), *list(GOOD.schema)[1:]])), "expected type int64"),
    "a value missing": (events((None, FIRST, "a"), (5, LAST, "b")), "event_id: expected a value in each row, got 1"),
    "a key twice": (events((5, FIRST, "a"), (5, LAST, "b")), "event_id: expected each once, got 1 again"),
}


@pytest.mark.parametrize(("table", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_table_that_breaks_its_contract_is_refused(table: pa.Table, words: str) -> None:
    with pytest.raises(ContractError, match=words) as caught:
        require_table(table, SOURCE)
    assert caught.value.table == "events"
    assert caught.value.problems == find_problems(table, SOURCE)


def test_keys_are_summed_and_texts_bounded() -> None:
    assert sum_keys(GOOD, SOURCE) == "8"
    assert sum_keys(events(), SOURCE) == "0"
    by_note = SOURCE.model_copy(update={"key": "note"})
    assert sum_keys(events((1, FIRST, "b"), (2, LAST, "a")), by_note) == "a/b"


def test_rows_that_agree_have_no_difference() -> None:
    assert find_differences(GOOD, SOURCE, MONTH, END, fingerprint()) == ()
    assert find_differences(events(), SOURCE, MONTH, END, fingerprint(0, "0")) == ()


def test_keys_and_portal_may_be_texts() -> None:
    by_note = SOURCE.model_copy(update={"key": "note"})
    table = events((1, FIRST, "a"), (2, LAST, "b"))
    assert find_differences(table, by_note, MONTH, END, fingerprint(2, "a/b")) == ()
    assert find_differences(table, by_note, MONTH, END, fingerprint(2, "a/c")) == (
        "sum of note: expected a/c, got a/b",
    )


MARCH = datetime(2024, 3, 1)  # noqa: DTZ001 - local time
DIFFERENT = {
    "a row too few": (GOOD.slice(1), fingerprint(), ("rows: expected 2, got 1",)),
    "a row doubled, the count right": (
        events((3, FIRST, "a"), (3, LAST, "b")),
        fingerprint(),
        ("event_id: expected each once, got 1 again",),
    ),
    "a row swapped, the count right": (GOOD, fingerprint(2, "9"), ("sum of event_id: expected 9, got 8",)),
    "a row of the next month": (
        events((3, FIRST, "a"), (5, MARCH, "b")),
        fingerprint(),
        ("began_at: expected dates in 2024-02, got 1 rows outside",),
    ),
}


@pytest.mark.parametrize(("table", "expected", "differences"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_rows_that_differ_are_told(table: pa.Table, expected: Fingerprint, differences: tuple[str, ...]) -> None:
    assert find_differences(table, SOURCE, MONTH, END, expected) == differences


TEXTS = SOURCE.model_copy(update={"columns": {**SOURCE.columns, "event_id": Column(field="nr", type="text")}})


@pytest.mark.parametrize(
    ("told", "is_same"),
    [("A/c", True), ("b-#1/A", True), ("A/d", False), ("A/", False), ("", False), ("None/None", False)],
)
def test_a_portal_may_sort_texts_in_another_order(told: str, is_same: bool) -> None:
    rows = [(key, FIRST, "a") for key in ("A", "b-#1", "c")]
    columns = dict(zip(("event_id", "began_at", "note"), zip(*rows, strict=True), strict=True))
    table = pa.Table.from_pydict(columns, arrow_schema(TEXTS))
    differences = find_differences(table, TEXTS, MONTH, END, fingerprint(3, told))
    assert (differences == ()) == is_same


def test_a_sign_that_parts_the_ends_may_be_in_a_key() -> None:
    table = pa.Table.from_pydict(
        {"event_id": ["a/b", "c/d"], "began_at": [FIRST, FIRST], "note": ["a", "a"]}, arrow_schema(TEXTS)
    )
    assert find_differences(table, TEXTS, MONTH, END, fingerprint(2, "c/d/a/b")) == ()


def test_values_that_went_missing_are_a_remark() -> None:
    before = events(*((number, FIRST, "a") for number in range(20)))
    one = events(*((number, FIRST, None if number < 1 else "a") for number in range(20)))
    three = events(*((number, FIRST, None if number < 3 else "a") for number in range(20)))
    assert check_nulls("2024-02", before, one, SOURCE) == []
    assert check_nulls("2024-02", three, before, SOURCE) == []
    (remark,) = check_nulls("2024-02", before, three, SOURCE)
    assert remark.got == "note: 0.0% before, 15.0% now"
    assert "2024-02" in remark.expected


def test_nothing_before_is_no_loss() -> None:
    table = events((1, FIRST, None))
    assert check_nulls("2024-02", table.drop_columns(["began_at"]), table, SOURCE) == []
    assert check_nulls("2024-02", events(), events(), SOURCE) == []
