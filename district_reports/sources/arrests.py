"""Arrests of adults, one row each, by the day of the arrest.

Publisher: Chicago Police Department, "Arrests"; updated daily. Traps:

- There is no district, beat or address: the district is that of the incident with the same case number, not of the
  arrest. An arrest whose case number is empty or of no published incident belongs to no district.
- Adults only: no arrest of anybody under 18 is in the file. Shares of incidents with an arrest are therefore low where
  many of those arrested are young, as with robbery and carjacking.
- Several people arrested for one incident are several rows; one person may have up to four charges, in one row.
- Expunged records vanish without a trace, so counts of closed months fall.
- The case number was added late; a copy without it counts nothing.
- The key (`cb_no`) is text of digits; nothing says in which order the portal sorts it.
- An arrest is not a clearance, nor a conviction.

Rows are kept as they come; `metrics.arrests` joins them to the incidents. We ask for no race and no charge.
"""
