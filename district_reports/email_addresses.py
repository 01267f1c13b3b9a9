"""What counts as an e-mail address: one answer for people of the desk, lists of readers, and the contact of the site.

ASCII alone: not every mail server takes more, and letters of other scripts can be made to look like, or fold into,
those of an address that somebody else has.
"""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 254
_WORD: Final = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"(?=[^@]{{1,64}}@){_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})+")


def is_address(text: str) -> bool:
    """Return whether a text is an e-mail address and nothing else."""
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None


def fold_address(text: str) -> str:
    """Return what was typed as an address as it is compared; empty where it is none."""
    trimmed = text.strip()
    return trimmed.lower() if is_address(trimmed) else ""
