"""Where real rows lie, if there are any: never in this repository, since they are not ours to publish.

Tests and benchmarks that use them skip with a reason where the folder is absent.
"""

import os
from pathlib import Path

REAL_DATA = Path(os.environ.get("REAL_DATA_DIR", Path(__file__).parents[2] / "shared" / "data"))
REAL_CRIMES = REAL_DATA / "crimes"

SOURCE_DOCUMENTS = REAL_DATA.parent / "mission" / "seeds"
"""The documents the engagement register was made from: as text, beside the rows."""


def find_document(number: str) -> Path | None:
    """Return the document of that number, such as `000`; None where it is not here."""
    return next(iter(sorted(SOURCE_DOCUMENTS.glob(f"{number}_*.txt"))), None)
