"""A release becomes public, once, and stays what it was.

Postconditions of each refusal: what is public is as it was, and the log tells of no publication.
"""

from __future__ import annotations

import os
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from district_reports.errors import ConfigError, LockedError, LogError, ReviewError, StaleError
from district_reports.model import Verdict
from district_reports.publish import switch as switching
from district_reports.publish.history import KINDS
from district_reports.publish.showing import Workshop, load_history
from district_reports.publish.withdraw import withdraw
from district_reports.review import log
from district_reports.review.freezing import record_reopen
from district_reports.review.people import load_people
from district_reports.settings import Settings
from district_reports.store import Store
from flows.publish_gate import Job, open_publication
from flows.publishing import PLAIN, copy_files, run_steps
from tests.unit.publish.small_publication import (
    LATER,
    NOW,
    contents_of,
    edit_manifest,
    open_records,
    publish,
    request_of,
    served,
    sign_anew,
    tiny_makers,
)
from tests.unit.review.small_release import QUARTER, say


def rows_of(store: Store) -> list[tuple[str, dict[str, Any]]]:
    with closing(open_records(store)) as database, database.read() as connection:
        return [(entry.kind, entry.content) for entry in log.read_entries(connection, kinds=KINDS)]


def refused(store: Store, settings: Settings, error: type[Exception] = ReviewError, **changes: Any) -> str:
    """Publish, and return what was told; nothing may have happened."""
    before, rows = served(store.root), rows_of(store)
    with pytest.raises(error) as found:
        publish(store, settings, **changes)
    assert served(store.root) == before
    assert rows_of(store) == rows
    assert not list(store.root.glob("published/*/**/.new"))
    return str(found.value)


def test_a_signed_release_becomes_public(toy: Settings, signed: Store) -> None:
    done = publish(signed, toy)
    assert (done.version, done.is_new, done.has_switched) == (1, True, True)
    found = served(signed.root)
    for name, text in contents_of().items():
        assert found[f"2026Q3/v1/{name}"].decode() == text
        assert found[f"2026Q3/latest/{name}"].decode() == text
    assert found["index.html"].startswith(b"2026-11-09T15:30:00+00:00\n2026Q3 v1 current 0")
    assert (signed.root / "public").readlink().parent == Path("published/sites")


@pytest.mark.slow
def test_the_log_tells_of_version_and_trees(toy: Settings, signed: Store) -> None:
    publish(signed, toy)
    ((kind, content),) = rows_of(signed)
    assert kind == "published"
    assert {*content} == {"version", "manifest", "release", "site", "correction"}
    assert (signed.root / "public").readlink().name == content["site"][:16]


def test_publishing_the_same_bytes_again_is_no_new_version(toy: Settings, published: Store) -> None:
    before, rows = served(published.root), rows_of(published)
    done = publish(published, toy, now=LATER)
    assert (done.version, done.is_new, done.has_switched) == (1, False, False)
    assert (served(published.root), rows_of(published)) == (before, rows)


@pytest.mark.slow
def test_a_correction_becomes_a_version_of_its_own_and_the_old_one_stays(toy: Settings, published: Store) -> None:
    before = served(published.root)
    sign_anew(published, toy, "corrected")
    done = publish(published, toy, correction="Seven, not six.", now=LATER)
    assert (done.version, done.is_new) == (2, True)
    found = served(published.root)
    old = {path: data for path, data in before.items() if path.startswith("2026Q3/v1/")}
    assert old and {path: found[path] for path in old} == old
    assert found["2026Q3/v2/N/en/sms.txt"] == found["2026Q3/latest/N/en/sms.txt"] != found["2026Q3/v1/N/en/sms.txt"]
    assert b"2026Q3 v1 superseded 2" in found["index.html"]
    assert rows_of(published)[-1][1]["correction"] == "Seven, not six."


@pytest.mark.slow
def test_other_bytes_need_a_correction_to_be_told(toy: Settings, published: Store) -> None:
    sign_anew(published, toy, "corrected")
    told = refused(published, toy, ConfigError)
    assert told.startswith("--correction: expected what is corrected") and "2026Q3 v1 is public" in told


def test_a_first_version_corrects_nothing(toy: Settings, signed: Store) -> None:
    assert "--correction: expected none" in refused(signed, toy, ConfigError, correction="what?")


def test_a_version_that_is_public_needs_no_correction(toy: Settings, published: Store) -> None:
    assert "--correction: expected it for a new version" in refused(published, toy, ConfigError, correction="what?")


# What stands against it


def test_all_that_is_missing_is_told_at_once(toy: Settings, signed: Store) -> None:
    manifest = edit_manifest(signed, is_whole=False)
    del manifest["editions"]["N/en"]["files"]["sms.txt"]
    edit_manifest(signed, **manifest)
    told = refused(signed, toy)
    assert "N/en/sms.txt: expected it, found none" in told
    assert "not the one that was frozen" in told
    assert "publisher: stale" in told and "data: stale" in told
    assert "not whole" in told


@pytest.mark.slow
def test_an_unsigned_release_is_refused(toy: Settings, signed: Store) -> None:
    with closing(open_records(signed)) as database:
        with database.read() as connection:
            people = {str(person.grants[0].role): person for person in load_people(connection)}
        say(database, signed, toy, people["publisher"], Verdict.WITHDRAW)
        assert "publisher: not signed" in refused(signed, toy)
        say(database, signed, toy, people["publisher"], Verdict.RETURN)
        assert "publisher: returned" in refused(signed, toy)
        say(database, signed, toy, people["publisher"])
    assert publish(signed, toy).is_new


@pytest.mark.slow
def test_a_release_that_was_never_drafted_is_refused(toy: Settings, signed: Store) -> None:
    told = refused(signed, toy, quarter="2027Q1")
    assert "no draft" in told and "not frozen" in told


@pytest.mark.parametrize("name", ["N/en/report.html", "city/ar/card.png", "measures.csv"])
def test_a_flipped_bit_in_a_draft_is_refused(toy: Settings, signed: Store, name: str) -> None:
    path = signed.release_dir(QUARTER) / name
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(bytes(data))
    assert f"{name}: not what the manifest says" in refused(signed, toy)


def test_a_file_that_is_gone_is_refused(toy: Settings, signed: Store) -> None:
    (signed.release_dir(QUARTER) / "S" / "ar" / "handout.pdf").unlink()
    assert "S/ar/handout.pdf: not what the manifest says" in refused(signed, toy)


def test_a_bit_that_flips_after_all_was_asked_is_never_copied(toy: Settings, signed: Store) -> None:
    def copy(job: Job) -> Any:
        (signed.release_dir(QUARTER) / "N" / "en" / "report.pdf").write_bytes(b"other")
        return copy_files(job)

    assert "other bytes" in refused(signed, toy, StaleError, steps=replace(PLAIN, copy=copy))


@pytest.mark.slow
def test_a_signature_taken_back_while_kits_are_made_is_heard(toy: Settings, signed: Store) -> None:
    def site(job: Job, known: Any) -> Any:
        with job.workshop.database.read() as connection:
            people = {str(person.grants[0].role): person for person in load_people(connection)}
        say(job.workshop.database, signed, toy, people["data"], Verdict.WITHDRAW)
        return PLAIN.site(job, known)

    assert "data: not signed" in refused(signed, toy, steps=replace(PLAIN, site=site))
    # What it had built is gone with the next run that may publish.
    with closing(open_records(signed)) as database:
        with database.read() as connection:
            people = {str(person.grants[0].role): person for person in load_people(connection)}
        say(database, signed, toy, people["data"])
    assert publish(signed, toy).version == 1


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "index.html"])
def test_a_name_in_the_manifest_that_leads_elsewhere_is_refused(toy: Settings, signed: Store, name: str) -> None:
    manifest = edit_manifest(signed)
    manifest["editions"]["N/en"]["files"][name] = "a" * 64
    edit_manifest(signed, **manifest)
    assert f"expected files that editions have, got {name!r}" in refused(signed, toy)


def test_a_log_changed_by_hand_is_refused_and_the_row_named(toy: Settings, signed: Store) -> None:
    with closing(open_records(signed)) as database, database.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER review_log_update")
        (row, *_) = log.read_entries(connection, kinds=("decision",))
        connection.exec_driver_sql(f"UPDATE review_log SET by = 'somebody' WHERE seq = {row.seq}")
    with pytest.raises(LogError, match=f"row {row.seq} ") as found:
        publish(signed, toy)
    assert found.value.seq == row.seq
    assert not (signed.root / "public").exists()


@pytest.mark.slow
def test_a_log_that_lost_its_publications_is_refused(toy: Settings, published: Store) -> None:
    """As an older backup of the database would."""
    (published.root / "records.sqlite3").rename(published.root / "gone.sqlite3")
    before = served(published.root)
    with pytest.raises(ReviewError):
        publish(published, toy)
    with closing(open_records(published)) as database:
        assert load_history(database).site == ""
    assert served(published.root) == before


@pytest.mark.slow
def test_a_public_tree_changed_by_hand_is_refused(toy: Settings, published: Store) -> None:
    sign_anew(published, toy, "corrected")
    (published.root / "public" / "en" / "ad.html").write_bytes(b"buy")
    told = refused(published, toy, correction="Seven, not six.")
    assert "changed by hand: public/en/ad.html: added" in told
    # Also where there is nothing new to publish.
    (published.root / "public" / "en" / "ad.html").unlink()
    assert publish(published, toy, correction="Seven, not six.").version == 2
    (published.root / "public" / "en" / "index.html").unlink()
    assert "public/en/index.html: removed" in refused(published, toy)


@pytest.mark.slow
def test_two_at_once_are_one_and_one_refused(toy: Settings, signed: Store) -> None:
    with open_publication(toy, request_of(signed)) as job:
        with pytest.raises(LockedError):
            publish(signed, toy)
        assert run_steps(job, lambda *rest: None).is_new
    assert publish(signed, toy).is_new is False


# After a kill, and after somebody's hand


def test_what_the_log_tells_and_no_rename_followed_is_finished(
    toy: Settings, signed: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.publishing.switch", lambda layout, name: pytest.fail("killed"))
    with pytest.raises(pytest.fail.Exception):
        publish(signed, toy)
    monkeypatch.undo()
    assert not (signed.root / "public").exists()
    monkeypatch.setattr("flows.publish_gate.make_makers", lambda *rest: None)
    done = publish(signed, toy)
    assert (done.version, done.is_new, done.has_switched) == (1, False, True)
    assert "2026Q3/v1/N/en/report.html" in served(signed.root)
    assert len(rows_of(signed)) == 1


@pytest.mark.slow
def test_a_site_that_is_gone_is_built_again_to_the_byte(toy: Settings, published: Store) -> None:
    before = served(published.root)
    (published.root / "public").unlink()
    page = next((published.root / "published" / "sites").glob("*/index.html"))
    page.unlink()
    done = publish(published, toy, now=LATER)
    assert (done.is_new, done.has_switched) == (False, True)
    assert served(published.root) == before
    assert len(rows_of(published)) == 1


@pytest.mark.slow
def test_a_site_changed_by_hand_is_built_anew_when_that_is_asked(toy: Settings, published: Store) -> None:
    before = served(published.root)
    page = published.root / "public" / "index.html"
    page.unlink()
    page.write_bytes(b"other")
    refused(published, toy)
    publish(published, toy, is_rebuild=True, now=LATER)
    assert served(published.root) == before
    assert publish(published, toy).has_switched is False


@pytest.mark.slow
def test_new_words_around_the_reports_are_logged_as_a_site(
    toy: Settings, published: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_makers(monkeypatch, b"new words")
    publish(published, toy, is_rebuild=True)
    assert served(published.root)["about.html"] == b"new words"
    assert [kind for kind, _ in rows_of(published)] == ["published", "site_built"]
    assert publish(published, toy).has_switched is False


@pytest.mark.slow
def test_a_site_is_built_anew_while_the_quarter_is_open_again(toy: Settings, published: Store) -> None:
    """A correction is being drafted, nothing is signed yet: what is public can be mended all the same."""
    before = served(published.root)
    with closing(open_records(published)) as database, database.begin() as connection:
        record_reopen(connection, toy, QUARTER, reason="A number was wrong.", by=log.OPERATOR, at=NOW)
    edit_manifest(published, measures="0" * 64)
    (published.root / "public" / "index.html").unlink()
    done = publish(published, toy, is_rebuild=True, now=LATER)
    assert (done.is_new, done.has_switched) == (False, True)
    assert served(published.root) == before


@pytest.mark.slow
def test_a_site_is_built_anew_when_nothing_on_it_stands(toy: Settings, published: Store, workshop: Workshop) -> None:
    withdraw(workshop, load_history(workshop.database), QUARTER, 1, "A name stood in it.")
    before = served(published.root)
    (published.root / "public" / "index.html").unlink()
    publish(published, toy, is_rebuild=True, now=LATER)
    assert served(published.root) == before


@pytest.mark.slow
def test_building_anew_publishes_nothing_new(toy: Settings, published: Store) -> None:
    sign_anew(published, toy, "corrected")
    assert publish(published, toy, is_rebuild=True).version == 1
    with pytest.raises(ConfigError, match="--correction: expected none with --rebuild"):
        publish(published, toy, is_rebuild=True, correction="Seven, not six.")
    assert [kind for kind, _ in rows_of(published)] == ["published"]


@pytest.mark.slow
def test_any_web_server_can_read_the_site_whatever_the_mask(toy: Settings, signed: Store) -> None:
    mask = os.umask(0o077)
    try:
        publish(signed, toy)
    finally:
        os.umask(mask)
    site = (signed.root / "public").resolve()
    folders = [site.parent.parent, site.parent, site, *(path for path in site.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o755}
    assert {stat.S_IMODE(path.stat().st_mode) for path in site.rglob("*") if path.is_file()} == {0o444}


def publish_makers(monkeypatch: pytest.MonkeyPatch, words: bytes) -> None:
    from flows import publish_gate

    plain = tiny_makers

    def more(settings: Settings, store: Store) -> Any:
        makers = plain(settings, store)
        return replace(makers, site=lambda *rest: {**makers.site(*rest), "about.html": words})

    monkeypatch.setattr(publish_gate, "make_makers", more)


@pytest.mark.slow
def test_a_version_changed_by_hand_is_no_ground_to_build_on(toy: Settings, published: Store) -> None:
    path = published.root / "public" / "2026Q3" / "v1" / "N" / "en" / "report.html"
    path.chmod(0o644)
    path.write_bytes(b"other")
    assert "N/en/report.html: changed" in refused(published, toy, is_rebuild=True)


@pytest.mark.slow
def test_the_old_site_stays_until_the_next_publication(toy: Settings, published: Store) -> None:
    """For those who are in the middle of reading."""
    first = (published.root / "public").resolve()
    sign_anew(published, toy, "corrected")
    publish(published, toy, correction="Seven, not six.", now=LATER)
    assert (first / "index.html").exists()
    sign_anew(published, toy, "corrected again")
    publish(published, toy, correction="Eight, not seven.", now=LATER)
    assert not first.exists()


@pytest.mark.slow
def test_a_failing_disk_takes_its_room_back(toy: Settings, signed: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*rest: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(switching, "link_file", fail)
    with pytest.raises(OSError, match="No space left"):
        publish(signed, toy)
    left = [path for path in (signed.root / "published").rglob("*") if path.is_file()]
    assert left == []
