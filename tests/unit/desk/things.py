"""Things that a desk shows, put straight into its tables: as little of them as a rule asks for."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Connection, insert, select

from district_reports.database import tables, tables_engagement
from district_reports.model import IntakeSession, Text

DAY = date(2026, 8, 4)


def add_item(connection: Connection, item_id: str, place: str) -> None:
    values = {
        "item_id": item_id,
        "district_id": place,
        "about": "policing",
        "theme_codes": [],
        "said": Text(language="en", text="A lamp at the park."),
        "heard_on": DAY,
        "heard_in": ["session-own"],
        "version": 1,
    }
    connection.execute(insert(tables.items).values(**values))
    change = {"item_id": item_id, "version": 1, "recorded_at": datetime(2026, 8, 5, tzinfo=UTC)}
    connection.execute(insert(tables.changes).values(**change, recorded_by="liaison", what="added"))
    step = {"item_id": item_id, "version": 1, "number": 1, "on_day": DAY, "status": "heard", "evidence": ""}
    connection.execute(insert(tables.steps).values(**step))


def add_session(connection: Connection, session_id: str, host: str) -> None:
    imports = tables_engagement.imports
    found = connection.execute(select(imports.c.import_id)).scalars().first()
    if found is None:
        at = datetime(2026, 8, 5, tzinfo=UTC)
        values = {"recorded_at": at, "recorded_by": "liaison", "file_name": "a.xlsx", "sha256": "0" * 64}
        connection.execute(insert(imports).values(**values, language="en"))
        found = connection.execute(select(imports.c.import_id)).scalar_one()
    session = IntakeSession(
        session_id=session_id,
        on=DAY,
        host=host,
        place="A hall",
        open=True,
        district_ids=("007",),
        language="en",
        session_format="round_table",
        is_recorder_trained=True,
        regular_contact="no",
        attendance=12,
    )
    facts = session.model_dump(mode="json", exclude={"own_questions", "answers", "quotes"})
    row = {"session_id": session_id, "version": 1, "import_id": found, "on_day": DAY, "host": host, "facts": facts}
    connection.execute(insert(tables_engagement.sessions).values(**row, quotes_without_consent=0))
