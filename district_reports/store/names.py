"""Names that become file names: refused if they could lead out of their folder."""

from __future__ import annotations

import re
from pathlib import Path

from district_reports.errors import StoreError

_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def require_name(name: str, folder: Path) -> str:
    """Return a name that is safe as the name of one file or folder.

    Raises:
        StoreError: If it has other characters than letters, digits, `_`, `-` and `.`, or begins with `-` or `.`.
    """
    if _SAFE.fullmatch(name) is None:
        raise StoreError(f"{folder}: expected a name of letters, digits, '_', '-' and '.', got {name!r}", path=folder)
    return name
