"""Where the commands of what people said work: the records, the register, the screen, and the clock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from district_reports.database import Database
from district_reports.engagement.intake import read_intake
from district_reports.engagement.intake_records import Intake, ReportAnswer, Wordings
from district_reports.engagement.intake_rest import make_host_part, write_rejects
from district_reports.engagement.quarantine import Held, list_held, reject, release
from district_reports.engagement.records import BroughtFile, Stored, store_import
from district_reports.engagement.records_read import list_sessions, load_host_part
from district_reports.engagement.register import load_register
from district_reports.engagement.screen import make_screen
from district_reports.engagement.template import make_template
from district_reports.errors import ConfigError, ReadingError, RuleError, StoreError
from district_reports.feedback import ledger
from district_reports.feedback.rules import Rules, check_item
from district_reports.model import CITY, FeedbackItem, IntakeSession, Register, Status, Step
from district_reports.render.i18n import load_words
from district_reports.settings import Settings, find_asset, load_settings
from flows.command_options import find_data_dir, find_records_dir, parse_day
from flows.engagement_lines import format_held, format_sessions, tell_stored
from flows.loop_rules import make_rules
from flows.people import open_records
from flows.records import SourceKind

_FORMS = (".xlsx", ".csv")


@dataclass(frozen=True)
class Sheet:
    """One file that was read."""

    path: Path
    intake: Intake
    sha256: str


@dataclass
class Desk:
    """The open records of one city."""

    settings: Settings
    database: Database
    register: Register
    wordings: Wordings
    today: date

    def read(self, paths: Sequence[Path]) -> tuple[list[Sheet], list[ReadingError]]:
        """Return the files that could be read, and what is wrong with each, all of it at once."""
        sheets, wrong = [], []
        for path in paths:
            try:
                intake = read_intake(path, self.register, self.settings, self.wordings, today=self.today)
                sheets.append(Sheet(path, intake, hashlib.sha256(path.read_bytes()).hexdigest()))
            except ReadingError as error:
                wrong.append(error)
                continue
            if intake.problems:
                wrong.append(ReadingError(path, [problem.problem for problem in intake.problems]))
        return sheets, wrong

    def take(self, sheet: Sheet, by: str) -> list[str]:
        """Keep what is right in a file, write the rest to a file to be mended, and tell both.

        Raises:
            RuleError: If nothing in it can be kept, or it was kept before.
            ConflictError: If somebody else brings the same session now.
            StoreError: If the file to be mended cannot be written.
        """
        intake = sheet.intake
        if intake.session is None and not intake.happenings:
            raise RuleError(f"{sheet.path}: expected a session, or something that happened, that can be kept; got none")
        items = self._items(intake.session, intake.report_answers)
        self._require_sound(sheet.path, items, intake.session)
        rejects = self._write_rejects(sheet)
        try:
            stored = self._store(sheet, by)
        except BaseException:
            if rejects is not None:
                rejects.unlink(missing_ok=True)
            raise
        clean = self._items(intake.session, stored.report_answers)
        self._add_items(clean, by)
        return tell_stored(sheet.path, intake, stored, len(clean), rejects)

    def _store(self, sheet: Sheet, by: str) -> Stored:
        intake = sheet.intake
        return store_import(
            self.database,
            intake.session,
            intake.happenings,
            intake.report_answers,
            screen=make_screen(self.settings),
            file=BroughtFile(name=sheet.path.name, sha256=sheet.sha256, language=intake.language),
            by=by,
            at=_now(),
            is_rest=intake.is_rest,
        )

    def _write_rejects(self, sheet: Sheet) -> Path | None:
        """Write the rows that are not right beside the file; None where there are none."""
        if not sheet.intake.problems:
            return None
        path = sheet.path.with_name(f"{sheet.path.stem}-to-mend{sheet.path.suffix}")
        if path.exists():
            raise StoreError(f"{path}: expected no such file, since rows to mend are written there, got one", path=path)
        return write_rejects(sheet.intake, path, self.register, self.settings, self.wordings)

    def write_template(self, path: Path, tag: str) -> None:
        """Write an empty sheet with an example.

        Raises:
            ConfigError: If there is no such language or form.
            StoreError: If the file is there already, or cannot be written.
        """
        _write(path, make_template(self.register, self.settings, self.wordings, tag, _form(path)))

    def write_host_part(self, host: str, path: Path) -> list[Path]:
        """Write an organisation's sessions, each to a sheet: one to the file itself, several beside it.

        Raises:
            RuleError: If it has none.
            ConfigError: If there is no such form.
            StoreError: If a file is there already, or cannot be written.
        """
        suffix = _form(path)
        sessions = load_host_part(self.database, host)
        if not sessions:
            raise RuleError(f"--host: expected an organisation with a session, got {host[:60]!r}; see: engagement list")
        paths = [
            path if len(sessions) == 1 else path.with_name(f"{path.stem}-{s.session_id}{suffix}") for s in sessions
        ]
        for session, place in zip(sessions, paths, strict=True):
            _write(place, make_host_part(session, self.register, self.settings, self.wordings, suffix))
        return paths

    def decide(self, held_id: int, by: str, *, is_release: bool) -> Held:
        """Release or reject one text; a released answer on the report becomes a feedback item.

        Raises:
            RuleError: If there is none of that id.
            ConflictError: If somebody has decided before.
        """
        held = (release if is_release else reject)(self.database, held_id, by=by, at=_now())
        if is_release and held.kind == "report_answer" and held.words is not None:
            answer = ReportAnswer(question_id=held.details["question_id"], said=held.words)
            places = tuple(filter(None, held.details["district_ids"].split(",")))
            day = date.fromisoformat(held.details["on"])
            self._add_items([_make_item(held.record_id, places, day, answer)], by)
        return held

    def held(self, *, with_decided: bool) -> str:
        """Return the texts that wait, or all that ever did, as lines."""
        return format_held(list_held(self.database, state=None if with_decided else "held"))

    def sessions(self) -> str:
        """Return every version of every session as a table."""
        return format_sessions(list_sessions(self.database))

    def _items(self, session: IntakeSession | None, answers: Sequence[ReportAnswer]) -> list[FeedbackItem]:
        if session is None:
            return []
        return [_make_item(session.session_id, session.district_ids, session.on, answer) for answer in answers]

    def _rules(self, session_ids: Sequence[str]) -> Rules:
        return make_rules(self.settings, self.register, self.today, session_ids)

    def _require_sound(self, path: Path, items: Sequence[FeedbackItem], session: IntakeSession | None) -> None:
        rules = self._rules([session.session_id] if session else [])
        problems = [problem for item in items for problem in check_item(item, rules)]
        if problems:
            raise RuleError(f"{path}: {'; '.join(problems)}", problems=problems)

    def _add_items(self, items: Sequence[FeedbackItem], by: str) -> None:
        """Add feedback items; one that is there already, from an earlier version of its session, stays."""
        for item in items:
            if ledger.load_item(self.database, item.item_id) is None:
                ledger.add_item(self.database, item, self._rules(item.heard_in), by=by, at=_now())


@contextmanager
def open_desk(source: SourceKind, data_dir: Path | None, records_dir: Path | None, as_of: str) -> Iterator[Desk]:
    """Give the records that the arguments name.

    Args:
        source: Whether they are real.
        data_dir: As given.
        records_dir: As given.
        as_of: As given; empty: today, in the city.

    Raises:
        ConfigError: If an argument or a setting is wrong, or the city has no register.
        DatabaseError: If the database cannot be reached, read or written.
        KindError: If it holds records of another kind or city.
        ReadingError: If the register is wrong.
    """
    settings = load_settings()
    today = parse_day(as_of, "--as-of") if as_of else datetime.now(ZoneInfo(settings.city.time_zone)).date()
    register = load_register(settings, find_records_dir(settings, records_dir))
    if register is None:
        raise ConfigError("engagement: expected the register of the city, with its questions and themes, found none")
    words = load_words(settings.languages, find_asset("templates", "locale"))
    wordings: Mapping[str, Callable[[str], str]] = {tag: found.text for tag, found in words.items()}
    with closing(open_records(settings, source, find_data_dir(settings, source, data_dir))) as database:
        yield Desk(settings, database, register, wordings, today)


def _make_item(session_id: str, district_ids: Sequence[str], day: date, answer: ReportAnswer) -> FeedbackItem:
    """Return an answer on the report as a feedback item; the same answer always has the same id."""
    digest = hashlib.sha256(f"{session_id}\0{answer.question_id}\0{answer.said.text}".encode()).hexdigest()
    return FeedbackItem(
        item_id=f"report-{digest[:12]}",
        district_id=district_ids[0] if len(district_ids) == 1 else CITY,
        about="report",
        theme_codes=(),
        said=answer.said,
        heard_on=day,
        heard_in=(session_id,),
        steps=(Step(on=day, status=Status.HEARD),),
    )


def _form(path: Path) -> str:
    if path.suffix not in _FORMS:
        raise ConfigError(f"{path}: expected a name that ends with {' or '.join(_FORMS)}, got {path.name!r}")
    return path.suffix


def _write(path: Path, data: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise StoreError(f"{path}: expected no such file yet, got one; nothing is overwritten", path=path) from error
    except OSError as error:
        raise StoreError(f"{path}: expected to write it, got: {error.strerror}", path=path) from error


def _now() -> datetime:
    return datetime.now(UTC)
