"""The dossier: all facts of one report, before wording.

Belongs here: putting measures, counts and shapes together, and deciding which direction word each comparison
may carry. Does not belong here: any sentence, any formatted number, any reading of files.
"""

from district_reports.dossier.build import NO_PLACES, build_dossiers
from district_reports.dossier.canonical import canonical_json, canonical_ledger, digest_of, load_dossier
from district_reports.dossier.facts import Extras, Facts, Voices

__all__ = [
    "NO_PLACES",
    "Extras",
    "Facts",
    "Voices",
    "build_dossiers",
    "canonical_json",
    "canonical_ledger",
    "digest_of",
    "load_dossier",
]
