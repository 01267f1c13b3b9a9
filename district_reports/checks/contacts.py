"""Whether our list of stations agrees with the city's."""

from __future__ import annotations

from collections.abc import Mapping

from district_reports.checks.messages import shortened
from district_reports.model import CheckResult, Contact


def check_contacts(
    ours: Mapping[str, Contact], theirs: Mapping[str, Contact], *, source_id: str = ""
) -> list[CheckResult]:
    """Return where our list of stations differs from the source's; remarks, one for each district of ours.

    Case, spaces and punctuation do not count, nor do zeros before a district's number.

    Args:
        ours: Contacts of the config, by district.
        theirs: Contacts of the source, by district as the source writes it; others than ours are not looked at.
        source_id: The source of `theirs`.
    """
    listed = {district_id.lstrip("0"): contact for district_id, contact in theirs.items()}
    results = []
    for district_id, contact in ours.items():
        other = listed.get(district_id.lstrip("0"))
        differing = [
            name
            for name in ("name", "address", "phone")
            if other is None or _folded(getattr(contact, name)) != _folded(getattr(other, name))
        ]
        results.append(
            CheckResult(
                check_id=f"contact_{district_id}",
                passed=not differing,
                required=False,
                expected="; ".join(shortened(getattr(contact, name)) for name in differing) or "as in our list",
                got=("; ".join(shortened(getattr(other, name)) for name in differing) or "the same")
                if other
                else "no such station",
                source_id=source_id,
            )
        )
    return results


def _folded(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
