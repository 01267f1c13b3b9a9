from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pyarrow as pa
import pytest
import requests

from tests.portal import Fault, Portal
from tests.portal.chicago import CRIMES, serve_small_crimes
from tests.unit.portal.conftest import ROWS, Get, asking

VIEW = f"/api/views/{CRIMES}.json"


# Only the mutations change rows, and they bring their own portal; the others share one.
@pytest.fixture
def portal(shared: Portal) -> Iterator[Portal]:
    shared.reset_log()
    yield shared
    shared.faults.clear()


@pytest.fixture
def crimes(made_crimes: pa.Table) -> pa.Table:
    return made_crimes


def cells(reply: requests.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(reply.text, newline="")))[1:]


@pytest.mark.parametrize(
    ("retry_after", "header"),
    [(None, None), (7, "7"), (datetime(2026, 7, 16, 17, 40, 22, tzinfo=UTC), "Thu, 16 Jul 2026 17:40:22 GMT")],
)
def test_throttle(get: Get, portal: Portal, crimes: pa.Table, retry_after: Any, header: str | None) -> None:
    portal.faults.add(Fault(kind="throttle", retry_after=retry_after))

    reply = get()

    assert (reply.status_code, reply.headers.get("Retry-After")) == (429, header)
    assert get().status_code == 200


@pytest.mark.parametrize("status", [500, 502, 503])
def test_status_with_a_page_or_with_json(get: Get, portal: Portal, crimes: pa.Table, status: int) -> None:
    portal.faults.add(Fault(kind="status", status=status))
    portal.faults.add(Fault(kind="status", status=status, body="json"))

    page, payload = get(), get()

    assert (page.status_code, payload.status_code) == (status, status)
    assert page.text.startswith("<!DOCTYPE html>")
    assert payload.json()["error"] is True


def test_processing_is_a_202_with_an_object(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="processing"))

    reply = get()

    assert reply.status_code == 202
    assert isinstance(reply.json(), dict)


def test_html_is_a_page_with_status_200(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="html"))

    reply = get()

    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/html;charset=utf-8")
    assert "<html>" in reply.text


def test_wrong_token_strikes_only_requests_with_a_token(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="wrong_token", times=None))

    assert get(headers={"X-App-Token": "any"}).status_code == 403
    assert get().status_code == 200


def test_unknown_column(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="unknown_column", column="district"))

    reply = get(select="district")

    assert (reply.status_code, reply.json()["errorCode"]) == (400, "query.soql.no-such-column")
    assert reply.json()["data"]["column"] == "district"


@pytest.mark.parametrize("form", ["csv", "json"])
def test_drop_breaks_the_connection(get: Get, portal: Portal, crimes: pa.Table, form: str) -> None:
    portal.faults.add(Fault(kind="drop", after_bytes=5000))
    received = b""

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        received = get(form, limit=ROWS).content

    assert received == b""
    assert get(form, limit=ROWS).status_code == 200


def test_drop_sends_the_bytes_before_it(portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="drop", after_bytes=5000))
    received = bytearray()

    with (
        requests.get(f"{portal.url}/resource/{CRIMES}.csv", stream=True, timeout=10) as reply,
        pytest.raises(requests.exceptions.ChunkedEncodingError),
    ):
        for part in reply.iter_content(500):
            received += part

    assert 4500 <= len(received) <= 5000


def test_drop_of_metadata_falls_short_of_its_length(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="drop", on="metadata", after_bytes=100))

    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        get(path=VIEW)


def test_cut_json_ends_inside_a_row_and_says_it_is_complete(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="cut_json"))

    reply = get()

    assert int(reply.headers["Content-Length"]) == len(reply.content)
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.text)


def test_cut_csv_ends_early_at_the_end_of_a_row(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="cut_csv", after_rows=123))

    assert len(cells(get("csv", limit=ROWS))) == 123
    assert len(cells(get("csv", limit=ROWS))) == ROWS


def test_cut_csv_ends_early_inside_a_row(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="cut_csv", mid_row=True))

    text = get("csv", limit=ROWS).text

    assert not text.endswith("\n")
    assert text.count("\n") == 1 + ROWS // 2


@pytest.mark.parametrize("form", ["csv", "json"])
def test_short_page_is_whole_but_too_short(get: Get, portal: Portal, crimes: pa.Table, form: str) -> None:
    portal.faults.add(Fault(kind="short_page", after_rows=10))

    reply = get(form, limit=50)

    assert len(reply.json() if form == "json" else cells(reply)) == 10
    assert portal.requests[0].rows == 10


def test_a_page_can_be_short_of_everything(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="short_page", after_rows=0))

    assert get().json() == []


def test_trickle_sends_single_bytes_and_never_ends(portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="trickle", interval=0.01, seconds=0.3))
    start, received = monotonic(), bytearray()

    # Each read is answered within the timeout, so only a deadline of the client's own would end this.
    with (
        requests.get(f"{portal.url}/resource/{CRIMES}.json", stream=True, timeout=2) as reply,
        pytest.raises(requests.exceptions.ChunkedEncodingError),
    ):
        for part in reply.iter_content(1):
            received += part

    assert monotonic() - start >= 0.2
    assert 2 < len(received) < 60


def test_hang_outlasts_a_timeout_and_answers_the_patient(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="hang", seconds=0.2, times=2))

    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(f"{portal.url}{VIEW}", timeout=0.05)
    start = monotonic()
    assert get(path=VIEW).status_code == 200
    assert monotonic() - start >= 0.2


def test_stopping_does_not_wait_for_a_hang(crimes: pa.Table) -> None:
    with Portal() as portal:
        portal.faults.add(Fault(kind="hang", seconds=60))
        with pytest.raises(requests.exceptions.ReadTimeout):
            requests.get(f"{portal.url}/", timeout=0.05)
        start = monotonic()

    assert monotonic() - start < 1


@pytest.mark.parametrize("after_rows", [None, 5, 100_000])
def test_mutate_midway_changes_rows_behind_an_open_reply(after_rows: int | None) -> None:
    def mutate(portal: Portal) -> None:
        portal.delete_rows(CRIMES, "district = '007'")

    with Portal() as portal, asking(portal) as get:
        serve_small_crimes(portal, rows_per_quarter=ROWS // 2)
        portal.faults.add(Fault(kind="mutate_midway", after_rows=after_rows, action=mutate))
        before = get(path=VIEW).json()["rowsUpdatedAt"]

        assert get(select="count(*) as n").json() == [{"n": str(ROWS)}]
        assert len(get("json", limit=ROWS).json()) == ROWS
        assert int(get(select="count(*) as n").json()[0]["n"]) < ROWS
        assert get(path=VIEW).json()["rowsUpdatedAt"] > before


def test_duplicate_rows_keep_the_count(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="duplicate_rows", repeated=20))

    seen = Counter(row["id"] for row in get(order="id", limit=ROWS).json())

    assert seen.total() == ROWS
    assert sum(times == 2 for times in seen.values()) == 20
    assert len(seen) == ROWS - 20


def test_wrong_types_in_header_and_values(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="wrong_types", column="district", new_type="number"))

    reply = get(select="id,district", limit=5)

    assert json.loads(reply.headers["X-SODA2-Types"]) == ["number", "number"]
    assert all(not row["district"].startswith("0") for row in reply.json())


def test_wrong_types_in_one_of_the_two(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="wrong_types", column="id", value="n/a", in_header=False))
    portal.faults.add(Fault(kind="wrong_types", column="id", in_values=False))

    values, header = get(select="id", limit=2), get(select="id", limit=2)

    assert (json.loads(values.headers["X-SODA2-Types"]), values.json()) == (["number"], [{"id": "n/a"}] * 2)
    assert json.loads(header.headers["X-SODA2-Types"]) == ["text"]
    assert all(row["id"].isdigit() for row in header.json())


def test_metadata_can_lack_rename_and_retype_a_column(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="drop_column", column="district"))
    portal.faults.add(Fault(kind="rename_column", column="district", new_name="police_district"))
    portal.faults.add(Fault(kind="type_change", column="district", new_type="number"))

    dropped, renamed, retyped, well = (
        {column["fieldName"]: column["dataTypeName"] for column in get(path=VIEW).json()["columns"]} for _ in range(4)
    )

    assert dropped == {name: kind for name, kind in well.items() if name != "district"}
    assert renamed == {**dropped, "police_district": "text"}
    assert retyped == {**well, "district": "number"}
