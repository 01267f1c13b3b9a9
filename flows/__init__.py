"""The flows and the command line: the only importers of Prefect, the clock and the terminal."""
