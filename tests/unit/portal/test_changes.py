from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from tests.portal import Portal
from tests.portal.chicago import CRIMES
from tests.unit.portal.conftest import ROWS, Get

FIRST = 11_000_000


def updated_at(get: Get) -> int:
    return int(get(path=f"/api/views/{CRIMES}.json").json()["rowsUpdatedAt"])


def touched_at(get: Get, crime_id: int = FIRST) -> str:
    return str(get(select=":updated_at as u", where=f"id = {crime_id}").json()[0]["u"])


def count(get: Get) -> int:
    return int(get(select="count(*) as n").json()[0]["n"])


def test_an_update_moves_the_row_and_the_dataset(get: Get, portal: Portal, crimes: pa.Table) -> None:
    before, row_before, other = updated_at(get), touched_at(get), touched_at(get, FIRST + 3)

    assert portal.update_rows(CRIMES, "district = '012'", f"id = {FIRST}") == 1

    assert get(select="district", where=f"id = {FIRST}").json() == [{"district": "012"}]
    assert updated_at(get) > before
    assert touched_at(get) > row_before
    assert touched_at(get, FIRST + 3) == other


def test_an_update_can_leave_the_dataset_or_the_rows_alone(get: Get, portal: Portal, crimes: pa.Table) -> None:
    before, row_before = updated_at(get), touched_at(get)

    portal.update_rows(CRIMES, "ward = 9", f"id = {FIRST}", bump_dataset=False, bump_rows=False)
    assert (updated_at(get), touched_at(get)) == (before, row_before)

    portal.update_rows(CRIMES, "ward = 9", f"id = {FIRST}", bump_dataset=False)
    assert updated_at(get) == before
    assert touched_at(get) > row_before


def test_a_touch_moves_the_dataset_alone(get: Get, portal: Portal, crimes: pa.Table) -> None:
    moment, row_before = datetime(2030, 1, 2, tzinfo=UTC), touched_at(get)

    portal.touch(CRIMES, at=moment)

    assert (updated_at(get), touched_at(get)) == (int(moment.timestamp()), row_before)


def test_deletes_and_inserts_change_the_count(get: Get, portal: Portal, crimes: pa.Table) -> None:
    assert portal.delete_rows(CRIMES, f"id <= {FIRST + 3}") == 2
    assert count(get) == ROWS - 2

    row = {"id": 5, "arrest": True, "date": datetime(2018, 8, 1, 3, tzinfo=UTC).replace(tzinfo=None), "block": "A"}
    assert portal.insert_rows(CRIMES, [row, {"id": 6}]) == 2
    assert count(get) == ROWS
    assert get(where="id = 5").json() == [
        {"id": "5", "date": "2018-08-01T03:00:00.000", "block": "A", "arrest": True},
    ]
    assert len({row[":id"] for row in get(select=":id", limit=ROWS).json()}) == ROWS


def test_limit_is_1000_unless_given(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.insert_rows(CRIMES, [{"id": number} for number in range(200)])

    assert len(get().json()) == 1000
    assert len(get(limit=100_000).json()) == ROWS + 200


def test_an_insert_of_an_unknown_column_is_refused(portal: Portal, crimes: pa.Table) -> None:
    with pytest.raises(ValueError, match="nowhere"):
        portal.insert_rows(CRIMES, [{"nowhere": 1}])


def test_a_full_replace_gives_new_row_ids(get: Get, portal: Portal, crimes: pa.Table) -> None:
    before = {row[":id"] for row in get(select=":id", limit=ROWS).json()}

    assert portal.remint_ids(CRIMES) == ROWS

    after = {row[":id"] for row in get(select=":id", limit=ROWS).json()}
    assert len(after) == ROWS
    assert not before & after


def test_a_dataset_can_be_replaced_while_it_is_served(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.add_table(CRIMES, pa.table({"id": ["1"]}), {"id": "number"})

    assert get().json() == [{"id": "1"}]


@pytest.mark.parametrize("moment", [datetime(2026, 1, 1), datetime(2026, 1, 1, 5)])  # noqa: DTZ001
def test_a_time_without_zone_is_refused(portal: Portal, moment: datetime) -> None:
    with pytest.raises(ValueError, match="zone"):
        portal.add_table(CRIMES, pa.table({"id": ["1"]}), {"id": "number"}, rows_updated_at=moment)


def test_an_unknown_type_is_refused(portal: Portal) -> None:
    with pytest.raises(ValueError, match="blob"):
        portal.add_table(CRIMES, pa.table({"id": ["1"]}), {"id": "blob"})
