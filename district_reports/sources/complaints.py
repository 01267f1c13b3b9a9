"""Cases of complaints about the police and of incidents that are looked into without one, one row each.

Publisher: Civilian Office of Police Accountability, "COPA Cases - Summary"; updated about once a month. Traps:

- Two offices share the file (`assignment`): cases that Internal Affairs keeps have only the facts of intake. Counts of
  the two are never added.
- The beat is where it happened: empty, one, or several joined by a pipe, whose zero on the left may be lost.
- A complaint is an allegation. The status, category and finding change until a case is closed, and after it on review:
  the file tells the present state alone, so the past is known only from older snapshots.
- The values of status, category and finding are documented nowhere in full: an unknown one is a remark.
- Discipline is not in the file: what was imposed, or whether, is published elsewhere or nowhere.

The file is one list, some 190,000 rows, replaced whole; `metrics.complaints` reads it. We ask for no race, sex or age
of anybody, neither of those who complain nor of officers.
"""
