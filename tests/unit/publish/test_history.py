"""What the log tells of publication."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from district_reports.errors import LogError, ReviewError
from district_reports.model import Entry
from district_reports.periods import Quarter
from district_reports.publish.history import History, Known, load_summaries, load_versions, read_history
from district_reports.publish.layout import Layout
from district_reports.publish.showing import Workshop, load_history
from district_reports.settings import Settings
from district_reports.store import Store
from tests.unit.publish.small_publication import LATER, NOW, publish, sign_anew, summary_of
from tests.unit.review.small_release import QUARTER

START = datetime(2026, 11, 9, tzinfo=UTC)
A, B, C = "a" * 64, "b" * 64, "c" * 64


def entry(seq: int, kind: str, quarter: str = "2026Q3", **content: Any) -> Entry:
    at = START + timedelta(days=seq)
    return Entry(
        seq=seq, at=at, by="operator", kind=kind, quarter=quarter, content=content, previous="0" * 64, digest="1" * 64
    )


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def published(seq: int, version: int = 1, quarter: str = "2026Q3", **more: Any) -> Entry:
    content = {"version": version, "manifest": A, "release": B, "site": f"{seq}" * 64, "correction": "", **more}
    return entry(seq, "published", quarter, **content)


def withdrawn(seq: int, version: int = 1, **more: Any) -> Entry:
    return entry(seq, "withdrawn", version=version, reason="A name.", site=f"{seq}" * 64, **more)


def test_an_empty_log_tells_of_nothing() -> None:
    assert read_history(()) == History()
    assert History().site == ""


def test_rows_of_other_kinds_are_passed_over() -> None:
    assert read_history([entry(1, "frozen", manifest=A), entry(2, "signed_in")]) == History()


def test_versions_of_all_quarters_are_kept_in_order() -> None:
    history = read_history([published(1), published(2, 2), published(3, quarter="2026Q4"), withdrawn(4, 2)])
    assert [str(known) for known in history.versions] == ["2026Q3 v1", "2026Q3 v2", "2026Q4 v1"]
    assert history.find(QUARTER, 2) == Known(QUARTER, 2, A, B, day(2), day(4), "A name.")
    assert history.find(QUARTER, 3) is None
    assert history.of(Quarter(2027, 1)) == ()
    assert (history.site, history.changed_at) == ("4" * 64, day(4))


def test_pages_built_anew_change_the_site_and_no_version() -> None:
    history = read_history([published(1), entry(2, "site_built", "", site=C)])
    assert len(history.versions) == 1
    assert (history.sites, history.changed_at) == (("1" * 64, C), day(2))


@pytest.mark.parametrize(
    "row",
    [
        entry(2, "published", version=1, manifest=A, release=B),
        entry(2, "published", version="one", manifest=A, release=B, site=C),
        entry(2, "published", "soon", version=1, manifest=A, release=B, site=C),
        entry(2, "withdrawn", version=7, reason="never published", site=C),
        entry(2, "withdrawn", version=1, site=C),
        entry(2, "withdrawn", version=1, reason="A name.", reason_translations=["es"], site=C),
        entry(2, "site_built", ""),
    ],
    ids=lambda row: f"{row.kind} {row.content}",
)
def test_a_row_that_tells_something_else_is_named(row: Entry) -> None:
    with pytest.raises(LogError, match="row 2") as found:
        read_history([published(1), row])
    assert found.value.seq == 2


# With the versions


@pytest.mark.slow
def test_a_version_stands_until_a_newer_one_does(toy: Settings, published: Store, workshop: Workshop) -> None:
    (only,) = load_versions(workshop.layout, load_history(workshop.database))
    assert (only.state, only.superseded_by, only.ended_at) == ("current", 0, None)
    assert only.release.published_at == NOW
    sign_anew(published, toy, "corrected")
    publish(published, toy, correction="Seven, not six.", now=LATER)
    first, second = load_versions(workshop.layout, load_history(workshop.database))
    assert (first.state, first.superseded_by, first.ended_at) == ("superseded", 2, LATER)
    assert (second.state, second.release.correction) == ("current", "Seven, not six.")
    assert first.release.correction == ""


def test_what_may_be_quoted_is_that_of_the_versions_that_stand(workshop: Workshop) -> None:
    history = load_history(workshop.database)
    found = load_summaries(workshop.layout, history)
    assert {*found} == {("2026Q3", 1)}
    assert found["2026Q3", 1]["N/ar"] == summary_of("N", "ar")
    assert len(found["2026Q3", 1]) == 8


def test_a_version_whose_own_word_was_changed_is_not_read(workshop: Workshop) -> None:
    history = load_history(workshop.database)
    (known,) = history.versions
    path = Layout(workshop.layout.root).version_dir(QUARTER, 1, known.manifest) / "release.json"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"commander", b"publisher"))
    with pytest.raises(ReviewError, match=r"published/versions/2026Q3/v1-\w{12}/release.json.* changed by hand"):
        load_versions(workshop.layout, history)
    path.unlink()
    with pytest.raises(ReviewError, match="removed by hand"):
        load_versions(workshop.layout, history)
