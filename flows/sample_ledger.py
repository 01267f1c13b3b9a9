"""The invented ledger of the synthetic city, entered once into the sample's own database."""

from __future__ import annotations

import hashlib

from district_reports.database import Database
from district_reports.engagement.records import BroughtFile, store_import
from district_reports.engagement.records_read import list_digests
from district_reports.engagement.register import load_register
from district_reports.engagement.screen import make_screen
from district_reports.feedback.importing import import_items
from district_reports.feedback.loading import load_versions
from district_reports.feedback.sample import sample_ledger
from district_reports.model import Happening, IntakeSession
from district_reports.periods import Quarter
from district_reports.settings import Settings
from flows.loop_rules import make_rules
from flows.records import DraftRequest

ROLE = "sample"
"""Who entered it."""


def fill_sample(settings: Settings, request: DraftRequest, database: Database) -> None:
    """Enter the invented records where nothing has been entered yet; what a person added to a sample stays.

    Raises:
        DatabaseError: If the database cannot be written.
        RuleError: If the invented records break a rule.
    """
    if load_versions(database):
        return
    quarter = Quarter.parse(request.quarter)
    register = load_register(settings, request.records_dir)
    ledger = sample_ledger(settings, quarter, register)
    # Sessions first: the items come last, and tell that all of it is there.
    screen = make_screen(settings)
    language = settings.languages[0].tag
    known = list_digests(database)
    for record in (*ledger.sessions, *ledger.happenings):
        digest = hashlib.sha256(record.model_dump_json().encode()).hexdigest()
        if digest in known:
            # Of a run that was killed half-way.
            continue
        file = BroughtFile(name=f"{ROLE}.json", sha256=digest, language=language)
        store_import(
            database,
            record if isinstance(record, IntakeSession) else None,
            (record,) if isinstance(record, Happening) else (),
            screen=screen,
            file=file,
            by=ROLE,
            at=request.now,
        )
    rules = make_rules(settings, register, max(quarter.end, request.as_of))
    import_items(database, [(item, None) for item in ledger.items], rules, by=ROLE, at=request.now)
