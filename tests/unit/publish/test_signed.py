"""The release that was signed: real, whole, and naming nothing that leads out of its folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.errors import ChecksFailed, ReviewError
from district_reports.publish.signed import (
    MANIFEST,
    OPTIONAL,
    REQUIRED,
    SignedRelease,
    find_holes,
    find_unsafe,
    load_signed,
    require_none,
    require_real,
)
from district_reports.settings import Settings
from district_reports.store import Store
from tests.unit.publish.small_publication import edit_manifest, open_store
from tests.unit.review.small_release import PLACES, QUARTER, TAGS

SHA = "a" * 64
OUTSIDE = (
    *("../x", "..", ".", "", "/etc/passwd", "a/b", "..\\x", ".hidden", "-rf", "a\0b", "a\nb", "ä", "index.html"),
    *("INDEX.HTML", "report.php", "feed.xml", "Report.html", "edition.json"),
)


def release_of(manifest: dict[str, Any]) -> SignedRelease:
    return SignedRelease(QUARTER, Path("nowhere"), json.dumps(manifest).encode(), manifest, PLACES, TAGS)


def whole() -> dict[str, Any]:
    files = dict.fromkeys((*REQUIRED, *OPTIONAL), SHA)
    return {
        "quarter": str(QUARTER),
        "is_whole": True,
        "is_sample": False,
        "is_preview": False,
        "measures": SHA,
        "inputs": {},
        "dossiers": dict.fromkeys(PLACES, SHA),
        "editions": {f"{place}/{tag}": {"state": "made", "files": dict(files)} for place in PLACES for tag in TAGS},
    }


def problems_of(manifest: dict[str, Any]) -> list[str]:
    return [*find_unsafe(release_of(manifest)), *find_holes(release_of(manifest))]


def test_a_whole_release_has_no_problem() -> None:
    assert problems_of(whole()) == []
    assert len(list(release_of(whole()).files())) == 1 + len(PLACES) * len(TAGS) * (len(REQUIRED) + len(OPTIONAL))


def test_a_release_without_a_pocket_card_or_meetings_has_no_hole() -> None:
    manifest = whole()
    for name in OPTIONAL:
        del manifest["editions"]["N/en"]["files"][name]
    assert problems_of(manifest) == []


@pytest.mark.parametrize("name", REQUIRED)
def test_each_file_that_is_missing_is_a_hole(name: str) -> None:
    manifest = whole()
    del manifest["editions"]["city/ar"]["files"][name]
    assert problems_of(manifest) == [f"city/ar/{name}: expected it, found none"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_file_of_no_edition_is_refused(name: str) -> None:
    manifest = whole()
    manifest["editions"]["N/en"]["files"][name] = SHA
    assert find_unsafe(release_of(manifest)) == [f"'N/en': expected files that editions have, got {name!r}"]


@pytest.mark.parametrize("name", ["../../etc", "N/../..", "N/en/..", "/N/en", "Z/en", "N/fr", "N", ""])
def test_an_edition_of_no_place_or_language_of_the_city_is_refused(name: str) -> None:
    manifest = whole()
    manifest["editions"][name] = manifest["editions"]["N/en"]
    assert find_unsafe(release_of(manifest)) == [f"editions: expected places and languages of the city, got {name!r}"]


@pytest.mark.parametrize("place", ["../x", "Z", ""])
def test_a_dossier_of_no_place_of_the_city_is_refused(place: str) -> None:
    manifest = whole()
    manifest["dossiers"][place] = SHA
    assert find_unsafe(release_of(manifest)) == [f"dossiers: expected places of the city, got {place!r}"]


@pytest.mark.parametrize("quarter", ["../2026Q3", "2026Q2", "", None])
def test_another_quarter_is_refused(quarter: object) -> None:
    assert find_unsafe(release_of(whole() | {"quarter": quarter})) == [f"quarter: expected 2026Q3, got {quarter!r}"]


@pytest.mark.parametrize("digest", ["", "a" * 63, "A" * 64, "g" * 64, None, 7, ["a" * 64]])
def test_what_is_no_digest_is_refused_wherever_it_stands(digest: object) -> None:
    def edited(edit: Callable[[dict[str, Any]], None]) -> list[str]:
        manifest = whole()
        edit(manifest)
        return find_unsafe(release_of(manifest))

    assert len(edited(lambda found: found.update(measures=digest))) == 1
    assert len(edited(lambda found: found["dossiers"].update(N=digest))) == 1
    assert len(edited(lambda found: found["editions"]["N/en"]["files"].update({"sms.txt": digest}))) == 1


@pytest.mark.parametrize("edition", [None, [], "made", {}, {"state": "made"}, {"state": "made", "files": []}])
def test_an_edition_of_another_form_is_refused(edition: object) -> None:
    manifest = whole()
    manifest["editions"]["N/en"] = edition
    assert find_unsafe(release_of(manifest)) == ["'N/en': expected an edition, got another form"]


@given(st.dictionaries(st.text(max_size=6), st.text(max_size=6), max_size=3))
def test_no_name_that_passes_leads_out_of_its_folder(files: dict[str, str]) -> None:
    manifest = whole()
    manifest["editions"]["N/en"]["files"] |= dict.fromkeys(files, SHA)
    release = release_of(manifest)
    if not find_unsafe(release):
        assert all((Path("/r") / file.path).resolve().is_relative_to("/r") for file in release.files())
        assert all(len(file.path.split("/")) in (1, 3) for file in release.files())


def test_all_problems_are_kept_and_some_are_told() -> None:
    with pytest.raises(ReviewError, match=r"problem 0; .*problem 19; and 5 more$") as found:
        require_none(QUARTER, [f"problem {number}" for number in range(25)])
    assert len(found.value.problems) == 25
    require_none(QUARTER, [])


# Samples and previews


def test_real_rows_of_a_complete_quarter_may_be_published(toy: Settings, tmp_path: Path) -> None:
    require_real(open_store(toy, tmp_path), QUARTER, whole())
    require_real(open_store(toy, tmp_path), QUARTER, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [("is_sample", True), ("is_sample", None), ("is_sample", 0), ("is_preview", True), ("is_preview", "no")],
)
def test_a_release_that_does_not_say_it_is_real_and_complete_is_refused(
    toy: Settings, tmp_path: Path, field: str, value: object
) -> None:
    what = "a sample" if field == "is_sample" else "a preview"
    with pytest.raises(ChecksFailed, match=f"{what}, which is never published"):
        require_real(open_store(toy, tmp_path), QUARTER, whole() | {field: value})


@pytest.mark.parametrize("field", ["is_sample", "is_preview"])
def test_a_manifest_without_the_word_is_refused(toy: Settings, tmp_path: Path, field: str) -> None:
    manifest = whole()
    del manifest[field]
    with pytest.raises(ChecksFailed):
        require_real(open_store(toy, tmp_path), QUARTER, manifest)


def test_a_data_directory_of_samples_publishes_nothing_whatever_its_manifest_says(tmp_path: Path) -> None:
    store = Store.open(tmp_path, kind="sample", city_id="toy", domains=("sample",))
    for manifest in (whole(), None):
        with pytest.raises(ChecksFailed, match="not_a_sample"):
            require_real(store, QUARTER, manifest)


# Reading it


def test_no_release_is_none(toy: Settings, tmp_path: Path) -> None:
    assert load_signed(open_store(toy, tmp_path), toy, QUARTER) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"editions": {}}', '{"dossiers":[],"editions":{},"inputs":{}}']
)
def test_what_is_no_manifest_is_refused(toy: Settings, tmp_path: Path, text: str) -> None:
    store = open_store(toy, tmp_path)
    store.save_file(store.release_dir(QUARTER) / MANIFEST, text.encode())
    with pytest.raises(ReviewError, match="expected the manifest of a release"):
        load_signed(store, toy, QUARTER)


def test_the_digest_is_that_of_the_bytes(toy: Settings, signed: Store) -> None:
    before = load_signed(signed, toy, QUARTER)
    # The same document in other bytes is another one: signatures name bytes.
    edit_manifest(signed)
    after = load_signed(signed, toy, QUARTER)
    assert before is not None and after is not None
    assert before.manifest == after.manifest
    assert before.digest != after.digest
