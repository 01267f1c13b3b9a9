"""What people entered reaches the reports: taken as a snapshot, cut at the quarter's end, and never lost."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from district_reports.database import default_path
from district_reports.dossier import canonical_json
from district_reports.engagement.register import load_register
from district_reports.errors import ChecksFailed, DatabaseError, KindError, ReadingError, StoreError
from district_reports.feedback.importing import import_items
from district_reports.model import FeedbackItem, Ledger, Status, Step, Text
from district_reports.settings import load_settings
from district_reports.store import Store
from flows.last_release import Release, find_last_release
from flows.loop_rules import make_rules
from flows.people import check_ledger, find_voices, open_records, take_ledger
from flows.records import SourceKind
from flows.sample_ledger import fill_sample
from flows.stages import check_request
from tests.flows.past_releases import count_table, open_empty, save_release, save_rows, town_rows
from tests.flows.small_city import AS_OF, NOW, QUARTER, make_request

SETTINGS = load_settings({})
LAST = QUARTER.shifted(-1)


def words(text: str) -> Text:
    return Text(language="en", text=text)


def item(item_id: str = "A-1", heard_on: date = date(2018, 5, 2), *later: Step) -> FeedbackItem:
    return FeedbackItem(
        item_id=item_id,
        district_id=SETTINGS.district_ids[0],
        theme_codes=("visibility",),
        said=words("More officers on foot near the school."),
        heard_on=heard_on,
        heard_in=("beat_meeting",),
        steps=(Step(on=heard_on, status=Status.HEARD), *later),
    )


def enter(data_dir: Path, *items: FeedbackItem) -> None:
    with closing(open_records(SETTINGS, SourceKind.PORTAL, data_dir)) as database:
        rules = make_rules(SETTINGS, load_register(SETTINGS, data_dir), AS_OF)
        import_items(database, [(each, None) for each in items], rules, by="liaison", at=NOW)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_empty(tmp_path / "data", SETTINGS)


def publish_last(store: Store, digest: str) -> None:
    """Write a release of the quarter before that was made from a snapshot of the ledger."""
    window = LAST.window(2)
    updated = datetime(2018, 7, 9, 12, tzinfo=UTC)
    snapshot = save_rows(store, SETTINGS, town_rows(SETTINGS, window), window, updated=updated)
    table = count_table(store, SETTINGS, snapshot, window)
    inputs = {"snapshots": {"crimes": snapshot.digest}, "ledger": digest}
    save_release(store, SETTINGS, LAST, table, snapshot, inputs=inputs)


def test_a_snapshot_holds_what_was_entered_up_to_the_quarters_end(store: Store) -> None:
    enter(store.root, item("A-1"), item("A-2", QUARTER.end), item("A-3", QUARTER.end + timedelta(days=1)))
    request = make_request(store.root, "city")
    take_ledger(SETTINGS, request, store)
    voices = find_voices(SETTINGS, request, store)
    assert [each.item_id for each in voices.ledger.items] == ["A-1", "A-2"]
    assert voices.until == QUARTER.end
    assert voices.ledger_digest == store.load_ledger()[1]  # type: ignore[index]
    enter(store.root, item("A-4", QUARTER.end + timedelta(days=5)))
    take_ledger(SETTINGS, request, store)
    again = find_voices(SETTINGS, request, store)
    assert again.ledger_digest == voices.ledger_digest, "what came later belongs to the next report"


def test_offline_the_last_snapshot_counts(store: Store) -> None:
    enter(store.root, item("A-1"))
    request = make_request(store.root, "city")
    take_ledger(SETTINGS, request, store)
    enter(store.root, item("A-2"))
    offline = request.model_copy(update={"is_offline": True})
    take_ledger(SETTINGS, offline, store)
    assert [each.item_id for each in find_voices(SETTINGS, offline, store).ledger.items] == ["A-1"]


def test_nothing_was_entered_yet(store: Store) -> None:
    request = make_request(store.root, "city", is_offline=True)
    voices = find_voices(SETTINGS, request, store)
    assert voices.ledger == Ledger() and voices.ledger_digest == ""
    assert voices.register is not None, "the register of the documents travels with the program"


def last(store: Store) -> Release | None:
    return find_last_release(store, QUARTER)[0]


def test_an_item_that_was_open_in_the_last_release_must_return(store: Store) -> None:
    stays, goes = item("A-1"), item("A-2")
    before = store.save_ledger(canonical_json(Ledger(items=(stays, goes))))
    publish_last(store, before)
    request = make_request(store.root, "city")
    store.save_ledger(canonical_json(Ledger(items=(stays,))))
    results = check_ledger(store, last(store), find_voices(SETTINGS, request, store))
    (failed,) = [result for result in results if not result.passed]
    assert failed.required and failed.check_id == "open_items_return"
    assert "A-2" in failed.got
    store.save_ledger(canonical_json(Ledger(items=(stays, goes))))
    assert all(result.passed for result in check_ledger(store, last(store), find_voices(SETTINGS, request, store)))


def test_a_wrong_file_of_meetings_is_told_before_any_row_is_asked_for(tmp_path: Path) -> None:
    request = make_request(tmp_path / "data", "city", records_dir=tmp_path / "records")
    check_request(SETTINGS, request)
    folder = request.records_dir / "meetings"
    folder.mkdir(parents=True)
    (folder / f"{QUARTER.shifted(1)}.csv").write_text("day,where\ntomorrow,here\n")
    with pytest.raises(ReadingError, match="meetings"):
        check_request(SETTINGS, request)


def test_a_theme_with_a_number_that_no_report_has_is_told_before_any_row_is_asked_for(tmp_path: Path) -> None:
    request = make_request(tmp_path / "data", "city", records_dir=tmp_path / "records")
    shutil.copytree(Path(__file__).parents[2] / "data" / "engagement", request.records_dir / "engagement")
    check_request(SETTINGS, request)
    codebook = request.records_dir / "engagement" / "codebook.toml"
    codebook.write_text(codebook.read_text().replace('"trust_score"', '"trust_scores"'))
    with pytest.raises(ReadingError, match="measure_id: expected a metric of the report, got 'trust_scores'"):
        check_request(SETTINGS, request)


def test_no_note_explains_away_an_item_that_is_gone() -> None:
    from district_reports.checks import require_passed
    from district_reports.checks.loop import check_returned
    from district_reports.model import Explanation

    note = Explanation(check_id="open_items_return", source_id="", who="data", on=AS_OF, why=words("We lost it."))
    with pytest.raises(ChecksFailed, match="A-1"):
        require_passed(check_returned((item("A-1"),), (), LAST.end), [note])


def test_a_release_whose_snapshot_is_gone_stops_the_draft(store: Store) -> None:
    publish_last(store, "0" * 64)
    request = make_request(store.root, "city")
    with pytest.raises(StoreError, match="snapshot of the ledger"):
        check_ledger(store, last(store), find_voices(SETTINGS, request, store))


def test_a_snapshot_of_another_form_is_an_error(store: Store) -> None:
    store.save_ledger(json.dumps({"items": "none"}).encode())
    with pytest.raises(StoreError, match="expected a ledger"):
        find_voices(SETTINGS, make_request(store.root, "city"), store)


class TestTheDatabase:
    def test_a_sample_never_opens_the_real_one(self, tmp_path: Path) -> None:
        away = SETTINGS.model_copy(update={"database_url": "postgresql+psycopg://nobody:secret@127.0.0.1:1/none"})
        open_records(away, SourceKind.SAMPLE, tmp_path).close()
        assert default_path(tmp_path).is_file()

    def test_a_real_one_that_is_away_is_told_without_its_password(self, tmp_path: Path) -> None:
        away = SETTINGS.model_copy(update={"database_url": "postgresql+psycopg://nobody:secret@127.0.0.1:1/none"})
        with pytest.raises(DatabaseError) as caught:
            open_records(away, SourceKind.PORTAL, tmp_path)
        assert "secret" not in str(caught.value) and "secret" not in repr(away)

    def test_records_of_another_kind_are_refused(self, tmp_path: Path) -> None:
        open_records(SETTINGS, SourceKind.SAMPLE, tmp_path).close()
        with pytest.raises(KindError):
            open_records(SETTINGS, SourceKind.PORTAL, tmp_path)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the sample's own database, filled."""
    data_dir = tmp_path_factory.mktemp("sample")
    request = make_request(data_dir, "city", source=SourceKind.SAMPLE)
    with closing(open_records(SETTINGS, SourceKind.SAMPLE, data_dir)) as database:
        fill_sample(SETTINGS, request, database)
    return data_dir


def take_sample(data_dir: Path, now: datetime = NOW) -> Ledger:
    request = make_request(data_dir, "city", source=SourceKind.SAMPLE, now=now)
    store = Store.open(data_dir, kind="sample", city_id=SETTINGS.city.city_id, domains=("sample",))
    take_ledger(SETTINGS, request, store)
    return find_voices(SETTINGS, request, store).ledger


class TestTheSample:
    def test_every_district_has_a_loop_and_something_that_happened(self, filled: Path) -> None:
        ledger = take_sample(filled)
        places = {*SETTINGS.district_ids, "city"}
        assert {each.district_id for each in ledger.items} == places
        assert {status for each in ledger.items for status in (step.status for step in each.steps)} == set(Status)
        assert {each.district_id for each in ledger.happenings if QUARTER.start <= each.on} == places

    def test_nothing_of_it_waits_in_the_quarantine(self, filled: Path) -> None:
        """What is invented names nobody: a word of it that is caught would be missing in every sample."""
        from district_reports.engagement.quarantine import list_held

        with closing(open_records(SETTINGS, SourceKind.SAMPLE, filled)) as database:
            assert [held.words for held in list_held(database)] == []

    def test_it_is_entered_once_and_what_a_person_adds_stays(self, filled: Path) -> None:
        before = take_sample(filled)
        assert take_sample(filled, NOW + timedelta(days=1)) == before
