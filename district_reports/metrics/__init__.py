"""From stored incidents to measures.

What belongs here: the tidy view of the incidents, counts and shares of them, and the rule for a direction word
(`direction`). What does not: fetching, storing, judging what was counted (`checks`) and wording.

The rows are scanned and grouped by DuckDB over the Parquet files as they lie; pandas takes over where a few thousand
rows are left. SQL texts hold no value of the data and none of the config: values travel as parameters or in small
tables, and the only generated words are names of columns, checked and quoted.
"""

from district_reports.metrics.breakdowns import Breakdowns, Oddity, build_breakdowns, count_by_name, count_oddities
from district_reports.metrics.counts import count_measures, count_months, mark_partial, newest_day
from district_reports.metrics.grid import join_tables
from district_reports.metrics.incidents import SOURCE_ID, open_incidents
from district_reports.metrics.measures import CITY, OUTSIDE, Measures, as_measure, format_measures, parse_measures

__all__ = [
    "CITY",
    "OUTSIDE",
    "SOURCE_ID",
    "Breakdowns",
    "Measures",
    "Oddity",
    "as_measure",
    "build_breakdowns",
    "count_by_name",
    "count_measures",
    "count_months",
    "count_oddities",
    "format_measures",
    "join_tables",
    "mark_partial",
    "newest_day",
    "open_incidents",
    "parse_measures",
]
