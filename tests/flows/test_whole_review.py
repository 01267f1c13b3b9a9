"""From the draft to the withdrawal as one: frozen, signed by all at once, published, corrected, withdrawn, on each kind
of database; what is made is a toy city's, and few bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from district_reports.database import Database, default_path, open_database
from district_reports.errors import LogError, ReviewError, RuleError
from district_reports.model import Person, Verdict
from district_reports.publish.showing import load_history
from district_reports.publish.withdraw import withdraw
from district_reports.review import log
from district_reports.review.standing import find_phase
from district_reports.settings import Settings
from district_reports.store import Store
from flows import freezing, publish_gate
from flows.distributing import require_published
from flows.freezing import reopen_release
from flows.publish_gate import open_workshop
from flows.records import SourceKind
from tests.flows import freezing_toy
from tests.flows.freezing_toy import freeze, make_request
from tests.unit.publish.small_publication import LATER, contents_of, publish, served, tiny_makers
from tests.unit.review.small_release import AT, QUARTER, entries_of, say, staff, toy_settings

pytestmark = pytest.mark.slow


write_reports = partial(freezing_toy.write_reports, also=contents_of())
"""Writes reports that can be published."""


@pytest.fixture
def toy(database_address: str) -> Settings:
    return toy_settings().model_copy(update={"database_url": database_address})


@pytest.fixture
def records(toy: Settings, database_kind: str) -> Iterator[Database]:
    if database_kind == "postgresql":
        # As some set it for all their databases; writers then fail, instead of waiting, where a program expects less.
        with psycopg.connect(toy.database_url, autocommit=True) as connection:
            name = connection.info.dbname
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    with closing(open_database(toy.database_url, city_id="toy", kind="portal")) as database:
        yield database


@pytest.fixture
def store(toy: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A data directory with a draft."""
    monkeypatch.setattr(freezing, "run_stages", write_reports)
    monkeypatch.setattr(publish_gate, "make_makers", tiny_makers)
    store = Store.open(tmp_path / "data", kind="portal", city_id="toy", domains=toy.portal_domains)
    write_reports(toy, make_request(store.root), store, lambda stage, done, total: None)
    return store


def sign_all_at_once(records: Database, store: Store, toy: Settings, people: Mapping[str, Person]) -> None:
    signers = [person for name, person in people.items() if name != "admin"]
    with ThreadPoolExecutor(len(signers)) as pool:
        done = list(pool.map(lambda person: say(records, store, toy, person), signers))
    assert sorted(found.seq for found in done) == sorted({found.seq for found in done})


def edit_first_decision(records: Database, kind: str) -> int:
    """Change what somebody said, by hand and without the triggers; return the row."""
    (first, *_) = (entry for entry in entries_of(records) if entry.kind == "decision")
    with records.engine.begin() as connection:
        off = (
            "ALTER TABLE review_log DISABLE TRIGGER USER" if kind == "postgresql" else "DROP TRIGGER review_log_update"
        )
        connection.execute(text(off))
        statement = "UPDATE review_log SET content = replace(content, '\"sign\"', '\"return\"') WHERE seq = :seq"
        connection.execute(text(statement), {"seq": first.seq})
    return first.seq


def test_from_the_draft_to_the_withdrawal(records: Database, store: Store, toy: Settings, database_kind: str) -> None:
    people = staff(records, toy)
    with pytest.raises(ReviewError, match="not frozen"):
        publish(store, toy)
    sign_all_at_once(records, store, toy, people)
    frozen = freeze(store.root, toy)
    assert frozen.step.missed == ()
    with pytest.raises(ReviewError, match="data: stale"):
        publish(store, toy)
    sign_all_at_once(records, store, toy, people)

    done = publish(store, toy)
    assert (done.version, done.is_new) == (1, True)
    assert find_phase(entries_of(records)) == "published"
    require_published(records, store.root / "public", QUARTER)
    assert not publish(store, toy).is_new
    with pytest.raises(RuleError, match="not public yet"):
        say(records, store, toy, people["commander N"], Verdict.WITHDRAW)

    with open_workshop(toy, SourceKind.PORTAL, store.root, LATER) as (_, workshop):
        assert withdraw(workshop, load_history(workshop.database), QUARTER, 1, "A count was wrong.").is_new
    assert b"withdrawn: A count was wrong." in served(store.root)["2026Q3/v1/N/en/report.html"]
    with pytest.raises(ReviewError, match="was withdrawn"):
        require_published(records, store.root / "public", QUARTER)

    reopen_release(toy, make_request(store.root), reason="The count is right now.", by=log.OPERATOR, at=AT)
    freeze(store.root, toy)
    sign_all_at_once(records, store, toy, people)
    row = edit_first_decision(records, database_kind)
    with pytest.raises(LogError) as caught:
        publish(store, toy, correction="The count is right now.")
    assert caught.value.seq == row
    # Nothing of it lies where a database in a file would.
    assert default_path(store.root).exists() is False
