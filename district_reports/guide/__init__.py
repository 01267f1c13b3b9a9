"""Whom to call, where help is, and where to take part: what may be printed of it, where and when.

What belongs here: choosing services by place, day and check; the files that people keep on meetings, decisions and
priorities; calendar files. What does not: which services there are (`resources.toml`), their words (catalogues), and
how a report shows them (`render`).

```
RECORDS_DIR/
  meetings/<quarter>.csv     meetings that residents can come to
  decisions/<quarter>.toml   what was decided in that quarter
  priorities.toml            priorities of the districts' strategic plans
```
"""

from district_reports.guide.checks import Check, list_checks
from district_reports.guide.choose import choose_calls, choose_entries
from district_reports.guide.records import PartFiles, load_part_files
from district_reports.guide.sample_checks import draw_checks
from district_reports.guide.sample_part import sample_taking_part

__all__ = [
    "Check",
    "PartFiles",
    "choose_calls",
    "choose_entries",
    "draw_checks",
    "list_checks",
    "load_part_files",
    "sample_taking_part",
]
