"""Publication: signed bytes become public, and the site around them tells what stands; nothing here renders a number.

```
DATA_DIR/
  public                                         a link to one of the sites; web servers follow it
  published/versions/<quarter>/v<N>-<digest>/    the files of a version, copied from `editions`, each checked; the kits;
                                                 `release.json`, written last. <digest>: start of the manifest's
  published/sites/<digest>/                      a whole site: pages, and second names of the versions' files
  published/sites/<digest>.json                  what that site holds; the log of review knows its digest
```

A run that fails or is killed leaves the site that was public, or the new one, whole; perhaps trees of which neither the
link nor the log tells, named `.new` or not (the next publication removes them).

```
signed.py      is the release real and whole; versions.py: its folder; kits.py: the council kit; plans.py: its number
history.py     what the log tells of publication
switch.py      the whole site as one tree, and the one rename; showing.py: the order of building, logging and switching
verify.py      whether somebody changed what is public; tree.py: what holds for any tree
withdraw.py    taking a version back
site*.py       the pages; open_data.py: what describes the data
```
"""
