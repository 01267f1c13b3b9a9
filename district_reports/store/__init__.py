"""The data directory: the only package that knows how it is laid out.

```
DATA_DIR/
  about.json                                   kind (sample or portal), city, portal domains: never mixed
  .lock                                        held by the one run that may write
  snapshots/<source>/parts/<part>-<hash>.parquet   (.geojson for areas) write-once; the hash is of its bytes
  snapshots/<source>/parts/<part>-<hash>.json  what the part was pulled as; written after it
  snapshots/<source>/manifests/<digest>.json   every manifest there ever was, write-once
  snapshots/<source>/manifest.json             the current one; replaced last, and that is the commit
  snapshots/<source>/checked.json              when the source was last looked at; an input of nothing
  snapshots/ledger/manifests/<digest>.json     what people entered, as a draft took it; manifest.json names the current
  snapshots/review/<quarter>.json              what the reports tell of their own review, as the last draft took it
  snapshots/review/<quarter>/<digest>.json     what a release was made of: a stale signature tells what changed
  published/, public                           what is public, and the link that shows it: see `publish`
  desk.key                                     seals sign-in links and forms of the desk
  records.sqlite3                              what people enter, where no other database is set; the program only adds
  quarantine/<source>/<part>-<hash>.…          what was pulled and rejected, and why; read by people alone
  editions/<quarter>/…                         dossiers, editions, measures.csv, manifest.json
```

A run that fails or is killed leaves the last snapshot as it was, perhaps parts without a manifest (the next run
uses them), and perhaps temporary files `.*.tmp` (the next run that takes the lock removes them).
"""

from district_reports.store.directory import About, Store
from district_reports.store.snapshots import Content, table_content

__all__ = ["About", "Content", "Store", "table_content"]
