"""Answers no portal should give: each ends with an error of ours that says what came."""

import gzip
import json
import time
from datetime import date
from typing import Any

import pytest

from district_reports.errors import FetchError, SchemaDriftError
from district_reports.sources import http
from district_reports.sources.socrata import SocrataPortal
from tests.faults.scripted import Answer, Scripted, answer
from tests.faults.town import FAST, HASTY, SOURCE, TYPES, told

COLUMNS = [{"fieldName": name, "dataTypeName": kind} for name, kind in TYPES.items()]
GOOD = json.dumps({"name": "Events", "rowsUpdatedAt": 1_700_000_000, "columns": COLUMNS}).encode()


def client(server: Scripted, token: str = "", **patience: Any) -> SocrataPortal:
    return SocrataPortal(server.url, token, patience=HASTY.__class__(**{**vars(HASTY), **patience}))


STRANGE: dict[str, tuple[Answer, str]] = {
    "nothing": ([b""], "dropped|broke off"),
    "not HTTP": (b"hello\r\n\r\n", "dropped|broke off"),
    "a body shorter than it says": (answer(GOOD)[:-20], "broke off"),
    "a body cut without a length": (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + GOOD[:50], "JSON"),
    "an empty body": (answer(b""), "another kind of answer"),
    "no content type": (answer(GOOD).replace(b"Content-Type", b"X-Type"), "no JSON"),
    "a content type of another sort": (answer(GOOD, "image/png"), "no JSON"),
    "a list": (answer(b"[]"), "another kind of answer than the dict"),
    "a number": (answer(b"7"), "another kind of answer"),
    "no UTF-8": (answer(b'{"name": "\xff\xfe"}'), "JSON|rowsUpdatedAt"),
    "broken compression": (answer(b"no gzip", "application/json", "Content-Encoding: gzip"), "compression is broken"),
    "cut compression": (
        answer(gzip.compress(GOOD)[:-30], "application/json", "Content-Encoding: gzip"),
        "JSON|compression|broke off",
    ),
    "no time of change": (answer(b'{"columns": []}'), "rowsUpdatedAt"),
    "a time that cannot be": (answer(b'{"rowsUpdatedAt": 1e300, "columns": []}'), "rowsUpdatedAt"),
    "columns that are none": (answer(b'{"rowsUpdatedAt": 1, "columns": [7]}'), "rowsUpdatedAt and columns"),
    "a refusal in HTML": (answer(b"<html>no</html>", "text/html", status="418 I'm a teapot"), "418"),
}


@pytest.mark.parametrize(("script", "words"), STRANGE.values(), ids=STRANGE.keys())
def test_strange_metadata_is_an_error_of_ours(script: Answer, words: str) -> None:
    with Scripted(script) as server, pytest.raises(FetchError, match=words):
        client(server, attempts=2).fetch_metadata(SOURCE)


def test_headers_that_trickle_end_at_the_deadline() -> None:
    slow = [b"HTTP/1.1 200 OK\r\n", *[piece for n in range(100) for piece in (f"X-{n}: 1\r\n".encode(), 0.1)]]
    began = time.monotonic()
    with Scripted(slow) as server, pytest.raises(FetchError, match="no whole answer within 0.6 s"):
        client(server, attempts=1).fetch_metadata(SOURCE)
    assert time.monotonic() - began < 5


def test_one_good_answer_after_strange_ones_is_enough() -> None:
    with Scripted([b""], answer(b"7"), answer(GOOD)) as server:
        assert client(server).fetch_metadata(SOURCE).name == "Events"


def test_a_redirect_is_refused_and_the_token_goes_nowhere() -> None:
    with Scripted(answer(GOOD)) as elsewhere:
        moved = answer(b"", "text/plain", f"Location: {elsewhere.url}/api?t=s3cret", status="301 Moved")
        with Scripted(moved) as server, pytest.raises(FetchError, match="301.*moved to") as caught:
            client(server, "s3cret").fetch_metadata(SOURCE)
        assert elsewhere.heads == []
    assert "s3cret" not in "".join(told(caught.value))


def test_a_portal_that_echoes_the_token_does_not_bring_it_into_the_message() -> None:
    echo = answer(b'{"code": "x", "message": "token s3cret is bad"}', status="400 Bad Request")
    with Scripted(echo) as server, pytest.raises(FetchError, match=r"token \[app token\] is bad") as caught:
        client(server, "s3cret").fetch_metadata(SOURCE)
    assert "s3cret" not in "".join(told(caught.value))


def test_a_refused_token_still_gives_a_clear_error_if_the_portal_needs_one() -> None:
    body = b'{"message": "You must be logged in to access this resource", "error": true}'
    with Scripted(answer(body, status="403 Forbidden")) as server, pytest.raises(FetchError, match="403 You must be"):
        client(server, "s3cret").fetch_metadata(SOURCE)
    assert [b"X-App-Token: s3cret" in head for head in server.heads] == [True, False]


def test_a_body_without_end_is_cut_at_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY_BYTES", 10_000)
    endless: Answer = [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", *[b" " * 4096] * 100]
    with Scripted(endless) as server, pytest.raises(FetchError, match="far too long"):
        client(server, attempts=1).fetch_metadata(SOURCE)


def test_a_bomb_of_compression_is_cut_at_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY_BYTES", 10_000)
    bomb = answer(gzip.compress(b" " * 10_000_000), "application/json", "Content-Encoding: gzip")
    with Scripted(bomb) as server, pytest.raises(FetchError, match="far too long"):
        client(server, attempts=1).fetch_metadata(SOURCE)


def test_a_closed_port_is_an_error_that_names_the_host() -> None:
    with Scripted(b"") as server:
        url = server.url
    with pytest.raises(FetchError, match=r"127\.0\.0\.1.*connection that failed"):
        SocrataPortal(url, patience=FAST).fetch_metadata(SOURCE)


GROUPS: dict[str, bytes] = {
    "a month outside": b'[{"m": "2023-01-01T00:00:00.000", "n": "1", "u": "x", "h": "5"}]',
    "a month twice": b'[{"m": "2024-01-01T00:00:00.000", "n": "1", "h": "5"},{"m": "2024-01", "n": "1", "h": "5"}]',
    "no count": b'[{"m": "2024-01-01T00:00:00.000", "h": "5"}]',
    "a count that is none": b'[{"m": "2024-01-01T00:00:00.000", "n": "many", "h": "5"}]',
    "no sum": b'[{"m": "2024-01-01T00:00:00.000", "n": "3"}]',
    "a sum that is none": b'[{"m": "2024-01-01T00:00:00.000", "n": "3", "h": "NaN"}]',
    "no rows": b"[1, 2]",
}


@pytest.mark.parametrize("body", GROUPS.values(), ids=GROUPS.keys())
def test_strange_fingerprints_are_an_error_of_ours(body: bytes) -> None:
    with Scripted(answer(body)) as server, pytest.raises(FetchError, match="fingerprints from 2024-01-01"):
        client(server).fetch_fingerprints(SOURCE, date(2024, 1, 1), date(2024, 3, 1))


def test_a_sum_in_powers_of_ten_is_the_same_sum() -> None:
    body = b'[{"m": "2024-01-01T00:00:00.000", "n": "2", "u": "x", "h": "2.5E+3"}]'
    with Scripted(answer(body)) as server:
        found = client(server).fetch_fingerprints(SOURCE, date(2024, 1, 1), date(2024, 2, 1))
    assert found["2024-01"].key_sum == "2500"


GROUP = answer(b'[{"m": "2024-01-01T00:00:00.000", "n": "1", "u": "x", "h": "5"}]')
ROW = '[{"nr": "5", "happened": "2024-01-05T10:00:00.000", "kind": "X", "caught": true}]'
CSV: dict[str, tuple[bytes, str]] = {
    "other columns": (b'"nr","name"\n"5","X"\n', "expected the columns nr, happened, kind, note, caught, got nr,name"),
    "columns in another order": (b'"happened","nr","kind","note","caught"\n', "expected the columns"),
}


@pytest.mark.parametrize(("body", "words"), CSV.values(), ids=CSV.keys())
def test_csv_of_other_columns_is_drift(body: bytes, words: str) -> None:
    with Scripted(GROUP, answer(body, "text/csv")) as server, pytest.raises(SchemaDriftError, match=words):
        client(server).fetch_month(SOURCE, date(2024, 1, 1))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'"nr","happ',
        b"<html>sorry</html>",
        b'"nr","happened","kind","note","caught"\n"5","\xff\xfe","X",,"true"\n',
    ],
    ids=["empty", "cut in its first line", "HTML that says it is CSV", "no UTF-8"],
)
def test_csv_that_is_none_is_read_in_pages(body: bytes) -> None:
    broken = answer(body, "text/csv")
    with Scripted(GROUP, broken, broken, answer(ROW.encode()), answer(b"[]")) as server:
        table = client(server).fetch_month(SOURCE, date(2024, 1, 1))
    assert table.column("event_id").to_pylist() == [5]


def test_headers_of_other_fields_are_drift() -> None:
    csv = answer(b"", "text/csv", 'X-SODA2-Fields: ["nr", "block"]', 'X-SODA2-Types: ["number", "text"]')
    with (
        Scripted(GROUP, csv) as server,
        pytest.raises(SchemaDriftError, match="expected the fields nr, .*got nr, block"),
    ):
        client(server).fetch_month(SOURCE, date(2024, 1, 1))
