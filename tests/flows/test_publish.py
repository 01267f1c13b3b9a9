"""The commands `publish` and `withdraw`: what they answer, and in which order they refuse."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from district_reports.model import Verdict
from district_reports.review import log
from district_reports.review.people import load_people
from district_reports.settings import Settings
from district_reports.store import Store
from flows.publish_commands import parse_version, read_told
from flows.publish_gate import Job
from flows.publishing import PublishSummary, run_steps
from tests.flows.answers import Run, told
from tests.unit.publish.conftest import (  # noqa: F401 - fixtures
    published,
    published_template,
    signed,
    signed_template,
    tiny,
    toy,
)
from tests.unit.publish.small_publication import contents_of, edit_manifest, open_records, served, sign_anew
from tests.unit.review.small_release import QUARTER, TOY, say


@pytest.fixture
def toyville(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands of the toy city, their steps one after the other."""
    monkeypatch.setenv("DISTRICT_REPORTS_CONFIG_DIR", str(TOY))
    monkeypatch.setenv("DISTRICT_REPORTS_SITE_URL", "https://reports.toyville.org")
    monkeypatch.delenv("DISTRICT_REPORTS_RECORDS_DIR", raising=False)
    plain = ModuleType("flows.publish_reports")
    plain.run_publication = _run_plain  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "flows.publish_reports", plain)
    return run


def _run_plain(job: Job) -> PublishSummary:
    return run_steps(job, lambda stage, done, total: None)


def at(store: Store) -> tuple[str, ...]:
    return ("2026Q3", "--data-dir", str(store.root))


def test_a_signed_release_becomes_public_and_twice_is_once(toyville: Run, signed: Store) -> None:  # noqa: F811
    code, out, err = toyville("publish", *at(signed))
    assert (code, err) == (0, "")
    assert out.startswith(f"2026Q3 is public as v1: {signed.root / 'public'}\n  files   131, ")
    before = served(signed.root)
    assert toyville("publish", *at(signed)) == (0, f"2026Q3 is already public as v1: {signed.root / 'public'}\n", "")
    assert served(signed.root) == before


def test_a_sample_is_refused_before_anything_else_is_asked(toyville: Run, tmp_path: Path) -> None:
    """Not drafted, not frozen, not signed, and with a log of nothing: what counts is that it is a sample."""
    code, out, err = toyville("publish", "2026Q3", "--source", "sample", "--data-dir", tmp_path / "data")
    assert (code, out) == (4, "")
    assert "a sample, which is never published" in told(err)
    assert not (tmp_path / "data" / "public").exists()


@pytest.mark.parametrize(("field", "word"), [("is_sample", "a sample"), ("is_preview", "a preview")])
def test_what_calls_itself_sample_or_preview_is_refused_with_4(
    toyville: Run,
    signed: Store,  # noqa: F811
    field: str,
    word: str,
) -> None:
    # Its log is broken as well, and its manifest no longer the one that was signed.
    edit_manifest(signed, **{field: True})
    with closing(open_records(signed)) as database, database.begin() as connection:
        connection.exec_driver_sql("UPDATE review_log_head SET seq = 3")
    code, _, err = toyville("publish", *at(signed))
    assert code == 4
    assert f"got {word}, which is never published" in told(err)


def test_an_unsigned_release_is_refused_with_5_and_all_that_is_missing(
    toyville: Run,
    signed: Store,  # noqa: F811
    toy: Settings,  # noqa: F811
) -> None:
    with closing(open_records(signed)) as database:
        with database.read() as connection:
            people = {str(person.grants[0].role): person for person in load_people(connection)}
        say(database, signed, toy, people["publisher"], Verdict.WITHDRAW)
    (signed.release_dir(QUARTER) / "N" / "en" / "sms.txt").unlink()
    code, out, err = toyville("publish", *at(signed))
    assert (code, out) == (5, "")
    line = told(err)
    assert "publisher: not signed" in line and "N/en/sms.txt" in line
    assert not (signed.root / "public").exists()


@pytest.mark.slow
def test_a_log_changed_by_hand_is_refused_with_5_and_the_row(toyville: Run, signed: Store) -> None:  # noqa: F811
    with closing(open_records(signed)) as database, database.begin() as connection:
        (row, *_) = log.read_entries(connection, kinds=("frozen",))
        connection.exec_driver_sql("DROP TRIGGER review_log_delete")
        connection.exec_driver_sql(f"DELETE FROM review_log WHERE seq = {row.seq}")
    code, _, err = toyville("publish", *at(signed))
    assert code == 5
    assert f"row {row.seq}" in told(err)


@pytest.mark.slow
def test_a_public_tree_changed_by_hand_is_refused_with_5_and_the_file(toyville: Run, published: Store) -> None:  # noqa: F811
    (published.root / "public" / "index.html").unlink()
    code, _, err = toyville("publish", *at(published))
    assert code == 5
    assert "public/index.html: removed" in told(err)
    assert toyville("publish", *at(published), "--rebuild")[0] == 0
    assert toyville("publish", *at(published))[:2] == (
        0,
        f"2026Q3 is already public as v1: {published.root / 'public'}\n",
    )


def test_another_run_is_refused_with_7(toyville: Run, signed: Store) -> None:  # noqa: F811
    with signed.lock():
        code, _, err = toyville("publish", *at(signed))
    assert code == 7
    assert "another run" in told(err) or "expected no other run" in told(err)


@pytest.mark.parametrize("quarter", ["../2026Q3", "2026Q5", "2026q3", "", "latest", "2026Q3/../../x"])
def test_a_quarter_that_is_none_is_refused_with_2(toyville: Run, tmp_path: Path, quarter: str) -> None:
    code, _, err = toyville("publish", quarter, "--data-dir", tmp_path / "data")
    assert code == 2
    assert "quarter" in told(err)
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_a_correction_is_asked_for_told_and_kept(
    toyville: Run,
    published: Store,  # noqa: F811
    toy: Settings,  # noqa: F811
) -> None:
    sign_anew(published, toy, "corrected")
    code, _, err = toyville("publish", *at(published))
    assert code == 2
    assert "--correction: expected what is corrected" in told(err)
    words = " Seven robberies,\n not six.\u202e "
    code, _, err = toyville("publish", *at(published), "--correction", words)
    assert code == 2 and "paragraphs" in told(err)
    words = words.replace("\n", "")
    code, out, _ = toyville("publish", *at(published), "--correction", words)
    assert code == 0 and out.startswith("2026Q3 is public as v2")
    # The same command again finishes what a killed run left, and is no error.
    code, out, _ = toyville("publish", *at(published), "--correction", words)
    assert code == 0 and out.startswith("2026Q3 is already public as v2")
    assert b'"Seven robberies, not six."' in served(published.root)["2026Q3/v2/release.json"]
    code, _, err = toyville("publish", *at(published), "--correction", "x" * 1001)
    assert code == 2 and "at most 1000 characters" in told(err)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ("", {})),
        (["A name stood in it."], ("A name stood in it.", {})),
        (["A name.", "ar=ورد اسم."], ("A name.", {"ar": "ورد اسم."})),
        (["AR=  ورد اسم.", "en=A = B."], ("A = B.", {"ar": "ورد اسم."})),
        (["1=2 is wrong.", "ar= "], ("1=2 is wrong.", {})),
    ],
)
def test_a_text_is_in_the_first_language_or_in_the_one_it_names(
    toy: Settings,  # noqa: F811
    given: list[str],
    expected: tuple[str, dict[str, str]],
) -> None:
    assert read_told(toy, given, "--reason") == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["A name.", "sp=Un nombre."], "expected TAG=text with one of en, ar, got 'sp=Un nombre.'"),
        (["A name.", "A number."], "expected one text in each language, got two for en"),
        (["ar=ورد اسم."], "expected it in en too"),
        (["A name.", "ar=" + "x" * 1001], "--reason ar: expected at most 1000 characters"),
    ],
)
def test_texts_that_fit_no_language_are_refused(toy: Settings, given: list[str], message: str) -> None:  # noqa: F811
    from district_reports.errors import ConfigError, RuleError

    with pytest.raises((ConfigError, RuleError), match=message):
        read_told(toy, given, "--reason")


@pytest.mark.slow
def test_a_correction_is_kept_in_each_language_it_is_given_in(
    toyville: Run,
    published: Store,  # noqa: F811
    toy: Settings,  # noqa: F811
) -> None:
    sign_anew(published, toy, "corrected")
    words = ("--correction", "Seven, not six.", "--correction", "ar=سبعة لا ستة.")
    assert toyville("publish", *at(published), *words)[0] == 0
    release = json.loads(served(published.root)["2026Q3/v2/release.json"])
    assert (release["correction"], release["correction_translations"]) == ("Seven, not six.", {"ar": "سبعة لا ستة."})
    # Again, the same words finish; others are no longer asked for.
    assert toyville("publish", *at(published), *words)[0] == 0
    assert toyville("publish", *at(published), *words[:2])[0] == 2


@pytest.mark.slow
def test_a_withdrawal_is_told_and_needs_a_reason(toyville: Run, published: Store) -> None:  # noqa: F811
    code, _, err = toyville("withdraw", *at(published), "v1", "--reason", "  ")
    assert code == 2 and "--reason: expected why" in told(err)
    code, _, err = toyville("withdraw", *at(published), "v2", "--reason", "A name.")
    assert code == 2 and "there is 2026Q3 v1" in told(err)
    (published.root / "public" / "ad.html").write_bytes(b"buy")
    code, out, _ = toyville("withdraw", *at(published), "v1", "--reason", "A name stood in it.")
    assert (code, out) == (
        0,
        "changed by hand, and built anew: public/ad.html: added\n2026Q3 v1 is withdrawn\n",
    )
    assert toyville("withdraw", *at(published), "v1", "--reason", "Again.")[:2] == (
        0,
        "2026Q3 v1 is withdrawn already\n",
    )
    code, _, err = toyville("publish", *at(published))
    assert code == 5 and "these reports were withdrawn (A name stood in it.)" in told(err)


@pytest.mark.parametrize("text", ["", "v", "v0", "0", "-1", "v1.0", "one", "v٣", "../v1", "v99999"])
def test_a_version_that_is_none_is_refused(text: str) -> None:
    from district_reports.errors import ConfigError

    with pytest.raises(ConfigError, match="version: expected one such as v1"):
        parse_version(text)


def test_a_version_may_be_written_with_or_without_its_letter() -> None:
    assert (parse_version("v2"), parse_version("17")) == (2, 17)


# As any web server shows it


@contextmanager
def serving(folder: Path) -> Iterator[HTTPConnection]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        connection = HTTPConnection("127.0.0.1", server.server_address[1])
        yield connection
        connection.close()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask(connection: HTTPConnection, path: str) -> tuple[int, bytes]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_a_static_server_shows_the_tree(published: Store) -> None:  # noqa: F811
    with serving(published.root / "public") as connection:
        for path, data in served(published.root).items():
            if "/city/" in path or path.count("/") < 3:
                assert ask(connection, f"/{path}") == (200, data)
        assert ask(connection, "/2026Q3/latest/N/en/report.html")[1].decode() == contents_of()["N/en/report.html"]


@pytest.mark.parametrize(
    "path",
    [
        "/../about.json",
        "/../../records.sqlite3",
        "/%2e%2e/records.sqlite3",
        "/..%2frecords.sqlite3",
        "/2026Q3/latest/../../../../records.sqlite3",
        "/2026Q3/latest/..%2f..%2f..%2f..%2frecords.sqlite3",
        "/2026Q3/v1/.new/x",
        "/published/versions",
        "/....//records.sqlite3",
    ],
)
def test_nothing_outside_can_be_asked_for(published: Store, path: str) -> None:  # noqa: F811
    with serving(published.root / "public") as connection:
        status, data = ask(connection, path)
    assert status in (301, 400, 404)
    assert b"SQLite" not in data and b"toyville.example" not in data


def test_no_link_of_the_tree_leads_out_of_it(published: Store) -> None:  # noqa: F811
    public = (published.root / "public").resolve()
    links = [path for path in public.rglob("*") if path.is_symlink()]
    assert [path.relative_to(public).as_posix() for path in links] == ["2026Q3/latest"]
    assert all(path.resolve().is_relative_to(public) for path in links)
