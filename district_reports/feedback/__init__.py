"""The feedback loop: what was said, what was promised, and what came of it.

```
standing.py    where an item stood on a day; replies of residents
rules.py       which status may follow which, and what each needs
wording.py     what a text may hold
ledger.py      items in the database: added to, never rewritten
loading.py     items out of the database
importing.py   many items at once: all of them or none
exchange*.py   items as spreadsheets
```
"""
