"""Files that every page needs, from a list of names; and whether the desk is up."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse
from starlette.responses import Response

STATIC: Final = {"base.css": "base.css", "desk.css": "desk/desk.css"}
"""What may be asked for, and where it lies: style sheets."""
KIND: Final = "text/css; charset=utf-8"
KEPT: Final = "private, max-age=600"

router = APIRouter()


def load_static(folder: Path) -> dict[str, tuple[bytes, str]]:
    """Return the files of the folder of templates by name, each with its tag."""
    found = {name: (folder / path).read_bytes() for name, path in STATIC.items()}
    return {name: (data, f'"{sha256(data).hexdigest()[:32]}"') for name, data in found.items()}


@router.get("/static/{name}", name="static")
def send_static(request: Request, name: str) -> Response:
    """Return a file of the list."""
    found = request.app.state.static.get(name)
    if found is None:
        raise HTTPException(404)
    data, tag = found
    headers = {"Cache-Control": KEPT, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=KIND, headers=headers)


@router.get("/health", name="health")
def tell_health(request: Request) -> Response:
    """Return whether the desk reaches its records."""
    with request.app.state.desk.database.read():
        return PlainTextResponse("ok\n")
