"""What is asked, how often, with which token, and what never leaves or arrives."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from district_reports.errors import FetchError
from tests.faults.town import (
    DATASET,
    FAST,
    HOSTILE,
    SOURCE,
    TYPES,
    files_of,
    kept_rows,
    open_portal,
    pull,
    served_rows,
    told,
)
from tests.portal import Fault, Portal

QUARTER_START, QUARTER_END = date(2024, 1, 1), date(2024, 4, 1)
DECLARED = {column.field for column in SOURCE.columns.values()}


@pytest.mark.parametrize("csv_fails", [False, True], ids=["streams", "pages"])
def test_no_undeclared_column_and_no_star_is_ever_asked_for(portal: Portal, tmp_path: Path, csv_fails: bool) -> None:
    if csv_fails:
        portal.faults.add(Fault(kind="cut_csv", times=None))
    pull(portal, tmp_path)
    resources = [record for record in portal.requests if record.form != "views"]
    rows = [record for record in resources if record.target == "rows"]
    assert rows
    for record in rows:
        assert record.params["$select"] == ", ".join(column.field for column in SOURCE.columns.values())
        assert record.params["$order"] == "nr"
        assert int(record.params["$limit"]) > 0
    for record in resources:
        text = " ".join(record.params.values())
        assert "*" not in text.replace("count(*)", "")
        assert not [field for field in set(TYPES) - DECLARED if field in text]


def test_an_undeclared_column_is_nowhere_in_the_store(portal: Portal, tmp_path: Path) -> None:
    pull(portal, tmp_path)
    assert not [name for name, data in files_of(tmp_path).items() if b"secret_address" in data or b"1 Main St" in data]


def test_hostile_text_arrives_as_it_is(portal: Portal, tmp_path: Path) -> None:
    rows = kept_rows(tmp_path, pull(portal, tmp_path).snapshot)
    assert {row["remark"] for row in rows} == {None, "", *HOSTILE}
    assert rows == served_rows(portal)


def test_hostile_text_arrives_in_pages_too(portal: Portal, tmp_path: Path) -> None:
    portal.faults.add(Fault(kind="cut_csv", times=None))
    rows = kept_rows(tmp_path, pull(portal, tmp_path).snapshot)
    assert rows == served_rows(portal)


def test_the_token_is_sent_when_there_is_one(portal: Portal, tmp_path: Path) -> None:
    portal.tokens = frozenset({"good"})
    result = pull(portal, tmp_path, token="good")
    assert {record.headers.get("x-app-token") for record in portal.requests} == {"good"}
    assert not result.remarks


def test_without_a_token_none_is_sent(portal: Portal, tmp_path: Path) -> None:
    pull(portal, tmp_path)
    assert {record.headers.get("x-app-token") for record in portal.requests} == {None}


def test_a_refused_token_is_told_and_not_used_again(portal: Portal, tmp_path: Path) -> None:
    portal.tokens = frozenset({"good"})
    result = pull(portal, tmp_path, token="s3cret-t0ken")
    assert [record.headers.get("x-app-token") for record in portal.requests[:2]] == ["s3cret-t0ken", None]
    assert {record.headers.get("x-app-token") for record in portal.requests[1:]} == {None}
    assert [(remark.check_id, remark.passed, remark.required) for remark in result.remarks] == [
        ("app_token", False, False)
    ]
    assert "s3cret" not in str(result.remarks)
    assert kept_rows(tmp_path, result.snapshot) == served_rows(portal)


def test_a_token_refused_in_the_middle_does_not_end_the_pull(portal: Portal, tmp_path: Path) -> None:
    portal.faults.add(Fault(kind="wrong_token", skip=3))
    result = pull(portal, tmp_path, token="revoked")
    assert kept_rows(tmp_path, result.snapshot) == served_rows(portal)


def test_a_refusal_that_is_not_the_tokens_is_an_error_that_hides_the_token(portal: Portal, tmp_path: Path) -> None:
    portal.faults.add(Fault(kind="status", status=403, body="json", times=None))
    with pytest.raises(FetchError, match="403") as caught:
        pull(portal, tmp_path, token="s3cret-t0ken")
    assert "s3cret" not in "".join(told(caught.value))


def test_retry_after_is_honoured_and_capped(portal: Portal) -> None:
    naps: list[float] = []
    client = open_portal(portal, FAST.__class__(attempts=4, longest_retry_after=50), naps=naps)
    portal.faults.add(Fault(kind="throttle", retry_after=7))
    portal.faults.add(Fault(kind="throttle", retry_after=3600))
    portal.faults.add(Fault(kind="throttle", retry_after=datetime.now(UTC) + timedelta(seconds=30)))
    client.fetch_metadata(SOURCE)
    assert naps[:2] == [7, 50]
    assert 20 < naps[2] <= 31


def test_waits_grow_without_a_word_from_the_portal(portal: Portal) -> None:
    naps: list[float] = []
    client = open_portal(portal, FAST.__class__(attempts=5, first_wait=1, longest_wait=3), naps=naps)
    portal.faults.add(Fault(kind="status", status=500, times=4))
    client.fetch_metadata(SOURCE)
    assert naps == [1, 2, 3, 3]
    assert client.requests == 5


def test_one_connection_is_kept_alive(portal: Portal) -> None:
    client = open_portal(portal)
    client.fetch_metadata(SOURCE)
    months = client.fetch_fingerprints(SOURCE, QUARTER_START, QUARTER_END)
    for month in months:
        client.fetch_month(SOURCE, QUARTER_START.replace(month=int(month[5:])))
    pools = client._asking.adapter.poolmanager.pools
    assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118 - no mapping
    assert client.requests == len(portal.requests) == 5


def test_compressed_answers_are_read(tmp_path: Path) -> None:
    from tests.faults.town import serve

    with Portal(gzip=True) as portal:
        serve(portal)
        assert kept_rows(tmp_path, pull(portal, tmp_path).snapshot) == served_rows(portal)
        portal.update_rows(DATASET, "kind = 'NEW'")
        portal.faults.add(Fault(kind="drop", after_bytes=300))
        assert kept_rows(tmp_path, pull(portal, tmp_path).snapshot) == served_rows(portal)
