"""The database of the records of people: the feedback loop and what came in from sessions.

```
metadata.py                 the one `MetaData`, and the types of columns that all tables share
tables.py                   tables of the feedback loop; tables_<part>.py: of the other parts
engine.py                   opening a database, and its transactions: SQLite or PostgreSQL
address.py                  which database is meant, and how it is named without its password
migrations/versions/        the steps from an empty database to the tables above
triggers.py                 tables that are only appended to
```

What a row means, and which rules a change must keep, is not known here: `feedback`, `engagement`.
"""

from district_reports.database.engine import Database, Kind, default_path, open_database

__all__ = ["Database", "Kind", "default_path", "open_database"]
