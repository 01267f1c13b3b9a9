"""The council kit of a place: what people need to show, hand out and read aloud at a meeting, as one zip.

The same files give the same bytes: names in a fixed order, the quarter's last day as their time, nothing compressed
(pictures and print files are already, and another library would compress otherwise).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from district_reports.addresses import full_url, place_path
from district_reports.model import Summary, Version
from district_reports.periods import Quarter
from district_reports.publish.layout import folder_name
from district_reports.publish.tree import translated
from district_reports.render.i18n import Words
from district_reports.settings import Settings

CONTENT: Final = {
    "report.pdf": "publish.kit.what.report",
    "pocket.pdf": "publish.kit.what.pocket",
    "handout.pdf": "publish.kit.what.handout",
    "slides.pdf": "publish.kit.what.slides",
    "meeting.pdf": "publish.kit.what.meeting",
    "script.txt": "publish.kit.what.script",
    "card.png": "publish.kit.what.card",
    "card.txt": "publish.kit.what.card_words",
}
"""Files of an edition that a kit holds, in this order, and the sentence that says what each is."""
README: Final = "README.txt"
_MODE: Final = 0o100644 << 16
_END: Final = "\r\n"
"""Ends a line in every editor that people have."""


def build_kit(
    settings: Settings,
    words: Mapping[str, Words],
    folder: Path,
    version: Version,
    place: str,
    summaries: Mapping[str, Summary],
) -> bytes:
    """Return the kit of a place in all languages of the release.

    Args:
        settings: Know the site's address and the languages' own names.
        words: Catalogues by tag.
        folder: Of the version, with the files of its editions.
        version: What it is called.
        place: Of which place.
        summaries: Of the editions, by `place/language`.

    Raises:
        TranslationError: If a catalogue lacks a sentence.
        StoreError: If a file cannot be read.
    """
    root = f"{place}-{version.quarter}-{folder_name(version.version)}"
    day = Quarter.parse(version.quarter).end
    data = BytesIO()
    with ZipFile(data, "w", ZIP_STORED) as archive:
        for name, content in _list_content(settings, words, folder, version, place, summaries):
            entry = ZipInfo(f"{root}/{name}", date_time=(day.year, day.month, day.day, 0, 0, 0))
            # As on any machine, whatever this one is.
            entry.create_system, entry.external_attr = 3, _MODE
            archive.writestr(entry, content)
    return data.getvalue()


def _list_content(
    settings: Settings,
    words: Mapping[str, Words],
    folder: Path,
    version: Version,
    place: str,
    summaries: Mapping[str, Summary],
) -> Iterator[tuple[str, bytes]]:
    names = [f"{settings.language(tag).name}: {tag}/{README}" for tag in version.languages]
    yield README, _lines(names)
    for tag in version.languages:
        there = [name for name in CONTENT if (folder / place / tag / name).is_file()]
        yield f"{tag}/{README}", render_readme(settings, words[tag], version, summaries[f"{place}/{tag}"], there)
        for name in there:
            path = folder / place / tag / name
            with translated(path, "read"):
                yield f"{tag}/{name}", path.read_bytes()


def render_readme(settings: Settings, words: Words, version: Version, summary: Summary, names: Sequence[str]) -> bytes:
    """Return what a reader is told of the files of one language.

    Args:
        settings: Know the site's address.
        words: Catalogue of the language.
        version: What it is called, and since when.
        summary: Of the edition.
        names: Files that are there.

    Raises:
        TranslationError: If the catalogue lacks a sentence.
    """
    published_on = version.published_at.astimezone(ZoneInfo(settings.city.time_zone)).date()
    url = full_url(settings.report.site.url, place_path(summary.language, summary.place))
    keys = ((name, CONTENT[name]) for name in names)
    files = [words.text("publish.kit.file", name=words.name(name), what=words.text(key)) for name, key in keys]
    return _lines(
        [
            words.text("publish.kit.title", place=summary.place_name, months=summary.months),
            "",
            words.text("publish.kit.purpose"),
            "",
            *files,
            "",
            words.text("publish.kit.numbers"),
            "",
            words.text("publish.kit.version", version=version.version, date=words.day(published_on)),
            words.text("publish.kit.newest"),
            url,
        ]
    )


def _lines(lines: list[str]) -> bytes:
    return (_END.join(lines) + _END).encode()
