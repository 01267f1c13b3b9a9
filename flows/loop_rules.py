"""The rules of the feedback loop, with what is known on a day: districts, languages, themes, metrics."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from district_reports.feedback.rules import Rules
from district_reports.model import Register
from district_reports.settings import Settings
from flows.definitions import list_metric_ids


def make_rules(
    settings: Settings, register: Register | None, today: date, session_ids: Collection[str] | None = None
) -> Rules:
    """Return the rules of a city.

    Args:
        settings: Districts, languages, metrics, days to confirm.
        register: Whose codebook names the themes.
        today: Nothing that is recorded can lie after it.
        session_ids: Those that are known; None: only the form of an id is looked at.
    """
    return Rules(
        district_ids=settings.district_ids,
        languages=tuple(language.tag for language in settings.languages),
        theme_codes=tuple(theme.code for theme in register.themes) if register else (),
        metric_ids=list_metric_ids(settings),
        confirm_days=settings.report.loop.confirm_days,
        today=today,
        session_ids=session_ids,
    )
