"""Victims of homicides and of non-fatal shootings, one row each.

Publisher: Chicago Police Department, "Violence Reduction - Victims of Homicides and Non-Fatal Shootings"; updated
daily, without the last full day; homicides from 1991, shootings from 2010. Traps:

- **The file has the names of people who were killed** (`homicide_victim_first_name`, `_mi`, `_last_name`). They are not
  asked for, so they are neither sent nor kept; nor are age, sex, race, block and coordinates.
- A row is a victim. An incident with three people shot has three rows of one case number; published figures of victims
  and of incidents are often taken for one another.
- Whether a shot was involved is documented as Y and N and written as YES and NO; a homicide may be by other means.
- Districts are not padded ("7"); one may be missing. The community is a name here and a number among the incidents.
- The key (`unique_id`) is made of the kind, the case number and a count ("HOM-…-#1"): a person who dies weeks after the
  shooting may well get another key.
- Victims do not add up to the homicides among the incidents: the two files are revised apart.

Rows are kept as they come; `metrics.victims` reads them.
"""
