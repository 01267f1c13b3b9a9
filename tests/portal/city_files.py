"""Chicago's other files on the portal: made by SQL in any size, beside the crimes, or real ones given as arguments.

The same arguments give the same rows. What is made has the publisher's column names, those we must never ask for among
them, and the oddities that matter: unpadded and missing districts, values nobody documented, open and duplicate rows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.portal.chicago import CRIMES
from tests.portal.dataset import text_literal
from tests.portal.portal import Portal

ARRESTS = "dpt3-jri9"
VICTIMS = "gumc-mgzr"
COMPLAINTS = "mft5-nfa8"
REQUESTS = "v6vf-nfxy"
SENTIMENT = "28me-84fj"
COMMUNITIES = "igwz-8jzy"

NAME_COLUMNS = ("homicide_victim_first_name", "homicide_victim_mi", "homicide_victim_last_name")
"""Of the victims: to be asked for by nobody."""
_UNPADDED = [str(number) for number in range(1, 26) if number not in (13, 21, 23)]

_ARREST_TYPES = {
    "cb_no": "text",
    "case_number": "text",
    "arrest_date": "calendar_date",
    "race": "text",
    "charge_1_statute": "text",
    "charges_type": "text",
}
_VICTIM_TYPES = {
    "case_number": "text",
    "date": "calendar_date",
    "block": "text",
    "victimization_primary": "text",
    "gunshot_injury_i": "text",
    "unique_id": "text",
    "district": "text",
    "age": "text",
    "sex": "text",
    "race": "text",
    "victimization_fbi_cd": "text",
    **dict.fromkeys(NAME_COLUMNS, "text"),
}
_COMPLAINT_TYPES = {
    "log_no": "text",
    "complaint_date": "calendar_date",
    "assignment": "text",
    "case_type": "text",
    "current_status": "text",
    "current_category": "text",
    "finding_code": "text",
    "police_shooting": "text",
    "beat": "text",
    "race_of_complainants": "text",
    "sex_of_involved_officers": "text",
}
_REQUEST_TYPES = {
    "sr_number": "text",
    "sr_type": "text",
    "status": "text",
    "created_date": "calendar_date",
    "closed_date": "calendar_date",
    "street_address": "text",
    "duplicate": "checkbox",
    "police_district": "text",
    "latitude": "number",
}
_SENTIMENT_TYPES = {
    "org_level": "text",
    "city": "text",
    "area": "text",
    "district": "text",
    "sector": "text",
    "safety": "number",
    "s_sex_female": "number",
    "trust": "number",
    "start_date": "calendar_date",
    "end_date": "calendar_date",
}


def serve_arrests(portal: Portal, rows: int = 300) -> None:
    """Publish arrests: most have the case number of a crime on the portal, a few of none, a few have no number.

    Args:
        portal: Where to publish; the crimes must be there.
        rows: Arrests.
    """
    lag = "CAST(floor(-20 * ln((1 + hash(id, 'lag') % 1000) / 1001.0)) AS INTEGER)"
    sql = f"""
        SELECT CAST(10000000 + row_number() OVER (ORDER BY hash(id, 'order')) AS VARCHAR) AS cb_no,
            CASE hash(id, 'case') % 50 WHEN 0 THEN NULL WHEN 1 THEN 'ZZ' || CAST(id AS BIGINT) ELSE case_number END
                AS case_number,
            date + to_days({lag}) AS arrest_date, 'BLACK' AS race, '720 ILCS 5.0/12-3' AS charge_1_statute,
            'M' AS charges_type
        FROM "{CRIMES}" ORDER BY hash(id, 'order') LIMIT {rows}"""
    portal.add_table(ARRESTS, sql, _ARREST_TYPES, key="cb_no", name="Arrests", **_changed(portal))


def serve_victims(portal: Portal, rows: int = 120) -> None:
    """Publish victims of homicides and non-fatal shootings: some cases have several; homicides have names.

    Args:
        portal: Where to publish; the crimes must be there.
        rows: Victims.
    """
    fatal = "n % 5 = 0"
    names = ", ".join(f"CASE WHEN {fatal} THEN 'NAME-OF-A-PERSON' END AS {name}" for name in NAME_COLUMNS)
    sql = f"""
        WITH cases AS (
            SELECT case_number, date, district, row_number() OVER (ORDER BY hash(id, 'victim')) AS n
            FROM "{CRIMES}" ORDER BY hash(id, 'victim') LIMIT {rows}
        ), doubled AS (
            SELECT CASE WHEN n % 6 = 1 THEN lag(case_number, 1, case_number) OVER (ORDER BY n) ELSE case_number END
                AS case_number, date, district, n FROM cases
        )
        SELECT case_number, date, '001XX W SECRET ST' AS block,
            CASE WHEN {fatal} THEN 'HOMICIDE' ELSE 'BATTERY' END AS victimization_primary,
            CASE n % 10 WHEN 5 THEN 'NO' WHEN 1 THEN 'Y' WHEN 9 THEN 'UNKNOWN' ELSE 'YES' END AS gunshot_injury_i,
            CASE WHEN {fatal} THEN 'HOM-' ELSE 'SHOOT-' END || case_number || '-#' || n AS unique_id,
            CASE WHEN n % 40 = 0 THEN NULL ELSE CAST(CAST(district AS INTEGER) AS VARCHAR) END AS district,
            '20-29' AS age, 'M' AS sex, 'BLK' AS race, CASE WHEN {fatal} THEN '01A' ELSE '04B' END
                AS victimization_fbi_cd, {names}
        FROM doubled"""
    portal.add_table(VICTIMS, sql, _VICTIM_TYPES, key="unique_id", name="Victims", **_changed(portal))


def serve_complaints(portal: Portal, rows: int = 400) -> None:
    """Publish complaint cases of two offices, over the eight years before the last crime; several beats are joined.

    Args:
        portal: Where to publish; the crimes must be there.
        rows: Cases.
    """
    pick = "list_extract({0}, 1 + CAST(hash(n, '{1}') % len({0}) AS INTEGER))"
    categories = "['Excessive Force', 'Verbal Abuse', 'Search or Seizure', 'Neglect of Duty', 'A New Category']"
    findings = "['Sustained', 'Not Sustained', 'Unfounded', 'Exonerated', 'No Finding', NULL]"
    sql = f"""
        WITH span AS (SELECT max(date) AS last FROM "{CRIMES}"),
        numbered AS (SELECT range AS n, hash(range, 'open') % 4 = 0 AS is_open FROM range({rows}))
        SELECT 'L' || lpad(CAST(n AS VARCHAR), 8, '0') AS log_no,
            date_trunc('day', last - to_days(CAST(n * 2920 // {rows} AS INTEGER))) AS complaint_date,
            CASE WHEN n % 3 = 0 THEN 'BIA' ELSE 'COPA' END AS assignment, 'Complaint' AS case_type,
            CASE WHEN is_open THEN 'Open' ELSE 'Closed' END AS current_status,
            {pick.format(categories, "category")} AS current_category,
            CASE WHEN is_open THEN NULL ELSE {pick.format(findings, "finding")} END AS finding_code,
            'No' AS police_shooting,
            CASE n % 11 WHEN 0 THEN NULL WHEN 1 THEN '713' WHEN 2 THEN '0713 | 0714' WHEN 3 THEN '0713|1112'
                ELSE lpad(CAST(1 + n % 25 AS VARCHAR), 2, '0') || '11' END AS beat,
            'Hispanic | White' AS race_of_complainants, 'M' AS sex_of_involved_officers
        FROM numbered, span"""
    portal.add_table(COMPLAINTS, sql, _COMPLAINT_TYPES, key="log_no", name="COPA Cases - Summary", **_changed(portal))


def serve_requests(portal: Portal, rows: int = 2000) -> None:
    """Publish service requests over the days of the crimes: half are of kinds nobody wants, some are duplicates.

    Args:
        portal: Where to publish; the crimes must be there.
        rows: Requests, unwanted and duplicate ones among them.
    """
    kinds = (
        "['Street Light Out Complaint', 'Graffiti Removal Request', 'Abandoned Vehicle Complaint',"
        " 'Pothole in Street Complaint', 'Rodent Baiting/Rat Complaint', 'Vacant/Abandoned Building Complaint',"
        " 'Tree Debris Clean-Up Request', NULL]"
    )
    sql = f"""
        WITH span AS (SELECT min(date) AS first, epoch(max(date)) - epoch(min(date)) AS seconds FROM "{CRIMES}"),
        numbered AS (SELECT range AS n, hash(range, 'kind') % 10 AS kind, hash(range, 'days') % 400 AS days,
            hash(range, 'open') % 6 = 0 AS is_open FROM range({rows})),
        placed AS (SELECT *, first + to_seconds(CAST(n * seconds // {rows} AS BIGINT)) AS moment FROM numbered, span)
        SELECT 'SR' || lpad(CAST(n AS VARCHAR), 9, '0') AS sr_number,
            CASE WHEN kind < 4 THEN '311 INFORMATION ONLY CALL' WHEN kind = 4 THEN 'Aircraft Noise Complaint'
                ELSE list_extract({kinds}, 1 + CAST(hash(n, 'wanted') % 8 AS INTEGER)) END AS sr_type,
            CASE WHEN is_open THEN 'Open' WHEN n % 50 = 0 THEN 'Canceled' ELSE 'Completed' END AS status,
            moment AS created_date,
            CASE WHEN NOT is_open THEN moment + to_days(CAST(days * days // 800 AS INTEGER)) END AS closed_date,
            '1 W SECRET ST' AS street_address, hash(n, 'twice') % 12 = 0 AS duplicate,
            CASE WHEN n % 60 = 0 THEN NULL ELSE CAST(1 + n % 25 AS VARCHAR) END AS police_district,
            41.8 AS latitude
        FROM placed"""
    portal.add_table(REQUESTS, sql, _REQUEST_TYPES, key="sr_number", name="311 Service Requests", **_changed(portal))


def serve_sentiment(portal: Portal, months: int = 30) -> None:
    """Publish scores by month of districts, areas, sectors and the city, and of the city by week, twice.

    Args:
        portal: Where to publish; the crimes must be there.
        months: Months up to that of the last crime; the weekly scores end a year before.
    """
    sql = f"""
        WITH span AS (SELECT date_trunc('month', max(date)) AS last FROM "{CRIMES}"),
        numbers AS (SELECT CAST(range AS INTEGER) AS n FROM range({months})),
        months AS (SELECT CAST(last - to_months(n) AS TIMESTAMP) AS first FROM numbers, span),
        weeks AS (SELECT CAST(last - to_years(1) - to_days(n * 7) AS TIMESTAMP) AS first FROM numbers, span),
        places AS (
            SELECT NULL AS area, NULL AS district, NULL AS sector
            UNION ALL SELECT 'area_' || range, NULL, NULL FROM range(1, 6)
            UNION ALL SELECT 'area_1', unnest({_UNPADDED}), NULL
            UNION ALL SELECT 'area_1', '7', '7' || range FROM range(1, 4)
        ),
        dated AS (
            SELECT area, district, sector, first, CAST(first + INTERVAL 1 MONTH - INTERVAL 1 DAY AS TIMESTAMP) AS last
            FROM places, months
            UNION ALL SELECT NULL, NULL, NULL, first, CAST(first + INTERVAL 6 DAY AS TIMESTAMP)
            FROM weeks, range(2)
        )
        SELECT 'Other' AS org_level, 'chicago' AS city, area, district, sector,
            45 + hash(first, district, area) % 3000 / 100.0 AS safety, 50.0 AS s_sex_female,
            45 + hash(first, district, area, 't') % 3000 / 100.0 AS trust, first AS start_date, last AS end_date
        FROM dated"""
    portal.add_table(SENTIMENT, sql, _SENTIMENT_TYPES, key=None, name="Police Sentiment Scores", **_changed(portal))


def serve_communities(portal: Portal, areas: int = 77) -> None:
    """Publish squares for the community areas, as text numbers without zeros on the left."""
    features = []
    for number in range(1, areas + 1):
        west, south = number % 10, number // 10
        ring = [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1], [west, south]]
        properties = {"area_numbe": str(number), "community": f"COMMUNITY {number}", "shape_len": "4"}
        shape = {"type": "MultiPolygon", "coordinates": [[ring]]}
        features.append({"type": "Feature", "geometry": shape, "properties": properties})
    document = {"type": "FeatureCollection", "features": features}
    portal.add_geojson(COMMUNITIES, document, name="Boundaries - Community Areas")


def serve_city_files(portal: Portal) -> None:
    """Publish a few rows of everything that stands beside the crimes, which must be there."""
    serve_arrests(portal)
    serve_victims(portal)
    serve_complaints(portal)
    serve_requests(portal)
    serve_sentiment(portal)
    serve_communities(portal)


def serve_real_victims(portal: Portal, csv_path: Path) -> int:
    """Publish the victims of a portal's CSV and return how many; the shape of a place is left out."""
    source = _csv(csv_path)
    names = [name for name in _names(portal, source) if name != "location"]
    kinds = {"date": "calendar_date", "updated": "calendar_date", "latitude": "number", "longitude": "number"}
    types = {name: kinds.get(name, "text") for name in names}
    portal.add_table(VICTIMS, f"SELECT * FROM {source}", types, key="unique_id", name="Victims", touched_from="updated")
    return _count(portal, VICTIMS)


def serve_real_sentiment(portal: Portal, csv_path: Path) -> int:
    """Publish the scores of a portal's CSV export, whose dates are written `MM/DD/YYYY`, and return how many rows."""
    source = _csv(csv_path)
    names = _names(portal, source)
    dates = {name: f"strptime(\"{name}\", '%m/%d/%Y')" for name in names if name.endswith("_DATE")}
    columns = ", ".join(f'{dates.get(name, chr(34) + name + chr(34))} AS "{name.lower()}"' for name in names)
    texts = {"ORG_LEVEL", "CITY", "AREA", "DISTRICT", "SECTOR"}
    types = {
        name.lower(): "calendar_date" if name in dates else "text" if name in texts else "number" for name in names
    }
    portal.add_table(SENTIMENT, f"SELECT {columns} FROM {source}", types, key=None, name="Police Sentiment Scores")
    return _count(portal, SENTIMENT)


def _changed(portal: Portal) -> dict[str, Any]:
    """Return when the made files last changed: ten days after the last crime, as the crimes did."""
    last = portal.execute(f'SELECT max(date) + INTERVAL 10 DAY FROM "{CRIMES}"')[0][0]
    return {"rows_updated_at": datetime.fromisoformat(str(last)).replace(tzinfo=UTC)}


def _csv(path: Path) -> str:
    return f"read_csv({text_literal(str(path))}, header = true, all_varchar = true)"


def _names(portal: Portal, source: str) -> list[str]:
    return [str(row[0]) for row in portal.execute(f"DESCRIBE SELECT * FROM {source}")]


def _count(portal: Portal, dataset_id: str) -> int:
    return int(portal.execute(f'SELECT count(*) FROM "{dataset_id}"')[0][0])
