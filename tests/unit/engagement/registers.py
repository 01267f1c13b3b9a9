"""A small register of the toy city, made by hand."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "register.toml": """
city_id = "toy"
first_day = 2024-05-01
last_day = 2024-06-30
sessions = 4
sessions_printed = 3
not_printed = [{ area = "upper", sessions = 1, kind = "one that nobody listed" }]
[[documents]]
number = "A1"
title = "What was said"
author = "Somebody"
published = "2024-07"
language = "en"
""",
    "sessions.csv": """
session_id,date,start,end,host,place,address,open,district_id,community_area,area,doubts
2024-06-02-S-1,2024-06-02,17:30,19:00,A host,A hall,1 Street,yes,S,Dale,lower,
2024-05-03-N-1,2024-05-03,09:00,12:00,B host,A school,2 Street,no,N,Hill,upper,hours by us
2024-05-03-online-1,2024-05-03,08:00,09:00,B host,On line,,no,,,lower,
""",
    "areas.csv": """
area,sessions,open_sessions,printed,remark
upper,2,1,1,one is not listed
lower,2,1,2,
far,0,0,0,
""",
    "figures.csv": """
figure_id,value,unit,base,base_unit,is_at_least,is_about
sessions_all,4,sessions,,,no,no
sessions_open,2,sessions,4,sessions,no,no
survey_youth,6.1,percent,246,answers,no,yes
""",
    "bodies.csv": """
body_id,people,days,how,district_ids
council,15,2024-06-04 2024-06-07,video written,N XY
""",
    "codebook.toml": """
[[theme]]
code = "seen"
part = "policing"
kind = "wish"
speaker = "residents"
strength = "many"
strength_printed = "many"
source_file = "A1"
source_heading = "What was heard"
measure_id = "incidents_all"
section_id = "fears"
is_main = true
names = { en = "Being seen", ar = "حضور ظاهر" }
definitions = { en = "Officers on foot.", ar = "شرطة على الأقدام." }

[[theme]]
code = "views"
part = "head"
kind = "mixed"
speaker = "residents"
strength = ""
strength_printed = ""
source_file = "A1"
source_heading = "What was heard"
names = { en = "Views", ar = "آراء" }
definitions = { en = "Views differ.", ar = "تختلف الآراء." }
sides = [{ en = "Some said yes.", ar = "قال بعضهم نعم." }, { en = "Others said no.", ar = "وقال آخرون لا." }]
""",
    "questions.toml": """
[[question]]
question_id = "safety-1"
part = "safety"
words = { en = "Do you feel safe?", ar = "هل تشعر بالأمان؟" }
options = [{ en = "Yes", ar = "نعم" }, { en = "No", ar = "لا" }]
""",
    "promises.toml": """
[[promise]]
promise_id = "published"
what = { en = "It will be public.", ar = "سيُنشر." }
who = "The city"
due = ""
status = "kept"
status_on = 2024-07-01
address = "https://toyville.example/report"

[[promise]]
promise_id = "next_steps"
what = { en = "Next steps.", ar = "الخطوات التالية." }
who = "The city"
due = "late 2025"
due_on = 2025-12-31
status = "no_news"
status_on = 2026-01-01
""",
    "conditions.toml": """
[[condition]]
condition_id = "resources"
words = { en = "Enough money.", ar = "مال كاف." }
""",
}


def write_register(records_dir: Path, changes: dict[str, tuple[str, str]] | None = None) -> Path:
    """Write the register among the records of a folder, with one text of some files replaced by another."""
    folder = records_dir / "engagement"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        old, new = (changes or {}).get(name, ("", ""))
        assert old in text, f"{name} has no {old!r}"
        (folder / name).write_text((text.replace(old, new, 1) if old else text).lstrip("\n"), encoding="utf-8")
    return folder
