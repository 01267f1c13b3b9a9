"""A release of a toy city, small enough to be written in every test: its files hold a few letters each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from district_reports.database import Database
from district_reports.dossier import digest_of
from district_reports.model import Decision, Entry, Grant, Person, Role, Verdict
from district_reports.periods import Quarter
from district_reports.review import log
from district_reports.review.deciding import decide
from district_reports.review.freezing import digest_all_catalogues, record_freeze, take_review
from district_reports.review.people import add_person, find_person, grant
from district_reports.review.standing import FROZEN
from district_reports.review.subjects import Subjects, load_subjects
from district_reports.settings import Settings, load_settings
from district_reports.store import Store

TOY = Path(__file__).parents[2] / "toy"
QUARTER = Quarter(2026, 3)
PLACES = ("N", "S", "XY", "city")
TAGS = ("en", "ar")
AT = datetime(2026, 10, 12, 9, tzinfo=UTC)
BEFORE = date(2026, 10, 12)
DEADLINE = date(2026, 10, 30)
AFTER = date(2026, 10, 31)
SIGNERS = ("data", "commander N", "commander S", "commander XY", "language en", "language ar", "publisher")
FILES = ("report.html", "report.pdf")


def toy_settings() -> Settings:
    """The toy city, with a public site that could answer."""
    return load_settings(
        {"DISTRICT_REPORTS_CONFIG_DIR": str(TOY), "DISTRICT_REPORTS_SITE_URL": "https://reports.toyville.org"}
    )


def open_toy(root: Path, kind: Literal["sample", "portal"] = "portal") -> Store:
    return Store.open(root / "data", kind=kind, city_id="toy", domains=("toyville.org",))


def write_release(store: Store, settings: Settings, changed: Mapping[str, str] | None = None, **more: Any) -> Subjects:
    """Write a whole release and return what can be signed.

    Args:
        store: Where.
        settings: Of the toy city.
        changed: Contents of files by their path below the quarter's folder, in place of the usual ones.
        more: Fields of the manifest.
    """
    contents: dict[str, bytes] = {"measures.csv": b"numbers"}
    for place in PLACES:
        contents[f"{place}/dossier.json"] = json.dumps({"place": place, "loop": 1, "trends": [2]}).encode()
        for tag in TAGS:
            contents |= {f"{place}/{tag}/{name}": f"{place} {tag} {name}".encode() for name in FILES}
    contents |= {name: text.encode() for name, text in (changed or {}).items()}
    folder = store.release_dir(QUARTER)
    for name, data in contents.items():
        store.save_file(folder / name, data)
    sha = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    editions = {
        f"{place}/{tag}": {
            "state": "made",
            "files": {name.rpartition("/")[2]: sha[name] for name in sha if name.startswith(f"{place}/{tag}/")},
        }
        for place in PLACES
        for tag in TAGS
    }
    manifest = {
        "quarter": str(QUARTER),
        "is_sample": False,
        "is_preview": False,
        "is_whole": True,
        "inputs": {"config": "c", "review": ""},
        "catalogues": digest_all_catalogues(settings),
        "measures": sha["measures.csv"],
        "dossiers": {place: sha[f"{place}/dossier.json"] for place in PLACES},
        "editions": editions,
        **more,
    }
    store.save_release(QUARTER, manifest)
    subjects = load_subjects(store, settings, QUARTER)
    assert subjects is not None
    return subjects


def add(connection: Connection, settings: Settings, name: str, *grants: Grant) -> Person:
    """Add somebody with roles."""
    person = add_person(connection, name=name, email=f"{name}@toyville.example", language="en", by=log.OPERATOR, at=AT)
    for given in grants:
        grant(connection, person.person_id, given, by=log.OPERATOR, at=AT, settings=settings)
    found = find_person(connection, person_id=person.person_id)
    assert found is not None
    return found


def staff(database: Database, settings: Settings) -> dict[str, Person]:
    """Add one person for every role that a release needs, by role and scope: `commander N`."""
    wanted = [Grant(role=Role.DATA), Grant(role=Role.PUBLISHER), Grant(role=Role.ADMIN)]
    wanted += [Grant(role=Role.COMMANDER, scope=place) for place in settings.district_ids]
    wanted += [Grant(role=Role.COUNCIL, scope=place) for place in settings.district_ids]
    wanted += [Grant(role=Role.LANGUAGE, scope=language.tag) for language in settings.languages]
    with database.begin() as connection:
        names = [f"{given.role} {given.scope}".strip() for given in wanted]
        return {
            name: add(connection, settings, name.replace(" ", "-"), given)
            for name, given in zip(names, wanted, strict=True)
        }


def subject_of(role: Role, scope: str) -> str:
    kinds = {Role.HOST: "session", Role.COMMANDER: "dossier", Role.COUNCIL: "dossier", Role.LANGUAGE: "language"}
    return f"{kinds[role]}/{scope}" if role in kinds else "release"


def say(
    database: Database,
    store: Store,
    settings: Settings,
    person: Person,
    verdict: Verdict = Verdict.SIGN,
    **more: Any,
) -> Decision:
    """Decide as a person with one role does who has read what stands there now."""
    given = person.grants[0]
    name = subject_of(given.role, given.scope)
    subjects = load_subjects(store, settings, QUARTER)
    found = subjects.find(name) if subjects else None
    wish: dict[str, Any] = {
        "person": person,
        "role": given.role,
        "scope": given.scope,
        "quarter": QUARTER,
        "subject": name,
        "digest": found.digest if found else "",
        "verdict": verdict,
        "remarks": "The map is old." if verdict is Verdict.RETURN else "",
        "at": AT,
    }
    return decide(database, store, settings, **{**wish, **more})


def freeze(
    database: Database, store: Store, settings: Settings, today: date = AFTER, changed: Mapping[str, str] | None = None
) -> Subjects:
    """Write the release as it is frozen, and log that."""
    with database.begin() as connection:
        taken = take_review(connection, settings, QUARTER, today, is_frozen=True)
        subjects = write_release(store, settings, changed, inputs={"config": "c", "review": digest_of(taken)})
        step = record_freeze(
            connection,
            settings,
            QUARTER,
            today,
            manifest=subjects.digest,
            review_digest=digest_of(taken),
            is_sample=False,
            by=log.OPERATOR,
            at=AT,
        )
    assert step is not None and step.kind == FROZEN
    return subjects


def entries_of(database: Database) -> tuple[Entry, ...]:
    with database.read() as connection:
        return log.read_entries(connection, quarter=str(QUARTER))
