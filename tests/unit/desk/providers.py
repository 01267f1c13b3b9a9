"""A provider that says what a test wants: the shapes of OpenID Connect, over HTTP on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

CLIENT, SECRET = "desk", "a secret of the desk"


@dataclass
class Scripted:
    """What the provider says; a test changes it."""

    issuer: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    signing_key: Any = None
    """Another one than it shows."""
    algorithm: str = "ES256"
    claims: dict[str, Any] = field(default_factory=dict)
    """Over the right ones; None leaves one out."""
    described: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] | None = None
    """Of `userinfo`."""
    code: str = "a-code"
    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)
    """Forms sent to the token endpoint."""
    nonce: str = ""
    now: int = 0

    def describe(self) -> dict[str, Any]:
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        found = {"issuer": self.issuer, **{name: self.issuer + path for name, path in paths.items()}}
        return {**found, "userinfo_endpoint": f"{self.issuer}/userinfo", **self.described}

    def make_token(self) -> str:
        right = {"iss": self.issuer, "aud": CLIENT, "sub": "u1", "nonce": self.nonce, "iat": self.now}
        right |= {"exp": self.now + 300, "email": "known@city.example", "email_verified": True}
        claims = {name: value for name, value in {**right, **self.claims}.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        return jwt.encode(header, claims, self.signing_key or self.key, algorithms=[self.algorithm])


def _handler_of(script: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers: dict[str, Any] = {
                "/.well-known/openid-configuration": script.describe(),
                "/jwks": {"keys": [script.key.as_dict(private=False)]},
                "/userinfo": script.more,
            }
            self._answer(answers.get(urlsplit(self.path).path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            script.asked.append({**sent, "authorization": self.headers.get("Authorization", "")})
            if sent.get("code") != script.code:
                self._answer({"error": "invalid_grant"}, 400)
                return
            self._answer({"access_token": "t", "token_type": "Bearer", "id_token": script.make_token()})

        def _answer(self, found: Any, status: int = 0) -> None:
            data = json.dumps(found).encode()
            self.send_response(status or script.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: object) -> None:
            return

    return Handler


@contextmanager
def open_provider() -> Iterator[Scripted]:
    """Give a provider that listens on loopback."""
    script = Scripted()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(script))
    script.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield script
    server.shutdown()
    thread.join()
    server.server_close()


SHARED = OctKey.import_key(SECRET.ljust(32, "."))
