"""The pages behind signing in, in one list."""

from __future__ import annotations

from fastapi import APIRouter

from district_reports.desk import (
    pages_comments,
    pages_decisions,
    pages_drafts,
    pages_home,
    pages_items,
    pages_languages,
    pages_log,
    pages_notes,
    pages_people,
    pages_release,
    pages_sessions,
    pages_word,
)

ROUTERS: tuple[APIRouter, ...] = (
    pages_home.router,
    pages_release.router,
    pages_drafts.router,
    pages_decisions.router,
    pages_comments.router,
    pages_notes.router,
    pages_word.router,
    pages_languages.router,
    pages_items.router,
    pages_sessions.router,
    pages_people.router,
    pages_log.router,
)
"""Routers of the `pages_*` modules."""
