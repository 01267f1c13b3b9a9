"""The log is only added to, and a row that was changed, put in or taken out by hand is found and named."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text

from district_reports.database import Database, open_database
from district_reports.errors import DatabaseError, LogError
from district_reports.review.log import FIRST, append, read_entries, read_page, verify_log, verify_rows

AT = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)


def fill(database: Database, count: int = 5) -> None:
    with database.begin() as connection:
        for number in range(count):
            append(connection, kind="comment", by="a", at=AT, quarter="2026Q3", content={"n": number, "text": "«ü»"})


@pytest.fixture
def open_file(tmp_path: Path) -> Database:
    """A database whose file can be edited by hand."""
    return open_database(tmp_path / "r.sqlite3", city_id="toy", kind="sample")


def edit(database: Database, *statements: str) -> None:
    """Change the file as somebody with access to it could: without the triggers."""
    with database.engine.begin() as connection:
        for name in ("review_log_update", "review_log_delete"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_an_empty_log_is_whole(database: Database) -> None:
    with database.read() as connection:
        assert verify_log(connection) is None
        assert read_entries(connection) == ()


def test_rows_are_numbered_and_sealed_with_the_one_before(database: Database) -> None:
    fill(database, 3)
    with database.read() as connection:
        first, second, third = read_entries(connection)
        assert [entry.seq for entry in (first, second, third)] == [1, 2, 3]
        assert (first.previous, second.previous, third.previous) == (FIRST, first.digest, second.digest)
        assert verify_log(connection) == third
        assert third.content == {"n": 2, "text": "«ü»"}
        assert third.at == AT


def test_a_moment_of_another_zone_is_the_same_moment(database: Database) -> None:
    with database.begin() as connection:
        append(connection, kind="note", by="a", at=AT.astimezone(timezone(timedelta(hours=-6))))
    with database.read() as connection:
        assert verify_log(connection).at == AT  # type: ignore[union-attr]


def test_rows_are_found_by_what_they_are_about(database: Database) -> None:
    with database.begin() as connection:
        append(connection, kind="decision", by="a", at=AT, quarter="2026Q3", subject="release")
        append(connection, kind="note", by="b", at=AT, quarter="2026Q3", subject="dossier/1")
        append(connection, kind="decision", by="b", at=AT, quarter="2026Q2", subject="release")
    with database.read() as connection:

        def numbers(**wanted: object) -> list[int]:
            return [entry.seq for entry in read_entries(connection, **wanted)]  # type: ignore[arg-type]

        assert numbers(quarter="2026Q3") == [1, 2]
        assert numbers(kinds=("decision",)) == [1, 3]
        assert numbers(quarter="2026Q3", kinds=("decision",), subject="release") == [1]
        assert numbers(by="b") == [2, 3]
        assert [entry.seq for entry in read_page(connection, before=0, count=2)] == [3, 2]
        assert [entry.seq for entry in read_page(connection, before=2, count=2)] == [1]


def test_the_database_refuses_to_change_it(database: Database) -> None:
    fill(database)
    for statement in ("UPDATE review_log SET kind = 'x' WHERE seq = 2", "DELETE FROM review_log WHERE seq = 5"):
        with pytest.raises(DatabaseError, match="only added"), database.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE review_log SET content = replace(content, ':1', ':7') WHERE seq = 2", 2),
        ("UPDATE review_log SET \"by\" = 'b' WHERE seq = 4", 4),
        ("UPDATE review_log SET at = '2026-11-01 15:30:00.000000' WHERE seq = 1", 1),
        ("UPDATE review_log SET kind = 'note' WHERE seq = 5", 5),
        ("UPDATE review_log SET quarter = '2026Q2' WHERE seq = 3", 3),
        ("UPDATE review_log SET subject = 'release' WHERE seq = 3", 3),
        ("DELETE FROM review_log WHERE seq = 3", 3),
        ("DELETE FROM review_log WHERE seq = 1", 1),
        ("DELETE FROM review_log WHERE seq = 5", 5),
        ("DELETE FROM review_log", 1),
        ("DELETE FROM review_log_head", 6),
        ("UPDATE review_log_head SET seq = 4", 6),
        ("UPDATE review_log SET digest = (SELECT digest FROM review_log WHERE seq = 1) WHERE seq = 2", 2),
        ("UPDATE review_log SET at = 'yesterday' WHERE seq = 2", 2),
        ("UPDATE review_log SET content = x'00' WHERE seq = 3", 3),
        ("UPDATE review_log SET content = 'no JSON' WHERE seq = 3", 3),
        ("UPDATE review_log SET kind = x'ff' WHERE seq = 5", 5),
        ("UPDATE review_log SET seq = 9 WHERE seq = 5", 5),
        ("UPDATE review_log SET seq = 0 WHERE seq = 5", 1),
        ("INSERT INTO review_log SELECT 6, at, \"by\", kind, quarter, subject, content, digest, digest "
         "FROM review_log WHERE seq = 5", 6),
    ],
)  # fmt: skip
def test_an_edit_by_hand_is_found(open_file: Database, statement: str, row: int) -> None:
    fill(open_file)
    edit(open_file, statement)
    with open_file.read() as connection, pytest.raises(LogError) as caught:
        verify_log(connection)
    assert caught.value.seq == row
    open_file.close()


@pytest.mark.parametrize("change", ["content = 'no JSON'", "content = '[1]'", "content = x'00'", "at = 'yesterday'"])
def test_a_row_that_cannot_be_read_is_named(open_file: Database, change: str) -> None:
    fill(open_file)
    edit(open_file, f"UPDATE review_log SET {change} WHERE seq = 3")
    for read in (
        read_entries,
        lambda connection: read_page(connection, before=0, count=9),
        lambda connection: verify_rows(connection, 2, 5, is_end=True),
    ):
        with open_file.read() as connection, pytest.raises(LogError) as caught:
            read(connection)
        assert caught.value.seq == 3
    open_file.close()


def test_some_rows_are_proved_without_the_others(database: Database) -> None:
    with database.read() as connection:
        verify_rows(connection, 1, 0, is_end=True)
    fill(database, 9)
    with database.read() as connection:
        verify_rows(connection, 1, 9, is_end=True)
        verify_rows(connection, 4, 6, is_end=False)
        with pytest.raises(LogError) as caught:
            verify_rows(connection, 4, 6, is_end=True)
        assert caught.value.seq == 7
        with pytest.raises(LogError) as caught:
            verify_rows(connection, 8, 10, is_end=False)
        assert caught.value.seq == 10


@pytest.mark.parametrize(
    ("statement", "first", "last", "row"),
    [
        ("UPDATE review_log SET kind = 'x' WHERE seq = 5", 4, 6, 5),
        ("DELETE FROM review_log WHERE seq = 5", 4, 6, 5),
        ("DELETE FROM review_log WHERE seq = 6", 4, 6, 6),
        # What the first row shown is sealed with must be what stands before it.
        ("UPDATE review_log SET kind = 'x' WHERE seq = 3", 4, 6, 3),
        ("UPDATE review_log SET digest = (SELECT digest FROM review_log WHERE seq = 1) WHERE seq = 3", 4, 6, 3),
        ("UPDATE review_log SET kind = 'x' WHERE seq = 1", 4, 6, 0),
    ],
)
def test_an_edit_among_some_rows_is_found(open_file: Database, statement: str, first: int, last: int, row: int) -> None:
    fill(open_file, 9)
    edit(open_file, statement)
    with open_file.read() as connection:
        if row:
            with pytest.raises(LogError) as caught:
                verify_rows(connection, first, last, is_end=False)
            assert caught.value.seq == row
        else:
            verify_rows(connection, first, last, is_end=False)
    open_file.close()


def test_a_row_taken_back_with_its_transaction_leaves_no_gap(database: Database) -> None:
    fill(database, 2)
    with pytest.raises(ZeroDivisionError), database.begin() as connection:
        append(connection, kind="note", by="a", at=AT)
        _ = 1 / 0
    fill(database, 1)
    with database.read() as connection:
        assert verify_log(connection).seq == 3  # type: ignore[union-attr]


def test_what_json_cannot_hold_is_refused(database: Database) -> None:
    with pytest.raises(ValueError), database.begin() as connection:  # noqa: PT011
        append(connection, kind="note", by="a", at=AT, content={"n": float("nan")})


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_thousand_rows_of_twenty_writers_are_all_there(database: Database) -> None:
    writers, each = 20, 500

    def write(writer: int) -> None:
        for number in range(each):
            with database.begin() as connection:
                append(connection, kind="decision", by=f"w{writer}", at=AT, quarter="2026Q3", content={"n": number})

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    with database.read() as connection:
        assert verify_log(connection).seq == writers * each  # type: ignore[union-attr]
        found = sorted((entry.by, entry.content["n"]) for entry in read_entries(connection))
    assert found == sorted((f"w{writer}", number) for writer in range(writers) for number in range(each))


def test_content_is_kept_as_it_was_sealed(database: Database) -> None:
    hostile = {"text": "‮<script>\x00</script>\\u0000 #eval", "z": [1, None, True], "a": {"ö": "日本"}}
    hostile["text"] = hostile["text"].replace("\x00", "")  # type: ignore[union-attr]
    with database.begin() as connection:
        append(connection, kind="note", by="a", at=AT, content=hostile)
    with database.read() as connection:
        assert json.dumps(read_entries(connection)[0].content, sort_keys=True) == json.dumps(hostile, sort_keys=True)
        verify_log(connection)
