"""Police stations: name, address and telephone of each district's station.

Publisher: Chicago Police Department, "Police Stations"; updated rarely. Traps: the district comes without its
leading zeros ("1"), and one row is "Headquarters", which is no district. Telephone numbers are those of the
list, not checked by anybody: the report prints the config file's, which says whether a person rang.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from district_reports.place_ids import pad_id


def tidy_stations(raw_stations: pa.Table, district_ids: Sequence[str]) -> pa.Table:
    """Return the stations of the city's districts, with padded ids, in the districts' order.

    Args:
        raw_stations: As kept in the store; key `district_id`.
        district_ids: Ids of the city's districts.

    Returns:
        The same columns; rows that belong to none of the districts are left out.
    """
    padded = [pad_id(raw, district_ids) for raw in raw_stations.column("district_id").to_pylist()]
    rows = {district_id: at for at, district_id in enumerate(padded) if district_id in set(district_ids)}
    kept = [district_id for district_id in district_ids if district_id in rows]
    table = raw_stations.take(pa.array([rows[district_id] for district_id in kept], pa.int64()))
    at = table.schema.get_field_index("district_id")
    return table.set_column(at, table.schema.field(at), pa.array(kept, pa.string()))
