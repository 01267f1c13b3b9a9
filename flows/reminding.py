"""Reminders to those whose review is still to come, some days before the deadline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from district_reports.database import Database
from district_reports.errors import ConfigError
from district_reports.mail import Mailer, Outcome, Outgoing, send_all
from district_reports.model import Grant, Person, Role
from district_reports.periods import Quarter
from district_reports.render.i18n import Words
from district_reports.review.freezing import digest_all_catalogues, find_missed
from district_reports.review.log import OPERATOR, append, read_entries
from district_reports.review.people import load_people
from district_reports.review.standing import DECISION, STEPS, find_deadline, find_phase
from district_reports.settings import Settings

REMINDED = "reminded"


def find_due(settings: Settings, quarter: Quarter, today: date) -> date | None:
    """Return the day whose reminder is due: the last that has come; None before the first, and after the deadline."""
    deadline = find_deadline(settings, quarter)
    days = (deadline - timedelta(days=left) for left in settings.report.review.remind_days)
    return max((day for day in days if day <= today <= deadline), default=None)


def plan_reminders(
    settings: Settings, words: Mapping[str, Words], database: Database, quarter: Quarter
) -> tuple[Outgoing, ...]:
    """Return one message for each person whose review is still to come; none once the reports are frozen.

    Raises:
        ConfigError: If no address of the desk is set: a reminder without a link helps nobody.
        DatabaseError: If the log cannot be read.
    """
    if not settings.desk.url:
        raise ConfigError("environment: expected DISTRICT_REPORTS_DESK_URL, which reminders point to, got none")
    with database.read() as connection:
        entries = read_entries(connection, quarter=str(quarter), kinds=(DECISION, *STEPS))
        people = load_people(connection)
    if find_phase(entries) != "open":
        return ()
    waiting = find_missed(settings, entries, people, digest_all_catalogues(settings))
    return tuple(_write(settings, words, quarter, person, grants) for person, grants in _holders(people, waiting))


def send_reminders(
    database: Database, mailer: Mailer, quarter: Quarter, due: date, messages: tuple[Outgoing, ...], at: datetime
) -> Outcome:
    """Send the reminders of the day on which they were due, each once, and log it if any left.

    Raises:
        MailError: If the server goes away; run it again.
    """
    outcome = send_all(database, mailer, f"remind {quarter} {due.isoformat()}", messages)
    if outcome.sent:
        with database.begin() as connection:
            content = {"sent": outcome.sent, "refused": outcome.refused, "unclear": outcome.unclear}
            append(connection, kind=REMINDED, by=OPERATOR, at=at, quarter=str(quarter), content=content)
    return outcome


def _holders(people: tuple[Person, ...], waiting: tuple[Grant, ...]) -> Iterator[tuple[Person, tuple[Grant, ...]]]:
    for person in people:
        grants = tuple(grant for grant in waiting if grant in person.grants)
        if grants and person.is_active:
            yield person, grants


def _write(
    settings: Settings, words: Mapping[str, Words], quarter: Quarter, person: Person, grants: tuple[Grant, ...]
) -> Outgoing:
    own = words[person.language]
    deadline, months = own.day(find_deadline(settings, quarter)), own.months_of(quarter)
    lines = [own.text("mail.greeting", name=own.name(person.name)), ""]
    for grant in grants:
        lines += [_ask(settings, own, grant, months), ""]
    path = f"/languages/{quarter}/{grants[0].scope}" if grants[0].role is Role.LANGUAGE else "/"
    lines += [
        own.text("mail.reminder.until", date=deadline),
        "",
        own.text("mail.reminder.link", link=settings.desk.url + path),
        "",
        settings.report.publisher,
    ]
    what = own.text("mail.reminder.what", place=_place(settings, own, grants[0]), months=months)
    subject = own.text("mail.reminder.subject", date=deadline, what=what)
    return Outgoing(to=person.email, subject=subject, text="\n".join(lines) + "\n", language=person.language)


def _ask(settings: Settings, words: Words, grant: Grant, months: str) -> str:
    if grant.role is Role.LANGUAGE:
        return words.text("mail.reminder.language", language=settings.language(grant.scope).name, months=months)
    return words.text("mail.reminder.draft", place=_place(settings, words, grant), months=months)


def _place(settings: Settings, words: Words, grant: Grant) -> str:
    if grant.role is Role.LANGUAGE:
        return settings.language(grant.scope).name
    name = words.name(settings.district(grant.scope).name)
    return words.text("place.district", number=grant.scope.lstrip("0") or grant.scope, name=name)
