"""The sample's invented ledger: what people said over six quarters, and what came of it.

An item depends on its district and the quarter it was heard in alone, so that the ledger of the next quarter goes on
where this one stops. It meets every status and every rule; nobody said any of it.

What belongs here: which story goes which way. What does not: the words (`sample_words`) and the ways (`sample_plots`).
"""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from district_reports.feedback.sample_plots import LONGEST, PLOTS, REPORT_PLOTS, Event, Plot
from district_reports.feedback.sample_words import SampleWords, Story, Words, load_sample_words, make_text
from district_reports.feedback.standing import cut_at
from district_reports.model import (
    CITY,
    GROUPS,
    Channel,
    Commitment,
    FeedbackItem,
    Happening,
    IntakeAnswer,
    IntakeQuote,
    IntakeSession,
    Ledger,
    Register,
    Reply,
    Status,
    Step,
    Text,
)
from district_reports.periods import Quarter
from district_reports.settings import Settings

HAPPENINGS = 3
"""Of a district in a quarter."""
SECOND = 3
"""In one of so many quarters a district has a second item."""
RECENT = 2
"""Quarters with sessions and happenings."""

HEARD_IN: tuple[Channel, ...] = (
    "beat_meeting",
    "caps",
    "in_person",
    "e_mail",
    "council_meeting",
    "web_form",
    "telephone",
)
_LIMITS = {"not_ours": "reason", "will_not": "reason", "obstacle": "obstacle", "still": "obstacle"}
_SPOKEN = 7


def sample_ledger(settings: Settings, quarter: Quarter, register: Register | None) -> Ledger:
    """Return the invented ledger as it stands at the end of a quarter; empty where the city's config has no words.

    Args:
        settings: Districts and languages.
        quarter: The last one.
        register: Its themes and questions are what the words may name.

    Raises:
        ConfigError: If the words are not as declared.
    """
    words = load_sample_words(settings, register)
    if words is None:
        return Ledger()
    maker = _Maker(settings, words)
    recent = quarter.window(RECENT)
    return Ledger(
        items=_by_id(maker.items(quarter), "item_id"),
        sessions=_by_id([each for past in recent for each in maker.sessions(past)], "session_id"),
        happenings=_by_id([each for past in recent for each in maker.happenings(past)], "happening_id"),
    )


def with_hand_overs(settings: Settings, quarter: Quarter) -> Settings:
    """Return settings in which the sample's districts get a new commander in the quarter; nobody is named.

    Raises:
        ConfigError: If the words are not as declared.
    """
    words = load_sample_words(settings, None)
    if words is None:
        return settings
    days = {each.district_id: quarter.end - timedelta(days=each.days_before_end) for each in words.hand_overs}
    districts = tuple(
        district.model_copy(update={"commander_since": days[district.district_id]})
        if district.district_id in days
        else district
        for district in settings.districts
    )
    return settings.model_copy(update={"districts": districts})


def _by_id(records: list[Any], name: str) -> tuple[Any, ...]:
    return tuple(sorted(records, key=lambda record: str(getattr(record, name))))


def _turn_of(quarter: Quarter) -> int:
    """Return the quarter's number since year 0: what goes round goes round with it."""
    return quarter.year * 4 + quarter.number - 1


class _Maker:
    """Makes the records of one city."""

    def __init__(self, settings: Settings, words: SampleWords) -> None:
        self._settings = settings
        self._words = words
        self._places = (*settings.district_ids, CITY)

    def items(self, quarter: Quarter) -> list[FeedbackItem]:
        """Return the items of the six quarters that end with one."""
        found = []
        for heard in quarter.window(LONGEST + 1):
            turn = _turn_of(heard)
            for number, place in enumerate(self._places):
                for each in range(2 if (number + turn) % SECOND == 0 else 1):
                    story = self._words.story[(7 * number + 3 * turn + 8 * each) % len(self._words.story)]
                    plot = PLOTS[(5 * number + 2 * turn + 4 * each) % len(PLOTS)]
                    item_id = f"S-{place}-{heard}-{each + 1}"
                    found.append(self._item(item_id, place, heard, story, plot, number + turn + each))
            # Two quarters of three have an answer to the questions on the report.
            if turn % 3:
                stories = self._words.report_story
                plot = REPORT_PLOTS[turn % len(REPORT_PLOTS)]
                found.append(self._item(f"R-{CITY}-{heard}", CITY, heard, stories[turn % len(stories)], plot, turn))
        return [cut for item in found if (cut := cut_at(item, quarter.end)) is not None]

    def _item(self, item_id: str, place: str, heard: Quarter, story: Story, plot: Plot, turn: int) -> FeedbackItem:
        steps: list[Step] = []
        replies: list[Reply] = []
        for event in plot.events:
            on = _day_of(heard, event.age, event.day)
            if isinstance(event.what, Status):
                steps.append(self._step(event, on, story, place, turn, item_id))
            else:
                replies.append(self._reply(event, on, turn, len(replies)))
                if event.what == "dispute":
                    steps.append(Step(on=on, status=Status.DONE_DISPUTED))
        about = "report" if story in self._words.report_story else "policing"
        return FeedbackItem(
            item_id=item_id,
            district_id=place,
            about=about,
            theme_codes=story.theme_codes,
            said=self._text(story.said, place, turn, original=_find_original(turn)),
            heard_on=steps[0].on,
            heard_in=(HEARD_IN[turn % len(HEARD_IN)],),
            commitment=self._promise(story, plot, heard, place, turn),
            steps=tuple(steps),
            replies=tuple(replies),
        )

    def _promise(self, story: Story, plot: Plot, heard: Quarter, place: str, turn: int) -> Commitment | None:
        if plot.due is None:
            return None
        return Commitment(
            what=self._text(story.what, place, turn),
            target=self._text(story.target, place, turn),
            measure_id=story.measure_id,
            evidence=None if story.measure_id else self._said("evidence", turn),
            owner=story.owner,
            due_on=_day_of(heard, *plot.due),
        )

    def _step(self, event: Event, on: date, story: Story, place: str, turn: int, item_id: str) -> Step:
        status = Status(event.what)
        fields: dict[str, Text] = {}
        if event.words in ("police", "both"):
            fields["by_police"] = self._text(story.by_police, place, turn)
        if event.words in ("community", "both"):
            fields["by_community"] = self._text(story.by_community, place, turn)
        if event.words in ("reviewed", "reopened"):
            fields["by_police"] = self._said(event.words, turn)
        if event.words in _LIMITS:
            fields[_LIMITS[event.words]] = self._said(event.words, turn)
        if status.is_open and status is not Status.HEARD:
            fields["next_step"] = self._said("next_step", turn + event.age)
        evidence = self._words.evidence_address.format(item_id=item_id) if status is Status.DONE else ""
        return Step(on=on, status=status, evidence=evidence, **fields)

    def _reply(self, event: Event, on: date, turn: int, number: int) -> Reply:
        # Some are fewer than the floor, and some remarks have no translation.
        people = 3 + 5 * ((turn + number) % 4)
        remark = self._said(event.words, turn) if event.words else None
        if remark is not None and turn % 3 == 0:
            remark = Text(language=remark.language, text=remark.text)
        kind = "dispute" if event.what == "dispute" else "confirm"
        return Reply(on=on, kind=kind, people=people, channel=HEARD_IN[(turn + 1) % len(HEARD_IN)], remark=remark)

    def happenings(self, quarter: Quarter) -> list[Happening]:
        """Return what happened in a quarter, in each district and in the city."""
        turn, found = _turn_of(quarter), []
        for number, place in enumerate(self._places):
            for each in range(HAPPENINGS):
                told = self._words.happening[(number * 2 + turn * 5 + each) % len(self._words.happening)]
                found.append(
                    Happening(
                        happening_id=f"S-{place}-{quarter}-{each + 1}",
                        district_id=place,
                        on=_day_of(quarter, 0, 12 + 24 * each + number % 9),
                        kind=told.kind,
                        by=told.by,
                        what=self._text(told.what, place, turn),
                        result=told.result,
                        outcome=self._text(told.outcome, place, turn),
                    )
                )
        return found

    def sessions(self, quarter: Quarter) -> list[IntakeSession]:
        """Return a quarter's sessions: two organisations in one district, one in another, one for the whole city."""
        turn = _turn_of(quarter)
        turns = [each for each in self._words.session_districts if each in self._settings.district_ids]
        if not turns:
            return [self._session(quarter, "", 0)]
        both, single = turns[turn % len(turns)], turns[(turn + 1) % len(turns)]
        places = (both, both, single, "")
        return [self._session(quarter, place, number) for number, place in enumerate(places)]

    def _session(self, quarter: Quarter, place: str, number: int) -> IntakeSession:
        turn, words = _turn_of(quarter), self._words
        session_id = f"S-{place or CITY}-{quarter}-{number + 1}"
        told = [words.answer[(number + each) % len(words.answer)] for each in range(len(words.answer) - 2)]
        answers = tuple(
            IntakeAnswer(
                question_id=answer.question_id,
                theme_code=answer.theme_code,
                people=answer.people,
                side=answer.side,
                point=self._text(answer.point, place, turn),
            )
            for answer in told
        )
        quotes = tuple(
            IntakeQuote(
                quote_id=f"{session_id}-q{each + 1}",
                question_id=quote.question_id,
                text=self._text(quote.words, place, turn, original=number),
                has_consent=True,
            )
            for each, quote in enumerate(words.quote[number % 2 :: 2])
        )
        tags = [language.tag for language in self._settings.languages]
        return IntakeSession(
            session_id=session_id,
            on=_day_of(quarter, 0, 18 + 15 * number),
            start=time(18),
            end=time(19, 30),
            host=words.hosts[number % len(words.hosts)],
            place=words.place,
            open=number % 2 == 0,
            district_ids=(place,) if place else (),
            language=tags[0],
            session_format=("round_table", "world_cafe", "interview", "video")[number % 4],
            incentives=("food", "child_care")[: 1 + number % 2],
            interpretation=tuple(tags[1 : 2 + number % 2]),
            is_recorder_trained=number != 1,
            regular_contact=("unsure", "yes", "no")[number % 3],
            attendance=24 + 7 * number,
            groups=GROUPS[number : number + 3],
            answers=answers,
            quotes=quotes,
        )

    def _said(self, kind: str, turn: int) -> Text:
        pool = self._words.words[kind]
        return self._text(pool[turn % len(pool)], CITY, turn)

    def _text(self, words: Words, place: str, turn: int, *, original: int = 0) -> Text:
        return make_text(words, self._settings, place, turn, original=original)


def _find_original(turn: int) -> int:
    """Return in which language something was said: of seven, one each in the second, the third and the fourth."""
    place = turn % _SPOKEN
    return (place + 1) // 2 if place % 2 else 0


def _day_of(quarter: Quarter, age: int, day: int) -> date:
    return quarter.shifted(age).start + timedelta(days=day)
