"""Where the commands of the feedback loop work: the ledger, the rules of today, and the clock."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from district_reports.database import Database
from district_reports.engagement.records_read import load_ledger_parts
from district_reports.engagement.register import load_register
from district_reports.engagement.screen import Screen, make_screen
from district_reports.engagement.screen_records import find_named, list_texts
from district_reports.errors import RuleError
from district_reports.feedback import ledger
from district_reports.feedback.rules import Rules
from district_reports.feedback.standing import is_overdue as is_past_due
from district_reports.model import Commitment, FeedbackItem, Record, Reply, Status, Step, Text
from district_reports.place_ids import pad_id
from district_reports.settings import Settings, load_settings
from flows.command_options import choose_places, find_data_dir, find_records_dir, parse_day
from flows.feedback_lines import format_history, format_items, tell_saved
from flows.loop_rules import make_rules
from flows.people import open_records
from flows.records import SourceKind


@dataclass
class Desk:
    """One open ledger."""

    settings: Settings
    database: Database
    rules: Rules
    zone: ZoneInfo
    screen: Screen | None
    """Catches what could name somebody; None where a person has looked at the words."""

    def place(self, district: str) -> str:
        """Return the id of a district as the city writes it; what is none is left for the rules to refuse."""
        return pad_id(district, self.settings.district_ids) or district

    def words(self, text: str, language: str) -> Text:
        """Return people's words in a language; in the city's first where none is given."""
        return Text(language=language or self.settings.languages[0].tag, text=text)

    def add(self, item: FeedbackItem, by: str) -> str:
        """Add an item, and tell how it stands; see `ledger.add_item`."""
        self._require_unnamed({item.item_id: [item]})
        return tell_saved(ledger.add_item(self.database, item, self.rules, by=by, at=_now()))

    def update(
        self, item_id: str, version: int, by: str, step: Step | None, commitment: Commitment | None, decided_on: date
    ) -> str:
        """Append a step, set what is promised, or both, and tell how it stands; see `ledger.update_item`."""
        self._require_unnamed({item_id: [record for record in (step, commitment) if record]})
        saved = ledger.update_item(
            self.database,
            item_id,
            version,
            self.rules,
            by=by,
            at=_now(),
            step=step,
            commitment=commitment,
            decided_on=decided_on,
        )
        return tell_saved(saved)

    def reply(self, item_id: str, reply: Reply, by: str) -> str:
        """Add a reply of residents, and tell how it stands then; see `ledger.add_reply`."""
        self._require_unnamed({item_id: [reply]})
        return tell_saved(ledger.add_reply(self.database, item_id, reply, self.rules, by=by, at=_now()))

    def bring(self, found: Sequence[tuple[FeedbackItem, int | None]], by: str) -> ledger.Imported:
        """Add and change many items; see `ledger.import_items`."""
        if self.screen is not None:
            stored = ledger.load_items(self.database)
            known = {text.model_dump_json() for item in stored for _, text in list_texts(item)}
            self._require_unnamed({item.item_id: [item] for item, _ in found}, known)
        return ledger.import_items(self.database, found, self.rules, by=by, at=_now())

    def _require_unnamed(self, records: Mapping[str, Sequence[Record]], known: Collection[str] = ()) -> None:
        """Refuse words that may name somebody: whoever types them is there to change them, or to look twice.

        Args:
            records: By the id of their item.
            known: Texts as JSON that stand there already.
        """
        screen, languages = self.screen, self.rules.languages
        if screen is None:
            return

        def is_known(text: Text) -> bool:
            # Of a language that is none, the rules tell.
            return text.language not in languages or text.model_dump_json() in known

        problems = [
            f"{item_id}: {problem}"
            for item_id, parts in records.items()
            for part in parts
            for problem in find_named(screen, part, is_known)
        ]
        if problems:
            message = f"{'; '.join(problems)}; write it otherwise, or pass --looked-at if it names nobody"
            raise RuleError(message, problems=problems)

    def versions(self) -> dict[str, int]:
        """Return the versions of all items."""
        return ledger.load_versions(self.database)

    def all_of(self, districts: Sequence[str] | None) -> tuple[FeedbackItem, ...]:
        """Return the items of some districts, or all of them.

        Raises:
            ConfigError: If there is no such district.
        """
        wanted = choose_places(self.settings, districts)
        items = ledger.load_items(self.database)
        return tuple(item for item in items if item.district_id in wanted) if districts else items

    def select(
        self, districts: Sequence[str] | None, statuses: Collection[Status] | None, *, is_open: bool, is_overdue: bool
    ) -> str:
        """Return a table of the items that are wanted, as they stand on the day of the rules.

        Raises:
            ConfigError: If there is no such district.
        """
        wanted = choose_places(self.settings, districts)
        today = self.rules.today
        found = []
        for item in ledger.load_items(self.database, today):
            status = item.steps[-1].status
            is_wanted = not districts or item.district_id in wanted
            is_wanted = is_wanted and (not statuses or status in statuses) and (not is_open or status.is_open)
            if is_wanted and (not is_overdue or is_past_due(item, today)):
                found.append(item)
        return format_items(found, self.versions(), today)

    def history(self, item_id: str) -> str:
        """Return everything that is recorded of one item, as lines.

        Raises:
            RuleError: If there is no such item.
        """
        found = ledger.load_item(self.database, item_id)
        if found is None:
            raise RuleError(f"item: expected the id of one that is recorded, got {item_id[:60]!r}; see: feedback list")
        return format_history(found, ledger.load_history(self.database, item_id), self.zone)


@contextmanager
def open_desk(
    source: SourceKind, data_dir: Path | None, records_dir: Path | None, as_of: str, *, has_looked: bool = False
) -> Iterator[Desk]:
    """Give the ledger that the arguments name.

    Args:
        source: Whether its records are real.
        data_dir: As given.
        records_dir: As given.
        as_of: As given; empty: today, in the city.
        has_looked: Whether a person says that the words name nobody.

    Raises:
        ConfigError: If an argument or a setting is wrong.
        DatabaseError: If the database cannot be reached, read or written.
        KindError: If it holds records of another kind or city.
        ReadingError: If the register is wrong.
    """
    settings = load_settings()
    zone = ZoneInfo(settings.city.time_zone)
    today = parse_day(as_of, "--as-of") if as_of else datetime.now(zone).date()
    register = load_register(settings, find_records_dir(settings, records_dir))
    with closing(open_records(settings, source, find_data_dir(settings, source, data_dir))) as database:
        sessions, _ = load_ledger_parts(database, today)
        known = {session.session_id for session in sessions}
        known |= {session.session_id for session in (register.sessions if register else ())}
        hosts = {session.host for session in sessions} | {
            session.host for session in (register.sessions if register else ())
        }
        screen = None if has_looked else make_screen(settings).knowing(hosts)
        yield Desk(settings, database, make_rules(settings, register, today, known), zone, screen)


def _now() -> datetime:
    return datetime.now(UTC)
