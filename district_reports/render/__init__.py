"""Dossier and language -> files: sentences, charts, HTML, print."""
