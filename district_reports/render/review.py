"""What a report tells of its own review: the commander's note, who has seen it, a deadline that was missed.

The note stands in a block of its own, set as a quotation and named as the commander's; it stands beside no number, and
no number is read from it.
"""

from __future__ import annotations

from district_reports.model import CommanderNote
from district_reports.render.sheet import Sheet
from district_reports.render.view import Quote, Said, Section

SECTION_ID = "review"


def build_review(sheet: Sheet) -> Section | None:
    """Return the note and how the review went; None where nothing is to be told of it."""
    review = sheet.dossier.review
    if review is None:
        return None
    words = sheet.words
    status = tell_commander(sheet)
    seen = words.text("review.council_seen", date=words.day(review.council_seen_on)) if review.council_seen_on else ""
    told = tuple(line for line in (status, seen) if line)
    if review.note is not None:
        return _note_section(sheet, review.note, told)
    if not told:
        return None
    return Section(section_id=SECTION_ID, question=words.text("review.question"), answer=sheet.sentences(*told))


def tell_commander(sheet: Sheet) -> str:
    """Return what the district's commander made of the report; empty in the city's, which no commander reviews."""
    review = sheet.dossier.review
    if review is None or sheet.is_city:
        return ""
    words, deadline = sheet.words, sheet.words.day(review.deadline)
    match review.commander:
        case "open":
            return words.text("review.open", date=deadline)
        case "reviewed":
            return words.text("review.reviewed")
        case "returned":
            return words.text("review.returned", date=deadline)
        case "missed":
            return words.text("review.missed", date=deadline)
        case "none":
            return words.text("review.none")


def tell_missing(sheet: Sheet) -> str:
    """Return the sentence that the commander has not signed the report off: it is told at its top too."""
    review = sheet.dossier.review
    is_missing = review is not None and review.commander in ("missed", "returned", "none")
    return tell_commander(sheet) if is_missing else ""


def is_read(sheet: Sheet) -> bool:
    """Return whether a fluent reader has signed the wording of this report's language, as it stands."""
    review, words = sheet.dossier.review, sheet.words
    return words.is_reviewed or (review is not None and words.language.tag in review.reviewed_languages)


def _note_section(sheet: Sheet, note: CommanderNote, told: tuple[str, ...]) -> Section:
    words = sheet.words
    said = _say(sheet, note)
    by = words.text("review.note_by", place=sheet.place, date=words.day(note.written_on))
    return Section(
        section_id=SECTION_ID,
        question=words.text("review.note_question", place=sheet.place),
        answer=words.text("review.note_answer"),
        notices=(words.text("review.note_original"),) if said.lang else (),
        quotes=(Quote(said=said, by=by),),
        points=told,
    )


def _say(sheet: Sheet, note: CommanderNote) -> Said:
    """Return the note in the page's language, else as it was written; a block of its own needs no isolation."""
    tag, text = sheet.words.language.tag, note.text
    own = text.text if tag == text.language else text.translations.get(tag, "")
    return Said(text=own) if own else Said(text=text.text, lang=text.language)
