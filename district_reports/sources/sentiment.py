"""Scores of a survey: how much people trust the police and how safe they feel, by place and period.

Publisher: Chicago Police Department, "Police Sentiment Scores"; said to be monthly, and has stood still
for long. Traps:

- `ORG_LEVEL` says "Other" in every row. The level is in what else is filled: a sector, else a district, else an area,
  else it is the city. Rows of sectors are left out by the portal: some twenty answers a month.
- Rows of areas stay in what we ask for, since only their `area` tells them from the city's. The areas' names changed
  with the map of 2020 (SOUTH; area_1).
- Besides the months there are weeks, of areas and the city alone and up to 2019, and most of the city's come twice: a
  mean over all rows of the city counts some days three times.
- Scores run from 0 to 100 and are no percentages: 65 is a mean answer of 6.5 of 10. Trust is the mean of two questions.
- The file tells neither how many answered nor any margin; about eighty people a month in a district.
- There is no key: rows are read in the order of `:id`, which a replacement mints anew.
- Districts are not padded ("7"). Dates are days; the portal's CSV export writes them `MM/DD/YYYY`, its interface as
  timestamps.
- When the file stands still its `rowsUpdatedAt` may move all the same: the newest `END_DATE` tells how old it is.

The file is one list, replaced whole; `metrics.trust` reads it. We ask for no group of people.
"""
