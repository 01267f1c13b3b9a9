"""How a subject, a requirement and a release stand: every role, verdict, phase and change of bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.config import ReviewRules
from district_reports.errors import LogError
from district_reports.model import (
    Decision,
    Entry,
    Grant,
    Person,
    Phase,
    Requirement,
    Role,
    Standing,
    Verdict,
)
from district_reports.review.log import FIRST
from district_reports.review.standing import (
    find_deadline,
    find_freeze,
    find_phase,
    find_word,
    keep_standing,
    list_decisions,
    list_required,
    list_requirements,
    list_steps,
    release_standing,
    tell_requirement,
)
from district_reports.review.subjects import Subjects
from district_reports.settings import Settings
from district_reports.store import Store
from tests.effort import costly
from tests.unit.review.small_release import AFTER, BEFORE, DEADLINE, QUARTER, subject_of, write_release

NOW, OLD = "n" * 64, "o" * 64
SIGN, RETURN, WITHDRAW = Verdict.SIGN, Verdict.RETURN, Verdict.WITHDRAW
MOMENT = datetime(2026, 10, 12, tzinfo=UTC)


def entry(seq: int, kind: str, by: str = "operator", subject: str = "", **content: Any) -> Entry:
    at = MOMENT + timedelta(minutes=seq)
    sealed = {"previous": FIRST, "digest": FIRST}
    return Entry(seq=seq, at=at, by=by, kind=kind, quarter=str(QUARTER), subject=subject, content=content, **sealed)


def decided(
    seq: int, verdict: Verdict, digest: str, role: Role = Role.COMMANDER, scope: str = "N", by: str = "a", **more: Any
) -> Entry:
    content = {"decision": verdict, "digest": digest, "parts": {}, "role": role, "scope": scope, **more}
    return entry(seq, "decision", by, subject_of(role, scope), **content)


def word_of(entries: Sequence[Entry], role: Role = Role.COMMANDER, scope: str = "N") -> tuple[Standing, int]:
    standing, decision = find_word(list_decisions(entries), role, scope, subject_of(role, scope), NOW)
    return standing, decision.seq if decision else 0


class TestOneSignature:
    @pytest.mark.parametrize(
        ("said", "standing", "seq"),
        [
            ([], Standing.DRAFT, 0),
            ([("a", SIGN, NOW)], Standing.SIGNED, 1),
            ([("a", SIGN, OLD)], Standing.STALE, 1),
            ([("a", RETURN, NOW)], Standing.RETURNED, 1),
            # What was returned is looked at again by whoever returned it, however often it is drafted.
            ([("a", RETURN, OLD)], Standing.RETURNED, 1),
            ([("a", SIGN, NOW), ("a", WITHDRAW, NOW)], Standing.DRAFT, 0),
            ([("a", RETURN, NOW), ("a", WITHDRAW, NOW)], Standing.DRAFT, 0),
            # Taking back leaves nothing standing, not what was said before.
            ([("a", SIGN, NOW), ("a", SIGN, NOW), ("a", WITHDRAW, NOW)], Standing.DRAFT, 0),
            ([("a", SIGN, NOW), ("a", WITHDRAW, NOW), ("a", SIGN, NOW)], Standing.SIGNED, 3),
            ([("a", SIGN, OLD), ("a", SIGN, NOW)], Standing.SIGNED, 2),
            ([("a", RETURN, OLD), ("a", SIGN, NOW)], Standing.SIGNED, 2),
            ([("a", SIGN, NOW), ("a", RETURN, NOW)], Standing.RETURNED, 2),
            # Two who hold the role: one fresh signature is enough.
            ([("a", SIGN, NOW), ("b", SIGN, NOW)], Standing.SIGNED, 2),
            ([("a", SIGN, NOW), ("b", SIGN, OLD)], Standing.SIGNED, 1),
            ([("a", SIGN, OLD), ("b", SIGN, NOW)], Standing.SIGNED, 2),
            ([("a", SIGN, NOW), ("b", SIGN, NOW), ("b", WITHDRAW, NOW)], Standing.SIGNED, 1),
            # The newest word of the role counts: the other one has seen more.
            ([("a", SIGN, NOW), ("b", RETURN, NOW)], Standing.RETURNED, 2),
            ([("a", RETURN, NOW), ("b", SIGN, NOW)], Standing.SIGNED, 2),
            ([("a", SIGN, NOW), ("b", RETURN, NOW), ("b", WITHDRAW, NOW)], Standing.SIGNED, 1),
            ([("a", SIGN, NOW), ("b", RETURN, NOW), ("a", SIGN, NOW)], Standing.SIGNED, 3),
            ([("a", RETURN, NOW), ("b", SIGN, OLD)], Standing.STALE, 2),
        ],
    )
    def test_what_was_said(self, said: list[tuple[str, Verdict, str]], standing: Standing, seq: int) -> None:
        entries = [decided(number, verdict, digest, by=by) for number, (by, verdict, digest) in enumerate(said, 1)]
        assert word_of(entries) == (standing, seq)

    def test_every_course_of_three_words_of_two_people(self) -> None:
        """Against a plain reading of the rule, for all 1,884 courses."""
        words = list(product("ab", Verdict, (NOW, OLD)))
        courses = [course for count in (1, 2, 3) for course in product(words, repeat=count)]
        assert len(courses) == 12 + 144 + 1728
        for course in courses:
            entries = [
                decided(number, verdict, digest, by=by) for number, (by, verdict, digest) in enumerate(course, 1)
            ]
            assert word_of(entries)[0] == plainly(course), course

    @pytest.mark.parametrize(
        "other",
        [
            decided(1, SIGN, NOW, Role.COMMANDER, "S"),
            decided(1, SIGN, NOW, Role.COUNCIL, "N"),
            decided(1, SIGN, NOW, Role.LANGUAGE, "en"),
            decided(1, SIGN, NOW, Role.DATA, ""),
        ],
        ids=["another district", "the council", "a language", "the analyst"],
    )
    def test_a_signature_of_somebody_else_counts_for_nothing(self, other: Entry) -> None:
        assert word_of([other]) == (Standing.DRAFT, 0)


def plainly(course: Sequence[tuple[str, Verdict, str]]) -> Standing:
    """Return the standing by walking through what was said, last word first."""
    heard: set[str] = set()
    first_word: Standing | None = None
    for by, verdict, digest in reversed(course):
        if by in heard:
            continue
        heard.add(by)
        if verdict is WITHDRAW:
            continue
        if verdict is SIGN and digest == NOW and first_word is not Standing.RETURNED:
            return Standing.SIGNED
        first_word = first_word or (Standing.RETURNED if verdict is RETURN else Standing.STALE)
        if verdict is RETURN:
            # Nothing that was said before a return is a signature any more.
            return first_word
    return first_word or Standing.DRAFT


REQUIRED = (
    (Role.DATA, ""),
    (Role.COMMANDER, "N"),
    (Role.COMMANDER, "S"),
    (Role.COMMANDER, "XY"),
    (Role.LANGUAGE, "en"),
    (Role.LANGUAGE, "ar"),
    (Role.PUBLISHER, ""),
)
PHASES: dict[Phase, tuple[str, ...]] = {
    Phase.OPEN: (),
    Phase.SIGNING: ("frozen",),
    Phase.PUBLISHED: ("frozen", "published"),
}


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory, toy: Settings) -> Subjects:
    root = tmp_path_factory.mktemp("standing")
    return write_release(Store.open(root, kind="portal", city_id="toy", domains=("toyville.org",)), toy)


def steps(*kinds: str, start: int = 1, **content: Any) -> list[Entry]:
    return [
        entry(number, kind, **{"manifest": NOW, "version": 1, **content}) for number, kind in enumerate(kinds, start)
    ]


def require(
    toy: Settings,
    entries: Sequence[Entry],
    subjects: Subjects | None,
    today: date = BEFORE,
    people: Sequence[Person] = (),
) -> dict[tuple[Role, str], Requirement]:
    found = list_requirements(toy, entries, people, subjects, today)
    return {(requirement.role, requirement.scope): requirement for requirement in found}


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("is_changed", [False, True], ids=["same bytes", "other bytes"])
@pytest.mark.parametrize("verdict", [None, *Verdict], ids=str)
@pytest.mark.parametrize(("role", "scope"), REQUIRED, ids=str)
def test_each_role_with_each_word_in_each_phase(
    toy: Settings, subjects: Subjects, role: Role, scope: str, verdict: Verdict | None, is_changed: bool, phase: Phase
) -> None:
    """One signs and nobody else: his line says what he said, all others say nothing, and the release follows."""
    name = subject_of(role, scope)
    found = subjects.find(name)
    assert found is not None
    digest = OLD if is_changed else found.digest
    before = steps(*PHASES[phase])
    entries = [*before, *([decided(9, verdict, digest, role, scope)] if verdict else [])]
    stands = require(toy, entries, subjects)
    expected = {
        None: Standing.DRAFT,
        SIGN: Standing.STALE if is_changed else Standing.SIGNED,
        RETURN: Standing.RETURNED,
        WITHDRAW: Standing.DRAFT,
    }[verdict]
    assert list(stands) == list(REQUIRED)
    assert stands.pop((role, scope)).standing is expected
    assert {requirement.standing for requirement in stands.values()} == {Standing.DRAFT}
    whole = Standing.IN_REVIEW if expected is Standing.SIGNED else expected
    standing = release_standing(entries, require(toy, entries, subjects).values())
    assert standing is (Standing.PUBLISHED if phase is Phase.PUBLISHED else whole)


class TestRequirements:
    def test_before_a_draft_nothing_is_signed(self, toy: Settings) -> None:
        stands = require(toy, [decided(1, SIGN, NOW)], None)
        assert stands[Role.COMMANDER, "N"].standing is Standing.STALE
        assert stands[Role.DATA, ""].standing is Standing.DRAFT

    def test_a_stale_signature_tells_what_changed(self, toy: Settings, subjects: Subjects) -> None:
        now = subjects.detail(subjects.find("dossier/N") or pytest.fail()).parts
        before = {**now, "en/report.html": OLD, "dossier.json": OLD, "dossier.json#loop": OLD, "en/gone.pdf": OLD}
        found = require(toy, [decided(1, SIGN, OLD, parts=before)], subjects)[Role.COMMANDER, "N"]
        assert found.standing is Standing.STALE
        assert found.changed == ("dossier.json#loop", "en/gone.pdf", "en/report.html")
        assert found.decision is not None and found.decision.seq == 1

    def test_a_return_tells_what_changed_since(self, toy: Settings, subjects: Subjects) -> None:
        now = subjects.detail(subjects.find("dossier/N") or pytest.fail()).parts
        entries = [decided(1, RETURN, OLD, parts={**now, "en/report.pdf": OLD}, remarks="The map is old.")]
        found = require(toy, entries, subjects)[Role.COMMANDER, "N"]
        assert (found.standing, found.changed) == (Standing.RETURNED, ("en/report.pdf",))

    def test_a_return_of_these_bytes_has_no_changes(self, toy: Settings, subjects: Subjects) -> None:
        digest = (subjects.find("dossier/N") or pytest.fail()).digest
        assert require(toy, [decided(1, RETURN, digest)], subjects)[Role.COMMANDER, "N"].changed == ()

    @pytest.mark.parametrize(("today", "is_late"), [(BEFORE, False), (DEADLINE, False), (AFTER, True)])
    def test_who_has_not_signed_after_the_deadline_is_late(
        self, toy: Settings, subjects: Subjects, today: date, is_late: bool
    ) -> None:
        digest = (subjects.find("dossier/N") or pytest.fail()).digest
        stands = require(toy, [decided(1, SIGN, digest)], subjects, today)
        assert not stands[Role.COMMANDER, "N"].is_late
        assert stands[Role.COMMANDER, "S"].is_late is is_late

    def test_who_missed_the_freeze_is_not_asked(self, toy: Settings, subjects: Subjects) -> None:
        missed = [{"role": "commander", "scope": "S"}, {"role": "language", "scope": "ar"}]
        frozen = steps("frozen", missed=missed)
        left = [key for key in REQUIRED if key not in ((Role.COMMANDER, "S"), (Role.LANGUAGE, "ar"))]
        assert list(require(toy, frozen, subjects)) == left
        published = [*frozen, *steps("published", start=2)]
        assert list(require(toy, published, subjects)) == left
        # Open again, everybody may answer.
        assert list(require(toy, [*frozen, *steps("reopened", start=2)], subjects)) == list(REQUIRED)
        again = [*frozen, *steps("reopened", "frozen", start=2)]
        assert list(require(toy, again, subjects)) == list(REQUIRED)

    def test_a_role_that_nobody_holds_is_marked(self, toy: Settings, subjects: Subjects) -> None:
        commander = Person(
            person_id="a",
            name="A",
            email="a@toyville.example",
            language="en",
            grants=(Grant(role=Role.COMMANDER, scope="N"),),
        )
        away = commander.model_copy(update={"person_id": "b", "grants": (Grant(role=Role.DATA),), "is_active": False})
        stands = require(toy, [], subjects, people=[commander, away])
        assert [key for key, requirement in stands.items() if requirement.is_held] == [(Role.COMMANDER, "N")]

    def test_required_roles_come_from_the_configuration(self, toy: Settings) -> None:
        rules = ReviewRules(required=(Role.PUBLISHER, Role.COUNCIL, Role.HOST, Role.ADMIN, Role.PUBLISHER))
        report = toy.report.model_copy(update={"review": rules})
        # A council, a host and an administrator block nothing, whatever the configuration says.
        assert list_required(toy.model_copy(update={"report": report})) == ((Grant(role=Role.PUBLISHER), "release"),)

    def test_how_a_requirement_is_told(self, toy: Settings, subjects: Subjects) -> None:
        now = subjects.detail(subjects.find("dossier/N") or pytest.fail()).parts
        entries = [decided(1, SIGN, OLD, parts={**now, "en/report.html": OLD}), decided(2, RETURN, OLD, scope="S")]
        stands = require(toy, entries, subjects)
        assert tell_requirement(stands[Role.COMMANDER, "N"]) == "commander N: stale (en/report.html)"
        assert tell_requirement(stands[Role.COMMANDER, "S"]).startswith("commander S: returned (")
        assert tell_requirement(stands[Role.DATA, ""]) == "data: not signed, and nobody holds the role"


class TestRelease:
    def signed(self, subjects: Subjects, *but: tuple[Role, str]) -> list[Entry]:
        keys = [key for key in REQUIRED if key not in but]
        digests = [(subjects.find(subject_of(*key)) or pytest.fail()).digest for key in keys]
        return [decided(10 + n, SIGN, digests[n], *key) for n, key in enumerate(keys)]

    def stand(self, toy: Settings, subjects: Subjects, entries: Sequence[Entry]) -> Standing:
        return release_standing(entries, require(toy, entries, subjects).values())

    def test_all_have_signed(self, toy: Settings, subjects: Subjects) -> None:
        assert self.stand(toy, subjects, self.signed(subjects)) is Standing.SIGNED

    def test_all_but_one(self, toy: Settings, subjects: Subjects) -> None:
        for key in REQUIRED:
            entries = self.signed(subjects, key)
            assert self.stand(toy, subjects, entries) is Standing.IN_REVIEW
            assert self.stand(toy, subjects, [*entries, decided(90, SIGN, OLD, *key)]) is Standing.STALE
            assert self.stand(toy, subjects, [*entries, decided(90, RETURN, OLD, *key)]) is Standing.RETURNED

    def test_a_return_weighs_more_than_a_stale_signature(self, toy: Settings, subjects: Subjects) -> None:
        entries = [decided(1, SIGN, OLD), decided(2, RETURN, NOW, scope="S")]
        assert self.stand(toy, subjects, entries) is Standing.RETURNED

    def test_nobody_has_signed(self, toy: Settings, subjects: Subjects) -> None:
        assert self.stand(toy, subjects, []) is Standing.DRAFT

    @pytest.mark.parametrize(
        ("kinds", "standing"),
        [
            (("frozen", "published"), Standing.PUBLISHED),
            (("frozen", "published", "withdrawn"), Standing.WITHDRAWN),
            (("frozen", "published", "reopened"), Standing.DRAFT),
            (("frozen", "published", "reopened", "withdrawn"), Standing.DRAFT),
            (("frozen", "published", "withdrawn", "reopened", "frozen"), Standing.DRAFT),
        ],
    )
    def test_what_became_of_it(
        self, toy: Settings, subjects: Subjects, kinds: tuple[str, ...], standing: Standing
    ) -> None:
        assert self.stand(toy, subjects, steps(*kinds)) is standing

    def test_the_withdrawal_of_an_older_version_leaves_the_newer_one(self, toy: Settings, subjects: Subjects) -> None:
        entries = [
            *steps("frozen", "published", "reopened", "frozen"),
            *steps("published", start=5, version=2),
            *steps("withdrawn", start=6, version=1),
        ]
        assert self.stand(toy, subjects, entries) is Standing.PUBLISHED
        assert self.stand(toy, subjects, [*entries, *steps("withdrawn", start=7, version=2)]) is Standing.WITHDRAWN


class TestPhase:
    @pytest.mark.parametrize(
        ("kinds", "phase", "freeze"),
        [
            ((), Phase.OPEN, 0),
            (("frozen",), Phase.SIGNING, 1),
            (("frozen", "freeze_failed", "note"), Phase.SIGNING, 1),
            (("freeze_failed",), Phase.OPEN, 0),
            (("frozen", "reopened"), Phase.OPEN, 0),
            (("frozen", "reopened", "frozen"), Phase.SIGNING, 3),
            (("frozen", "published"), Phase.PUBLISHED, 1),
            (("frozen", "published", "withdrawn"), Phase.PUBLISHED, 1),
            (("frozen", "published", "reopened", "withdrawn"), Phase.OPEN, 0),
            (("frozen", "published", "reopened", "frozen", "published"), Phase.PUBLISHED, 4),
        ],
    )
    def test_where_a_release_is(self, kinds: tuple[str, ...], phase: Phase, freeze: int) -> None:
        entries = steps(*kinds)
        found = find_freeze(entries)
        assert (find_phase(entries), found.seq if found else 0) == (phase, freeze)

    def test_the_deadline_is_counted_from_the_quarters_last_day(self, toy: Settings) -> None:
        assert find_deadline(toy, QUARTER) == DEADLINE


class TestReading:
    def test_a_step_keeps_what_the_log_says(self) -> None:
        missed = [{"role": "commander", "scope": "S"}]
        (step,) = list_steps([entry(4, "frozen", "p", manifest=NOW, missed=missed, previous_manifest=OLD, more="x")])
        assert (step.seq, step.by, step.manifest, step.previous_manifest) == (4, "p", NOW, OLD)
        assert step.missed == (Grant(role=Role.COMMANDER, scope="S"),)

    def test_a_decision_keeps_what_the_log_says(self) -> None:
        (found,) = list_decisions([decided(3, RETURN, NOW, by="p", remarks="Old map", parts={"a": "b"})])
        assert (found.person_id, found.subject, found.decision) == ("p", "dossier/N", RETURN)
        assert (found.remarks, found.parts, found.at) == ("Old map", {"a": "b"}, MOMENT + timedelta(minutes=3))

    @pytest.mark.parametrize("content", [{}, {"decision": "sign"}, {"decision": "maybe", "digest": NOW}])
    def test_a_row_of_another_form_is_named(self, content: dict[str, Any]) -> None:
        with pytest.raises(LogError, match="row 7") as caught:
            list_decisions([entry(7, "decision", "p", "dossier/N", **content)])
        assert caught.value.seq == 7


@costly(40)
@given(
    said=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(list(Verdict)), st.sampled_from((NOW, OLD)))),
    flip=st.integers(0, 255),
)
def test_any_other_digest_voids_every_signature(said: list[tuple[str, Verdict, str]], flip: int) -> None:
    """Whatever was said of whichever bytes: nothing is signed of bytes that nobody has signed."""
    entries = [decided(number, verdict, digest, by=by) for number, (by, verdict, digest) in enumerate(said, 1)]
    decisions: tuple[Decision, ...] = list_decisions(entries)
    other = f"{flip:064x}"
    standing, decision = find_word(decisions, Role.COMMANDER, "N", "dossier/N", other)
    assert standing in (Standing.DRAFT, Standing.STALE, Standing.RETURNED)
    assert (decision is None) is (standing is Standing.DRAFT)
    last = {by: verdict for by, verdict, _ in said}
    assert len(keep_standing(decisions)) == sum(verdict is not WITHDRAW for verdict in last.values())
