"""One message: its headers, its parts, its id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Outgoing:
    """A message that is to be sent."""

    to: str
    subject: str
    text: str
    html: str = ""
    language: str = ""
    """Tag; empty: not told."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def recipient(self) -> str:
        """The recipient as the ledger knows them: addresses themselves are kept nowhere."""
        return hashlib.sha256(self.to.strip().lower().encode()).hexdigest()


def make_message(outgoing: Outgoing, *, sender: str, at: datetime, mailing: str = "") -> EmailMessage:
    """Return the message as it goes over the wire.

    Args:
        outgoing: What it says.
        sender: Address it comes from, perhaps with a name.
        at: Its date.
        mailing: Of which mailing it is one; the same message of the same mailing has the same id, so that a mail
            program drops the second if one comes twice.
    """
    message = EmailMessage()
    message["From"] = sender
    message["To"] = outgoing.to
    message["Subject"] = _BREAKS.sub(" ", outgoing.subject)
    message["Date"] = format_datetime(at)
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    seed = f"{mailing}\0{outgoing.recipient}\0{outgoing.subject}" + ("" if mailing else f"\0{at.isoformat()}")
    message["Message-ID"] = f"<{hashlib.sha256(seed.encode()).hexdigest()[:40]}@{domain}>"
    for name, value in outgoing.headers.items():
        message[name] = _BREAKS.sub("", value)
    message.set_content(outgoing.text)
    if outgoing.html:
        message.add_alternative(outgoing.html, subtype="html")
    # Last: setting the content clears the headers that speak of it.
    if outgoing.language:
        message["Content-Language"] = outgoing.language
    return message
