"""What may be published: everything that is in the way is told at once, and a sample before all else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlalchemy import text

from district_reports.database import Database
from district_reports.errors import ChecksFailed, LogError, ReviewError
from district_reports.model import Standing, Verdict
from district_reports.review import log
from district_reports.review.standing import Publishable, require_publishable
from district_reports.settings import Settings
from tests.unit.review.conftest import Drafted
from tests.unit.review.small_release import (
    AFTER,
    AT,
    QUARTER,
    SIGNERS,
    entries_of,
    freeze,
    open_toy,
    say,
    write_release,
)


def require(drafted: Drafted, toy: Settings) -> Publishable:
    with drafted.database.read() as connection:
        return require_publishable(connection, drafted.store, toy, QUARTER, AFTER)


def refused(drafted: Drafted, toy: Settings) -> tuple[str, ...]:
    with pytest.raises(ReviewError) as caught:
        require(drafted, toy)
    assert caught.value.exit_code == 5
    assert all(problem in str(caught.value) for problem in caught.value.problems[:20])
    return caught.value.problems


def test_what_is_frozen_whole_and_signed(signed: Drafted, toy: Settings) -> None:
    found = require(signed, toy)
    assert found.freeze.manifest == found.subjects.digest
    assert [f"{x.role} {x.scope}".strip() for x in found.requirements] == list(SIGNERS)
    assert {x.standing for x in found.requirements} == {Standing.SIGNED}
    assert all(
        x.decision and x.decision.person_id == signed.people[n].person_id
        for x, n in zip(found.requirements, SIGNERS, strict=True)
    )


def test_what_is_published_may_be_published_again(signed: Drafted, toy: Settings) -> None:
    content = {"manifest": require(signed, toy).subjects.digest, "version": 1}
    with signed.database.begin() as connection:
        log.append(connection, kind="published", by=log.OPERATOR, at=AT, quarter=str(QUARTER), content=content)
    assert require(signed, toy).freeze.kind == "frozen"


def test_everything_that_is_missing_is_told_at_once(drafted: Drafted, toy: Settings) -> None:
    path = drafted.store.release_dir(QUARTER) / "N/en/report.pdf"
    path.write_bytes(b"other")
    say(*drafted[:2], toy, drafted.people["commander S"])
    say(*drafted[:2], toy, drafted.people["commander XY"], Verdict.RETURN)
    assert refused(drafted, toy) == (
        "not frozen",
        "N/en/report.pdf: not what the manifest says",
        "data: not signed",
        "commander N: not signed",
        "commander XY: returned",
        "language en: not signed",
        "language ar: not signed",
        "publisher: not signed",
    )


def test_before_the_first_draft(drafted: Drafted, toy: Settings) -> None:
    (drafted.store.release_dir(QUARTER) / "manifest.json").unlink()
    problems = refused(drafted, toy)
    assert problems[:2] == ("no draft", "not frozen")
    assert len(problems) == 2 + len(SIGNERS)


def test_who_missed_the_freeze_is_not_asked(drafted: Drafted, toy: Settings) -> None:
    freeze(*drafted[:2], toy)
    assert refused(drafted, toy) == ("data: not signed", "publisher: not signed")
    for name in ("data", "publisher"):
        say(*drafted[:2], toy, drafted.people[name])
    assert [x.role for x in require(drafted, toy).requirements] == ["data", "publisher"]
    assert len(require(drafted, toy).freeze.missed) == 5


def test_each_signature_is_needed(signed: Drafted, toy: Settings) -> None:
    for name in SIGNERS:
        say(*signed[:2], toy, signed.people[name], Verdict.WITHDRAW)
        assert refused(signed, toy) == (f"{name}: not signed",)
        say(*signed[:2], toy, signed.people[name], Verdict.RETURN)
        assert refused(signed, toy) == (f"{name}: returned",)
        say(*signed[:2], toy, signed.people[name])
    require(signed, toy)


def test_drafted_again_behind_the_freeze(signed: Drafted, toy: Settings) -> None:
    write_release(signed.store, toy, {"N/en/report.html": "anew"})
    problems = refused(signed, toy)
    assert problems[0] == "manifest.json: not the one that was frozen"
    assert {problem.partition(" (")[0] for problem in problems[1:]} == {
        "data: stale",
        "commander N: stale",
        "language en: stale",
        "publisher: stale",
    }
    assert "commander N: stale (en/report.html)" in problems


def test_every_file_on_the_disk(signed: Drafted, toy: Settings) -> None:
    files = [name for name, _ in require(signed, toy).subjects.list_files()]
    assert len(files) == 1 + 4 + 4 * 2 * 2
    for number, file in enumerate(files):
        path = signed.store.release_dir(QUARTER) / file
        data = path.read_bytes()
        where = number % len(data)
        for other in (None, b"", data[:where] + bytes([data[where] ^ 1]) + data[where + 1 :]):
            path.unlink()
            if other is not None:
                path.write_bytes(other)
            assert refused(signed, toy) == (f"{file}: not what the manifest says",)
            path.write_bytes(data)
    require(signed, toy)


class TestHoles:
    def test_editions_that_were_not_made(self, drafted: Drafted, toy: Settings) -> None:
        manifest = write_release(drafted.store, toy).manifest
        editions = {**manifest["editions"], "S/ar": {"state": "failed", "files": {}}}
        del editions["city/en"]
        write_release(drafted.store, toy, editions=editions, is_whole=False)
        assert refused(drafted, toy)[:3] == ("no edition S/ar", "no edition city/en", "not frozen")

    def test_a_manifest_that_says_it_is_not_whole(self, drafted: Drafted, toy: Settings) -> None:
        write_release(drafted.store, toy, is_whole=False)
        assert refused(drafted, toy)[0] == "a manifest that is not whole"

    def test_a_place_or_language_that_was_added_since(self, signed: Drafted, toy: Settings) -> None:
        more = toy.languages[1].model_copy(update={"tag": "pl"})
        wider = toy.model_copy(update={"languages": (*toy.languages, more)})
        problems = refused(signed, wider)
        assert [f"no edition {place}/pl" for place in ("N", "S", "XY", "city")] == list(problems[:4])


class TestTheLog:
    @contextmanager
    def by_hand(self, database: Database) -> Iterator[Any]:
        """Give a connection to a log that no longer guards itself."""
        with database.begin() as connection:
            for name in (
                connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            ):
                connection.execute(text(f'DROP TRIGGER "{name}"'))
            yield connection

    @pytest.mark.parametrize(
        ("statement", "shift"),
        [
            ("UPDATE review_log SET content = replace(content, 'return', 'sign') WHERE seq = :seq", 0),
            ("UPDATE review_log SET \"by\" = 'somebody' WHERE seq = :seq", 0),
            ("DELETE FROM review_log WHERE seq = :seq", 0),
        ],
        ids=["what was said", "who said it", "that anything was said"],
    )
    def test_changed_by_hand_it_names_the_row(self, signed: Drafted, toy: Settings, statement: str, shift: int) -> None:
        returned = say(*signed[:2], toy, signed.people["publisher"], Verdict.RETURN)
        with self.by_hand(signed.database) as connection:
            connection.execute(text(statement), {"seq": returned.seq})
        with pytest.raises(LogError, match=f"row {returned.seq}") as caught:
            require(signed, toy)
        assert caught.value.seq == returned.seq
        assert caught.value.exit_code == 5

    def test_the_freeze_taken_out(self, signed: Drafted, toy: Settings) -> None:
        frozen = next(x.seq for x in entries_of(signed.database) if x.kind == "frozen")
        with self.by_hand(signed.database) as connection:
            connection.execute(text("DELETE FROM review_log WHERE seq = :seq"), {"seq": frozen})
        with pytest.raises(LogError) as caught:
            require(signed, toy)
        assert caught.value.seq == frozen


class TestNeverPublished:
    @pytest.mark.parametrize("what", ["is_sample", "is_preview"])
    def test_it_is_said_before_anything_else(self, drafted: Drafted, toy: Settings, what: str) -> None:
        """Unsigned, not frozen and with a broken file too."""
        more: dict[str, Any] = {what: True}
        write_release(drafted.store, toy, **more)
        (drafted.store.release_dir(QUARTER) / "N/en/report.pdf").unlink()
        with pytest.raises(ChecksFailed, match=what.removeprefix("is_")) as caught:
            require(drafted, toy)
        assert caught.value.exit_code == 4

    @pytest.mark.parametrize("kind", ["sample", "portal"])
    def test_a_directory_of_sample_data_whatever_its_manifest_says(
        self, drafted: Drafted, toy: Settings, tmp_path: Path, kind: Literal["sample", "portal"]
    ) -> None:
        store = open_toy(tmp_path / kind, kind)
        for is_drafted in (False, True):
            if is_drafted:
                write_release(store, toy)
            other = drafted._replace(store=store)
            with pytest.raises(ChecksFailed if kind == "sample" else ReviewError):
                require(other, toy)

    def test_signed_by_everybody_and_a_sample_in_one_place(self, signed: Drafted, toy: Settings) -> None:
        path = signed.store.release_dir(QUARTER) / "manifest.json"
        manifest = json.loads(path.read_text())
        path.write_text(json.dumps({**manifest, "is_sample": True}))
        with pytest.raises(ChecksFailed):
            require(signed, toy)
