"""The digests by e-mail, to the lists of `distribution.toml`, from the bytes that are public.

Numbers are not touched here: a message is the edition's own `email.html` and `email.txt`, as they were signed, with
the line on leaving the list in the place kept for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pydantic import ValidationError

from district_reports.addresses import edition_path
from district_reports.config_distribution import MailingList
from district_reports.database import Database
from district_reports.errors import ConfigError, ReviewError
from district_reports.mail import Mailer, Outcome, Outgoing, send_all
from district_reports.model import Summary, Version
from district_reports.periods import Quarter
from district_reports.publish.history import KINDS, read_history
from district_reports.readings.recipients import load_recipients
from district_reports.render.email import UNSUBSCRIBE_MARK
from district_reports.render.i18n import Words
from district_reports.review import log
from district_reports.settings import Settings

TEXT, HTML, SUMMARY = "email.txt", "email.html", "summary.json"


@dataclass(frozen=True)
class Mailing:
    """One list, its messages not yet addressed."""

    mailing: MailingList
    name: str
    """As the ledger of mail knows it."""
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str

    def address(self) -> Iterator[Outgoing]:
        """Give one message for each recipient."""
        leave = f"<{self.mailing.unsubscribe}>"
        for recipient in self.recipients:
            yield Outgoing(
                to=recipient,
                subject=self.subject,
                text=self.text,
                html=self.html,
                language=self.mailing.language,
                headers={"List-Unsubscribe": leave, "List-Id": f"<{self.mailing.list_id}.state-of-the-district>"},
            )


def plan_mailings(
    settings: Settings,
    words: Mapping[str, Words],
    public: Path,
    records_dir: Path,
    quarter: Quarter,
    wanted: tuple[str, ...] = (),
) -> tuple[Mailing, ...]:
    """Return what would go to whom, every list and message checked before the first one leaves.

    Args:
        settings: The lists.
        words: By tag.
        public: Root of the public site.
        records_dir: Where the lists of addresses lie.
        quarter: Whose newest version is sent.
        wanted: Ids of lists; empty: all.

    Raises:
        ConfigError: If a list is not known, or there is none.
        ReviewError: If the quarter is not public, or a message is not the one that was published.
        ReadingError: If a list of addresses cannot be read.
    """
    lists = settings.distribution.lists
    unknown = sorted(set(wanted) - {each.list_id for each in lists})
    if unknown or not lists:
        known = ", ".join(each.list_id for each in lists) or "none"
        raise ConfigError(f"distribution.toml: expected a list of {unknown[0] if unknown else 'readers'}, got {known}")
    release = _load_release(public, quarter)
    return tuple(
        _plan(each, words[each.language], public, records_dir, release)
        for each in lists
        if not wanted or each.list_id in wanted
    )


def require_published(database: Database, public: Path, quarter: Quarter) -> None:
    """Return nothing if the version that is shown is the one that was published, as the log of review tells.

    Its `release.json` holds the digests of all its files: with it, whoever can write to the site could have the readers
    sent anything.

    Raises:
        LogError: If the log was changed by hand.
        ReviewError: If nothing was published, it was withdrawn, or something else is shown.
    """
    with database.read() as connection:
        log.verify_log(connection)
        known = read_history(log.read_entries(connection, quarter=str(quarter), kinds=KINDS)).of(quarter)
    if not known:
        raise ReviewError(f"{quarter}: expected a published version, found none in the log")
    newest = max(known, key=lambda each: each.version)
    if newest.withdrawn_at is not None:
        raise ReviewError(f"{quarter}: expected a version that stands, but {newest} was withdrawn")
    path = _release_path(public, quarter)
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != newest.release:
        raise ReviewError(f"{path}: expected that of {newest}, as the log tells of it, got another or none")


def send_mailings(
    database: Database, mailer: Mailer, mailings: tuple[Mailing, ...], *, again_unclear: bool = False
) -> Iterator[tuple[Mailing, Outcome]]:
    """Send the mailings one after the other, and give what became of each.

    Raises:
        MailError: If the server goes away; whoever has got theirs is not sent it again.
    """
    for mailing in mailings:
        yield mailing, send_all(database, mailer, mailing.name, mailing.address(), again_unclear=again_unclear)


def _plan(each: MailingList, words: Words, public: Path, records_dir: Path, release: Version) -> Mailing:
    load = _Signed(public, release, each).load
    try:
        summary = Summary.model_validate_json(load(SUMMARY))
    except ValidationError as error:
        raise ReviewError(f"{each.list_id}: {SUMMARY}: expected a summary, got {error.error_count()} errors") from None
    line = words.text("mail.unsubscribe", link=each.unsubscribe)
    sample = [*summary.banners, summary.document_title]
    return Mailing(
        mailing=each,
        name=f"{release.quarter} v{release.version} {each.list_id}",
        recipients=load_recipients(records_dir, each.recipients),
        subject=" · ".join(sample),
        text=_with_line(load(TEXT), line, each),
        html=_with_line(load(HTML), escape(line), each),
    )


@dataclass(frozen=True)
class _Signed:
    """The files of one edition, as they were published."""

    public: Path
    release: Version
    mailing: MailingList

    def load(self, name: str) -> bytes:
        """Return a file's bytes.

        Raises:
            ReviewError: If it is not there, or not what was published.
        """
        place, language = self.mailing.place, self.mailing.language
        path = self.public / edition_path(self.release.quarter, self.release.version, place, language, name)
        known = next((each for each in self.release.files if each.path == f"{place}/{language}/{name}"), None)
        try:
            data = path.read_bytes() if known else b""
        except OSError:
            data = b""
        if known is None or hashlib.sha256(data).hexdigest() != known.sha256:
            raise ReviewError(f"{path}: expected the file that was published, got another or none")
        return data


def _release_path(public: Path, quarter: Quarter) -> Path:
    return public / str(quarter) / "latest" / "release.json"


def _load_release(public: Path, quarter: Quarter) -> Version:
    path = _release_path(public, quarter)
    try:
        return Version.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise ReviewError(f"{quarter}: expected a published version that stands, found none at {path}") from None


def _with_line(data: bytes, line: str, each: MailingList) -> str:
    text = data.decode("utf-8")
    count = text.count(UNSUBSCRIBE_MARK)
    if count != 1:
        raise ReviewError(f"{each.list_id}: expected one place for the line on leaving, got {count}")
    return text.replace(UNSUBSCRIBE_MARK, line)
