"""Items that nobody thought of go into the ledger and come out as they were; a killed import leaves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from district_reports.database import Database, open_database
from district_reports.feedback.ledger import add_item, import_items, load_items, load_versions
from district_reports.feedback.rules import MAY_FOLLOW, check_item
from district_reports.feedback.standing import apply_reply, cut_at
from district_reports.model import FeedbackItem, Status, Text
from tests.unit.feedback.items import RULES, commitment, day, item, reply, step
from tests.unit.feedback.test_ledger import AT, BY

ROOT = Path(__file__).parents[3]

LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="%٪‰％﹪\ufffe\uffff") | st.sampled_from(
    "\n\r\t"
)
PLAIN = st.text(LETTERS, min_size=1, max_size=30).filter(str.strip)
TEXTS = st.builds(
    lambda text, others: Text(language="en", text=text, translations=others),
    PLAIN,
    st.dictionaries(st.sampled_from(["es", "zh-Hans", "ar"]), PLAIN, max_size=2),
)


@st.composite
def items(draw: st.DrawFn) -> FeedbackItem:
    """An item after a walk along allowed changes, with replies where residents can reply."""
    found = item(said=draw(TEXTS), district_id=draw(st.sampled_from(["N", "S", "XY", "city"])))
    now, status = 0, Status.HEARD
    for _ in range(draw(st.integers(0, 6))):
        now += draw(st.integers(0, 12))
        if status is Status.DONE:
            kind = draw(st.sampled_from(["confirm", "dispute"]))
            one = reply(now, kind, people=draw(st.integers(1, 500)), remark=draw(st.none() | TEXTS))
            found = apply_reply(found, one, RULES.confirm_days)
        else:
            allowed = sorted(MAY_FOLLOW[status] | {status} - {Status.DONE})
            after = draw(st.sampled_from(allowed))
            texts = {name: draw(st.none() | TEXTS) for name in ("by_police", "by_community", "next_step")}
            found = found.model_copy(update={"steps": (*found.steps, step(now, after, **texts))})
        status = found.steps[-1].status
    if any(one.status in (Status.AGREED, Status.UNDER_WAY, Status.DONE) for one in found.steps):
        found = found.model_copy(update={"commitment": commitment(what=draw(TEXTS))})
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ledgers")


numbers = count()


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(items(), max_size=4), st.integers(-1, 80))
def test_any_items(folder: Path, found: list[FeedbackItem], number: int) -> None:
    named = [one.model_copy(update={"item_id": f"I-{place}"}) for place, one in enumerate(found)]
    assert [check_item(one, RULES) for one in named] == [[]] * len(named)
    database = open_database(folder / f"{next(numbers)}.sqlite3", city_id="toy", kind="sample")
    until = day(number)
    try:
        # Item by item as it grew, or all at once: the ledger is the same.
        for one in named[::2]:
            add_item(database, one, RULES, **BY)
        import_items(database, [(one, None) for one in named[1::2]], RULES, **BY)
        assert load_items(database) == tuple(named)
        assert load_items(database, until) == tuple(filter(None, (cut_at(one, until) for one in named)))
        # What was known on a day grows into what is known now, by one import.
        assert import_items(database, [(one, 1) for one in named], RULES, **BY).unchanged == len(named)
    finally:
        database.close()


@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(items(), st.integers(0, 80))
def test_what_was_known_on_a_day_grows_into_what_is_known_now(folder: Path, one: FeedbackItem, number: int) -> None:
    database = open_database(folder / f"{next(numbers)}.sqlite3", city_id="toy", kind="sample")
    early = cut_at(one, day(number))
    assert early is not None
    try:
        import_items(database, [(early, None)], RULES, **BY)
        done = import_items(database, [(one, 1)], RULES, **BY)
        assert done.changed == (early != one)
        assert load_items(database) == (one,)
        assert load_items(database, day(number)) == (early,)
    finally:
        database.close()


CHILD = """
import os, sys
from sqlalchemy import event
from district_reports.database import open_database
from district_reports.feedback.ledger import import_items
from tests.unit.feedback.items import RULES, item
from tests.unit.feedback.test_ledger import BY

address, left = sys.argv[1], int(sys.argv[2])
database = open_database(address, city_id="toy", kind="sample")

def note(*_):
    global left
    left -= 1
    if left == 0:
        os._exit(9)

event.listen(database.engine, "after_cursor_execute", note)
import_items(database, [(item(item_id=f"N-{n}"), None) for n in range(3000)], RULES, **BY)
"""


@pytest.mark.slow
@pytest.mark.parametrize("statements", [11, 14])
def test_an_import_that_is_killed_leaves_nothing(database: Database, statements: int) -> None:
    add_item(database, item(), RULES, **BY)
    address = database.url.render_as_string(hide_password=False)
    words = [sys.executable, "-c", CHILD, address, str(statements)]
    ended = subprocess.run(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert ended.returncode == 9, ended.stderr
    assert load_versions(database) == {"A-1": 1}
    assert import_items(database, [(item(item_id="N-1"), None)], RULES, by="liaison", at=AT).added == 1


def test_days_before_all_days(database: Database) -> None:
    add_item(database, item(), RULES, **BY)
    assert load_items(database, date.min) == ()
    assert load_items(database, date.max) == (item(),)
