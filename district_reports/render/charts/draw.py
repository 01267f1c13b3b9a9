"""Draw figures: one compiled chart for each kind, only the data is swapped."""

from __future__ import annotations

from district_reports.config import Language
from district_reports.render.view import Figure


class ChartBook:
    """The compiled charts of one language; make one per process and language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def draw(self, figure: Figure, *, banner: str = "") -> str:
        """Return the figure's picture: an `<svg>` element to be set inline.

        Args:
            figure: What to draw; all its texts are final.
            banner: What the picture must say of itself, such as "Sample data, not real figures"; may be empty.

        Raises:
            RenderError: If the picture cannot be drawn.
        """
        raise NotImplementedError
