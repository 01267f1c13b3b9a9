"""What `distribution.toml` may say: who gets the digest by e-mail, and how they get off the list again."""

from __future__ import annotations

from pydantic import Field, model_validator

from district_reports.model import Record


class MailingList(Record):
    """One table of `distribution.toml`: a list of readers of one place in one language."""

    list_id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")
    place: str
    """District id, or `city`."""
    language: str
    """Tag."""
    recipients: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*\.txt$")
    """File below the folder of records, one address a line: addresses never stand in the configuration itself."""
    unsubscribe: str = Field(pattern=r"^(https://|mailto:)\S+$")
    """How a reader leaves the list; stands in every message."""

    @model_validator(mode="after")
    def _stays_below(self) -> MailingList:
        if ".." in self.recipients.split("/"):
            raise ValueError("recipients: expected a file below the folder of records")
        return self


class Distribution(Record):
    """`distribution.toml`."""

    lists: tuple[MailingList, ...] = ()
