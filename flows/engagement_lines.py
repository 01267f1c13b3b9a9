"""What the commands of what people said print: lines for the person at the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from district_reports.engagement.intake_records import Intake
from district_reports.engagement.quarantine import Held
from district_reports.engagement.records import Stored
from district_reports.engagement.records_read import ImportedSession

_UNSEEN = str.maketrans({code: " " for code in (*range(32), *range(127, 160))})


def tell_stored(path: Path, intake: Intake, stored: Stored, report_items: int, rejects: Path | None) -> list[str]:
    """Return what became of one file."""
    session = intake.session
    lines = []
    if session is not None:
        lines.append(f"{path}: session {session.session_id} of {session.on}, version {stored.version}")
        if stored.replaced_at is not None:
            when = f"{stored.replaced_at:%Y-%m-%d %H:%M} UTC"
            lines.append(f"  it {'adds to' if intake.is_rest else 'replaces'} what {stored.replaced_by} brought {when}")
        lines.append(f"  {len(session.answers)} answers, {len(session.quotes) - stored.without_consent} quotes")
        if stored.without_consent:
            lines.append(f"  {stored.without_consent} quotes without consent were counted and not kept")
    else:
        lines.append(f"{path}: no session")
    if intake.happenings:
        lines.append(f"  {len(intake.happenings)} things that happened")
    if report_items:
        lines.append(f"  {report_items} answers on the report are now feedback items")
    if stored.held:
        count = len(stored.held)
        lines.append(f"  {count} texts may name somebody and wait for a person; see: engagement held")
    lines += [f"  note: {_line(remark)}" for remark in intake.remarks]
    if rejects is not None:
        lines.append(f"  {len(intake.problems)} problems; the rows to mend are in {rejects}")
    return lines


def format_held(held: Sequence[Held]) -> str:
    """Return texts with what was caught in them."""
    if not held:
        return "no text waits for a person\n"
    lines = []
    for one in held:
        kinds = ", ".join(dict.fromkeys(caught.kind for caught in one.caught))
        lines.append(f"{one.held_id}  {one.kind} of {one.record_id}: {kinds}")
        lines.append(f"   brought {one.recorded_at:%Y-%m-%d} by {_line(one.recorded_by)}, in {_line(one.file_name)}")
        if one.decided_at is not None:
            lines.append(f"   {one.state} {one.decided_at:%Y-%m-%d} by {_line(one.decided_by)}")
        if one.words is not None:
            wordings = {one.words.language: one.words.text, **one.words.translations}
            lines += [f"   {tag}: {_line(text)}" for tag, text in wordings.items()]
            lines += [
                f"      {caught.kind}: {_line(wordings[caught.language][caught.start : caught.end])}"
                for caught in one.caught
            ]
    return "\n".join(lines) + "\n"


def format_sessions(sessions: Sequence[ImportedSession]) -> str:
    """Return every version of every session, the newest of each marked."""
    if not sessions:
        return "no session has been brought\n"
    rows = [("session", "version", "on", "host", "brought", "by", "file")]
    rows += [
        (
            one.session_id,
            f"{one.version}{'*' if one.is_newest else ''}",
            str(one.on),
            _line(one.host),
            f"{one.recorded_at:%Y-%m-%d}",
            _line(one.recorded_by),
            _line(one.file_name),
        )
        for one in sessions
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    """Return a text on one line, without signs that steer a terminal."""
    return " ".join(text.translate(_UNSEEN).split())
