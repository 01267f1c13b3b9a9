"""The shipped register against the documents it was made from; skipped where those are not here."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from district_reports.engagement.register import SHIPPED, load_register
from district_reports.engagement.register_about import load_about
from district_reports.model import Register, RegisterSession
from district_reports.settings import find_asset, load_settings
from flows.definitions import DEFINERS
from tests.real_data import SOURCE_DOCUMENTS, find_document

SETTINGS = load_settings({})
MEASURES = {definition.metric_id for _, define in DEFINERS for definition in define(SETTINGS)}
FOLDER = find_asset(*SHIPPED)


def shipped() -> Register:
    register = load_register(SETTINGS, FOLDER.parent, MEASURES)
    assert register is not None
    return register


REGISTER = shipped()
THEMES = {theme.code: theme for theme in REGISTER.themes}

with_documents = pytest.mark.skipif(
    find_document("000") is None or find_document("001") is None,
    reason=f"needs the documents of 2024-25, set REAL_DATA_DIR: {SOURCE_DOCUMENTS}",
)


@cache
def read(number: str) -> str:
    """Return a document without its marks of bold type and spaces around lines."""
    path = find_document(number)
    assert path is not None
    text = re.sub(r"\*\*|<sup>.*?</sup>", "", path.read_text(encoding="utf-8"))
    return "\n".join(line.strip() for line in text.splitlines())


def flat(text: str) -> str:
    """Return a text without spaces: the prints differ in them."""
    return re.sub(r"\s", "", text)


# Sessions

ROW = re.compile(r"(\d{1,2}) 月 (\d{1,2}) 日\t(.*)")
CITY_WORDS = {"目标区域": "Target Area", "BUILD Inc.": "BUILD"}
CLOCK = 12 * 60


def printed_sessions() -> list[list[str]]:
    """Return date and the seven other cells of each printed row; the table's heading tells the year."""
    rows, year = [], 0
    for line in read("000").split("附录 | 社区参与会议详细信息", 1)[1].splitlines():
        if heading := re.match(r"(\d{4}) 年 1?\d 月至 1?\d 月", line):
            year = int(heading[1])
        elif row := ROW.match(line):
            rows.append([f"{year}-{int(row[1]):02d}-{int(row[2]):02d}", *row[3].split("\t")])
    return rows


def clock(text: str) -> int:
    """Return minutes on a clock of twelve hours."""
    hours, minutes = map(int, text.split(":"))
    return (hours * 60 + minutes) % CLOCK


@with_documents
def test_the_sessions_are_those_printed() -> None:
    rows = printed_sessions()
    assert len(rows) == 26
    printed = Counter((row[0], row[6].replace("-", "")) for row in rows)
    assert Counter((str(session.date), session.district_id) for session in REGISTER.sessions) == printed
    assert sum(session.open for session in REGISTER.sessions) == sum(row[5] == "是" for row in rows) == 13


@with_documents
def test_every_cell_is_as_printed_or_its_change_is_told() -> None:
    left = {(str(session.date), session.district_id): session for session in REGISTER.sessions}
    for day, hours, host, place, address, is_open, district, community in printed_sessions():
        session = left.pop((day, district.replace("-", "")))
        start, end = hours.split("-")
        assert (clock(f"{session.start:%H:%M}"), clock(f"{session.end:%H:%M}")) == (clock(start), clock(end))
        assert f"time printed {hours} " in session.doubts
        assert session.open == (is_open == "是")
        assert session.community_area == community.replace("-", "")
        assert session.host.startswith(CITY_WORDS.get(host, host))
        for name, was, ours in (("host", host, session.host), ("place", place, session.place)):
            assert was == ours or f"{name} printed {was}" in session.doubts
        assert address in (session.address, session.place) or f"address printed {address};" in session.doubts
    assert left == {}


def test_no_session_is_told_by_more_than_a_word_of_doubt() -> None:
    assert all(session.doubts for session in REGISTER.sessions)
    assert all(REGISTER.first_day <= session.date <= REGISTER.last_day for session in REGISTER.sessions)


def test_the_three_sessions_that_are_not_printed_are_told_by_kind() -> None:
    about = load_about(FOLDER / "register.toml")
    assert [(entry.area, entry.sessions) for entry in about.not_printed] == [("north", 1), ("city_wide", 2)]
    assert about.sessions - about.sessions_printed == 3


@pytest.mark.parametrize("session", REGISTER.sessions, ids=lambda session: session.session_id)
def test_the_hours_of_a_session_are_of_its_day(session: RegisterSession) -> None:
    length = (session.end.hour * 60 + session.end.minute) - (session.start.hour * 60 + session.start.minute)
    assert 60 <= length <= 7 * 60
    assert 8 <= session.start.hour <= 18
    assert session.end.hour <= 21


# Totals and figures

AREAS = {
    "north": "北部",
    "northwest": "西北",
    "central": "中部",
    "west": "西部",
    "south": "南部",
    "southwest": "西南",
    "far_south": "极南",
    "city_wide": "全市 (zoom) - CPD 与 CCR",
}


@with_documents
def test_the_totals_by_area_are_the_printed_table() -> None:
    printed = dict(re.findall(r"^(\S.*?) ?\t(\d+\t\d+)$", read("000"), flags=re.MULTILINE))
    ours = {AREAS[total.area]: f"{total.sessions}\t{total.open_sessions}" for total in REGISTER.totals}
    assert printed == {**ours, "总计": "29\t16"}


DIGITS = {"一": 1, "两": 2, "四": 4, "五": 5, "七": 7, "八": 8, "十": 10}
FIGURES = {
    "people_all": "芝加哥全市共有777人参与",
    "people_sessions": "共有531人参与",
    "people_survey": "共收到246份完成的电子调查问卷",
    "sessions_all": "总共举办了29场会议",
    "sessions_open": "其中16场会议向公众开放",
    "group_youth": "在十场会议中，有自认为是青少年及新兴成年人",
    "group_limited_english": "至少有五场会议有自认为是非英语使用者或英语水平较低者",
    "group_immigrants": "五场会议有社区成员参加，这些成员中可能包含自认为是移民群体成员、青少年及新兴成年人成员",
    "group_lgbtqia": "有四场会议有被认定为性少数群体(LGBTQIA+)的人员",
    "group_violence_workers": "有两场会议有自认为是社区暴力工作者的人员参加",
    "group_faith": "有两场会议有自认为是社区暴力工作者的人员参加，同时也有自认为是宗教团体成员的人员参加",
    "group_disabilities": "有一场会议有残疾人参加",
    "group_unhoused": "有一场会议有残疾人参加，同样参加的还有自认为无家可归者",
    "group_public_housing": "有一场会议有残疾人参加，同样参加的还有自认为无家可归者、公共住房居民",
    "group_victims": "有一场会议有残疾人参加，同样参加的还有自认为无家可归者、公共住房居民以及自认为暴力受害者",
    "contact_some": "十场会议中，至少部分参会居民被认为与当地警察分局有定期联系",
    "contact_unsure": "八场会议中，社区组织表示不确定参会者是否与当地警察分局有定期联系",
    "contact_none": "七场会议中，社区组织报告称，他们认为参会的居民与当地警察分局没有定期联系",
    "survey_no_group": "45%的回答来自未被认定为",
    "survey_youth": "6.1%的人表示自认为是青少年或新兴成年人",
    "survey_lgbtqia": "12.2%的人表示自认为是LGBTQIA+",
    "survey_victims": "近20%完成电子调查问卷的人表示自认为是犯罪和暴力受害者",
    "survey_regular_contact": "38%的人表示他们通过CAPS、巡区会议或其他社区参与方式与当地警察分局保持定期联系",
}
"""Each published figure with the passage that prints it."""
OURS = {"contact_reported": 10 + 8 + 7}


def test_every_figure_has_its_passage_or_is_a_sum_of_ours() -> None:
    values = {figure.figure_id: figure.value for figure in REGISTER.figures}
    assert set(values) == {*FIGURES, *OURS}
    assert {name: values[name] for name in OURS} == OURS


@with_documents
@pytest.mark.parametrize("figure_id", FIGURES)
def test_a_figure_is_the_printed_one(figure_id: str) -> None:
    passage = FIGURES[figure_id]
    assert passage in flat(read("000"))
    figure = next(figure for figure in REGISTER.figures if figure.figure_id == figure_id)
    number = re.search(r"\d+(\.\d+)?", passage)
    counted = re.search(r"([一两四五七八十])场会议", passage)
    assert figure.value == (float(number[0]) if number else DIGITS[counted[1]] if counted else None)
    assert (figure.unit == "percent") == ("%" in passage)
    assert figure.is_at_least == passage.startswith("至少")
    assert figure.is_about == passage.startswith("近")


def test_the_base_of_each_figure_is_the_whole_it_is_part_of() -> None:
    bases = {figure.figure_id: (figure.base, figure.base_unit) for figure in REGISTER.figures}
    assert bases.pop("people_all") == bases.pop("sessions_all") == (None, "")
    assert bases.pop("people_sessions") == bases.pop("people_survey") == (531 + 246, "people")
    assert bases.pop("sessions_open") == (29, "sessions")
    assert bases.pop("contact_reported") == (26, "sessions")
    wholes = {"group": (26, "sessions"), "contact": (25, "sessions"), "survey": (246, "answers")}
    assert {name: base for name, base in bases.items() if base != wholes[name.split("_")[0]]} == {}


# Formal bodies

BODIES = {
    "dac_chairs": ("15 名 DAC 主席", ["2024 年 8 月 8 日"]),
    "cpap_members": ("9 名成员", ["2024 年 6 月 4 日"]),
    "ccpsa_commissioners": ("两名委员分别通过 Zoom 接受访谈", ["2025 年 1 月 6 日", "1 月 13 日"]),
    "district_councillors": ("辖区的 15 名区委员", ["2024 年 12 月 16 日", "2024 年 12 月 19 日"]),
    "coalition_members": ("联盟组织的四名代表", ["2025 年 2 月 26 日"]),
}


@with_documents
@pytest.mark.parametrize("body", REGISTER.bodies, ids=lambda body: body.body_id)
def test_a_formal_body_was_asked_as_printed(body: object) -> None:
    body = next(known for known in REGISTER.bodies if known is body)
    passage, days = BODIES[body.body_id]
    assert passage in read("001")
    number = re.search(r"\d+", passage)
    assert body.people == (int(number[0]) if number else DIGITS[re.findall("[两四]", passage)[0]])
    for day, printed in zip(body.days, days, strict=True):
        assert printed in read("001")
        assert printed.endswith(f"{day.month} 月 {day.day} 日")
        assert "年" not in printed or printed.startswith(f"{day.year} 年")
    if body.district_ids:
        *first, last = body.district_ids
        assert f"来自 {'、'.join(first)} 和 {last} 辖区" in read("001")


def test_every_body_is_there_and_councillors_alone_have_districts() -> None:
    assert [body.body_id for body in REGISTER.bodies] == list(BODIES)
    assert [body.body_id for body in REGISTER.bodies if body.district_ids] == ["district_councillors"]


def test_districts_without_a_placeable_source_are_the_seven_known_ones() -> None:
    placed = {session.district_id for session in REGISTER.sessions}
    placed |= {district_id for body in REGISTER.bodies for district_id in body.district_ids}
    assert [district_id for district_id in SETTINGS.district_ids if district_id not in placed] == [
        *("003", "008", "018", "020", "022", "024", "025")
    ]


# Questions

SHEET = ("safety-1", *(f"policing-{n}" for n in range(1, 5)), *(f"response-{n}" for n in range(1, 4)))
SHEET += tuple(f"closing-{n}" for n in range(1, 4))


@with_documents
def test_the_questions_are_in_the_words_of_the_sheet() -> None:
    sheet = read("000").split("## 警务 | 优先问题", 1)[1].split("附录 | 社区参与会议详细信息")[0]
    printed = re.findall(r"^\d\. (.+)$", sheet, flags=re.MULTILINE)
    ours = {question.question_id: question.words["zh-Hans"] for question in REGISTER.questions}
    assert [ours[name] for name in SHEET] == printed


@with_documents
def test_the_answers_offered_are_those_of_the_sheet() -> None:
    """Word by word: the second answers of the second and third question lack the word "only"."""
    lines = re.findall(r"^- [abc]\. (.+)$", read("000"), flags=re.MULTILINE)
    printed = [re.sub("？(还是|或者)$", "", line) for line in lines]
    asked = [question for question in REGISTER.questions if question.part == "response"]
    assert [option["zh-Hans"] for question in asked for option in question.options] == printed
    assert [[("仅" in option["zh-Hans"]) for option in question.options] for question in asked] == [
        [True, True, False],
        [True, False, False],
        [True, False, False],
    ]


@pytest.mark.parametrize(("tag", "only"), [("en", "only"), ("es", "solo"), ("ar", "فقط")])
def test_the_translated_answers_say_only_where_the_sheet_does(tag: str, only: str) -> None:
    for question in REGISTER.questions:
        for option in question.options:
            assert (only in option[tag].lower()) == ("仅" in option["zh-Hans"])


def test_five_questions_ask_about_this_report() -> None:
    assert [question.question_id for question in REGISTER.questions if question.part == "report"] == [
        f"report-{n}" for n in range(1, 6)
    ]
    assert {question.question_id for question in REGISTER.questions} == {*SHEET, *(f"report-{n}" for n in range(1, 6))}


# Promises and conditions


@with_documents
def test_the_promises_stand_in_the_press_release() -> None:
    text = " ".join(read("002").split())
    assert "with next steps available in mid-late 2025" in text
    assert "This report will be made publicly available." in text
    for stream in ("Community Policing:", "Workforce Allocation Study and Model:", "911 Alternate Response:"):
        assert stream in text
    streams = [promise for promise in REGISTER.promises if promise.status == "no_news"]
    assert {promise.due for promise in streams} == {"mid-late 2025"}
    assert len(streams) == 3


@with_documents
def test_the_kept_promise_was_kept_on_the_report_s_own_day() -> None:
    (kept,) = [promise for promise in REGISTER.promises if promise.status == "kept"]
    day = kept.status_on
    assert f"\n{day.year} 年 {day.month} 月 {day.day} 日\n" in read("000")
    assert kept.address.removeprefix("https://") in read("000")


@with_documents
def test_the_conditions_are_those_of_the_last_section() -> None:
    section = read("000").split("应考虑：", 1)[1].split("\n特别是", 1)[0]
    printed = [re.sub("(；以及|；|。)$", "", line.removeprefix("- ")) for line in section.splitlines() if line]
    assert [condition.words["zh-Hans"] for condition in REGISTER.conditions] == printed
    assert len(printed) == 5
    assert {condition.answer for condition in REGISTER.conditions} == {"not_answered"}


# Codebook

NOT_IN_ITS_SOURCE = {
    "beat_integrity": "the source says district for beat; the other document has the word",
}


def plain_heading(line: str) -> str:
    return line.strip("#- ").rstrip("：: ")


@cache
def sections(number: str) -> dict[str, str]:
    """Return the text under each heading that the codebook names."""
    headings = {theme.source_heading for theme in REGISTER.themes if theme.source_file == number}
    found: dict[str, str] = {}
    now = ""
    for line in read(number).splitlines():
        if plain_heading(line) in headings and not line.startswith("- "):
            now = plain_heading(line)
        elif line.startswith("## ") or line.startswith("第 "):
            now = ""
        if now:
            found[now] = found.get(now, "") + line + "\n"
    return found


@with_documents
@pytest.mark.parametrize("code", THEMES)
def test_a_theme_stands_in_its_source(code: str) -> None:
    theme = THEMES[code]
    text = read(theme.source_file)
    assert theme.source_heading in [plain_heading(line) for line in text.splitlines()]
    assert theme.source_heading in sections(theme.source_file)
    assert theme.strength_printed in sections(theme.source_file)[theme.source_heading]
    name = flat(theme.names["zh-Hans"])
    assert (name in flat(text)) != (code in NOT_IN_ITS_SOURCE)
    assert name in flat(read("000") + read("001"))


@with_documents
def test_each_value_is_defined_in_its_source() -> None:
    values = [theme for theme in REGISTER.themes if theme.part == "values"]
    printed = re.findall(r"^(\S{2,4})：", sections("000")[values[0].source_heading], flags=re.MULTILINE)
    assert [theme.names["zh-Hans"] for theme in values] == printed
    assert len(values) == 7


STRENGTH_WORDS = {
    "overwhelming": {"绝大多数"},
    "most": {"大多数"},
    "many": {"许多"},
    "considerable": {"相当一部分"},
    "some": {"一些", "部分", "有人"},
    "few": {"少数"},
    "repeated": {"反复", "反复出现", "反复提及", "反复强调", "一再强调", "多次强调"},
    "throughout": {"始终", "一直", "在整个社区参与计划中"},
    "often": {"经常", "往往"},
    "most_often": {"最常"},
    "widely": {"普遍", "一致"},
    "central": {"核心主题"},
    "": {""},
}


def test_each_word_of_quantity_has_one_meaning() -> None:
    for theme in REGISTER.themes:
        assert theme.strength_printed in STRENGTH_WORDS[theme.strength], theme.code
    assert {theme.strength for theme in REGISTER.themes} == set(STRENGTH_WORDS)


def test_the_formal_bodies_document_prints_no_word_of_quantity() -> None:
    assert {theme.strength for theme in REGISTER.themes if theme.speaker == "formal_bodies"} == {""}
    assert {theme.source_file for theme in REGISTER.themes if theme.speaker == "formal_bodies"} == {"001"}
    assert {theme.source_file for theme in REGISTER.themes if theme.speaker == "residents"} == {"000"}


def test_the_head_finding_stands_first_with_both_sides() -> None:
    head = REGISTER.themes[0]
    assert (head.part, head.kind, head.strength, head.is_main) == ("head", "mixed", "overwhelming", True)
    assert "overwhelming majority" in head.sides[0]["en"]
    assert head.sides[1]["en"].startswith("Some asked for more police")


COVERED = {
    "head finding": {"better_policing"},
    "visibility and approachability": {"visibility"},
    "proactive engagement": {"proactive_contact"},
    "situational awareness, emotional intelligence": {"awareness"},
    "race first, by name": {"bias", "bias_black_communities", "bias_immigrants", "bias_youth_lgbtqia"},
    "unhoused people; mental-health trouble": {"bias_unhoused", "bias_mental_health"},
    "efficiency, effectiveness, consistency": {"response_quality", "not_taken_seriously", "swarming"},
    "values": {
        *("value_accountability", "value_communication", "value_empathy", "value_respect"),
        *("value_responsiveness", "value_transparency", "value_trust"),
    },
    "no one-size-fits-all; holistic; consistent": {"tailored", "whole_approach", "consistent_structures"},
    "role redefined": {"co_leader", "everyday_contact", "education", "beat_integrity"},
    "leadership": {"shared_leadership", "union_contract"},
    "policies and procedures": {"less_force", "problem_solving", "crisis_rules", "trauma_informed"},
    "training": {
        *("training", "training_deescalation", "training_culture", "training_mental_health"),
        *("training_trauma", "officer_support"),
    },
    "accountability and transparency": {
        *("feedback_mechanism", "misconduct_openness", "case_results", "open_decisions", "many_channels"),
        *("clear_website", "resource_list", "regular_report"),
    },
    "safety, as perceived": {"safe_why", "cohesion", "root_causes", "police_presence", "fear", "slow_response"},
    "fears": {
        *("fear_gun_violence", "fear_drugs", "fear_carjacking", "fear_weak_response", "fear_transit"),
        *("fear_retaliation", "fear_burglary", "fear_harassment", "fear_immigrants"),
    },
    "alternate response": {
        *("response_views", "response_condition", "triage", "trained_professionals", "both_if_violence"),
        *("know_numbers", "dispatchers", "decision_tree", "seamless", "all_trained"),
    },
    "call types": {
        *("wellness_missing", "mental_health_first", "case_by_case", "police_escalate", "traffic"),
        *("damage_report", "noise_loitering", "both_if_mental_health"),
    },
    "formal bodies, less of": {
        *("formal_hostile_stance", "formal_scattered", "formal_no_follow_up", "formal_asked_again"),
        *("formal_traffic_stops", "formal_extremists"),
    },
    "formal bodies, more of": {
        *("formal_relations", "formal_beat_integrity", "formal_visibility", "formal_useful_events"),
        *("formal_meet_others", "formal_equal_treatment", "formal_follow_up", "formal_timely_response"),
        *("formal_quality_of_life", "formal_time_to_follow_up", "formal_work_together"),
    },
    "formal bodies, room to improve": {
        *("formal_clear_data", "formal_officer_wellness", "formal_resource_guide", "formal_dashboard"),
        "formal_smart_goals",
    },
    "formal bodies, future vision": {
        *("formal_lasting_culture", "formal_hand_over", "formal_one_place", "formal_fitting_metrics"),
    },
    "formal bodies, present": {
        *("formal_caps_apart", "formal_absent_officers", "formal_hard_to_draw", "formal_bodies_apart"),
    },
}
"""What the digest of the documents names, and the codes that stand for it."""


def test_every_theme_of_the_documents_has_its_codes() -> None:
    codes = [code for group in COVERED.values() for code in group]
    assert len(codes) == len(set(codes))
    assert set(codes) == set(THEMES)


MIXED = {"better_policing", "safe_why", "police_presence", "response_views", "wellness_missing", "traffic"}
MIXED |= {"noise_loitering"}


def test_views_that_differ_are_told_as_mixed() -> None:
    assert {code for code, theme in THEMES.items() if theme.kind == "mixed"} == MIXED


def test_every_district_tells_twelve_to_fourteen_themes() -> None:
    main = [theme for theme in REGISTER.themes if theme.is_main]
    assert 12 <= len(main) <= 14
    assert {theme.speaker for theme in main} == {"residents", "formal_bodies"}
    assert sum(theme.kind == "mixed" for theme in main) >= 3


SECTIONS = {"fears", "outcomes", "arrests", "clearance", "court", "complaints", "force", "requests", "trust"}
SECTIONS |= {"communities", "rates", "asked"}


def test_the_numbers_beside_themes_are_those_of_the_report() -> None:
    beside = {theme.measure_id: theme.section_id for theme in REGISTER.themes if theme.measure_id}
    assert set(beside) <= MEASURES
    assert set(beside.values()) <= SECTIONS
    fears = set(SETTINGS.outcomes.fears)
    assert {metric for metric, section in beside.items() if section == "fears"} == fears
    assert THEMES["visibility"].measure_id == THEMES["bias"].measure_id == ""


@pytest.mark.parametrize("name", ["register.toml", "promises.toml", "codebook.toml", "questions.toml", "README.md"])
def test_the_files_name_no_line_and_no_path_of_the_documents(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert not re.search(r"/(work|home|tmp)/|\bline \d+", text)
    assert Path(name).name == name
