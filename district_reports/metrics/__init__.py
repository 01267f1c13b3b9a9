"""From stored incidents to measures.

What belongs here: the tidy view of the incidents, counts and shares of them, and the rule for a direction word
(`direction`). What does not: fetching, storing, judging what was counted (`checks`) and wording.

The rows are scanned and grouped by DuckDB over the Parquet files as they lie; pandas takes over where a few thousand
rows are left. SQL texts hold no value of the data and none of the config: values travel as parameters or in small
tables, and the only generated words are names of columns, checked and quoted.
"""

from district_reports.metrics.arrests import count_arrest_windows, define_arrest_windows
from district_reports.metrics.breakdowns import (
    UNPLACED,
    Breakdowns,
    Oddity,
    build_breakdowns,
    count_beats,
    count_by_name,
    count_hours,
    count_oddities,
)
from district_reports.metrics.communities import count_communities, define_communities
from district_reports.metrics.counts import (
    count_measures,
    count_months,
    define_incidents,
    mark_partial,
    newest_day,
)
from district_reports.metrics.grid import Definition, join_tables
from district_reports.metrics.incidents import SOURCE_ID, open_incidents
from district_reports.metrics.measures import (
    CITY,
    OUTSIDE,
    Measures,
    as_measure,
    format_measures,
    parse_measures,
    require_measures,
)
from district_reports.metrics.opened import Opened, attach_sources
from district_reports.metrics.victims import check_victims, count_victims, define_victims

__all__ = [
    "CITY",
    "OUTSIDE",
    "SOURCE_ID",
    "UNPLACED",
    "Breakdowns",
    "Definition",
    "Measures",
    "Oddity",
    "Opened",
    "as_measure",
    "attach_sources",
    "build_breakdowns",
    "check_victims",
    "count_arrest_windows",
    "count_beats",
    "count_by_name",
    "count_communities",
    "count_hours",
    "count_measures",
    "count_months",
    "count_oddities",
    "count_victims",
    "define_arrest_windows",
    "define_communities",
    "define_incidents",
    "define_victims",
    "format_measures",
    "join_tables",
    "mark_partial",
    "newest_day",
    "open_incidents",
    "parse_measures",
    "require_measures",
]
