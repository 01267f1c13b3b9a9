"""Signing in by an OpenID Connect provider: discovery, code flow with PKCE, state, nonce.

What the provider tells is believed only when its signature, issuer, audience, time and nonce are right; a person is
known by an e-mail address that the provider has verified. Nothing is kept between start and return: the state is a
token sealed for the visitor's cookie, good once; nonce and verifier are derived from it by the desk's key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import threading
from typing import Any, Final

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fastapi import APIRouter, HTTPException, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.responses import RedirectResponse, Response

from district_reports.desk import forms
from district_reports.desk.answers import LOGGER, render_problem
from district_reports.desk.context import Here, Visit
from district_reports.desk.cookies import VISITOR, cookie_of, make_visitor
from district_reports.desk.desk import Desk
from district_reports.desk.sessions import forget_sessions, start_session
from district_reports.desk.signing_in import local_path, welcome
from district_reports.environment import check_url
from district_reports.errors import DistrictReportsError
from district_reports.model import Person
from district_reports.review.people import find_person

CALLBACK: Final = "/oidc/callback"
WAY: Final = "oidc"
PROVIDER: Final = "provider"
"""Words of every refusal: none tells whether an address is known."""
_SCOPE: Final = "openid email"
_WAIT: Final = 10
"""Seconds for each question to the provider."""
_LEEWAY: Final = 30
"""Seconds by which its clock may differ."""
_SIGNED_BY: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Never "none", never a shared secret."""

router = APIRouter()


class ProviderError(DistrictReportsError):
    """The provider could not be reached, or what it tells cannot be believed."""


class Provider:
    """The provider of a desk; asked for its addresses when it is first needed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._found: dict[str, Any] | None = None
        self._lock = threading.Lock()

    @property
    def is_on(self) -> bool:
        """Whether people sign in by a provider."""
        return bool(self._desk.settings.desk.oidc_issuer)

    def start(self, state: str) -> str:
        """Return the provider's address to which a visitor is sent.

        Raises:
            ProviderError: If the provider cannot be reached, or describes itself wrongly.
        """
        challenge = create_s256_code_challenge(self._derive("verifier", state))
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._describe()["authorization_endpoint"],
                state=state,
                nonce=self._derive("nonce", state),
                code_challenge=challenge,
                code_challenge_method="S256",
            )
        return str(url)

    def read_email(self, state: str, code: str) -> str:
        """Return the verified e-mail address of whoever came back with a code.

        Raises:
            ProviderError: If the provider cannot be reached, or what it tells cannot be believed.
        """
        described = self._describe()
        try:
            with self._session() as session:
                token = session.fetch_token(
                    described["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=self._derive("verifier", state),
                    timeout=_WAIT,
                )
                claims = self._read_claims(str(token.get("id_token", "")), described, state)
                if "email" not in claims and described.get("userinfo_endpoint"):
                    claims = self._ask_more(session, described["userinfo_endpoint"], claims)
        except (AuthlibBaseError, JoseError, requests.RequestException, ValueError, KeyError, TypeError) as error:
            raise _problem(error) from error
        email = claims.get("email")
        if claims.get("email_verified") is not True or not isinstance(email, str):
            raise ProviderError("provider: expected a verified e-mail address, got none")
        return email

    def _read_claims(self, id_token: str, described: dict[str, Any], state: str) -> dict[str, Any]:
        answer = requests.get(described["jwks_uri"], timeout=_WAIT)
        answer.raise_for_status()
        found = jwt.decode(id_token, KeySet.import_key_set(answer.json()), algorithms=_SIGNED_BY)
        desk = self._desk.settings.desk
        rules = jwt.JWTClaimsRegistry(
            now=lambda: int(self._desk.clock().timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": described["issuer"]},
            aud={"essential": True, "value": desk.oidc_client_id},
            nonce={"essential": True, "value": self._derive("nonce", state)},
            exp={"essential": True},
            sub={"essential": True},
        )
        rules.validate(found.claims)
        if found.claims.get("azp", desk.oidc_client_id) != desk.oidc_client_id:
            raise ProviderError("provider: expected a token for this desk, got one for another program")
        return dict(found.claims)

    def _ask_more(self, session: OAuth2Session, url: str, claims: dict[str, Any]) -> dict[str, Any]:
        answer = session.get(url, timeout=_WAIT)
        answer.raise_for_status()
        more = answer.json()
        if more.get("sub") != claims["sub"]:
            raise ProviderError("provider: expected to be told of who signed in, got somebody else")
        return dict(more)

    def _describe(self) -> dict[str, Any]:
        """Return the provider's own description, asked for once."""
        with self._lock:
            if self._found is None:
                self._found = _discover(self._desk.settings.desk.oidc_issuer)
            return self._found

    def _session(self) -> OAuth2Session:
        desk = self._desk.settings.desk
        return OAuth2Session(
            desk.oidc_client_id,
            desk.oidc_client_secret,
            scope=_SCOPE,
            redirect_uri=f"{self._desk.url}{CALLBACK}",
        )

    def _derive(self, what: str, state: str) -> str:
        return hmac.new(self._desk.key, f"{what}\0{state}".encode(), hashlib.sha256).hexdigest()


@router.get("/oidc/start", name="oidc_start")
def start(visit: Here, request: Request) -> Response:
    """Send a visitor to the provider."""
    provider: Provider = request.app.state.provider
    if not provider.is_on:
        raise HTTPException(404)
    visit.require_client_rate()
    if not cookie_of(request, visit.desk, VISITOR):
        visit.new_visitor = make_visitor()
    state = make_state(visit, local_path(request.query_params.get("next", "")))
    try:
        url = provider.start(state)
    except ProviderError as error:
        LOGGER.error("%s", error)
        return render_problem(request, 503, word=PROVIDER)
    response = RedirectResponse(url, status_code=303)
    visit.keep_visitor(response)
    return response


@router.get(CALLBACK, name="oidc_callback")
def come_back(visit: Here, request: Request) -> Response:
    """Take a visitor who comes back from the provider."""
    provider: Provider = request.app.state.provider
    if not provider.is_on:
        raise HTTPException(404)
    visit.require_client_rate()
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    try:
        path = _use_state(visit, state)
        person = _find_person(visit, provider.read_email(state, code)) if code else None
    except (forms.ForgedFormError, forms.ReplayedFormError):
        return render_problem(request, 403, word=PROVIDER)
    except ProviderError as error:
        LOGGER.warning("%s", error)
        return render_problem(request, 403, word=PROVIDER)
    if person is None:
        return render_problem(request, 403, word=PROVIDER)
    with visit.desk.database.begin() as connection:
        cookie = start_session(connection, person, at=visit.now, way=WAY)
        forget_sessions(connection, visit.now)
        forms.forget_forms(connection, visit.now)
    return welcome(visit, cookie, path)


def make_state(visit: Visit, path: str) -> str:
    """Return the state of one way to the provider and back: who may come back, until when, and where to then."""
    token = forms.make_token(visit.desk.key, visit.binding, f"{CALLBACK} {path}", visit.now)
    return f"{token}~{base64.urlsafe_b64encode(path.encode()).decode()}"


def _use_state(visit: Visit, state: str) -> str:
    """Use a state up and return where to go.

    Raises:
        ForgedFormError: If it was not made for this visitor.
        ReplayedFormError: If it was used before.
    """
    token, _, coded = state.partition("~")
    try:
        path = base64.urlsafe_b64decode(coded.encode()).decode()
    except (binascii.Error, UnicodeError):
        raise forms.ForgedFormError from None
    if not cookie_of(visit.request, visit.desk, VISITOR):
        raise forms.ForgedFormError
    forms.require_token(visit.desk.key, visit.binding, f"{CALLBACK} {path}", token, visit.now)
    with visit.desk.database.begin() as connection:
        forms.use_token(connection, token, visit.now)
    return local_path(path)


def _find_person(visit: Visit, email: str) -> Person | None:
    with visit.desk.database.read() as connection:
        person = find_person(connection, email=email)
    return person if person is not None and person.is_active else None


def _discover(issuer: str) -> dict[str, Any]:
    """Return what a provider tells of itself.

    Raises:
        ProviderError: If it cannot be reached, names another issuer, or addresses that are not safe.
    """
    try:
        answer = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=_WAIT)
        answer.raise_for_status()
        found = dict(answer.json())
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            check_url(str(found[name]), name)
    except (requests.RequestException, ValueError, KeyError, TypeError, DistrictReportsError) as error:
        raise _problem(error) from error
    # Some are named with a stroke at the end; their tokens then say the same, to the letter.
    if str(found.get("issuer", "")) not in (issuer, f"{issuer}/"):
        raise ProviderError("provider: expected to be named as it is set, got another issuer")
    return found


def _problem(error: Exception) -> ProviderError:
    # Neither token nor secret: only which kind of trouble it was.
    return ProviderError(f"provider: expected a sound answer, got {type(error).__name__}")
