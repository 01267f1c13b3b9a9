"""One visit: who asks for what, in which language, by which form; and how it is answered.

Every route takes a `Here`. Before the route's own code runs, the visit is let in: session, rule, limit of writing and
the form's token are checked, in this order. So a page has only to ask what the visit may do (`visit.roles`).

In a template: `visit`, `words`, `t` (a sentence), `tn` (one with a count), `tell` (names and formats), `language`,
`languages`; a form holds `{{ visit.hidden("/where/it/is/sent") }}`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.responses import Response

from district_reports.desk import forms
from district_reports.desk.answers import SignInNeeded, TooManyError
from district_reports.desk.cookies import SESSION, VISITOR, cookie_of, make_visitor, set_cookie
from district_reports.desk.desk import Desk
from district_reports.desk.limits import Limit, name_client
from district_reports.desk.objects import find_scope, read_quarter
from district_reports.desk.reading import read_form
from district_reports.desk.rules import RULES, Rule
from district_reports.desk.sessions import Session, digest_of, find_session, see_session
from district_reports.desk.templating import Pages
from district_reports.desk.wording import Wording
from district_reports.model import Person, Role
from district_reports.periods import Quarter
from district_reports.render.i18n import Words

MESSAGE: Final = "message"
"""Name in the address of what a page tells after a form: a key of the catalogue below `desk.message.`, never a text."""


@dataclass
class Visit:
    """One request, let in."""

    request: Request
    desk: Desk
    pages: Pages
    words: Words
    now: datetime
    rule: Rule
    session: Session | None = None
    form: forms.Form = field(default_factory=forms.Form)
    roles: tuple[Role, ...] = ()
    """In which the person may use this route for this object."""
    scope: str = ""
    """Of the object: a district, a tag, an organisation; empty: it has none."""
    quarter: Quarter | None = None
    """The path's."""
    new_visitor: str = ""
    """A cookie to be set for a visitor who has not signed in: what their forms are bound to."""

    @property
    def person(self) -> Person:
        """Who asks; only on pages behind signing in."""
        if self.session is None:
            raise HTTPException(401)
        return self.session.person

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody has signed in."""
        return self.session is not None

    @property
    def wording(self) -> Wording:
        """Names and formats in the visit's language."""
        return Wording(self.words, self.desk.settings)

    @property
    def today(self) -> date:
        """The day in the city."""
        return self.desk.today

    @property
    def path(self) -> str:
        """The address of this page, without what follows its `?`."""
        return self.request.url.path

    @property
    def message(self) -> str:
        """What the page tells of the form that led to it; empty: nothing."""
        key = f"desk.message.{self.request.query_params.get(MESSAGE, '')}"
        return self.words.text(key) if key in self.words.forms else ""

    def may(self, route: str, scope: str = "") -> bool:
        """Return whether the person may use a route for an object of this scope; templates leave out the rest."""
        return bool(RULES[route].find_roles(self.person, scope)) or (self.is_signed_in and RULES[route].is_free)

    def roles_for(self, route: str, scope: str = "") -> tuple[Role, ...]:
        """Return the roles in which the person may use a route for an object of this scope."""
        return RULES[route].find_roles(self.person, scope) or ()

    def hidden(self, path: str) -> Markup:
        """Return the hidden field that makes a form count: once, and only when it is sent to `path`."""
        return Markup('<input type="hidden" name="{}" value="{}">').format(forms.TOKEN, self.token(path))

    def token(self, path: str) -> str:
        """Return the token of a form that is sent to `path`."""
        return forms.make_token(self.desk.key, self.binding, path, self.now)

    @property
    def binding(self) -> str:
        """What the visit's forms are bound to."""
        if self.session is not None:
            return self.session.digest
        return digest_of(self.new_visitor or cookie_of(self.request, self.desk, VISITOR))

    def render(self, template: str, /, *, status_code: int = 200, **context: Any) -> HTMLResponse:
        """Return a page.

        Args:
            template: Its name below `templates/desk/`.
            status_code: 200, or what went wrong.
            context: What the template names beside what every template has.

        Raises:
            RenderError: If the template is broken.
        """
        if self.session is None and not self.new_visitor and not cookie_of(self.request, self.desk, VISITOR):
            self.new_visitor = make_visitor()
        html = self.pages.render(template, self.words, visit=self, token=self.token, **context)
        response = HTMLResponse(html, status_code=status_code)
        self.keep_visitor(response)
        return response

    def redirect(self, path: str, *, message: str = "") -> RedirectResponse:
        """Return the answer to a form that was taken: another page of the desk, and what it tells.

        Args:
            path: From `/`; may end with `#part`.
            message: End of a key `desk.message.…`.
        """
        before, mark, part = path.partition("#")
        if message:
            before += ("&" if "?" in before else "?") + urlencode({MESSAGE: message})
        return RedirectResponse(f"{before}{mark}{quote(part)}", status_code=303)

    def require_client_rate(self) -> None:
        """Count one more try to sign in from the machine that asks.

        Raises:
            TooManyError: If it is one too many.
        """
        host = self.request.client.host if self.request.client else ""
        self.require_rate("client", name_client(host), self.desk.limits.client)

    def require_rate(self, what: str, key: str, limit: Limit) -> None:
        """Count one more of what is limited.

        Raises:
            TooManyError: If it is one too many.
        """
        wait = self.request.app.state.counter.take(f"{what} {key}", limit, self.now)
        if wait:
            raise TooManyError(wait)

    def keep_visitor(self, response: Response) -> None:
        """Set the cookie of a visitor who has none yet."""
        if self.new_visitor:
            set_cookie(response, self.desk, VISITOR, self.new_visitor)


def begin_visit(request: Request) -> Visit:
    """Find out who asks and whether they may, before anything that they send is read.

    Raises:
        SignInNeeded: On a page that is behind signing in, without a session.
        HTTPException: 401 for a form without a session; 404 where there is no such object for this person; 403 where it
            may not be used so.
        TooManyError: If the session, or the machine of somebody who has not signed in, sends forms too fast.
    """
    desk: Desk = request.app.state.desk
    pages: Pages = request.app.state.pages
    rule = RULES[request.scope["route"].name]
    wanted = pages.choose(request.query_params.get("language", ""), request.headers.get("accept-language", ""))
    visit = Visit(request, desk, pages, wanted, desk.clock(), rule)
    request.state.visit = visit
    if not rule.is_public:
        with desk.database.read() as connection:
            _let_in(visit, connection)
    if request.method == "POST":
        if visit.session is None:
            visit.require_client_rate()
        else:
            visit.require_rate("form", visit.session.digest, desk.limits.session)
    return visit


async def read_sent(request: Request, visit: Annotated[Visit, Depends(begin_visit)]) -> AsyncIterator[forms.Form]:
    """Give the form that a visit sends; an empty one for a page. Its files are closed when the answer is sent.

    Raises:
        HTTPException: 400 for a form that cannot be read; 415 for something else.
    """
    if request.method != "POST":
        yield forms.Form()
        return
    try:
        yield await read_form(request, takes_files=visit.rule.takes_files)
    finally:
        # A form that is refused may have brought files too.
        await request.close()


def open_visit(visit: Annotated[Visit, Depends(begin_visit)], form: Annotated[forms.Form, Depends(read_sent)]) -> Visit:
    """Let a visit in, with the form it sends.

    Raises:
        HTTPException: 403 where the form is forged; 409 where it was sent before; as `begin_visit` where the person may
            no longer do what they might when they began to send it.
    """
    visit.form = form
    if visit.request.method == "POST":
        _take_form(visit)
    elif visit.session is not None and visit.session.needs_seeing:
        with visit.desk.database.begin() as connection:
            see_session(connection, visit.session, visit.now)
    return visit


def _let_in(visit: Visit, connection: Connection) -> None:
    """Find session, object and roles of a visit, by its rule."""
    desk, rule = visit.desk, visit.rule
    path = {name: str(value) for name, value in visit.request.path_params.items()}
    token = cookie_of(visit.request, desk, SESSION)
    session = find_session(connection, token, visit.now) if token else None
    scope = find_scope(connection, desk.settings, rule.found, path) if session else None
    if session is None:
        if visit.request.method == "POST":
            raise HTTPException(401)
        raise SignInNeeded(visit.request.url.path)
    visit.session = session
    visit.words = visit.pages.words_of(session.person.language)
    is_right, visit.quarter = read_quarter(path)
    roles = None if scope is None or not is_right else rule.find_roles(session.person, scope)
    if scope is None or roles is None:
        raise HTTPException(404)
    if not roles and not rule.is_free:
        raise HTTPException(403)
    visit.scope, visit.roles = scope, roles


def _take_form(visit: Visit) -> None:
    """Check the token of a form and use it up."""
    desk, token = visit.desk, visit.form.text(forms.TOKEN)
    # A form may come in slowly: what counts is who may do what, and when it is, now that all of it is here.
    visit.now = desk.clock()
    has_binding = visit.session is not None or bool(cookie_of(visit.request, desk, VISITOR))
    try:
        if not has_binding:
            raise forms.ForgedFormError
        forms.require_token(desk.key, visit.binding, visit.request.url.path, token, visit.now)
        with desk.database.begin() as connection:
            if not visit.rule.is_public:
                _let_in(visit, connection)
            forms.use_token(connection, token, visit.now)
            if visit.session is not None and visit.session.needs_seeing:
                see_session(connection, visit.session, visit.now)
    except forms.ForgedFormError:
        raise HTTPException(403) from None
    except forms.ReplayedFormError:
        raise HTTPException(409) from None


Here = Annotated[Visit, Depends(open_visit)]
"""How a route asks for its visit: `def draft(visit: Here, quarter: str, place: str) -> Response`."""
