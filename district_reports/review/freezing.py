"""What the freeze fixes: what the reports tell of their own review, and who is no longer waited for; reopening.

Whoever was heard is known from the decisions of the release. A word of theirs counts as long as no later freeze passed
without one: after a reopening, those who signed the frozen reports need not say again that they have read them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from district_reports.dossier import digest_of
from district_reports.errors import ConfigError, ReviewError, RuleError
from district_reports.model import (
    CITY,
    Decision,
    Entry,
    Grant,
    Person,
    Phase,
    ReleaseStep,
    Review,
    ReviewTaken,
    Role,
    Verdict,
)
from district_reports.periods import Quarter
from district_reports.render.i18n import digest_catalogue
from district_reports.review import log
from district_reports.review.notes import load_note
from district_reports.review.people import load_people
from district_reports.review.standing import (
    CAN_MISS,
    DECISION,
    FROZEN,
    REOPENED,
    STEPS,
    find_deadline,
    find_freeze,
    find_phase,
    is_held,
    keep_standing,
    list_decisions,
    list_required,
    list_steps,
)
from district_reports.review.subjects import CATALOGUE, DOSSIER, LANGUAGE
from district_reports.review.typed import clean_typed
from district_reports.settings import Settings, find_asset

Answer = Literal["open", "reviewed", "returned", "missed", "none"]


def take_review(
    connection: Connection, settings: Settings, quarter: Quarter, today: date, *, is_frozen: bool
) -> ReviewTaken:
    """Return what the reports of a quarter tell of their own review, as the log has it now.

    Args:
        connection: In a transaction that sees one state of all tables.
        settings: Districts, languages, deadline.
        quarter: The reports'.
        today: The reports' date.
        is_frozen: Whether the reports are those to be signed: nobody is waited for any more.
    """
    deadline = find_deadline(settings, quarter)
    entries = log.read_entries(connection, quarter=str(quarter), kinds=(DECISION,))
    words = keep_standing(list_decisions(entries))
    people = load_people(connection)
    languages = _list_reviewed(connection, settings)
    zone = ZoneInfo(settings.city.time_zone)
    places = {}
    for place in (*settings.district_ids, CITY):
        subject = f"{DOSSIER}/{place}"
        grant = Grant(role=Role.COMMANDER, scope=place)
        answer = _answer(words, subject, people, grant, is_over=is_frozen or today > deadline)
        seen = [x.at for x in words if (x.subject, x.role, x.decision) == (subject, Role.COUNCIL, Verdict.SIGN)]
        note = load_note(connection, quarter, place) if place != CITY else None
        # That nobody holds the role is told once nobody can be given it any more.
        told = (answer != "none", note, seen, languages, place != CITY and is_frozen)
        if any(told):
            places[place] = Review(
                # Reports that are frozen sooner, since everybody has answered, name the day on which that was.
                deadline=min(deadline, today) if is_frozen and answer == "missed" else deadline,
                commander=answer,
                note=note,
                council_seen_on=max(seen).astimezone(zone).date() if seen else None,
                reviewed_languages=languages,
            )
    return ReviewTaken(quarter=str(quarter), places=places)


def find_missed(
    settings: Settings, entries: Sequence[Entry], people: Iterable[Person], catalogues: dict[str, str]
) -> tuple[Grant, ...]:
    """Return who would not be asked for a signature if the reports were frozen now.

    That is a commander without a word since the last freeze that went by, or whose last word returns the report; and a
    reader who has not signed the catalogue as it is. Of a role that nobody holds, nobody answers.

    Args:
        settings: Whose signatures are needed.
        entries: Of the log, of this release, oldest first.
        people: Everybody.
        catalogues: SHA-256 of each language's catalogue as it is.
    """
    freezes = [step.seq for step in list_steps(entries) if step.kind == FROZEN]
    since = freezes[-1] if freezes else 0
    words = [found for found in keep_standing(list_decisions(entries)) if found.seq > since]
    people = tuple(people)
    missed = []
    for grant, subject in list_required(settings):
        if grant.role not in CAN_MISS:
            continue
        last = next((x for x in reversed(words) if (x.subject, x.role) == (subject, grant.role)), None)
        has_signed = last is not None and last.decision is Verdict.SIGN
        if has_signed and last is not None and grant.role is Role.LANGUAGE:
            has_signed = last.parts.get(CATALOGUE) == catalogues.get(grant.scope)
        if not has_signed or not is_held(people, grant):
            missed.append(grant)
    return tuple(missed)


def require_freezable(
    connection: Connection, settings: Settings, quarter: Quarter, today: date, *, is_sample: bool
) -> tuple[Grant, ...]:
    """Return who will not be asked for a signature, if the reports of a quarter may be frozen today.

    Args:
        connection: In a transaction.
        settings: Rules and deadline.
        quarter: The reports'.
        today: Before and on the deadline nobody may be missing.
        is_sample: Whether the data is synthetic.

    Raises:
        ConfigError: If real reports would name an address of the public site that can never answer.
        RuleError: If they are frozen already, or published.
        ReviewError: If the deadline has not passed and somebody has not answered; it names all of them.
    """
    if settings.report.site.is_reserved and not is_sample:
        url = settings.report.site.url
        raise ConfigError(
            f"address of the public site: expected one that can be reached, since reports name it, got {url}"
        )
    entries = log.read_entries(connection, quarter=str(quarter), kinds=(DECISION, *STEPS))
    require_open(connection, quarter)
    missed = find_missed(settings, entries, load_people(connection), digest_all_catalogues(settings))
    deadline = find_deadline(settings, quarter)
    if missed and today <= deadline:
        names = [name_grant(grant) for grant in missed]
        raise ReviewError(
            f"freeze of {quarter}: expected an answer of all until {deadline.isoformat()}, or a day after it; "
            f"got none of {', '.join(names)}",
            problems=names,
        )
    return missed


def require_open(connection: Connection, quarter: Quarter) -> None:
    """Return nothing if the reports of a quarter may be drafted anew: they are neither frozen nor published.

    Raises:
        RuleError: If they are.
    """
    phase = find_phase(log.read_entries(connection, quarter=str(quarter), kinds=STEPS))
    if phase is not Phase.OPEN:
        got = "published" if phase is Phase.PUBLISHED else "frozen"
        raise RuleError(f"reports of {quarter}: expected open ones, got {got} ones; reopen it first")


def record_freeze(
    connection: Connection,
    settings: Settings,
    quarter: Quarter,
    today: date,
    *,
    manifest: str,
    review_digest: str,
    is_sample: bool,
    by: str,
    at: datetime,
) -> ReleaseStep | None:
    """Log that the reports of a quarter are frozen: from now on, signatures name these bytes.

    Args:
        connection: In a transaction that may write.
        settings: Rules and deadline.
        quarter: The reports'.
        today: As the reports were made with.
        manifest: SHA-256 of the release manifest.
        review_digest: Of what the reports tell of their own review.
        is_sample: Whether the data is synthetic.
        by: Id of the person, or the operator.
        at: When, with a time zone.

    Returns:
        The step; None if somebody has decided or written since the reports were made: they do not tell that.

    Raises:
        ConfigError, RuleError, ReviewError: As `require_freezable`.
    """
    log.hold(connection)
    missed = require_freezable(connection, settings, quarter, today, is_sample=is_sample)
    if digest_of(take_review(connection, settings, quarter, today, is_frozen=True)) != review_digest:
        return None
    steps = list_steps(log.read_entries(connection, quarter=str(quarter), kinds=STEPS))
    before = [step.manifest for step in steps if step.kind == FROZEN]
    content = {
        "manifest": manifest,
        "missed": [grant.model_dump(mode="json") for grant in missed],
        "previous_manifest": before[-1] if before else "",
    }
    entry = log.append(connection, kind=FROZEN, by=by, at=at, quarter=str(quarter), content=content)
    return list_steps((entry,))[0]


def record_reopen(
    connection: Connection, settings: Settings, quarter: Quarter, *, reason: str, by: str, at: datetime
) -> ReleaseStep:
    """Log that frozen or published reports are open again.

    Args:
        connection: In a transaction that may write.
        settings: Limit of the reason's characters.
        quarter: The reports'.
        reason: Why.
        by: Id of the person, or the operator.
        at: When, with a time zone.

    Raises:
        RuleError: If they are open, or no reason is given.
    """
    words = clean_typed(reason, limit=settings.report.review.comment_limit, what="reason")
    if not words:
        raise RuleError(f"reopening of {quarter}: expected a reason, got none")
    log.hold(connection)
    entries = log.read_entries(connection, quarter=str(quarter), kinds=STEPS)
    if find_freeze(entries) is None:
        raise RuleError(f"reopening of {quarter}: expected frozen reports, got open ones")
    entry = log.append(connection, kind=REOPENED, by=by, at=at, quarter=str(quarter), content={"reason": words})
    return list_steps((entry,))[0]


def digest_all_catalogues(settings: Settings) -> dict[str, str]:
    """Return the SHA-256 of each language's catalogue as it is."""
    folder = find_asset("templates", "locale")
    return {language.tag: digest_catalogue(folder, language.tag) for language in settings.languages}


def name_grant(grant: Grant) -> str:
    """Return a role and its scope for messages: `commander 007`."""
    return f"{grant.role} {grant.scope}".strip()


def _answer(
    words: Sequence[Decision], subject: str, people: Collection[Person], grant: Grant, *, is_over: bool
) -> Answer:
    """Return what the commander of a district has said, whenever that was."""
    last = next((x for x in reversed(words) if (x.subject, x.role) == (subject, Role.COMMANDER)), None)
    if last is not None:
        return "returned" if last.decision is Verdict.RETURN else "reviewed"
    if not is_held(people, grant):
        return "none"
    return "missed" if is_over else "open"


def _list_reviewed(connection: Connection, settings: Settings) -> tuple[str, ...]:
    """Return the languages whose catalogue, as it is, was signed by a reader, for whichever quarter.

    A reader's last word counts, and of several readers the last one's.
    """
    reviewed = []
    for tag, digest in digest_all_catalogues(settings).items():
        entries = log.read_entries(connection, kinds=(DECISION,), subject=f"{LANGUAGE}/{tag}")
        words = [x for x in keep_standing(list_decisions(entries)) if x.parts.get(CATALOGUE) == digest]
        if words and words[-1].decision is Verdict.SIGN:
            reviewed.append(tag)
    return tuple(reviewed)
