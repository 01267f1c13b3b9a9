"""The council kit: the same bytes for the same files, in every language, and nothing that is not for the public."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from district_reports.model import Summary, Version
from district_reports.publish.kits import CONTENT, build_kit, render_readme
from district_reports.publish.signed import OPTIONAL, REQUIRED
from district_reports.render.i18n import Words, load_words
from district_reports.settings import Settings, find_asset, load_settings
from tests.unit.publish.small_publication import NOW, summary_of

SHIPPED = load_settings({})
TAGS = tuple(language.tag for language in SHIPPED.languages)
VERSION = Version(
    quarter="2026Q3",
    version=2,
    published_at=NOW,
    manifest="a" * 64,
    signatures=(),
    places=("007", "city"),
    languages=TAGS,
    files=(),
)


@pytest.fixture(scope="module")
def words() -> dict[str, Words]:
    return load_words(SHIPPED.languages, find_asset("templates", "locale"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for tag in TAGS:
        (tmp_path / "007" / tag).mkdir(parents=True)
        for name in (*REQUIRED, *OPTIONAL):
            (tmp_path / "007" / tag / name).write_bytes(f"{tag} {name}".encode())
    return tmp_path


def summaries() -> dict[str, Summary]:
    return {f"007/{tag}": summary_of("007", tag) for tag in TAGS}


def kit_of(folder: Path, words: dict[str, Words], settings: Settings = SHIPPED) -> bytes:
    return build_kit(settings, words, folder, VERSION, "007", summaries())


def test_a_kit_holds_what_a_meeting_needs_in_each_language(folder: Path, words: dict[str, Words]) -> None:
    with ZipFile(BytesIO(kit_of(folder, words))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == [
            "007-2026Q3-v2/README.txt",
            *(f"007-2026Q3-v2/{tag}/{name}" for tag in TAGS for name in ("README.txt", *CONTENT)),
        ]
        assert archive.read("007-2026Q3-v2/es/handout.pdf") == b"es handout.pdf"
        assert archive.read("007-2026Q3-v2/README.txt").decode().splitlines() == [
            f"{language.name}: {language.tag}/README.txt" for language in SHIPPED.languages
        ]


def test_the_same_files_give_the_same_bytes(folder: Path, words: dict[str, Words]) -> None:
    first = kit_of(folder, words)
    for path in folder.rglob("*.pdf"):
        path.touch()
        path.chmod(0o600)
    assert kit_of(folder, words) == first
    (folder / "007" / "es" / "slides.pdf").write_bytes(b"other")
    assert hashlib.sha256(kit_of(folder, words)).digest() != hashlib.sha256(first).digest()


def test_nothing_in_a_kit_tells_of_the_machine_that_made_it(folder: Path, words: dict[str, Words]) -> None:
    with ZipFile(BytesIO(kit_of(folder, words))) as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {(2026, 9, 30, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert {entry.create_system for entry in entries} == {3}
    # Another library would compress otherwise.
    assert {entry.compress_type for entry in entries} == {ZIP_STORED}


def test_a_file_that_is_not_there_is_not_told_of(folder: Path, words: dict[str, Words]) -> None:
    for tag in TAGS:
        (folder / "007" / tag / "pocket.pdf").unlink()
    with ZipFile(BytesIO(kit_of(folder, words))) as archive:
        assert not [name for name in archive.namelist() if name.endswith("pocket.pdf")]
        assert b"pocket.pdf" not in archive.read("007-2026Q3-v2/en/README.txt")
        assert b"handout.pdf" in archive.read("007-2026Q3-v2/en/README.txt")


def test_the_readme_says_what_each_file_is_and_where_the_newest_stands(words: dict[str, Words]) -> None:
    text = render_readme(SHIPPED, words["en"], VERSION, summary_of("007", "en"), ["report.pdf", "script.txt"]).decode()
    assert text.splitlines() == [
        "Kit for meetings: Place 007, July – September 2026",
        "",
        "Print it, show it, read it aloud, share it. All of it tells the same numbers.",
        "",
        "report.pdf: the report to print; the first four pages can stand alone",
        "script.txt: words to read aloud, about one minute",
        "",
        "Please do not change the numbers. If you quote one, quote its whole sentence.",
        "",
        "This is version 2 of November 9, 2026. If we find a mistake, a new version comes out.",
        "You find the newest one here:",
        "https://state-of-the-district.example/en/007/",
    ]
    # Every line ends as all editors know it.
    assert text.count("\r\n") == text.count("\n") == 12


@pytest.mark.parametrize("tag", TAGS)
def test_each_language_tells_the_same_files_and_version(words: dict[str, Words], tag: str) -> None:
    text = render_readme(SHIPPED, words[tag], VERSION, summary_of("007", tag), list(CONTENT)).decode()
    assert all(name in text for name in CONTENT)
    assert "2" in text and "2026" in text
    assert text.rstrip().endswith(f"https://state-of-the-district.example/{tag}/007/")
    assert "{" not in text and "publish.kit" not in text
