"""Foreign errors, one by one, and what each becomes."""

import io
import ssl
from typing import Any

import pytest
import requests
import urllib3

from district_reports.sources.http import Body, redacted, told
from district_reports.sources.patience import Clock, Trouble

POOL = urllib3.HTTPConnectionPool("127.0.0.1")

FOREIGN: list[tuple[BaseException, str]] = [
    (requests.exceptions.ConnectTimeout(), "no connection in time"),
    (requests.exceptions.ReadTimeout(), "silence for too long"),
    (requests.exceptions.SSLError(), "no trusted certificate"),
    (requests.exceptions.ProxyError(), "a connection that failed or was dropped"),
    (requests.exceptions.ConnectionError(), "a connection that failed or was dropped"),
    (requests.exceptions.ChunkedEncodingError(), "a reply that broke off (ChunkedEncodingError)"),
    (requests.exceptions.InvalidHeader(), "a reply that broke off (InvalidHeader)"),
    (urllib3.exceptions.ReadTimeoutError(POOL, "/", "x"), "silence for too long"),
    (urllib3.exceptions.ProtocolError(), "a reply that broke off (ProtocolError)"),
    (urllib3.exceptions.IncompleteRead(1, 2), "a reply that broke off (IncompleteRead)"),
    (urllib3.exceptions.DecodeError(), "a body whose compression is broken"),
    (ConnectionResetError(), "a reply that broke off (ConnectionResetError)"),
    (ssl.SSLError(), "a reply that broke off (SSLError)"),
]


@pytest.mark.parametrize(("error", "words"), FOREIGN, ids=lambda value: type(value).__name__)
def test_every_foreign_error_has_words_of_ours(error: BaseException, words: str) -> None:
    assert told(error) == words


class Raw:
    """What urllib3 gives: here, pieces or errors in a row."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = list(pieces)
        self.is_closed = False

    def read1(self, size: int, decode_content: bool) -> bytes:
        if not self.pieces:
            return b""
        piece = self.pieces.pop(0)
        if isinstance(piece, Exception):
            raise piece
        if len(piece) > size:
            self.pieces.insert(0, piece[size:])
        return piece[:size]

    def close(self) -> None:
        self.is_closed = True


def body(raw: Raw, limit: int = 1000, seconds: float = 10.0, tick: float = 0.0) -> Body:
    """A body; each look at the clock moves it on by `tick` seconds."""
    now = [0.0]

    def monotonic() -> float:
        now[0] += tick
        return now[0]

    response: Any = requests.Response()
    response.raw = raw
    return Body(response, Clock(monotonic=monotonic), seconds, limit)


def test_a_body_is_read_whole_and_closed() -> None:
    raw = Raw(b"ab", b"c")
    assert body(raw).read_all() == b"abc"
    assert raw.is_closed


def test_a_body_is_a_file() -> None:
    with io.BufferedReader(body(Raw(b"a" * 10, b"b" * 10)), 4) as file:
        assert file.read(12) == b"aaaaaaaaaabb"
        assert file.read() == b"b" * 8


@pytest.mark.parametrize(
    "error", [error for error, _ in FOREIGN if isinstance(error, urllib3.exceptions.HTTPError | OSError)]
)
def test_an_error_in_the_middle_is_a_trouble_and_remembered(error: Exception) -> None:
    raw = Raw(b"ab", error)
    read = body(raw)
    with pytest.raises(Trouble):
        read.read_all()
    assert raw.is_closed
    assert str(read.trouble) == told(error)


def test_a_trickle_ends_at_the_deadline() -> None:
    with pytest.raises(Trouble, match="only a trickle"):
        body(Raw(*[b"x"] * 100), seconds=5, tick=0.1).read_all()


def test_a_flood_ends_at_its_bound() -> None:
    with pytest.raises(Trouble, match="far too long"):
        body(Raw(*[b"x" * 100] * 100), limit=1000).read_all()


@pytest.mark.parametrize("secret", ["s3cret", b"s3cret"])
def test_a_token_is_redacted(secret: str | bytes) -> None:
    assert redacted("a s3cret b s3cret", secret) == "a [app token] b [app token]"


@pytest.mark.parametrize("secret", [None, "", b""])
def test_without_a_token_nothing_is_redacted(secret: str | bytes | None) -> None:
    assert redacted("a b", secret) == "a b"
