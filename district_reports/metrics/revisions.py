"""What became of the rows and numbers of one release by the time of the next.

What belongs here: rows of two pulls of the same months, compared key by key, and numbers of two releases beside each
other. What does not: finding the earlier release and its files, and wording.

A row has one class, the first that fits:

```
late          its key was not there then
removed       its key is not there now
reclassified  its offence group or code is another
moved         its district or its day is another
arrest_added  it had no arrest then and has one now
other         something else we ask for is another
touched       only the publisher's mark of a change is another: nothing changed in what we report
```

A row that comes from a month outside those compared, or goes to one, counts as late or removed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from district_reports.errors import ContractError, StoreError
from district_reports.metrics.incidents import CONNECTION, SOURCE_ID, SQL_TYPES, quoted
from district_reports.metrics.measures import CITY, COUNT_UNITS, KEY, OUTSIDE
from district_reports.model import Revision, RevisionCauses, Revisions, State
from district_reports.periods import Quarter
from district_reports.settings import Settings

CAUSES = tuple(RevisionCauses.model_fields)
"""Classes of a row that is not as it was, in the order in which they are asked."""

CLASS_COLUMNS = ("offence_group", "offence_code")
ARREST, DISTRICT, CHANGED = "has_arrest", "district_id", "changed_at"
"""Our names of the columns whose change has a class of its own; `changed_at` is the publisher's mark."""

COMPARE_SQL = """
WITH joined AS (
    SELECT
        before.{key} IS NULL AS is_late,
        later.{key} IS NULL AS is_removed,
        {is_reclassified} AS is_reclassified,
        later.{district} IS DISTINCT FROM before.{district}
            OR CAST(later.{date} AS DATE) IS DISTINCT FROM CAST(before.{date} AS DATE) AS is_moved,
        {is_arrested} AS is_arrest_added,
        {is_other} AS is_other,
        {is_touched} AS is_touched,
        CASE WHEN later.{key} IS NULL THEN before.{district} ELSE later.{district} END AS stated_district_id
    FROM {then} AS before FULL OUTER JOIN {now} AS later ON later.{key} = before.{key}
),
classed AS (
    SELECT
        CASE
            WHEN is_late THEN 'late' WHEN is_removed THEN 'removed' WHEN is_reclassified THEN 'reclassified'
            WHEN is_moved THEN 'moved' WHEN is_arrest_added THEN 'arrest_added' WHEN is_other THEN 'other'
            WHEN is_touched THEN 'touched'
        END AS cause,
        CASE WHEN list_contains($districts, stated_district_id) THEN stated_district_id ELSE $outside END AS district_id
    FROM joined
)
SELECT cause, district_id, count(*) AS n FROM classed WHERE cause IS NOT NULL GROUP BY ALL
"""


def compare_rows(
    then: Sequence[Path], now: Sequence[Path], settings: Settings, *, missing: Collection[str] = ()
) -> dict[str, RevisionCauses]:
    """Return how many rows of each place are not as they were, by what became of them.

    A row belongs to the district it names now, or named last; the city has all rows, `none` those of no district.

    Args:
        then: Stored parts of the incidents as they were pulled then, of the months to compare.
        now: Parts of the same months as they were pulled now; a file in both is not read.
        settings: The districts and the columns of the incidents.
        missing: Columns that the publisher lacked at one of the pulls: all their values would seem to have changed.

    Raises:
        StoreError: If a file is not there.
        ContractError: If a file cannot be read, or lacks a column that cannot be missing.
    """
    same = {path.resolve() for path in then} & {path.resolve() for path in now}
    sides = [[path for path in side if path.resolve() not in same] for side in (then, now)]
    for path in (path for side in sides for path in side if not path.is_file()):
        raise StoreError(f"revisions: expected the stored part {path.name}, found none", path=path)
    with closing(duckdb.connect(":memory:", config=dict(CONNECTION))) as con:
        try:
            columns = [_attach(con, name, side, settings) for name, side in zip(("then", "now"), sides, strict=True)]
            shared = [name for name in columns[0] if name in columns[1] and name not in missing]
            values = {"districts": list(settings.district_ids), "outside": OUTSIDE}
            rows = con.execute(_compare_sql(shared, settings), values).fetchall()
        except duckdb.Error as error:
            reason = " ".join(str(error).split())[:300]
            raise ContractError(
                f"revisions: expected stored parts that can be read, got {reason}", table=SOURCE_ID
            ) from error
    counts = {place: dict.fromkeys(CAUSES, 0) for place in (*settings.district_ids, OUTSIDE, CITY)}
    for cause, place, count in rows:
        counts[place][cause] += count
        counts[CITY][cause] += count
    return {place: RevisionCauses(**found) for place, found in counts.items()}


def _attach(con: duckdb.DuckDBPyConnection, name: str, paths: Sequence[Path], settings: Settings) -> list[str]:
    """Make a view of one side's rows and return which of our columns it has."""
    source = settings.source(SOURCE_ID)
    declared = {column: SQL_TYPES[declaration.type] for column, declaration in source.columns.items()}
    if not paths:
        columns = ", ".join(f"{quoted(column)} {types[0]}" for column, types in declared.items())
        con.execute(f"CREATE TABLE {quoted(name)} ({columns})")
        return list(declared)
    # A folder named `a*` must not stand for its neighbours, nor one named `a=b` become a column.
    names = [re.sub(r"[*?\[]", r"[\g<0>]", str(path)) for path in paths]
    con.read_parquet(names, hive_partitioning=False).create_view(name)
    found = {row[0]: row[1] for row in con.execute(f"DESCRIBE {quoted(name)}").fetchall()}
    problems = [
        f"{column}: expected {types[0]}, got {found.get(column, 'no such column')}"
        for column, types in declared.items()
        if found.get(column) not in types and not (column not in found and source.columns[column].is_optional)
    ]
    if problems:
        raise ContractError(f"revisions: stored parts: {'; '.join(problems)}", table=SOURCE_ID, problems=problems)
    return [column for column in declared if column in found]


def _compare_sql(shared: Sequence[str], settings: Settings) -> str:
    """Return the question over the columns that both sides have."""
    source = settings.source(SOURCE_ID)
    judged = {source.key, source.date, DISTRICT, CHANGED, *CLASS_COLUMNS}

    def differ(names: Iterable[str]) -> str:
        pairs = [f"later.{quoted(name)} IS DISTINCT FROM before.{quoted(name)}" for name in names if name in shared]
        return " OR ".join(pairs) or "false"

    arrest = quoted(ARREST)
    return COMPARE_SQL.format(
        key=quoted(source.key),
        date=quoted(source.date),
        district=quoted(DISTRICT),
        then=quoted("then"),
        now=quoted("now"),
        is_reclassified=differ(CLASS_COLUMNS),
        is_arrested=f"later.{arrest} AND NOT before.{arrest}",
        # The hour and minute too: another time of the same day moves no number between days.
        is_other=differ([source.date, *(name for name in source.columns if name not in judged)]),
        # Where one side has no mark, the publisher's wish to leave no trace is no change of the row.
        is_touched=f"later.{quoted(CHANGED)} <> before.{quoted(CHANGED)}" if CHANGED in shared else "false",
    )


def build_revisions(
    measures_then: pd.DataFrame,
    measures_now: pd.DataFrame,
    causes: Mapping[str, RevisionCauses],
    *,
    last_release: Quarter,
    then_as_of: date,
    now_as_of: date,
    metrics: Sequence[str],
    newest: str,
) -> dict[str, Revisions]:
    """Return what the last release said and this one says, for each place that has causes but `none`.

    Only numbers that both releases print as they are: a suppressed cell appears on neither side.

    Args:
        measures_then: `out_metrics` as it was published.
        measures_now: `out_metrics` as it will be published, small cells suppressed.
        causes: From `compare_rows`.
        last_release: The quarter of that release.
        then_as_of: The city's day on which the publisher had last changed rows then.
        now_as_of: The same, now.
        metrics: Counts to look at, in the order in which they are told.
        newest: The count that tells by how much a new quarter still grows.
    """
    both = _read_both(measures_then, measures_now)
    wanted = tuple(dict.fromkeys((*metrics, newest)))
    order = {metric_id: number for number, metric_id in enumerate(wanted)}
    found: dict[str, list[Revision]] = {place: [] for place in causes if place != OUTSIDE}
    grown: dict[str, Revision] = {}
    told = both[both["metric_id"].isin(list(wanted))]
    for place, quarter, metric_id, then, now in told[[*KEY, "then", "now"]].to_numpy().tolist():
        if place not in found:
            continue
        revision = Revision(quarter=quarter, metric_id=metric_id, then=int(then), now=int(now))
        if revision.then != revision.now:
            found[place].append(revision)
        if (revision.quarter, revision.metric_id) == (str(last_release), newest):
            grown[place] = revision
    return {
        place: Revisions(
            last_release=str(last_release),
            then_as_of=then_as_of,
            now_as_of=now_as_of,
            changes=tuple(_sorted(revisions, order)),
            causes=causes[place],
            newest_then=grown.get(place),
        )
        for place, revisions in found.items()
    }


def _read_both(measures_then: pd.DataFrame, measures_now: pd.DataFrame) -> pd.DataFrame:
    """Return the counts that stand in both tables with a value that may be compared, as `then` and `now`."""
    sides = []
    for name, measures in (("then", measures_then), ("now", measures_now)):
        is_plain = (measures["state"] == str(State.OK)) & measures["unit"].isin(COUNT_UNITS)
        sides.append(measures.loc[is_plain, [*KEY, "value"]].rename(columns={"value": name}))
    return sides[0].merge(sides[1], on=list(KEY), validate="one_to_one")


def _sorted(revisions: Iterable[Revision], order: Mapping[str, int]) -> list[Revision]:
    """Return the newest quarter first, and within it the order of the report."""
    by_metric = sorted(revisions, key=lambda revision: order[revision.metric_id])
    return sorted(by_metric, key=lambda revision: revision.quarter, reverse=True)
