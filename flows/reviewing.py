"""What a draft takes from the log of review: notes, who has seen it, who missed the deadline."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from district_reports.database import Database
from district_reports.dossier import canonical_json
from district_reports.errors import StoreError
from district_reports.model import Review, ReviewTaken
from district_reports.periods import Quarter
from district_reports.review.freezing import take_review
from district_reports.settings import Settings
from district_reports.store import Store
from flows.records import DraftRequest


def keep_review(settings: Settings, request: DraftRequest, store: Store, database: Database) -> None:
    """Keep what the reports of the quarter tell of their own review, as the log has it now.

    Raises:
        DatabaseError: If the log cannot be read.
        StoreError: If it cannot be kept.
    """
    quarter = Quarter.parse(request.quarter)
    with database.read() as connection:
        taken = take_review(connection, settings, quarter, request.as_of, is_frozen=request.is_frozen)
    store.save_review(quarter, canonical_json(taken))


def find_reviews(store: Store, request: DraftRequest) -> tuple[Mapping[str, Review], str]:
    """Return what was last kept, by place, and its digest; nothing and an empty one where nothing was.

    Raises:
        StoreError: If it is not what this program writes.
    """
    quarter = Quarter.parse(request.quarter)
    found = store.load_review(quarter)
    if found is None:
        return {}, ""
    data, digest = found
    try:
        taken = ReviewTaken.model_validate_json(data)
    except ValidationError as error:
        raise StoreError(f"review of {quarter}: expected what a draft kept, got {error}", path=store.root) from error
    return taken.places, digest
