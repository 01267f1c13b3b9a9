"""What somebody did by hand to what was published is named, wherever it was done."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from district_reports.errors import ReviewError
from district_reports.publish.showing import Workshop, load_history
from district_reports.publish.tree import Hasher
from district_reports.publish.verify import require_none, require_untouched
from district_reports.store import Store

PAGE = Path("public/2026Q3/v1/N/en/report.html")


def check(workshop: Workshop) -> None:
    require_untouched(workshop.layout, load_history(workshop.database), Hasher())


def problems_of(workshop: Workshop) -> tuple[str, ...]:
    with pytest.raises(ReviewError) as found:
        check(workshop)
    return found.value.problems


def replace(path: Path, data: bytes) -> None:
    """Write as editors do: a new file takes the name."""
    path.with_name("editor").write_bytes(data)
    path.with_name("editor").replace(path)


def overwrite(path: Path, data: bytes) -> None:
    """Write into the file itself, which stands in the version too."""
    path.chmod(0o644)
    path.write_bytes(data)


def lead_elsewhere(root: Path) -> None:
    (root / "public/2026Q3/latest").unlink()
    (root / "public/2026Q3/latest").symlink_to("v9")


def make_folder(root: Path) -> None:
    (root / "public/2026Q3/latest").unlink()
    (root / "public/2026Q3/latest").mkdir()


def version_of(store: Store) -> Path:
    (folder,) = (store.root / "published" / "versions" / "2026Q3").iterdir()
    return folder


def test_what_nobody_touched_passes(workshop: Workshop) -> None:
    check(workshop)


def test_a_report_replaced_on_the_site_is_named(published: Store, workshop: Workshop) -> None:
    replace(published.root / PAGE, b"other words")
    assert problems_of(workshop) == ("public/2026Q3/v1/N/en/report.html: changed",)


def test_a_report_written_over_is_named_at_both_places(published: Store, workshop: Workshop) -> None:
    overwrite(published.root / PAGE, b"other words")
    version = version_of(published).name
    assert problems_of(workshop) == (
        f"published/versions/2026Q3/{version}/N/en/report.html: changed",
        "public/2026Q3/v1/N/en/report.html: changed",
    )


def test_one_flipped_bit_is_enough(published: Store, workshop: Workshop) -> None:
    path = published.root / "public" / "2026Q3" / "v1" / "measures.csv"
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    replace(path, bytes(data))
    assert problems_of(workshop) == ("public/2026Q3/v1/measures.csv: changed",)


EDITS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a page changed": (lambda root: replace(root / "public/index.html", b"x"), "public/index.html: changed"),
    "a page added": (lambda root: (root / "public/new.html").write_bytes(b"x"), "public/new.html: added"),
    "a hidden page added": (lambda root: (root / "public/.htaccess").write_bytes(b"x"), "public/.htaccess: added"),
    "a page removed": (lambda root: (root / "public/en/index.html").unlink(), "public/en/index.html: removed"),
    "a link added": (lambda root: (root / "public/etc").symlink_to("/etc"), "public/etc: added"),
    "latest elsewhere": (lead_elsewhere, "public/2026Q3/latest: changed"),
    "latest a folder": (make_folder, "public/2026Q3/latest: removed"),
    "a pipe": (lambda root: os.mkfifo(root / "public/pipe"), "public/pipe: added"),
}


@pytest.mark.parametrize(("edit", "told"), EDITS.values(), ids=EDITS)
def test_each_change_of_the_site_is_named(
    published: Store, workshop: Workshop, edit: Callable[[Path], object], told: str
) -> None:
    edit(published.root)
    assert problems_of(workshop) == (told,)


def test_the_link_itself_is_watched(published: Store, workshop: Workshop) -> None:
    public = published.root / "public"
    public.unlink()
    public.symlink_to("editions")
    assert problems_of(workshop) == ("public: leads to editions, of which the log of review knows nothing",)
    public.unlink()
    public.symlink_to("published/sites/0123456789abcdef")
    assert problems_of(workshop) == ("public: leads to 0123456789abcdef, of which the log of review knows nothing",)
    public.unlink()
    public.mkdir()
    assert problems_of(workshop) == ("public: leads to no link, of which the log of review knows nothing",)


def test_the_same_tree_behind_a_whole_path_is_another_link(published: Store, workshop: Workshop) -> None:
    """Otherwise a link into another data directory would pass."""
    public = published.root / "public"
    target = public.resolve()
    public.unlink()
    public.symlink_to(target)
    assert "of which the log of review knows nothing" in problems_of(workshop)[0]


def test_a_list_rewritten_to_fit_is_found_by_the_log(published: Store, workshop: Workshop) -> None:
    name = (published.root / "public").readlink().name
    listing = published.root / "published" / "sites" / f"{name}.json"
    listing.write_text(listing.read_text().replace("index.html", "other.html"))
    assert problems_of(workshop) == (f"published/sites/{name}.json: changed",)
    listing.unlink()
    assert problems_of(workshop) == (f"published/sites/{name}.json: removed",)


def test_a_version_that_is_gone_is_named(published: Store, workshop: Workshop) -> None:
    folder = version_of(published)
    shutil.rmtree(folder)
    assert problems_of(workshop) == (f"published/versions/2026Q3/{folder.name}/release.json: removed",)


def test_a_file_put_into_a_version_is_named(published: Store, workshop: Workshop) -> None:
    folder = version_of(published)
    (folder / "N" / "notes.txt").write_bytes(b"x")
    assert problems_of(workshop) == (f"published/versions/2026Q3/{folder.name}/N/notes.txt: added",)


def test_a_site_that_is_gone_is_named(published: Store, workshop: Workshop) -> None:
    name = (published.root / "public").readlink().name
    shutil.rmtree(published.root / "published" / "sites" / name)
    assert problems_of(workshop) == (f"published/sites/{name}: removed",)


def test_many_problems_are_kept_and_some_are_told() -> None:
    with pytest.raises(ReviewError, match=r"changed by hand: page 0; .*page 19; and 3 more$") as found:
        require_none([f"page {number}" for number in range(23)])
    assert len(found.value.problems) == 23
