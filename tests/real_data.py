"""Where real rows lie, if there are any: never in this repository, since they are not ours to publish.

Tests and benchmarks that use them skip with a reason where the folder is absent.
"""

import os
from pathlib import Path

REAL_DATA = Path(os.environ.get("REAL_DATA_DIR", Path(__file__).parents[2] / "shared" / "data"))
REAL_CRIMES = REAL_DATA / "crimes"
