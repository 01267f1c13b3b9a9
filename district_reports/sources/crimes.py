"""Incidents reported to the police, one row each; homicide has one row per victim.

Publisher: Chicago Police Department, "Crimes - 2001 to Present"; updated daily, without the last seven days.
Traps:

- The key is the row's id; the case number is not one (homicides with several victims, occasional repeats).
- Closed years keep moving: rows are reclassified, added and removed for years, so counts are compared within
  one pull only. Deletes leave no trace but in the number and the sum of the keys.
- `updated_on` is touched in bulk without a real change; `:updated_at` does not see a delete.
- District, beat and offence code are text with leading zeros; an inferred type would drop them.
- The district is the one of today's map, re-coded after the closures of 2012; "031" and nothing are no district,
  and a few beats lie in another district than the row says.
- The date is local time without a zone, sometimes a best estimate; 1 January stands for "unknown".
- Places are redacted to the block by the publisher; we ask for none of them.
- The arrest flag only rises with time, and is not clearance.

Rows are kept as they come; `metrics` reads them with SQL, which is where they are made tidy.
"""
