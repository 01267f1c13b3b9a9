"""The real command in a process of its own, with its scheduler, and what is left when that is killed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from district_reports.settings import Settings
from tests.kills.commands import COMMAND, kill_group, wait_until
from tests.unit.publish.conftest import signed_template, toy  # noqa: F401 - fixtures
from tests.unit.publish.small_publication import contents_of, copy_of, served
from tests.unit.review.small_release import TOY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]
SECONDS = 200


@contextmanager
def publishing(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the command in a group of its own; none of the group is left when this ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "DISTRICT_"))}
    toyville = {
        "DISTRICT_REPORTS_CONFIG_DIR": str(TOY),
        "DISTRICT_REPORTS_SITE_URL": "https://reports.toyville.org",
    }
    words = [str(COMMAND), "publish", "2026Q3", "--data-dir", str(data_dir)]
    with subprocess.Popen(
        words,
        env={**kept, **toyville},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            kill_group(process)


def test_the_command_publishes_by_its_flow(
    toy: Settings,  # noqa: F811
    signed_template: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    store = copy_of(signed_template, tmp_path, toy)
    with publishing(store.root) as process:
        output, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, output
    assert "2026Q3 is public as v1" in output
    found = served(store.root)
    assert {name: found[f"2026Q3/latest/{name}"].decode() for name in contents_of()} == contents_of()
    assert {"index.html", "en/index.html", "ar/N/feed.xml", "index.json", "sitemap.xml"} <= {*found}
    # Nothing of the scheduler is public.
    assert not [name for name in found if "prefect" in name or name.endswith((".db", ".sqlite3"))]


def test_the_command_killed_while_it_builds_leaves_no_site_and_is_finished_by_the_next(
    toy: Settings,  # noqa: F811
    signed_template: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    store = copy_of(signed_template, tmp_path, toy)
    with publishing(store.root) as process:
        wait_until(lambda: list(store.root.glob("published/sites/.new/*")), process)
        kill_group(process)
        process.communicate(timeout=SECONDS)
    found = served(store.root)
    # It may have come to its end before the signal did; then all of it is there.
    assert found == {} or "2026Q3/v1/N/en/report.html" in found
    with publishing(store.root) as again:
        output, _ = again.communicate(timeout=SECONDS)
    assert again.returncode == 0, output
    found = served(store.root)
    assert {name: found[f"2026Q3/v1/{name}"].decode() for name in contents_of()} == contents_of()
    assert not list(store.root.glob("published/*/**/.new"))
