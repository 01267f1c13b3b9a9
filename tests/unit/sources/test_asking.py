"""The client before it asks: addresses, the root logger, the token."""

import logging
from typing import Any

import pytest

from district_reports.errors import ConfigError, FetchError
from district_reports.settings import Settings
from district_reports.sources.asking import Asking
from district_reports.sources.patience import Clock, Patience
from district_reports.sources.socrata import SocrataPortal


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://data.example.org", "data.example.org"),
        ("https://data.example.org/", "data.example.org"),
        ("https://data.example.org:8443", "data.example.org"),
        ("https://name:word@data.example.org/base", "data.example.org"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
    ],
)
def test_the_domain_is_the_host_alone(url: str, domain: str) -> None:
    portal = SocrataPortal(url)
    assert portal.domain == domain
    assert portal.requests == 0
    portal.close()


@pytest.mark.parametrize("url", ["", "data.example.org", "https://", "ftp:data"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="expected https://"):
        SocrataPortal(url)


def test_no_root_logger_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])
    SocrataPortal("https://data.example.org")
    assert logging.root.handlers == []


@pytest.mark.parametrize("error", [Exception("Unknown response format"), AttributeError("no type"), ValueError("cut")])
def test_whatever_sodapy_raises_is_an_error_of_ours(settings: Settings, error: Exception) -> None:
    asking = Asking("https://data.example.org", "", Patience(attempts=2), Clock(sleep=lambda seconds: None))

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise error

    asking._client.get_metadata = broken
    asking._client.get = broken
    source = settings.source("crimes")
    for ask in (
        lambda: asking.metadata(source),
        lambda: asking.rows(source, "rows", list, select="id"),
        lambda: asking.geojson(source, "areas", 5),
    ):
        with pytest.raises(FetchError, match=r"crimes: \w+ at data\.example\.org: expected an answer") as caught:
            ask()
        assert caught.value.source_id == "crimes"
