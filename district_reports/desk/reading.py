"""Reading a form: bounded in size, fields and files; anything that is none is refused."""

from __future__ import annotations

import re
from typing import Final

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile

from district_reports.desk.forms import Form

MOST_FIELDS: Final = 200
MOST_FILES: Final = 1
_CHARSET: Final = re.compile(r"charset(?!\s*=\s*\"?utf-?8\"?\s*(?:;|$))")
_KINDS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


async def read_form(request: Request, *, takes_files: bool) -> Form:
    """Return the form that a request brings; an empty one where it brings nothing.

    Args:
        request: With its body unread.
        takes_files: Whether it may hold one.

    Raises:
        HTTPException: 400 for a form that cannot be read; 415 for something else.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind:
        return Form()
    if kind not in _KINDS:
        raise HTTPException(415)
    if _CHARSET.search(request.headers.get("content-type", "").lower()):
        # A coding that a browser never sends could write what no text holds, such as one half of a letter.
        raise HTTPException(400)
    # Its own errors about what it cannot read are of 400.
    found = await request.form(max_files=MOST_FILES if takes_files else 0, max_fields=MOST_FIELDS)
    texts: dict[str, list[str]] = {}
    files: dict[str, UploadFile] = {}
    for name, value in found.multi_items():
        if isinstance(value, str):
            texts.setdefault(name, []).append(value)
        else:
            files[name] = value
    return Form({name: tuple(values) for name, values in texts.items()}, files)
