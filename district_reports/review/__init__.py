"""Review: who decided what on which bytes, and what follows from it.

```
log.py         the one log, append-only and sealed row by row: everything else is derived from it
people.py      who may come to the desk, and in which roles
subjects.py    what a decision names: bytes, by their digest
remembering.py earlier drafts, as digests: what changed since somebody read one
steps.py       rows of the log as steps of a release and as decisions
standing.py    how a subject, a requirement, a release stands
deciding.py    signing, returning, taking back
freezing.py    what the freeze fixes, who missed it, reopening
notes.py       the commander's note; comments.py: remarks on parts of a draft
changes.py     what is different from last quarter, worst first
word.py        a draft as .docx, and its comments back
```
"""
