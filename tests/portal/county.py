"""The county's court files on the portal: four files that share ids, of any size, made by SQL, or of given rows.

Among the columns are those of persons, which nobody may ask for; among the rows other agencies, other years, charges
that are not the primary one, sentences no longer current, units that are no district, dates that cannot be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pyarrow as pa

from tests.portal.portal import Portal

INTAKE = "3k7z-hchi"
INITIATION = "7mck-ehwz"
DISPOSITIONS = "apwk-dzx8"
SENTENCING = "tg8v-tm6u"
COURT_FILES = (INTAKE, INITIATION, DISPOSITIONS, SENTENCING)
PERSON_COLUMNS = ("age_at_incident", "race", "gender")
"""To be asked for by nobody."""

_CASE = {"case_id": "text", "case_participant_id": "text", "received_date": "calendar_date"}
_PERSON = {name: "text" for name in PERSON_COLUMNS} | {"law_enforcement_agency": "text"}
_CHARGE = {"charge_id": "text", "primary_charge_flag": "checkbox"}
TYPES = {
    INTAKE: {**_CASE, **_PERSON, "unit": "text", "felony_review_result": "text"},
    INITIATION: {**_CASE, **_PERSON, **_CHARGE, "unit": "text"},
    DISPOSITIONS: {
        **_CASE,
        **_PERSON,
        **_CHARGE,
        "disposition_date": "calendar_date",
        "charge_disposition": "text",
        "judge": "text",
    },
    SENTENCING: {
        **_CASE,
        **_PERSON,
        **_CHARGE,
        "current_sentence_flag": "checkbox",
        "sentence_date": "calendar_date",
        "commitment_term": "text",
    },
}
_PUBLISHED_AT = datetime(2026, 4, 2, 15, tzinfo=UTC)
_COMMON = {"law_enforcement_agency": "CHICAGO PD", "race": "SECRET", "gender": "SECRET", "age_at_incident": "30"}
_FLAGS = {"primary_charge_flag": "true", "current_sentence_flag": "true"}

Rows = Sequence[Mapping[str, str | None]]


def serve_court_rows(portal: Portal, files: Mapping[str, Rows], rows_updated_at: datetime = _PUBLISHED_AT) -> None:
    """Publish given rows; what they leave out is of the city's police, primary and current.

    Args:
        portal: Where to publish.
        files: Dataset to its rows, by the portal's column names.
        rows_updated_at: Last change.
    """
    for dataset_id, rows in files.items():
        types = TYPES[dataset_id]
        given = [{**_COMMON, **_FLAGS, **row} for row in rows]
        table = pa.table({name: pa.array([row.get(name) for row in given], pa.string()) for name in types})
        portal.add_table(dataset_id, table, types, key=None, name="Felony Cases", rows_updated_at=rows_updated_at)


def serve_court(portal: Portal, cases: int = 600) -> None:
    """Publish made files.

    Args:
        portal: Where to publish.
        cases: Persons in cases, of all agencies and years; there are some six rows for each.
    """
    for dataset_id, sql in _made(cases).items():
        types = TYPES[dataset_id]
        portal.add_table(dataset_id, sql, types, key=None, name="Felony Cases", rows_updated_at=_PUBLISHED_AT)


def _made(cases: int) -> dict[str, str]:
    """Return SQL for each of the four files; the steps get fewer, the charges of a case are one to four."""
    units = (
        "['District 10 - Ogden', 'District 3 - Grand Crossing', 'District 7 - Englewood', 'District 11 - Harrison',"
        " 'District 25 - Grand Central', 'Area North Detective Division', 'Narcotics Division', NULL]"
    )
    results = (
        "['Plea Of Guilty', 'Plea Of Guilty', 'Plea Of Guilty', 'Finding Guilty', 'Nolle Prosecution',"
        " 'Nolle Prosecution', 'FNG', 'BFW', 'Case Dismissed', 'A Result Nobody Knows']"
    )
    persons = f"""
        SELECT 'C' || (100000000 + range // 1.1)::BIGINT AS case_id, 'P' || (500000000 + range) AS case_participant_id,
            TIMESTAMP '2011-01-01' + to_days(CAST(hash(range, 'day') % 5080 AS INTEGER)) AS received_date,
            '30' AS age_at_incident, 'SECRET' AS race, 'SECRET' AS gender,
            CASE WHEN hash(range, 'agency') % 10 < 7 THEN 'CHICAGO PD' ELSE 'COOK COUNTY SHERIFF' END
                AS law_enforcement_agency,
            list_extract({units}, 1 + CAST(hash(range, 'unit') % 8 AS INTEGER)) AS unit, range AS n
        FROM range({cases})"""
    charges = f"""
        SELECT persons.*, 'H' || n || '-' || charge AS charge_id, charge = 0 AS primary_charge_flag
        FROM ({persons}) AS persons, range(4) AS charges(charge)
        WHERE charge <= CAST(hash(n, 'charges') % 4 AS BIGINT) AND hash(n, 'charged') % 100 < 93"""
    decided = """CASE WHEN n % 997 = 0 THEN TIMESTAMP '2118-05-04'
        ELSE received_date + to_days(CAST(hash(n, 'decided') % 700 AS INTEGER)) END"""
    result = f"list_extract({results}, 1 + CAST(hash(n, 'result') % 10 AS INTEGER))"
    return {
        INTAKE: f"SELECT *, 'Approved' AS felony_review_result FROM ({persons})",
        INITIATION: charges,
        DISPOSITIONS: f"""SELECT *, {decided} AS disposition_date, {result} AS charge_disposition, 'SECRET' AS judge
            FROM ({charges}) WHERE hash(n, 'disposed') % 100 < 88""",
        SENTENCING: f"""SELECT *, {decided} AS sentence_date, true AS current_sentence_flag, '2' AS commitment_term
            FROM ({charges}) WHERE hash(n, 'disposed') % 100 < 88 AND hash(n, 'result') % 10 < 4
            AND primary_charge_flag""",
    }
