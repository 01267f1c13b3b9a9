"""Opening a database: what it holds, who may open it, and what messages say."""

from __future__ import annotations

import importlib
import pkgutil
import sqlite3
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, insert, inspect, select, text, update

import district_reports.database
from district_reports.database import Database, default_path, open_database
from district_reports.database.address import hide_password, name_address, read_address
from district_reports.database.metadata import Moment, Words, about, metadata
from district_reports.database.revisions import VERSION_TABLE
from district_reports.errors import ConfigError, DatabaseError, KindError
from district_reports.model import Text

for module in pkgutil.iter_modules(district_reports.database.__path__):
    if module.name.startswith("tables"):
        importlib.import_module(f"district_reports.database.{module.name}")

OURS: dict[str, Any] = {"city_id": "toy", "kind": "sample"}


def test_the_default_file_lies_in_the_data_directory(tmp_path: Path) -> None:
    assert default_path(tmp_path) == tmp_path / "records.sqlite3"


def test_a_new_database_says_what_it_holds(database: Database) -> None:
    with database.read() as connection:
        assert {row.key: row.value for row in connection.execute(select(about))} == {"city_id": "toy", "kind": "sample"}


def test_the_migrations_make_the_tables_that_the_program_knows(database: Database) -> None:
    with database.read() as connection:
        options: dict[str, Any] = {"version_table": VERSION_TABLE, "compare_type": False}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_it_is_opened_again_and_nothing_changes(database_address: str) -> None:
    for _ in range(2):
        opened = open_database(database_address, **OURS)
        with opened.read() as connection:
            assert len(connection.execute(select(about)).all()) == 2
        opened.close()


def test_a_database_of_another_kind_or_city_is_refused(database_address: str) -> None:
    open_database(database_address, **OURS).close()
    with pytest.raises(KindError, match="expected portal records of toy, got sample records of toy"):
        open_database(database_address, city_id="toy", kind="portal")
    with pytest.raises(KindError, match="expected sample records of bigger, got sample records of toy"):
        open_database(database_address, city_id="bigger", kind="sample")


def test_a_database_that_a_newer_program_changed_is_refused(database_address: str) -> None:
    opened = open_database(database_address, **OURS)
    with opened.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    opened.close()
    with pytest.raises(DatabaseError, match="got 9999: update the program"):
        open_database(database_address, **OURS)


def test_many_open_a_new_database_at_once(database_address: str) -> None:
    """Each is right; the tables are made once."""
    failures: list[BaseException] = []

    def work() -> None:
        try:
            open_database(database_address, **OURS).close()
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_failed_migration_leaves_nothing(database_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patch:
        patch.setattr("district_reports.database.triggers.make_append_only", fail)
        with pytest.raises(RuntimeError, match="in the middle"):
            open_database(database_address, **OURS)
    # All of it can be made now: no table stands in the way.
    opened = open_database(database_address, **OURS)
    with opened.read() as connection:
        assert inspect(connection).has_table("feedback_steps")
    opened.close()


def test_a_transaction_is_undone_by_an_exception(database: Database) -> None:
    with pytest.raises(RuntimeError), database.begin() as connection:
        connection.execute(insert(about).values(key="half", value="done"))
        raise RuntimeError
    with database.read() as connection:
        assert connection.execute(select(about).where(about.c.key == "half")).all() == []


def test_a_reader_may_not_write(database: Database) -> None:
    with pytest.raises(DatabaseError, match="read-?only"), database.read() as reader:
        reader.execute(insert(about).values(key="more", value="x"))
    # A writer after it may.
    with database.begin() as connection:
        connection.execute(insert(about).values(key="more", value="x"))


def test_a_reader_sees_one_state(database: Database) -> None:
    query = select(about).order_by(about.c.key)
    with database.read() as reader:
        before = reader.execute(query).all()
        writer = threading.Thread(target=_write_later, args=(database,))
        writer.start()
        if database.url.drivername != "sqlite":
            # On SQLite the writer waits until the reader is done.
            writer.join()
        assert reader.execute(query).all() == before
    writer.join()
    with database.read() as reader:
        assert len(reader.execute(query).all()) == len(before) + 1


def _write_later(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(insert(about).values(key="later", value="x"))


def test_two_writers_queue(database: Database) -> None:
    """Each adds one to what it read; none is lost."""
    with database.begin() as connection:
        connection.execute(insert(about).values(key="count", value="0"))

    def add() -> None:
        for _ in range(10):
            with database.begin() as connection:
                query = select(about.c.value).where(about.c.key == "count").with_for_update()
                found = int(connection.execute(query).scalar_one())
                connection.execute(update(about).where(about.c.key == "count").values(value=str(found + 1)))

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.execute(select(about.c.value).where(about.c.key == "count")).scalar_one() == "60"


def test_an_error_of_the_library_becomes_one_line_without_values(database: Database) -> None:
    with pytest.raises(DatabaseError) as caught, database.begin() as connection:
        connection.execute(insert(about).values(key="kind", value="what people said"))
    message = str(caught.value)
    assert message.startswith(f"database {database.name}: expected to reach, read and write it, got: ")
    assert "\n" not in message
    assert "what people said" not in message


def test_no_row_is_told_that_could_not_be_kept(database: Database) -> None:
    """A server would add the whole row to its answer."""
    row = {"list_id": "what people said", "person_id": None}
    statement = text("INSERT INTO review_people (person_id, name, email) VALUES (:person_id, :list_id, :list_id)")
    with pytest.raises(DatabaseError) as caught, database.begin() as connection:
        connection.execute(statement, row)
    assert "what people said" not in str(caught.value)
    assert "null" in str(caught.value).lower()


class TestFiles:
    def test_the_file_is_its_owners_alone(self, tmp_path: Path) -> None:
        open_database(tmp_path / "a" / "b" / "records.sqlite3", **OURS).close()
        assert (tmp_path / "a" / "b" / "records.sqlite3").stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("name", ["100% d'or.sqlite3", "記録 سجل.sqlite3", "a?mode=ro.sqlite3", "a#b.sqlite3"])
    def test_strange_names(self, tmp_path: Path, name: str) -> None:
        open_database(tmp_path / name, **OURS).close()
        assert [path.name for path in tmp_path.iterdir()] == [name]
        with sqlite3.connect(tmp_path / name) as connection:
            assert connection.execute("SELECT value FROM about WHERE key = 'kind'").fetchall() == [("sample",)]
        connection.close()

    def test_what_is_no_database_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("a letter" * 200)
        with pytest.raises(DatabaseError, match="file is not a database"):
            open_database(tmp_path / "x", **OURS)
        with pytest.raises(DatabaseError, match="unable to open"):
            open_database(tmp_path, **OURS)
        with pytest.raises(DatabaseError, match="expected to read and write it"):
            open_database(tmp_path / "x" / "y", **OURS)

    def test_foreign_keys_hold(self, tmp_path: Path) -> None:
        opened = open_database(tmp_path / "x", **OURS)
        with opened.begin() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        opened.close()


class TestAddresses:
    @pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
    def test_a_server(self, scheme: str) -> None:
        url = read_address(f"{scheme}://someone:geheim@db.example:5433/records")
        assert url.drivername == "postgresql+psycopg"
        assert name_address(url) == "postgresql://db.example:5433/records"
        assert name_address(read_address("postgresql://db.example/records")) == "postgresql://db.example/records"

    def test_a_file(self, tmp_path: Path) -> None:
        for given in (tmp_path / "r", str(tmp_path / "r"), f"sqlite:///{tmp_path}/r"):
            assert name_address(read_address(given)) == str(tmp_path / "r")

    @pytest.mark.parametrize(
        "address",
        [
            "mysql://someone:geheim@db.example/records",
            "postgresql://someone:geheim@db.example",
            "postgresql://someone:x@geheim@db.example/records",
            "postgresql://someone:x@db.example/records@geheim",
            "postgresql://someone@db.example:geheim/records",
            "://geheim",
            "",
            "sqlite://",
            "sqlite:///:memory:",
        ],
    )
    def test_what_is_none_is_refused_and_never_repeated(self, address: str) -> None:
        with pytest.raises(ConfigError, match="database address: expected ") as caught:
            open_database(address, **OURS)
        assert "geheim" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None

    def test_a_server_that_is_not_there_is_told_without_the_password(self) -> None:
        with pytest.raises(DatabaseError) as caught:
            open_database("postgresql://someone:geheim@127.0.0.1:1/records", **OURS)
        message = str(caught.value)
        assert message.startswith("database postgresql://127.0.0.1:1/records: expected to reach, read and write it")
        assert "refused" in message
        assert "geheim" not in message
        assert "\n" not in message
        assert caught.value.__suppress_context__

    def test_a_password_is_hidden_in_each_form(self) -> None:
        url = read_address("postgresql://someone:a%2Fb%20c@h/n?sslpassword=more")
        assert hide_password("x a/b c y\n a%2Fb%20c z a/b%20c a%2Fb+c more", url) == "x *** y *** z *** *** ***"
        assert hide_password("nothing", read_address("postgresql://h/n")) == "nothing"

    def test_an_encoding_that_cannot_hold_all_languages_is_refused(self, postgres_server: str) -> None:
        with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
        with pytest.raises(DatabaseError, match="expected its encoding to be UTF8, got LATIN1"):
            open_database(f"{postgres_server}/latin", **OURS)


class TestTypes:
    table = Table("tried", MetaData(), Column("id", Integer, primary_key=True), Column("w", Words), Column("m", Moment))

    @pytest.fixture
    def tried(self, database: Database) -> Database:
        with database.begin() as connection:
            self.table.create(connection)
        return database

    @pytest.mark.parametrize(
        "words",
        [
            "'; DROP TABLE about; --",
            '"quoted" ‘smart’ «x» %s {} \\ \\u0041',
            "😀👨‍👩‍👧 \u202eevil\u202c \u200f\u2066x\u2069",
            "社区参与式警务 الشرطة المجتمعية",
            "a\r\nb\tc",
            "x" * 1_000_000,
            "",
        ],
        ids=["sql", "quotes", "bidi", "scripts", "lines", "1 MB", "empty"],
    )
    def test_words_come_back_as_they_went_in(self, tried: Database, words: str) -> None:
        said = Text(language="en", text=words, translations={"es": words}, reviewed_by={"es": "translator"})
        with tried.begin() as connection:
            connection.execute(insert(self.table).values(id=1, w=said))
            connection.execute(insert(self.table).values(id=2, w=None))
        with tried.read() as connection:
            assert connection.execute(select(self.table.c.w).order_by(self.table.c.id)).scalars().all() == [said, None]

    def test_moments_are_kept_in_utc(self, tried: Database) -> None:
        moment = datetime(2026, 3, 8, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-6)))
        with tried.begin() as connection:
            connection.execute(insert(self.table).values(id=1, m=moment))
            connection.execute(insert(self.table).values(id=2))
        with tried.read() as connection:
            found = connection.execute(select(self.table.c.m).order_by(self.table.c.id)).scalars().all()
        assert found == [datetime(2026, 3, 8, 7, 30, 0, 123456, tzinfo=UTC), None]
        assert found[0].tzinfo is UTC

    def test_a_moment_without_a_zone_is_refused(self, tried: Database) -> None:
        with pytest.raises(DatabaseError, match="expected a moment with a time zone"), tried.begin() as connection:
            connection.execute(insert(self.table).values(id=1, m=datetime(2026, 3, 8)))  # noqa: DTZ001


HISTORY = {
    "feedback_changes": "UPDATE feedback_changes SET what = 'x'",
    "feedback_steps": "UPDATE feedback_steps SET status = 'done'",
    "feedback_replies": "UPDATE feedback_replies SET people = 99",
    "feedback_commitments": "UPDATE feedback_commitments SET due_on = '2030-01-01'",
    "feedback_translations": "UPDATE feedback_translations SET text = 'x'",
}


@pytest.mark.parametrize(
    ("table", "statement"),
    [*HISTORY.items(), *((table, f"DELETE FROM {table}") for table in (*HISTORY, "feedback_items"))],
)
def test_the_database_itself_refuses_to_change_history(database: Database, table: str, statement: str) -> None:
    with database.begin() as connection:
        fill(connection)
    with pytest.raises(DatabaseError, match=f"{table}: rows are only added, never changed"), database.begin() as c:
        c.execute(text(statement))
    if database.url.drivername != "sqlite":
        with pytest.raises(DatabaseError, match="only added"), database.begin() as connection:
            connection.execute(text(f"TRUNCATE {table} CASCADE"))


def fill(connection: Any) -> None:
    tables, words, day = metadata.tables, Text(language="en", text="x"), date(2026, 1, 1)
    given: dict[str, dict[str, object]] = {
        "feedback_items": {
            "district_id": "one",
            "about": "policing",
            "theme_codes": [],
            "said": words,
            "heard_on": day,
            "heard_in": ["x"],
            "version": 1,
        },
        "feedback_changes": {
            "version": 1,
            "recorded_at": datetime(2026, 1, 1, tzinfo=UTC),
            "recorded_by": "l",
            "what": "x",
        },
        "feedback_steps": {"number": 1, "version": 1, "on_day": day, "status": "heard", "evidence": ""},
        "feedback_replies": {
            "number": 1,
            "version": 1,
            "on_day": day,
            "kind": "confirm",
            "people": 1,
            "channel": "caps",
        },
        "feedback_commitments": {
            "number": 1,
            "version": 1,
            "decided_on": day,
            "what": words,
            "target": words,
            "measure_id": "",
            "owner": "liaison",
            "due_on": day,
        },
        "feedback_translations": {
            "version": 1,
            "of": "step",
            "number": 1,
            "field": "reason",
            "language": "es",
            "text": "x",
            "reviewed_by": "",
        },
    }
    for name, values in given.items():
        connection.execute(insert(tables[name]).values(item_id="A-1", **values))
