"""Names of all that is counted, for open data: also of numbers that the report shows under the heading of a table only.

What belongs here: which sentence names a metric. What does not: the sentences, and what a metric counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from district_reports.render.i18n import Words
from district_reports.settings import Settings

SINGLE: Final = {
    "complaint_cases": "channels.name.complaint_cases",
    "complaint_force_cases_12m": "channels.name.complaint_force",
    "complaint_open_days": "channels.name.complaint_open_days",
    "force_incidents": "channels.name.force_incidents",
    "loop_days_to_response": "channels.name.loop_days_to_response",
    "loop_days_to_done": "channels.name.loop_days_to_done",
    "loop_on_time_share": "channels.name.loop_on_time_share",
    "trust_score": "channels.name.trust_score",
    "safety_score": "channels.name.safety_score",
}
"""Metrics that are one of a kind, and their names."""


def name_measure(words: Words, settings: Settings, metric_id: str) -> str:
    """Return what a metric counts, in words that stand alone.

    Raises:
        TranslationError: If nothing names it.
    """
    single = SINGLE.get(metric_id)
    if single is not None:
        return words.text(single)
    for pattern, name in FAMILIES:
        match = pattern.fullmatch(metric_id)
        told = name(words, settings, *match.groups()) if match else ""
        if told:
            return told
    return _own_name(words, metric_id)


def _own_name(words: Words, metric_id: str) -> str:
    return words.text(f"metric.{metric_id}")


def _arrest_share(words: Words, settings: Settings, kind: str) -> str:
    return words.text("channels.name.arrest_share", what=_own_name(words, f"arrest_share_{kind}"))


def _arrest_within(words: Words, settings: Settings, days: str, cohort: str) -> str:
    what = _name_cohort(words, settings, cohort)
    return words.text("channels.name.arrest_within", days=words.number(int(days)), what=what) if what else ""


def _days_to_arrest(words: Words, settings: Settings, cohort: str) -> str:
    what = _name_cohort(words, settings, cohort)
    return words.text("channels.name.days_to_arrest", what=what) if what else ""


def _name_cohort(words: Words, settings: Settings, cohort_id: str) -> str:
    arrests = settings.outcomes.arrests
    cohorts = arrests.cohorts if arrests is not None else ()
    return next((_own_name(words, each.metric_id) for each in cohorts if each.cohort_id == cohort_id), "")


def _complaint_share(words: Words, settings: Settings, metric_id: str) -> str:
    return words.text("channels.name.complaint_share", what=words.text(f"complaints.step.{metric_id}"))


def _rate(words: Words, settings: Settings, kind: str) -> str:
    return words.text("channels.name.rate", what=_own_name(words, f"incidents_{kind}"))


def _requests_closed(words: Words, settings: Settings, kind: str) -> str:
    requests = settings.outcomes.requests
    if requests is None:
        return ""
    days = words.number(requests.closed_within_days)
    return words.text("metric.requests_closed_within", days=days, what=words.text(f"requests.kind.{kind}"))


def _requests_days(words: Words, settings: Settings, kind: str) -> str:
    return words.text("metric.requests_days_until_closed", what=words.text(f"requests.kind.{kind}"))


def _requests(words: Words, settings: Settings, kind: str) -> str:
    return words.text("channels.name.requests", what=words.text(f"requests.kind.{kind}"))


FAMILIES: Final[tuple[tuple[re.Pattern[str], Callable[..., str]], ...]] = (
    (re.compile("arrest_share_(.+)"), _arrest_share),
    (re.compile(r"arrest_within_(\d+)_(.+)"), _arrest_within),
    (re.compile("days_to_arrest_(.+)"), _days_to_arrest),
    (re.compile("(complaint_.+_share)"), _complaint_share),
    (re.compile("rate_(.+)"), _rate),
    (re.compile("requests_closed_share_(.+)"), _requests_closed),
    (re.compile("requests_days_(.+)"), _requests_days),
    (re.compile("requests_(.+)"), _requests),
)
"""Metrics of which there are many alike: their ids, and what names each."""
