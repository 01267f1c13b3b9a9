"""A disk that fills up while reports are made public: the old site stays whole, and with room again a rerun ends it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from district_reports.errors import DatabaseError, StoreError
from district_reports.settings import Settings
from tests.kills.publish_child import acting
from tests.unit.publish.conftest import published_template, signed_template, tiny, toy  # noqa: F401 - fixtures
from tests.unit.publish.small_publication import LATER, copy_of, publish, served, sign_anew

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

CORRECTION = "Seven, not six."
SIZE = 4 * 2**20


@pytest.fixture(scope="module")
def again_template(
    toy: Settings,  # noqa: F811 - the fixture
    published_template: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Public as v1, with other reports that are signed."""
    root = tmp_path_factory.mktemp("again")
    sign_anew(copy_of(published_template, root, toy), toy, "corrected")
    return root


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with little room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize("free", [0, 16, 200, 400, 500, 540, 560, 580])
def test_a_full_disk_leaves_the_old_site_whole(
    toy: Settings,  # noqa: F811
    again_template: Path,
    tiny: None,  # noqa: F811
    small_disk: Path,
    free: int,
) -> None:
    """With that many KiB left: before, in the middle of and after the new version's files, and in the site's."""
    store = copy_of(again_template, small_disk, toy)
    before = served(store.root)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free - free * 1024))
    try:
        publish(store, toy, correction=CORRECTION, now=LATER)
    except (StoreError, DatabaseError) as error:
        assert error.exit_code == 1
        assert served(store.root) == before
        # What it had begun takes no room.
        assert not list(store.root.glob("published/*/**/.new"))
        ballast.unlink()
        assert publish(store, toy, correction=CORRECTION, now=LATER).version == 2
    else:
        assert free >= 540, "there was no room for it"
    assert "2026Q3/v2/N/en/report.html" in served(store.root)


@pytest.mark.parametrize("limit", [40, 2_000, 20_000, 30_000])
def test_a_file_that_ends_in_the_middle_leaves_the_old_site_whole(
    toy: Settings,  # noqa: F811
    again_template: Path,
    tiny: None,  # noqa: F811
    tmp_path: Path,
    limit: int,
) -> None:
    """The kernel ends the write in the middle: of a report, of `release.json`, of the list of the site."""
    store = copy_of(again_template, tmp_path, toy)
    before = served(store.root)
    with acting(tmp_path, "second", limit=limit) as process:
        pass
    assert process.exitcode == 1
    assert served(store.root) == before
    assert publish(store, toy, correction=CORRECTION, now=LATER).has_switched
    assert "2026Q3/v2/N/en/report.html" in served(store.root)
