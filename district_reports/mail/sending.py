"""The mail server: connecting to it, handing over one message, and what its answer means."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.generator import BytesGenerator
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from district_reports.environment import DeskSettings, is_loopback
from district_reports.errors import ConfigError, DistrictReportsError
from district_reports.mail.messages import Outgoing, make_message

WAIT: Final = 30
"""Seconds until a server that does not answer counts as away."""

Answer = Literal["sent", "refused", "unclear", "later"]


class MailError(DistrictReportsError):
    """The mail server is away or does not want us; nothing of the message at hand was taken."""


class Mailer:
    """Sends messages by one server.

    Args:
        desk: Its address and ours.
        clock: Gives the time.

    Raises:
        ConfigError: If no server is set.
    """

    def __init__(self, desk: DeskSettings, clock: Callable[[], datetime]) -> None:
        if not desk.smtp_url:
            raise ConfigError(
                "environment: expected DISTRICT_REPORTS_SMTP_URL and _MAIL_FROM, got none: no mail leaves"
            )
        self.sender, self.clock = desk.mail_from, clock
        self._url = urlsplit(desk.smtp_url)

    @contextmanager
    def connect(self) -> Iterator[smtplib.SMTP]:
        """Give a connection on which messages may be handed over.

        Raises:
            MailError: If the server is away, or does not let us in.
        """
        host, is_wrapped = self._url.hostname or "", self._url.scheme == "smtps"
        port = self._url.port or (465 if is_wrapped else 587)
        context = ssl.create_default_context()
        try:
            server: smtplib.SMTP = (
                smtplib.SMTP_SSL(host, port, timeout=WAIT, context=context)
                if is_wrapped
                else smtplib.SMTP(host, port, timeout=WAIT)
            )
        except (OSError, smtplib.SMTPException) as error:
            raise self._away(error) from None
        try:
            self._enter(server, host, is_wrapped, context)
            yield server
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def send(self, to: str, subject: str, text: str, html: str = "") -> None:
        """Send one message.

        Raises:
            MailError: If the server is away, or does not take it.
        """
        message = make_message(Outgoing(to, subject, text, html), sender=self.sender, at=self.clock())
        with self.connect() as server:
            answer, told = self.hand_over(server, message, to)
        if answer != "sent":
            raise self.not_taken(told)

    def hand_over(self, server: smtplib.SMTP, message: EmailMessage, to: str) -> tuple[Answer, str]:
        """Hand one message over, and return what became of it with the server's own words.

        `later`: it cannot take it now. `unclear`: the whole message was handed over and no answer came, so that it may
        or may not have been taken.

        Raises:
            MailError: If the server takes no mail of ours, or went away before it had the whole message: it was surely
                not taken.
        """
        payload = _flatten(message)
        try:
            code, _ = server.mail(self.sender_address)
            if code >= 400:
                # It is us whom it does not want: another recipient would fare no better.
                raise MailError(f"mail server {self._url.hostname}: expected it to take mail of ours, got {code}")
            code, _ = server.rcpt(to)
            if code >= 400:
                server.rset()
                return self._refused(code)
            code, _ = server.docmd("DATA")
            if code != 354:
                server.rset()
                return self._refused(code)
            server.send(payload)
        except UnicodeEncodeError:
            server.rset()
            return "refused", "no address for this server"
        except (OSError, smtplib.SMTPException) as error:
            raise self._away(error) from None
        try:
            code, _ = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return "unclear", f"no answer: {type(error).__name__}"
        return ("sent", f"{code}") if code < 400 else self._refused(code)

    def not_taken(self, told: str) -> MailError:
        """Return what to raise where the server did not take a message."""
        return MailError(f"mail server {self._url.hostname}: expected it to take a message, got {told}")

    @property
    def sender_address(self) -> str:
        """Our address alone."""
        return smtplib.quoteaddr(self.sender).strip("<>")

    def _enter(self, server: smtplib.SMTP, host: str, is_wrapped: bool, context: ssl.SSLContext) -> None:
        try:
            server.ehlo_or_helo_if_needed()
            if not is_wrapped and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif not is_wrapped and not is_loopback(host):
                raise MailError(f"mail server {host}: expected encryption (STARTTLS or smtps://), got none")
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
        except (OSError, smtplib.SMTPException) as error:
            server.close()
            raise self._away(error) from None

    def _refused(self, code: int) -> tuple[Answer, str]:
        # Only the code: its words may repeat the address.
        if not 400 <= code < 500:
            return "refused", f"{code}"
        return "later", f"{code}: try later"

    def _away(self, error: Exception) -> MailError:
        # Only the kind of error: its words may hold what was sent, a password too.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        return MailError(f"mail server {self._url.hostname}: expected an answer, got: {reason}")


def _flatten(message: EmailMessage) -> bytes:
    """Return the bytes of a message with its end, lines that begin with a dot doubled."""
    buffer = BytesIO()
    BytesGenerator(buffer, policy=SMTP).flatten(message)
    lines = buffer.getvalue().replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n").split(b"\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n.\r\n"
