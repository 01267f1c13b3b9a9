"""A version that is taken back: its reports are gone from the site, and in their place stands why."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from district_reports.errors import ConfigError, ReviewError
from district_reports.periods import Quarter
from district_reports.publish.history import load_versions
from district_reports.publish.layout import Layout
from district_reports.publish.showing import Workshop, load_history
from district_reports.publish.tree import Hasher
from district_reports.publish.withdraw import Withdrawn, withdraw
from district_reports.settings import Settings
from district_reports.store import Store
from tests.unit.publish.small_publication import (
    LATER,
    contents_of,
    open_records,
    publish,
    served,
    sign_anew,
    tiny_makers,
)
from tests.unit.review.small_release import PLACES, QUARTER, TAGS

REASON = "A name stood in it."


def take_back(workshop: Workshop, version: int = 1, quarter: Quarter = QUARTER) -> Withdrawn:
    return withdraw(workshop, load_history(workshop.database), quarter, version, REASON)


def fresh(store: Store, settings: Settings, workshop: Workshop) -> Workshop:
    return replace(workshop, hasher=Hasher(), layout=Layout(store.root))


def test_a_tombstone_stands_in_place_of_every_report(published: Store, workshop: Workshop) -> None:
    assert take_back(workshop) == Withdrawn(is_new=True, changed=())
    found = served(published.root)
    assert {path for path in found if path.startswith("2026Q3/v1/")} == {
        f"2026Q3/v1/{place}/{tag}/report.html" for place in PLACES for tag in TAGS
    }
    assert (
        found["2026Q3/v1/N/en/report.html"]
        == found["2026Q3/latest/N/en/report.html"]
        == b"withdrawn: A name stood in it.\n"
    )
    assert b"How is N?" not in found["index.html"]
    # No signed byte can be asked for any more.
    assert not set(contents_of().values()) & {data.decode() for data in found.values()}


def test_the_reason_is_kept_in_every_language_it_was_given_in(published: Store, workshop: Workshop) -> None:
    reasons = {"es": "Había un nombre."}
    withdraw(workshop, load_history(workshop.database), QUARTER, 1, REASON, reasons)
    (version,) = load_versions(workshop.layout, load_history(workshop.database))
    assert (version.reason, version.reason_translations) == (REASON, reasons)


def test_the_bytes_are_kept_out_of_public(published: Store, workshop: Workshop) -> None:
    take_back(workshop)
    (folder,) = (published.root / "published" / "versions" / "2026Q3").iterdir()
    assert (folder / "N" / "en" / "report.html").read_text() == contents_of()["N/en/report.html"]


def test_the_log_tells_why(workshop: Workshop) -> None:
    take_back(workshop)
    (known,) = load_history(workshop.database).versions
    assert (known.withdrawn_at, known.reason) == (LATER, REASON)


def test_withdrawing_again_is_nothing_new(published: Store, workshop: Workshop) -> None:
    take_back(workshop)
    before = served(published.root)
    assert take_back(workshop) == Withdrawn(is_new=False, changed=())
    assert served(published.root) == before
    assert len(load_history(workshop.database).sites) == 2


@pytest.mark.parametrize(("version", "quarter"), [(2, QUARTER), (0, QUARTER), (1, Quarter(2026, 2))])
def test_what_was_never_published_cannot_be_withdrawn(workshop: Workshop, version: int, quarter: Quarter) -> None:
    with pytest.raises(ConfigError, match="expected one that was published"):
        take_back(workshop, version, quarter)


def test_what_was_withdrawn_does_not_come_back(toy: Settings, published: Store, workshop: Workshop) -> None:
    take_back(workshop)
    with pytest.raises(ReviewError, match="2026Q3 v1: these reports were withdrawn"):
        publish(published, toy)


def test_a_site_changed_by_hand_does_not_keep_what_must_go(published: Store, workshop: Workshop) -> None:
    (published.root / "public" / "ad.html").write_bytes(b"buy")
    assert take_back(workshop).changed == ("public/ad.html: added",)
    found = served(published.root)
    assert "ad.html" not in found
    assert found["2026Q3/v1/N/en/report.html"].startswith(b"withdrawn")


def test_a_report_written_over_goes_all_the_same(published: Store, workshop: Workshop) -> None:
    path = published.root / "public" / "2026Q3" / "v1" / "N" / "en" / "report.html"
    path.chmod(0o644)
    path.write_bytes(b"other")
    assert take_back(workshop).changed == ("public/2026Q3/v1/N/en/report.html: changed",)


@pytest.mark.slow
def test_a_newer_version_takes_its_place_and_an_older_one_does_not(
    toy: Settings, published: Store, workshop: Workshop
) -> None:
    """Preconditions: v1 was replaced by v2. Postconditions: v2 is gone, v1 stays superseded, `latest` tells so."""
    sign_anew(published, toy, "corrected")
    publish(published, toy, correction="Seven, not six.", now=LATER)
    assert take_back(fresh(published, toy, workshop), version=2).is_new
    found = served(published.root)
    assert found["2026Q3/latest/N/en/report.html"] == b"withdrawn: A name stood in it.\n"
    assert found["2026Q3/v1/N/en/report.html"].decode() == contents_of()["N/en/report.html"]
    assert b"2026Q3 v1 superseded 2" in found["index.html"]
    sign_anew(published, toy, "corrected again")
    assert publish(published, toy, correction="Eight.", now=LATER).version == 3
    assert (published.root / "public" / "2026Q3" / "latest").readlink() == Path("v3")


@pytest.mark.slow
def test_damage_to_a_version_that_stays_is_told_and_nothing_happens(
    toy: Settings, published: Store, workshop: Workshop
) -> None:
    sign_anew(published, toy, "corrected")
    publish(published, toy, correction="Seven, not six.", now=LATER)
    path = published.root / "public" / "2026Q3" / "v2" / "N" / "en" / "report.html"
    path.chmod(0o644)
    path.write_bytes(b"other")
    before = served(published.root)
    with pytest.raises(ReviewError, match=r"v2-\w{12}/N/en/report.html: changed"):
        take_back(fresh(published, toy, workshop))
    assert served(published.root) == before
    with closing(open_records(published)) as database:
        assert len(load_history(database).sites) == 2
    assert tiny_makers(toy, published)
