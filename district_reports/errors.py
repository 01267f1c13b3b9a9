"""The error tree of the project.

Every error tells what, where, expected and got; a foreign exception is translated where its package is
imported. Each class carries the exit code with which the command line ends.

```
DistrictReportsError      1
├─ ConfigError            2  a config file, an argument or an environment value is missing, malformed or unknown
├─ ReadingError           2  a file that people keep, or bring, is wrong                 .path .problems
├─ RuleError              2  a change to the records of people breaks a rule             .problems
│  └─ ConflictError       2  somebody else changed the same record in the meantime
├─ ReviewError            5  a release is not signed, not frozen, or not whole           .problems
│  ├─ StaleError             what was signed is not what stands there now                .changed
│  └─ LogError               the log of review was changed by hand                       .seq
├─ TranslationError       2  a catalogue lacks a sentence or its placeholders differ     .language .problems
├─ StoreError             1  disk, permission                                            .path
│  ├─ LockedError         7  another run holds the data directory
│  └─ KindError           2  the data directory belongs to another kind of data
├─ DatabaseError          1  the database could not be reached, read or written
├─ SourceError            3  .source_id
│  ├─ FetchError             network or portal trouble: may be retried
│  └─ SchemaDriftError       columns or types are not those declared: never retried
├─ DataError              4
│  ├─ ContractError          a table breaks its contract                                 .table .problems
│  └─ ChecksFailed           required checks failed                                      .results
└─ RenderError            6  a missing variable, glyph or picture                        .template .language
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple


class DistrictReportsError(Exception):
    """Root of all errors the project raises on purpose."""

    exit_code: ClassVar[int] = 1


class ConfigError(DistrictReportsError):
    """A config file, argument or environment value is missing, malformed or has an unknown key."""

    exit_code = 2


class Told(str):
    """A line on what is wrong: in English for command line and log, with what a page needs to say it otherwise.

    A string, so that whoever only joins, compares or prints lines need not know.
    """

    key: str
    """Id of the sentence, for a catalogue; empty: it is told in English alone."""
    field: str
    """Which field of a record or form it is about; empty: none."""
    values: Mapping[str, object]
    """What the sentence names: numbers, days, members of our lists, others of its kind."""

    def __new__(cls, line: str, key: str = "", field: str = "", /, **values: object) -> Told:
        """Return the line.

        Args:
            line: In English.
            key: Id of the sentence.
            field: Which field it is about.
            values: What fills the sentence, by the names of its placeholders.
        """
        told = super().__new__(cls, line)
        told.key, told.field, told.values = key, field, values
        return told

    def within(self, where: str) -> Told:
        """Return the same line that also tells command line and log where it stands."""
        return Told(f"{where}: {self}", self.key, self.field, **self.values)


class Problem(NamedTuple):
    """What is wrong at one place of a file."""

    where: str
    """Row and column, or key; empty: the file as a whole."""
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, got {self.got}".removeprefix(": ")


class ReadingError(DistrictReportsError):
    """A file that people keep, or bring, is wrong: all its problems at once, and nothing is taken from it."""

    exit_code = 2
    told: ClassVar[int] = 50
    """Problems the message tells; `problems` holds all."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        more = f"; and {len(problems) - self.told} more" if len(problems) > self.told else ""
        super().__init__(f"{path}: {'; '.join(map(str, problems[: self.told]))}{more}")
        self.path = path
        self.problems = tuple(problems)


class RuleError(DistrictReportsError):
    """A change to the records of people breaks a rule; nothing is changed, and all that is wrong is told at once."""

    exit_code = 2

    def __init__(self, message: str, *, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class ConflictError(RuleError):
    """Somebody else changed the same record in the meantime; nothing is changed."""


class ReviewError(DistrictReportsError):
    """A release lacks what its next step needs: a freeze, a signature, an edition; all of it is told at once."""

    exit_code = 5

    def __init__(self, message: str, *, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class StaleError(ReviewError):
    """The bytes that a decision names are not those that stand there now; `changed` says which parts differ."""

    def __init__(self, message: str, *, changed: Sequence[str] = ()) -> None:
        super().__init__(message, problems=changed)
        self.changed = tuple(changed)


class LogError(ReviewError):
    """A row of the log of review was changed, or one is missing; `seq` is its number."""

    def __init__(self, message: str, *, seq: int) -> None:
        super().__init__(message)
        self.seq = seq


class DatabaseError(DistrictReportsError):
    """The database could not be reached, read or written."""


class TranslationError(DistrictReportsError):
    """A catalogue lacks a sentence, or its placeholders differ from those of the first language."""

    exit_code = 2

    def __init__(self, message: str, *, language: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.language = language
        self.problems = tuple(problems)


class StoreError(DistrictReportsError):
    """The data directory could not be read or written."""

    def __init__(self, message: str, *, path: Path) -> None:
        super().__init__(message)
        self.path = path


class LockedError(StoreError):
    """Another run holds the lock of the data directory."""

    exit_code = 7


class KindError(StoreError):
    """The data directory holds data of another kind, city or portal."""

    exit_code = 2


class SourceError(DistrictReportsError):
    """A source could not be read."""

    exit_code = 3

    def __init__(self, message: str, *, source_id: str) -> None:
        super().__init__(message)
        self.source_id = source_id


class FetchError(SourceError):
    """Network or portal trouble; the same request may succeed later."""


class SchemaDriftError(SourceError):
    """Columns, types or categories are not those declared; retrying cannot help."""


class DataError(DistrictReportsError):
    """The data is there, and wrong."""

    exit_code = 4


class ContractError(DataError):
    """A table breaks its contract."""

    def __init__(self, message: str, *, table: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.table = table
        self.problems = tuple(problems)


class ChecksFailed(DataError):  # noqa: N818 - it tells what happened, as the checks do
    """One or more required checks failed; `results` are the failed `CheckResult`s."""

    def __init__(self, message: str, *, results: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.results = tuple(results)


class RenderError(DistrictReportsError):
    """A page could not be made: a missing variable, glyph or picture."""

    exit_code = 6

    def __init__(self, message: str, *, template: str, language: str) -> None:
        super().__init__(message)
        self.template = template
        self.language = language
