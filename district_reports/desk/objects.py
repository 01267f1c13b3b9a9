"""Whose an object is: the district, language or organisation that a rule asks for.

An object that is not there has none; the answer is then the same as for one that may not be seen.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from district_reports.database import tables, tables_engagement
from district_reports.desk.rules import Found
from district_reports.errors import ConfigError
from district_reports.model import CITY
from district_reports.periods import Quarter
from district_reports.settings import Settings


def find_scope(connection: Connection, settings: Settings, found: Found, path: Mapping[str, str]) -> str | None:
    """Return the scope of the object that a path names.

    Args:
        connection: In a transaction.
        settings: Which districts and languages there are.
        found: How it is found.
        path: The values of the path's names.

    Returns:
        Its scope, empty for an object that has none; None if there is no such object.
    """
    match found:
        case Found.NOTHING:
            return ""
        case Found.PLACE:
            place = path["place"]
            return place if place in (*settings.district_ids, CITY) else None
        case Found.TAG:
            tag = path["tag"]
            return tag if any(language.tag == tag for language in settings.languages) else None
        case Found.ITEM:
            items = tables.items
            query = select(items.c.district_id).where(items.c.item_id == path["item_id"])
        case Found.SESSION:
            sessions = tables_engagement.sessions
            query = select(sessions.c.host).where(sessions.c.session_id == path["session_id"])
            query = query.order_by(sessions.c.version.desc()).limit(1)
    scope: str | None = connection.execute(query).scalar_one_or_none()
    return scope


def read_quarter(path: Mapping[str, str]) -> tuple[bool, Quarter | None]:
    """Return whether a path names a quarter rightly or none at all, and the quarter."""
    if "quarter" not in path:
        return True, None
    try:
        quarter = Quarter.parse(path["quarter"])
    except ConfigError:
        return False, None
    # One address for each page.
    return str(quarter) == path["quarter"], quarter
