"""State of the District: the library behind the quarterly police-district reports.

Nothing here imports Prefect, reads a clock or prints; the environment is read in `settings` alone.
"""

__version__ = "0.1.0"
