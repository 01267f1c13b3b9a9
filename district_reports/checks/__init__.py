"""Checks on the data of a quarter: what stops a release, and what only gets a remark.

What belongs here: `check_` functions that return what they found and never raise (`rows`, `sums`, `history`,
`contacts`), and the one that raises when a required check failed (`stopping`). What does not: reading or counting;
counts and tables come in as plain values. Names that come from a source are shortened and freed of invisible
characters before they enter a message (`messages`).
"""

from district_reports.checks.contacts import check_contacts
from district_reports.checks.history import check_history, check_jumps, check_volume
from district_reports.checks.messages import shortened
from district_reports.checks.rows import (
    check_complete,
    check_districts,
    check_fresh,
    check_offence_codes,
    check_offence_groups,
    check_offence_types,
    check_source_fresh,
)
from district_reports.checks.stopping import NEVER_EXPLAINED, require_passed
from district_reports.checks.sums import check_sums

__all__ = [
    "NEVER_EXPLAINED",
    "check_complete",
    "check_contacts",
    "check_districts",
    "check_fresh",
    "check_history",
    "check_jumps",
    "check_offence_codes",
    "check_offence_groups",
    "check_offence_types",
    "check_source_fresh",
    "check_sums",
    "check_volume",
    "require_passed",
    "shortened",
]
