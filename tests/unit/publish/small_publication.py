"""A toy city's release that is frozen and signed, small enough to be published in every test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from district_reports.database import Database, default_path, open_database
from district_reports.model import PublicVersion, Summary, Version
from district_reports.publish.open_data import COLUMNS
from district_reports.publish.showing import Makers, Summaries
from district_reports.publish.signed import REQUIRED, SUMMARY
from district_reports.review import log
from district_reports.review.freezing import record_reopen
from district_reports.review.people import load_people
from district_reports.settings import Settings
from district_reports.store import Store
from flows.publish_gate import PublishRequest, open_publication
from flows.publishing import PLAIN, PublishSummary, Steps, run_steps
from flows.records import SourceKind
from tests.unit.review.small_release import AFTER, PLACES, QUARTER, TAGS, freeze, say, staff

NOW = datetime(2026, 11, 9, 15, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
MEASURES = ",".join(COLUMNS) + "\nN,2026Q3,incidents_all,7,events,,,ok,2026-10-12,crimes\n"
SIGNERS = ("data", "publisher")


def summary_of(place: str, tag: str, changes: Mapping[str, Any] | None = None) -> Summary:
    """Return what may be quoted of one edition."""
    told = Summary(
        place=place,
        quarter=str(QUARTER),
        language=tag,
        place_name=f"Place {place}",
        months="July – September 2026",
        edition_line="Toyville",
        title=f"How is {place}?",
        document_title=f"{place}, 2026Q3",
        dates_line="Made on 12 October 2026",
        banners=(),
        key_facts=("Robberies: 7.",),
        changed=("One request is done.",),
        corrections=(),
        card_alt="Seven robberies.",
        blocks=(("facts", "Facts"),),
    )
    return told.model_copy(update=changes)


def contents_of(note: str = "") -> dict[str, str]:
    """Return the files of a whole release by path; with a note, they differ from those without."""
    files = {"measures.csv": MEASURES}
    for place in PLACES:
        for tag in TAGS:
            files |= {f"{place}/{tag}/{name}": f"{place} {tag} {name} {note}\n" for name in (*REQUIRED, "pocket.pdf")}
            files[f"{place}/{tag}/{SUMMARY}"] = summary_of(place, tag).model_dump_json()
        files[f"{place}/{TAGS[0]}/meetings.ics"] = f"{place} meets {note}\n"
    return files


def open_records(store: Store) -> Database:
    return open_database(default_path(store.root), city_id="toy", kind="portal")


def sign(database: Database, store: Store, settings: Settings) -> None:
    """Sign as everybody who must: whoever missed the freeze is not asked."""
    with database.read() as connection:
        people = load_people(connection)
    for person in people:
        if person.grants[0].role in SIGNERS:
            say(database, store, settings, person)


def make_signed(store: Store, settings: Settings) -> None:
    """Write a release that nothing stands against, and its log."""
    with closing(open_records(store)) as database:
        staff(database, settings)
        freeze(database, store, settings, AFTER, contents_of())
        sign(database, store, settings)


def sign_anew(store: Store, settings: Settings, note: str, today: date = AFTER) -> None:
    """Reopen the release, freeze one with other bytes, and sign it."""
    with closing(open_records(store)) as database:
        with database.begin() as connection:
            record_reopen(connection, settings, QUARTER, reason="A number was wrong.", by=log.OPERATOR, at=NOW)
        freeze(database, store, settings, today, contents_of(note))
        sign(database, store, settings)


def open_store(settings: Settings, root: Path) -> Store:
    return Store.open(root / "data", kind="portal", city_id="toy", domains=settings.portal_domains)


def copy_of(template: Path, root: Path, settings: Settings) -> Store:
    """Return a data directory of one's own that holds what another does; files with two names keep both."""
    names: dict[int, str] = {}

    def copy(source: str, target: str) -> str:
        number = Path(source).stat().st_ino
        if number in names:
            Path(target).hardlink_to(names[number])
        else:
            names[number] = shutil.copy2(source, target)
        return target

    shutil.copytree(template / "data", root / "data", symlinks=True, copy_function=copy)
    return open_store(settings, root)


def request_of(store: Store, **changes: Any) -> PublishRequest:
    request = PublishRequest(quarter=str(QUARTER), source=SourceKind.PORTAL, data_dir=store.root, now=NOW)
    return request.model_copy(update=changes)


def publish(store: Store, settings: Settings, steps: Steps = PLAIN, **changes: Any) -> PublishSummary:
    """Publish in this process."""
    with open_publication(settings, request_of(store, **changes)) as job:
        return run_steps(job, lambda stage, done, total: None, steps)


def tiny_makers(settings: Settings, store: Store) -> Makers:
    """Makers of few and quick pages, in place of the whole site: they tell what they were asked for."""

    def site(versions: Sequence[PublicVersion], summaries: Summaries, now: datetime) -> Mapping[str, bytes]:
        told = [f"{x.release.quarter} v{x.release.version} {x.state} {x.superseded_by} {x.reason}" for x in versions]
        titles = [found.title for each in summaries.values() for found in each.values()]
        pages = {"index.html": "\n".join([now.isoformat(), *told, *titles]).encode(), "en/index.html": b"English\n"}
        for version in versions:
            if version.state == "withdrawn":
                above = f"{version.release.quarter}/v{version.release.version}"
                for place in version.release.places:
                    for tag in version.release.languages:
                        pages[f"{above}/{place}/{tag}/report.html"] = f"withdrawn: {version.reason}\n".encode()
        return pages

    def about(version: Version, folder: Path) -> Mapping[str, bytes]:
        return {"datapackage.json": f"{version.quarter} {version.version}\n".encode()}

    def kit(folder: Path, version: Version, place: str, summaries: Mapping[str, Summary]) -> bytes:
        return (folder / place / TAGS[0] / "handout.pdf").read_bytes() + b"kit\n"

    return Makers(site=site, about=about, kit=kit)


def edit_manifest(store: Store, **changes: Any) -> dict[str, Any]:
    """Change the manifest by hand."""
    manifest = store.load_release(QUARTER)
    assert manifest is not None
    manifest |= changes
    (store.release_dir(QUARTER) / "manifest.json").write_text(json.dumps(manifest))
    return manifest


def served(root: Path) -> dict[str, bytes]:
    """Return everything that a reader can ask for, by path; of links what they lead to."""
    public = root / "public"
    found: dict[str, bytes] = {}
    waiting = [public] if public.exists() else []
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            if path.is_dir():
                waiting.append(path)
            else:
                found[path.relative_to(public).as_posix()] = path.read_bytes()
    return found
