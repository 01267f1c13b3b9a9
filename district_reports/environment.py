"""What a run is told by its environment, `DISTRICT_REPORTS_*`.

The environment is handed in: `settings` reads the process's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from pydantic import Field

from district_reports.errors import ConfigError
from district_reports.model import Record

PREFIX: Final = "DISTRICT_REPORTS_"
KNOWN: Final = (
    "CITY",
    "CONFIG_DIR",
    "PORTAL_URL",
    "COUNTY_PORTAL_URL",
    "APP_TOKEN",
    "DATA_DIR",
    "RECORDS_DIR",
    "DATABASE_URL",
    "SITE_URL",
    "DESK_URL",
    "SMTP_URL",
    "MAIL_FROM",
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
)


class DeskSettings(Record):
    """How the desk is reached, how people sign in, how mail leaves. Holds secrets: never written anywhere."""

    url: str = ""
    """As browsers reach the desk, `https://desk.city.gov`; empty: this machine alone."""
    smtp_url: str = Field(default="", repr=False)
    """`smtp://user:password@host:587` (STARTTLS), `smtps://…`; empty: no mail is sent."""
    mail_from: str = ""
    oidc_issuer: str = ""
    """Of the OpenID Connect provider; empty: people sign in by one-time links."""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)


def read_desk_settings(values: Mapping[str, str]) -> DeskSettings:
    """Return what the environment says of desk and mail.

    Args:
        values: From `read_environment`.

    Raises:
        ConfigError: If one is wrong, or one is given without the others it needs.
    """
    oidc = {name: values.get(name, "") for name in ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")}
    if any(oidc.values()) and not all(oidc.values()):
        lacking = ", ".join(PREFIX + name for name, value in oidc.items() if not value)
        raise ConfigError(f"environment: expected {lacking} beside the other settings of sign-in, got none")
    smtp, sender = values.get("SMTP_URL", ""), values.get("MAIL_FROM", "")
    if bool(smtp) != bool(sender):
        raise ConfigError(f"environment: expected {PREFIX}SMTP_URL and {PREFIX}MAIL_FROM together, got one of them")
    if smtp and (urlsplit(smtp).scheme not in ("smtp", "smtps") or not urlsplit(smtp).hostname):
        raise ConfigError(f"{PREFIX}SMTP_URL: expected smtp://… or smtps://…, got another form")
    return DeskSettings(
        url=check_url(values["DESK_URL"], "address of the desk") if values.get("DESK_URL") else "",
        smtp_url=smtp,
        mail_from=sender,
        oidc_issuer=check_url(oidc["OIDC_ISSUER"], "sign-in provider") if oidc["OIDC_ISSUER"] else "",
        oidc_client_id=oidc["OIDC_CLIENT_ID"],
        oidc_client_secret=oidc["OIDC_CLIENT_SECRET"],
    )


def read_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return our own variables, without their prefix.

    Raises:
        ConfigError: If one is unknown: a misspelt one would silently do nothing.
    """
    ours = {name.removeprefix(PREFIX): value for name, value in environ.items() if name.startswith(PREFIX)}
    unknown = sorted(set(ours) - set(KNOWN))
    if unknown:
        names = ", ".join(PREFIX + name for name in unknown)
        raise ConfigError(f"environment: expected only {', '.join(PREFIX + name for name in KNOWN)}, got {names}")
    return ours


def check_url(url: str, what: str = "portal address") -> str:
    """Return an address without a slash at its end; plain http is for this machine alone.

    Raises:
        ConfigError: If it is none.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url.rstrip("/")
    if parts.scheme == "http" and parts.hostname and is_loopback(parts.hostname):
        return url.rstrip("/")
    raise ConfigError(f"{what}: expected https://… (http:// only on this machine), got {url!r}")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
