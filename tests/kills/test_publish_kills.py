"""A publication or withdrawal that is killed, wherever, leaves the old site or the new one, and a rerun ends it.

Postconditions of each case: all the while, every path that a reader asks for is answered with its old bytes or its new
ones; after the kill the whole tree is the old one or the new one; the log tells of the new one before it is public;
after the next run everything is as if nobody had disturbed the first, and nothing else is left on the disk.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from district_reports.publish.layout import Layout
from district_reports.publish.showing import load_history
from district_reports.publish.tree import Hasher
from district_reports.publish.verify import require_untouched
from district_reports.settings import Settings
from tests.kills.publish_child import COUNTED, Act, acting
from tests.kills.publish_points import Touch
from tests.unit.publish.conftest import published_template, signed_template, toy  # noqa: F401 - fixtures
from tests.unit.publish.small_publication import copy_of, open_records, open_store, served, sign_anew

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

VERSIONS, SITES = "published/versions/2026Q3", "published/sites"
POINTS = [
    Touch("mkdir", f"{VERSIONS}/.new"),
    Touch("write", f"{VERSIONS}/.new/*/report.html", 5),
    Touch("wrote", f"{VERSIONS}/.new/*/report.pdf", 2),
    Touch("write", f"{VERSIONS}/.new/manifest.json"),
    Touch("write", f"{VERSIONS}/.new/kits/*"),
    Touch("wrote", f"{VERSIONS}/.new/kits/*", 3),
    Touch("write", f"{VERSIONS}/.new/datapackage.json"),
    Touch("write", f"{VERSIONS}/.new/release.json"),
    Touch("wrote", f"{VERSIONS}/.new/release.json"),
    Touch("fsync", f"{VERSIONS}/.new/*", 40),
    Touch("rename", f"{VERSIONS}/v*"),
    Touch("fsync", VERSIONS, 2),
    Touch("mkdir", f"{SITES}/.new"),
    Touch("link", f"{SITES}/.new/*", 60),
    Touch("wrote", f"{SITES}/.new/index.html"),
    Touch("symlink", f"{SITES}/.new/2026Q3/latest"),
    Touch("fsync", f"{SITES}/.new/*", 100),
    Touch("rename", f"{SITES}/*.json"),
    Touch("rename", f"{SITES}/????????????????"),
    Touch("begin", "records", 3),
    Touch("commit", "records", 3),
    Touch("symlink", ".public.new.tmp"),
    Touch("rename", "public"),
    Touch("fsync", ""),
]
WITHDRAWAL = [
    Touch("wrote", f"{SITES}/.new/index.html"),
    Touch("symlink", f"{SITES}/.new/2026Q3/latest"),
    Touch("rename", f"{SITES}/????????????????"),
    Touch("commit", "records", 2),
    Touch("symlink", ".public.new.tmp"),
    Touch("rename", "public"),
]
RANDOM = 8
"""Random touches before which each act is killed, and half as many random moments."""


@dataclass(frozen=True)
class Scene:
    """A data directory before an act, and what an act that nobody disturbs makes public."""

    what: Act
    template: Path
    old: dict[str, bytes]
    new: dict[str, bytes]
    left: tuple[str, ...]
    """Everything on the disk afterwards, by name."""
    touches: int
    seconds: float


def names_in(root: Path) -> tuple[str, ...]:
    data = root / "data"
    kept = (path for path in data.rglob("*") if path.name != ".lock" and not path.name.startswith("records."))
    return tuple(sorted(path.relative_to(data).as_posix() for path in kept))


def build_scene(what: Act, template: Path, root: Path, settings: Settings) -> Scene:
    store = copy_of(template, root, settings)
    old = served(store.root)
    start = time.monotonic()
    with acting(root, what) as process:
        pass
    assert process.exitcode == 0
    seconds = time.monotonic() - start
    new = served(store.root)
    assert new and new != old
    return Scene(what, template, old, new, names_in(root), int((root / COUNTED).read_text()), seconds)


@pytest.fixture(scope="module")
def scenes(
    toy: Settings,  # noqa: F811 - the fixture
    signed_template: Path,  # noqa: F811
    published_template: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[Act, Scene]:
    again = tmp_path_factory.mktemp("again")
    sign_anew(copy_of(published_template, again, toy), toy, "corrected")
    templates: dict[Act, Path] = {"first": signed_template, "second": again, "withdraw": published_template}
    return {
        what: build_scene(what, template, tmp_path_factory.mktemp(what), toy) for what, template in templates.items()
    }


@contextmanager
def reading(root: Path, scene: Scene) -> Iterator[None]:
    """Ask for paths all the while, as readers do, and fail if one is answered with anything but old or new bytes."""
    paths, wrong, done = sorted({*scene.old, *scene.new}), [], threading.Event()
    chance = random.Random(7)

    def read() -> None:
        while not done.is_set():
            path = chance.choice(paths)
            try:
                data = (root / "data" / "public" / path).read_bytes()
            except FileNotFoundError:
                if path in scene.old and path in scene.new:
                    wrong.append(f"{path}: not there")
                continue
            if data not in (scene.old.get(path), scene.new.get(path)):
                wrong.append(f"{path}: other bytes")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield
    finally:
        done.set()
        reader.join()
    assert wrong == []


def require_survived(scene: Scene, root: Path, settings: Settings) -> None:
    found = served(root / "data")
    assert found in (scene.old, scene.new)
    store = open_store(settings, root)
    with closing(open_records(store)) as database:
        history = load_history(database)
    # Nothing is public that the log does not tell of, and nothing that it tells of is broken.
    require_untouched(Layout(store.root), history, Hasher())
    if found == scene.new:
        assert len(history.sites) == (1 if scene.what == "first" else 2)


def require_recovered(scene: Scene, root: Path) -> None:
    with reading(root, scene), acting(root, scene.what) as process:
        pass
    assert process.exitcode == 0
    assert served(root / "data") == scene.new
    assert names_in(root) == scene.left


def kill_at(scene: Scene, root: Path, settings: Settings, point: Touch) -> None:
    copy_of(scene.template, root, settings)
    with reading(root, scene), acting(root, scene.what, point) as process:
        pass
    assert process.exitcode == -signal.SIGKILL, "it never came there"
    require_survived(scene, root, settings)


@pytest.mark.parametrize("point", POINTS, ids=str)
@pytest.mark.parametrize("what", ["first", "second"])
def test_a_publication_killed_at_a_point(
    scenes: dict[Act, Scene],
    toy: Settings,  # noqa: F811
    tmp_path: Path,
    what: Act,
    point: Touch,
) -> None:
    kill_at(scenes[what], tmp_path, toy, point)
    if point.kind in {"rename", "symlink"} and point.pattern.endswith(("public", ".tmp")):
        assert served(tmp_path / "data") == scenes[what].old
    require_recovered(scenes[what], tmp_path)


@pytest.mark.parametrize("point", WITHDRAWAL, ids=str)
def test_a_withdrawal_killed_at_a_point(
    scenes: dict[Act, Scene],
    toy: Settings,  # noqa: F811
    tmp_path: Path,
    point: Touch,
) -> None:
    kill_at(scenes["withdraw"], tmp_path, toy, point)
    require_recovered(scenes["withdraw"], tmp_path)


@pytest.mark.parametrize("number", range(RANDOM))
@pytest.mark.parametrize("what", ["first", "second", "withdraw"])
def test_an_act_killed_before_a_random_touch(
    scenes: dict[Act, Scene],
    toy: Settings,  # noqa: F811
    tmp_path: Path,
    what: Act,
    number: int,
) -> None:
    scene = scenes[what]
    step = scene.touches / RANDOM
    place = 1 + int((number + random.Random(f"{what} {number}").random()) * step)
    kill_at(scene, tmp_path, toy, Touch("any", "*", min(place, scene.touches)))
    require_recovered(scene, tmp_path)


@pytest.mark.parametrize("number", range(RANDOM // 2))
@pytest.mark.parametrize("what", ["first", "second"])
def test_a_publication_killed_at_a_random_moment(
    scenes: dict[Act, Scene],
    toy: Settings,  # noqa: F811
    tmp_path: Path,
    what: Act,
    number: int,
) -> None:
    scene = scenes[what]
    copy_of(scene.template, tmp_path, toy)
    moment = (number + random.Random(f"{what} {number}").random()) / (RANDOM // 2) * scene.seconds
    with reading(tmp_path, scene), acting(tmp_path, scene.what) as process:
        time.sleep(moment)
        process.kill()
    # It may have ended by itself on a machine that has become quicker.
    assert process.exitcode in (0, -signal.SIGKILL)
    require_survived(scene, tmp_path, toy)
    require_recovered(scene, tmp_path)


def test_three_kills_in_a_row(
    scenes: dict[Act, Scene],
    toy: Settings,  # noqa: F811
    tmp_path: Path,
) -> None:
    scene = scenes["second"]
    copy_of(scene.template, tmp_path, toy)
    for point in (POINTS[7], POINTS[18], POINTS[22]):
        with acting(tmp_path, "second", point) as process:
            pass
        assert process.exitcode == -signal.SIGKILL
        require_survived(scene, tmp_path, toy)
    require_recovered(scene, tmp_path)


def test_a_publication_that_nobody_disturbs_is_read_without_a_gap(
    scenes: dict[Act, Scene],
    toy: Settings,  # noqa: F811
    tmp_path: Path,
) -> None:
    scene = scenes["second"]
    copy_of(scene.template, tmp_path, toy)
    with reading(tmp_path, scene), acting(tmp_path, "second") as process:
        pass
    assert process.exitcode == 0
    assert served(tmp_path / "data") == scene.new
