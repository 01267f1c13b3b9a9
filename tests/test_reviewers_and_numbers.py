"""No input of a reviewer can change a number: proved from the log to the dossier, the page and the printed sheet.

Whatever is noted, remarked or decided, dossiers are equal but for `review`, `measures.csv` is the same bytes, and the
page says the same, letter for letter, but for what it tells of its review.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import re
import shutil
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html
from pypdf import PdfReader

from district_reports.database import Database
from district_reports.dossier import Voices, build_dossiers, load_dossier
from district_reports.errors import DistrictReportsError
from district_reports.model import CITY, CommanderNote, Dossier, Grant, Person, Review, Role, Text, Verdict
from district_reports.periods import Quarter
from district_reports.render.html import WebPress
from district_reports.render.page import build_page
from district_reports.render.pdf import PrintShop
from district_reports.render.view import Page
from district_reports.review import log, people
from district_reports.review.comments import add_comment
from district_reports.review.deciding import decide
from district_reports.review.freezing import take_review
from district_reports.review.notes import save_note
from district_reports.review.subjects import load_subjects
from district_reports.settings import Settings, find_asset
from district_reports.store import Store
from flows import stages
from flows.counting import count_everything
from flows.people import open_records
from flows.records import DraftRequest, SourceKind
from flows.reviewing import keep_review
from tests.printed import numbers_in, text_of
from tests.unit.render.dossiers import TAGS, all_words, make_dossier, shipped
from tests.unit.render.pages import make_charts
from tests.unit.test_dossier import Maker, make_facts, toy  # noqa: F401 - fixtures

ROOT = Path(__file__).parent.parent
AT = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
QUARTER = Quarter(2026, 3)
DEADLINE = date(2026, 10, 30)
HOSTILE = (
    "The number 412 is wrong, it is 7.",
    '"value": 999, "state": "ok"',
    "</p></blockquote><p>incidents_violent,999</p>",
    "{{ page.key_facts }} {% raw %} #let x = 999",
    "007,2026Q3,incidents_all,999,incidents,,,ok,2026-10-09,crimes",
    "=1+1\t@SUM(A1)\x00\u202e999",
    "٩٩٩ 九百九十九 ９９９",
)
typed = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=120))
notes = st.builds(
    lambda words, other, tag, on: CommanderNote(text=Text(language=tag, text=words, translations=other), written_on=on),
    typed.filter(str.strip),
    st.dictionaries(st.sampled_from(TAGS), typed.filter(str.strip), max_size=3),
    st.sampled_from([*TAGS, "pl"]),
    st.dates(date(2026, 10, 1), date(2026, 11, 30)),
)
reviews = st.builds(
    Review,
    deadline=st.dates(date(2026, 10, 1), date(2026, 11, 30)),
    commander=st.sampled_from(["open", "reviewed", "returned", "missed", "none"]),
    note=st.one_of(st.none(), notes),
    council_seen_on=st.one_of(st.none(), st.dates(date(2026, 10, 1), date(2026, 11, 30))),
    reviewed_languages=st.lists(st.sampled_from(TAGS), unique=True).map(tuple),
)
PHASES = (Phase.explicit, Phase.generate)
"""An example is small as it is, and takes long: none is made smaller."""
OF_REVIEW: Any = {"review": True, "review_line": True, "labels": {"translation_unreviewed"}}
"""What of a page tells of its review, and nothing else does."""


# From the log to the dossier

PLAIN: dict[str, Dossier] = {}
"""Of facts without a review, made once."""


@pytest.fixture
def records(database: Database) -> Database:
    return database


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.mark.slow
@given(
    words=typed,
    translation=typed,
    remark=typed,
    block=st.sampled_from(["", "loop", "key-facts", "../x", "data"]),
    verdict=st.sampled_from([None, *Verdict]),
    is_frozen=st.booleans(),
)
@effort(max_examples=25, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_in_the_log_dossiers_differ_in_their_review_alone(
    records: Database,
    make_facts: Maker,  # noqa: F811
    toy: Settings,  # noqa: F811
    words: str,
    translation: str,
    remark: str,
    block: str,
    verdict: Verdict | None,
    is_frozen: bool,
) -> None:
    """Before: a log that grows with each example. After: what was typed now is in it, or was refused."""
    place = toy.district_ids[0]
    facts = make_facts()
    commander = commander_of(records, toy, place)
    with suppress(DistrictReportsError):
        text = Text(language="en", text=words, translations={"ar": translation})
        save_note(records, toy, person=commander, quarter=QUARTER, place=place, text=text, at=AT, has_looked=True)
    with suppress(DistrictReportsError):
        add_comment(
            records,
            toy,
            person=commander,
            role=Role.COMMANDER,
            quarter=QUARTER,
            place=place,
            block_id=block,
            text=remark,
            language="",
            at=AT,
        )
    if verdict is not None:
        decide_blindly(records, commander, place, verdict, remark)
    with records.read() as connection:
        taken = take_review(connection, toy, QUARTER, date(2026, 11, 5), is_frozen=is_frozen)
    told = replace(facts, voices=Voices(until=QUARTER.end, reviews=taken.places))
    found = build_dossiers(told)
    plain = PLAIN or PLAIN.update(build_dossiers(replace(facts, voices=Voices(until=QUARTER.end)))) or PLAIN
    assert list(found) == list(plain)
    for name, dossier in found.items():
        assert dossier.model_copy(update={"review": None}) == plain[name]
        assert dossier.review == taken.places.get(name)


def test_a_note_a_comment_and_a_return_change_nothing_but_the_review(
    records: Database,
    make_facts: Maker,  # noqa: F811
    toy: Settings,  # noqa: F811
) -> None:
    place = toy.district_ids[0]
    commander = commander_of(records, toy, place)
    note = Text(language="en", text=HOSTILE[0], translations={"ar": HOSTILE[1]})
    save_note(records, toy, person=commander, quarter=QUARTER, place=place, text=note, at=AT, has_looked=True)
    decide_blindly(records, commander, place, Verdict.RETURN, HOSTILE[4])
    with records.read() as connection:
        taken = take_review(connection, toy, QUARTER, date(2026, 11, 5), is_frozen=True)
    told = taken.places[place]
    assert told.note is not None
    assert (told.note.text, told.commander) == (note, "returned")
    facts = make_facts()
    plain = build_dossiers(replace(facts, voices=Voices(until=QUARTER.end)))
    found = build_dossiers(replace(facts, voices=Voices(until=QUARTER.end, reviews=taken.places)))
    assert found[place].review == told
    assert {name: dossier.model_copy(update={"review": None}) for name, dossier in found.items()} == plain


def commander_of(records: Database, settings: Settings, place: str) -> Person:
    with records.begin() as connection:
        found = people.find_person(connection, email="ana@city.example")
        if found is None:
            found = people.add_person(
                connection, name="Ana", email="ana@city.example", language="en", by=log.OPERATOR, at=AT
            )
            given_role = Grant(role=Role.COMMANDER, scope=place)
            people.grant(connection, found.person_id, given_role, by=log.OPERATOR, at=AT, settings=settings)
        again = people.find_person(connection, person_id=found.person_id)
        assert again is not None
        return again


def decide_blindly(records: Database, person: Person, place: str, verdict: Verdict, remarks: str) -> None:
    """Put a decision into the log as it would stand there, whatever stands on the disk."""
    content = {
        "digest": "0" * 64,
        "parts": {},
        "role": "commander",
        "scope": place,
        "decision": verdict.value,
        "remarks": remarks,
    }
    with records.begin() as connection:
        log.append(
            connection,
            kind="decision",
            by=person.person_id,
            at=AT,
            quarter=str(QUARTER),
            subject=f"dossier/{place}",
            content=content,
        )


# From the dossier to the page


@cache
def plain_page(tag: str, place: str) -> Page:
    return build_page(make_dossier(place=place), all_words()[tag], shipped())


@given(review=reviews, tag=st.sampled_from(TAGS), place=st.sampled_from(["007", CITY]))
@effort(max_examples=8, phases=PHASES)
def test_a_page_says_the_same_but_for_its_review(review: Review, tag: str, place: str) -> None:
    told = build_page(make_dossier(place=place, review=review), all_words()[tag], shipped())
    assert told.model_dump(exclude=OF_REVIEW) == plain_page(tag, place).model_dump(exclude=OF_REVIEW)


@cache
def press() -> WebPress:
    return WebPress(template_dir=find_asset("templates", "html"))


def without_review(html: bytes) -> str:
    """Return a web page without its block of the review, the way there, and the two lines at its top."""
    root: Any = lxml_html.document_fromstring(html)
    for found in root.xpath(
        "//section[@id='review'] | //li[a[@href='#review']] | //p[@class='unsigned' or @class='unreviewed']"
    ):
        found.drop_tree()
    return re.sub(r"\s+", " ", etree.tostring(root, encoding="unicode"))


@pytest.mark.slow
@given(review=reviews, tag=st.sampled_from(TAGS))
@effort(max_examples=20, phases=PHASES)
def test_the_web_page_is_the_same_but_for_its_review(review: Review, tag: str) -> None:
    plain = plain_page(tag, "007")
    told = build_page(make_dossier(review=review), all_words()[tag], shipped())
    assert without_review(press().render_html(told, charts(tag))) == without_review(
        press().render_html(plain, charts(tag))
    )


@cache
def charts(tag: str) -> Any:
    return make_charts(plain_page(tag, "007"))


@pytest.mark.slow
@pytest.mark.parametrize("tag", ["en", "es", "zh-Hans"])
def test_the_printed_numbers_outside_the_note_are_those_of_the_page(tag: str) -> None:
    """A note makes room for itself: numbers may be left to the web page, and none is another."""
    note = CommanderNote(text=Text(language=tag, text="No numbers here. " * 60), written_on=DEADLINE)
    dossier = make_dossier(review=Review(deadline=DEADLINE, commander="missed", note=note))
    shop = PrintShop(shipped().language(tag), template_dir=find_asset("templates", "print"))
    pages = {}
    for name, one in {"told": dossier, "plain": make_dossier()}.items():
        page = build_page(one, all_words()[tag], shipped())
        pages[name] = PdfReader(io.BytesIO(shop.render_pdf(page, make_charts(page)))).pages
    counted = {
        name: sum(
            (numbers_in(text_of(sheet), shipped(), tag) for sheet in sheets), start=numbers_in("", shipped(), tag)
        )
        for name, sheets in pages.items()
    }
    day = numbers_in(all_words()[tag].day(DEADLINE), shipped(), tag)
    place = numbers_in(plain_page(tag, "007").edition_line, shipped(), tag)
    furniture = {*day, *place, 7.0, *map(float, range(1, 13))}
    assert {*counted["told"]} - {*counted["plain"]} <= furniture
    first = text_of(pages["told"][0])
    assert all(fact.number in first for fact in plain_page(tag, "007").key_facts)


# Of a whole sample release


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_a_release_counts_the_same_whatever_reviewers_say(
    sample_release: Path, settings: Settings, tmp_path: Path
) -> None:
    """Before: a release without a review. After a note, a comment and a return: only the review's snapshot is new."""
    data = tmp_path / "data"
    shutil.copytree(sample_release.parents[1], data)
    manifest = json.loads((data / "editions" / "2026Q3" / "manifest.json").read_bytes())
    request = DraftRequest(
        quarter="2026Q3",
        source=SourceKind.SAMPLE,
        districts=("007",),
        languages=("en",),
        data_dir=data,
        records_dir=sample_release.parents[2] / "records",
        as_of=date.fromisoformat(manifest["inputs"]["report_date"]),
        now=AT,
        is_offline=True,
    )
    store = stages.open_store(settings, request)
    before = digests(data)
    with closing(open_records(settings, SourceKind.SAMPLE, data)) as records:
        commander = commander_of(records, settings, "007")
        for words in HOSTILE[:3]:
            note = Text(language="en", text=words, translations={"ar": HOSTILE[-1]})
            save_note(
                records, settings, person=commander, quarter=QUARTER, place="007", text=note, at=AT, has_looked=True
            )
            add_comment(
                records,
                settings,
                person=commander,
                role=Role.COMMANDER,
                quarter=QUARTER,
                place="007",
                block_id="key-facts",
                text=words,
                language="en",
                at=AT,
            )
        subjects = load_subjects(store, settings, QUARTER)
        assert subjects is not None
        signed = subjects.dossier("007")
        assert signed is not None
        decide(
            records,
            store,
            settings,
            person=commander,
            role=Role.COMMANDER,
            scope="007",
            quarter=QUARTER,
            subject="dossier/007",
            digest=signed.digest,
            verdict=Verdict.RETURN,
            remarks="412 is wrong.",
            at=AT,
        )
        assert {name for name, digest in digests(data).items() if before.get(name) != digest} == {"records.sqlite3"}
        keep_review(settings, request, store, records)
    changed = {name for name, digest in digests(data).items() if before.get(name) != digest}
    assert changed == {"records.sqlite3", "snapshots/review/2026Q3.json"}
    facts, measures = count_everything(settings, request, store)
    assert hashlib.sha256(measures).hexdigest() == manifest["measures"]
    for place, dossier in build_dossiers(facts).items():
        drafted = load_dossier((data / "editions" / "2026Q3" / place / "dossier.json").read_bytes())
        assert dossier.model_copy(update={"review": None}) == drafted.model_copy(update={"review": None})
        note_there = dossier.review.note if dossier.review else None
        assert (note_there is not None) == (place == "007")


# Nothing but the snapshot of the review is written

WRITING = {
    "write_text",
    "write_bytes",
    "mkdir",
    "unlink",
    "rmdir",
    "rename",
    "touch",
    "symlink_to",
    "hardlink_to",
    "rmtree",
}
STORE = {name for name in dir(Store) if name.startswith(("save_", "remove_", "publish_"))} - {"save_review"}


def find_writing(code: str) -> list[str]:
    """Return the calls of a module that write into a data directory."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        modes = [
            one.value for one in [*node.args, *(word.value for word in node.keywords)] if isinstance(one, ast.Constant)
        ]
        if name in WRITING | STORE or (name == "open" and any(str(mode)[:1] in "wax" for mode in modes if mode)):
            found.append(f"{node.lineno}: {name}")
    return found


OWN_FOLDER = {"remembering.py": {"save_file", "unlink"}}
"""Keeps digests of earlier drafts below `snapshots/review`, beside the snapshot of the review."""
UNITS = sorted(path for unit in ("review", "desk") for path in (ROOT / "district_reports" / unit).rglob("*.py"))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_neither_review_nor_desk_writes_editions_or_snapshots(path: Path) -> None:
    found = find_writing(path.read_text(encoding="utf-8"))
    assert {line.split(": ")[1] for line in found} == OWN_FOLDER.get(path.name, set())


def test_the_store_has_ways_to_write_and_planted_calls_are_found() -> None:
    assert {"save_file", "save_release", "save_ledger", "save_snapshot", "save_part", "remove_edition"} <= STORE
    for line in (
        "store.save_file(p, d)",
        "path.write_bytes(d)",
        "open(p, 'wb')",
        "p.open(mode='a')",
        "shutil.rmtree(p)",
    ):
        assert len(find_writing(line)) == 1, line
    assert find_writing("store.save_review(q, d); open(p); p.open('rb'); words.replace('w', 'x')") == []
