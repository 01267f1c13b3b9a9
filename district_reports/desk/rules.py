"""Who may use which route: one rule for each, by the route's name.

A route without a rule stops the application at its start. Where the object of a route is not to be seen by a person the
answer is 404, as if it were not there; where it may be seen and not used so, it is 403. A visitor who has not signed
in is sent to sign in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from district_reports.model import Person, Role


class Reach(StrEnum):
    """How far a role reaches among objects of one kind."""

    ALL = "all"
    OWN = "own"
    """Those of the role's scope: a district, a language."""


class Found(StrEnum):
    """How the scope of a route's object is found."""

    NOTHING = ""
    """The object has none: a release, a list of what one may see."""
    PLACE = "place"
    """The path's `place`."""
    TAG = "tag"
    """The path's `tag`, of a language."""
    ITEM = "item_id"
    """The district of the item that the path's `item_id` names."""
    SESSION = "session_id"
    """The host of the session that the path's `session_id` names."""


Reaches = Mapping[Role, Reach]


@dataclass(frozen=True)
class Rule:
    """Who may use a route."""

    sees: Reaches | None = None
    """Roles for whom the object is there at all; None: everybody who has signed in."""
    acts: Reaches | None = None
    """Of those, who may use the route; None: each of them."""
    found: Found = Found.NOTHING
    is_public: bool = False
    """Without signing in."""
    takes_files: bool = False
    """Forms may be large."""
    fields: tuple[str, ...] = field(default=())
    """What a form may hold beside its token; told by the OpenAPI document."""

    def find_roles(self, person: Person, scope: str) -> tuple[Role, ...] | None:
        """Return the roles in which a person may use the route for an object; None: it is not there for them.

        Args:
            person: Who asks.
            scope: Of the object; empty: it has none.
        """
        if self.is_public or self.sees is None:
            return tuple(dict.fromkeys(grant.role for grant in person.grants))
        if not _reaching(self.sees, person, scope):
            return None
        return _reaching(self.sees if self.acts is None else self.acts, person, scope)

    @property
    def is_free(self) -> bool:
        """Whether no role is asked for."""
        return self.is_public or self.sees is None


def _reaching(reaches: Reaches, person: Person, scope: str) -> tuple[Role, ...]:
    held = (role for role, reach in reaches.items() if person.has(role, None if reach is Reach.ALL else scope))
    return tuple(held)


def _all(*roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, Reach.ALL)


def _own(*roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, Reach.OWN)


_READERS: Final = _all(Role.DATA, Role.PUBLISHER, Role.ADMIN, Role.LANGUAGE)
_DISTRICT: Final = _own(Role.COMMANDER, Role.COUNCIL)
_DRAFT: Final = {**_READERS, **_DISTRICT}
_COMMENTING: Final = {**_all(Role.DATA, Role.PUBLISHER, Role.LANGUAGE), **_DISTRICT}
_LANGUAGE: Final = _all(Role.LANGUAGE, Role.DATA, Role.PUBLISHER, Role.ADMIN)
_ITEMS: Final = {**_all(Role.DATA, Role.PUBLISHER, Role.ADMIN), **_DISTRICT}
_ITEM_LIST: Final = _all(*_ITEMS)
_SESSIONS: Final = {**_all(Role.DATA, Role.PUBLISHER, Role.ADMIN), **_own(Role.HOST)}

_PUBLIC: Final = Rule(is_public=True)
_DECIDING: Final = ("role", "digest", "verdict", "remarks")
_STEP: Final = ("version", "status", "on", "evidence", "measure_id", "owner", "due_on", "looked")
"""Beside the words, which have a field for each language."""

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        # Signing in, and what needs none.
        "sign_in": _PUBLIC,  # GET /sign-in
        "send_link": Rule(is_public=True, fields=("email", "next")),  # POST /sign-in
        "link": _PUBLIC,  # GET /sign-in/{token}
        "use_link": Rule(is_public=True, fields=("next",)),  # POST /sign-in/{token}
        "oidc_start": _PUBLIC,  # GET /oidc/start
        "oidc_callback": _PUBLIC,  # GET /oidc/callback
        "static": _PUBLIC,  # GET /static/{name}
        "health": _PUBLIC,  # GET /health
        "sign_out": Rule(),  # POST /sign-out
        # Pages of everybody: they show what one may see.
        "home": Rule(),  # GET /
        # A release.
        "releases": Rule(_READERS),  # GET /releases: leads to the newest
        "release": Rule(_READERS),  # GET /releases/{quarter}
        "freeze_page": Rule(_READERS, _all(Role.PUBLISHER)),  # GET /releases/{quarter}/freeze
        "reopen_page": Rule(_READERS, _all(Role.PUBLISHER)),  # GET /releases/{quarter}/reopen
        "freeze": Rule(_READERS, _all(Role.PUBLISHER), fields=("reason", "sure")),  # POST /releases/{quarter}/freeze
        "reopen": Rule(_READERS, _all(Role.PUBLISHER), fields=("reason", "sure")),  # POST /releases/{quarter}/reopen
        # POST /releases/{quarter}/decide
        "decide_release": Rule(_READERS, _all(Role.DATA, Role.PUBLISHER), fields=_DECIDING),
        # A draft: /drafts/{quarter}/{place}
        "draft": Rule(_DRAFT, found=Found.PLACE),  # GET
        "draft_file": Rule(_DRAFT, found=Found.PLACE),  # GET …/files/{language}/{name}
        "comments": Rule(_DRAFT, found=Found.PLACE),  # GET …/comments
        "note": Rule(_DRAFT, found=Found.PLACE),  # GET …/note
        "decisions": Rule(_DRAFT, found=Found.PLACE),  # GET …/decide
        "word": Rule(_DRAFT, found=Found.PLACE),  # GET …/word
        "draft_word": Rule(_DRAFT, found=Found.PLACE),  # GET …/word.docx
        "decide_draft": Rule(_DRAFT, _DISTRICT, Found.PLACE, fields=_DECIDING),  # POST …/decide
        # POST …/note; a text for each language
        "save_note": Rule(_DRAFT, _own(Role.COMMANDER), Found.PLACE, fields=("step", "looked")),
        # POST …/comments
        "add_comment": Rule(
            _DRAFT, _COMMENTING, Found.PLACE, fields=("role", "block_id", "text", "language", "answers")
        ),
        "settle_comment": Rule(_DRAFT, _COMMENTING, Found.PLACE),  # POST …/comments/{comment_id}/settle
        "upload_word": Rule(_DRAFT, _COMMENTING, Found.PLACE, takes_files=True),  # POST …/word
        # A language: /languages/{quarter}/{tag}
        "language": Rule(_LANGUAGE, found=Found.TAG),  # GET
        "decide_language": Rule(_LANGUAGE, _own(Role.LANGUAGE), Found.TAG, fields=_DECIDING),  # POST …/decide
        # The loop.
        "items": Rule(_ITEM_LIST),  # GET /items: shows those that one may see
        "item": Rule(_ITEMS, found=Found.ITEM),  # GET /items/{item_id}
        # POST /items/{item_id}
        "add_step": Rule(_ITEMS, {**_all(Role.DATA), **_own(Role.COMMANDER)}, Found.ITEM, fields=_STEP),
        # What became of sessions.
        "sessions": Rule(_all(*_SESSIONS)),  # GET /sessions/{quarter}: shows those that one may see
        # POST /sessions/{quarter}/{session_id}/object
        "object": Rule(_SESSIONS, _own(Role.HOST), Found.SESSION, fields=("remarks", "digest", "verdict")),
        # People and log.
        "log": Rule(_all(Role.ADMIN)),  # GET /log
        "people": Rule(_all(Role.ADMIN)),  # GET /people
        "person": Rule(_all(Role.ADMIN)),  # GET /people/{person_id}
        "add_person": Rule(_all(Role.ADMIN), fields=("name", "email", "language")),  # POST /people
        # POST /people/{person_id}: grant, revoke, keep out, let in, end sessions, link
        "change_person": Rule(_all(Role.ADMIN), fields=("step", "role", "scope", "host")),
    }
)
"""One rule for each route, by its name."""
