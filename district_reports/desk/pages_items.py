"""Feedback items of the districts a person works for: a list, one item with its history, and the next step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from district_reports.desk.context import Here, Visit
from district_reports.desk.item_forms import PROMISE, PROMISE_REST, ItemForm, begin_form, find_ids, load_sent, read_form
from district_reports.desk.typed_forms import Wrong, tell_wrongs
from district_reports.desk.wording import LOCAL_ROLES
from district_reports.errors import ConflictError, RuleError
from district_reports.feedback.ledger import load_history, load_item, load_items, load_versions, update_item
from district_reports.feedback.rules import may_follow
from district_reports.feedback.standing import is_overdue
from district_reports.model import CITY, FeedbackItem, Owner, Role, Status, Step, Text
from district_reports.review import log

router = APIRouter()

ROWS = 50
"""Of one page of the list."""
SEEING_ALL = (Role.DATA, Role.PUBLISHER, Role.ADMIN)
LINES = {
    "loop.line.police": "by_police",
    "loop.line.community": "by_community",
    "desk.item.reason": "reason",
    "loop.line.obstacle": "obstacle",
    "loop.line.next": "next_step",
}
BOXES = {
    "by_police": "loop.line.police",
    "by_community": "loop.line.community",
    "reason": "desk.item.reason",
    "obstacle": "loop.line.obstacle",
    "next_step": "loop.line.next",
    "what": "loop.line.promise",
    "target": "loop.line.target",
    "proof": "desk.item.proof",
}
"""Words that the form takes, in each language."""


def own_places(visit: Visit) -> tuple[str, ...]:
    """Return the places whose items the person may see."""
    everywhere = (*visit.desk.settings.district_ids, CITY)
    if any(visit.person.has(role) for role in SEEING_ALL):
        return everywhere
    held = {scope for role in LOCAL_ROLES for scope in visit.person.scopes(role)}
    return tuple(place for place in everywhere if place in held)


@router.get("/items", name="items")
def show_items(visit: Here) -> Response:
    """Show the items of the person's districts."""
    query, words, wording = visit.request.query_params, visit.words, visit.wording
    places = own_places(visit)
    place = query.get("place", "") if query.get("place", "") in places else ""
    status = query.get("status", "") if query.get("status", "") in (*Status, "open") else ""
    page = query.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 0
    found = [
        item
        for item in (load_items(visit.desk.database, districts=(place,) if place else places) if places else ())
        if _has_status(item, status)
    ]
    found.sort(key=lambda item: _order(visit, item))
    rows = found[number * ROWS : (number + 1) * ROWS]
    return visit.render(
        "items.html.j2",
        count=len(found),
        rows=[_row(visit, item) for item in rows],
        # Who works for one place need not read its name in every row.
        places=[("", words.text("desk.items.all_places")), *((one, wording.place(one)) for one in places)]
        if len(places) > 1
        else [],
        statuses=[
            ("", words.text("desk.items.any")),
            ("open", words.text("desk.items.open")),
            *((one.value, words.text(f"loop.status.{one}")) for one in Status),
        ],
        given={"place": place, "status": status},
        address=f"/items?place={place}&status={status}&page=",
        older=number + 1 if len(found) > (number + 1) * ROWS else None,
        newer=number - 1 if number else None,
    )


@router.get("/items/{item_id}", name="item")
def show_item(visit: Here, item_id: str) -> Response:
    """Show one item, and to whoever may change it the form for the next step."""
    return _render(visit, item_id)


@router.post("/items/{item_id}", name="add_step")
def add_step(visit: Here, item_id: str) -> Response:
    """Record a step, a promise, or both, under the rules of the loop."""
    sent = load_sent(visit)
    item = _require_item(visit, item_id)
    form: ItemForm = read_form(visit, item, sent)
    if form.wrongs:
        return _render(visit, item_id, sent, form.wrongs, 422)
    try:
        saved = update_item(
            visit.desk.database,
            item_id,
            form.version,
            form.rules,
            by=visit.roles[0].value,
            at=visit.now,
            step=form.step,
            commitment=form.commitment,
        )
    except ConflictError:
        return _render(visit, item_id, sent, (), 409, is_conflict=True)
    except RuleError as error:
        return _render(visit, item_id, sent, tell_wrongs(visit.wording, error, find_ids(visit), "status"), 422)
    content = {"version": saved.version, "status": saved.item.steps[-1].status}
    with visit.desk.database.begin() as connection:
        log.append(
            connection,
            kind="item_changed",
            by=visit.person.person_id,
            at=visit.now,
            subject=f"item/{item_id}",
            content=content,
        )
    return visit.redirect(f"/items/{item_id}", message="item_saved")


def _order(visit: Visit, item: FeedbackItem) -> tuple[bool, bool, str, str]:
    last = item.steps[-1]
    return not is_overdue(item, visit.today), not last.status.is_open, last.on.isoformat(), item.item_id


def _has_status(item: FeedbackItem, wanted: str) -> bool:
    status = item.steps[-1].status
    return not wanted or (status.is_open if wanted == "open" else status == wanted)


def _row(visit: Visit, item: FeedbackItem) -> dict[str, Any]:
    wording = visit.wording
    return {
        "item_id": item.item_id,
        "said": in_language(item.said, visit),
        "place": wording.place(item.district_id),
        "status": visit.words.text(f"loop.status.{item.steps[-1].status}"),
        "is_overdue": is_overdue(item, visit.today),
        "since": wording.day(item.steps[-1].on),
        "due": wording.day(item.commitment.due_on) if item.commitment else "",
    }


def in_language(text: Text, visit: Visit) -> str:
    """Return words in the visitor's language where they stand in it, else as they were written."""
    return text.translations.get(visit.words.language.tag, text.text)


def _said(visit: Visit, item: FeedbackItem) -> dict[str, str]:
    """Return what people said as the page's heading; its language is named where it is not the visitor's."""
    tag = visit.words.language.tag
    is_ours = tag == item.said.language or tag in item.said.translations
    return {"text": in_language(item.said, visit), "lang": "" if is_ours else item.said.language}


def _require_item(visit: Visit, item_id: str) -> FeedbackItem:
    item = load_item(visit.desk.database, item_id)
    if item is None:
        raise HTTPException(404)
    return item


def _render(
    visit: Visit,
    item_id: str,
    sent: Mapping[str, str] | None = None,
    wrongs: tuple[Wrong, ...] = (),
    status: int = 200,
    *,
    is_conflict: bool = False,
) -> Response:
    item = _require_item(visit, item_id)
    words, wording = visit.words, visit.wording
    given = sent or begin_form(visit, item)
    return visit.render(
        "item.html.j2",
        status_code=status,
        item=item,
        said=_said(visit, item),
        place=wording.place(item.district_id),
        heard=words.text("desk.item.heard", day=wording.day(item.heard_on)),
        is_overdue=is_overdue(item, visit.today),
        conflict=is_conflict,
        promise=list(_promise(visit, item)),
        history=list(_history(visit, item)),
        records=[
            {"at": wording.moment(one.recorded_at), "by": _by(visit, one.recorded_by), "what": one.what}
            for one in reversed(load_history(visit.desk.database, item_id))
        ],
        may_change=visit.may("add_step", item.district_id),
        version=load_versions(visit.desk.database)[item_id],
        statuses=_statuses(visit, item),
        boxes=_boxes(visit, given),
        measures=_measures(visit),
        owners=[("", words.text("desk.table.none"))]
        + [(owner, words.text(f"loop.owner.{owner}")) for owner in get_args(Owner)],
        promise_open=any(one.field.partition("-")[0] in (*PROMISE, *PROMISE_REST) for one in wrongs),
        given=given,
        wrongs=wrongs,
    )


def _boxes(visit: Visit, given: Mapping[str, str]) -> dict[str, list[dict[str, str]]]:
    """Return the fields for words, by what the form calls them: one for each language, the reader's own first."""
    words = visit.words
    return {
        name: [
            {
                "field": f"{name}-{one.tag}",
                "name": f"{name}.{one.tag}",
                "tag": one.tag,
                "direction": one.direction,
                "label": words.text("desk.item.in", line=words.text(key), language=words.name(one.name)),
                "text": given[f"{name}.{one.tag}"],
            }
            for one in visit.wording.languages
        ]
        for name, key in BOXES.items()
    }


def _by(visit: Visit, role: str) -> str:
    return visit.wording.role(role) if role in tuple(Role) else visit.words.name(role)


def _statuses(visit: Visit, item: FeedbackItem) -> list[tuple[str, str]]:
    """Return what may come next: no change of status first, so that a promise alone can be set."""
    words, now = visit.words, item.steps[-1].status
    allowed = [status for status in Status if may_follow(now, status) and status is not Status.DONE_DISPUTED]
    return [("", words.text("desk.item.no_step")), *((one.value, words.text(f"loop.status.{one}")) for one in allowed)]


def _measures(visit: Visit) -> list[tuple[str, str]]:
    words = visit.words
    named = [(one, words.text(f"metric.{one}")) for one in visit.desk.metric_ids if f"metric.{one}" in words.forms]
    return [("", words.text("desk.table.none")), *named]


def _promise(visit: Visit, item: FeedbackItem) -> Iterator[dict[str, str]]:
    promise, words = item.commitment, visit.words
    if promise is None:
        return
    for key, text in (("promise", promise.what), ("target", promise.target), ("measure", promise.evidence)):
        if text is not None:
            yield {"label": words.text(f"loop.line.{key}"), "text": in_language(text, visit), "tag": ""}
    if promise.measure_id and f"metric.{promise.measure_id}" in words.forms:
        yield {"label": words.text("loop.line.measure"), "text": words.text(f"metric.{promise.measure_id}"), "tag": ""}
    yield {"label": words.text("loop.line.owner"), "text": words.text(f"loop.owner.{promise.owner}"), "tag": ""}
    yield {"label": words.text("loop.line.due"), "text": visit.wording.day(promise.due_on), "tag": ""}


def _history(visit: Visit, item: FeedbackItem) -> Iterator[dict[str, Any]]:
    """Give the steps and what residents replied, newest first."""
    words, wording = visit.words, visit.wording
    told = [
        (step.on, 0, {"title": words.text(f"loop.status.{step.status}"), "lines": _lines(visit, step)})
        for step in item.steps
    ]
    for reply in item.replies:
        title = words.plural(f"desk.item.{reply.kind}", reply.people)
        remark = reply.remark
        label = words.text("loop.line.replies")
        lines = [{"label": label, "text": in_language(remark, visit), "tag": "", "href": ""}] if remark else []
        told.append((reply.on, 1, {"title": title, "lines": lines}))
    for on, _, one in sorted(told, key=lambda x: (x[0], x[1]), reverse=True):
        yield {**one, "day": wording.day(on)}


def _lines(visit: Visit, step: Step) -> list[dict[str, str]]:
    words, found = visit.words, []
    for key, name in LINES.items():
        text: Text | None = getattr(step, name)
        if text is not None:
            found.append({"label": words.text(key), "text": in_language(text, visit), "tag": "", "href": ""})
    if step.evidence:
        found.append(
            {"label": words.text("loop.line.evidence"), "text": step.evidence, "tag": "", "href": step.evidence}
        )
    return found
