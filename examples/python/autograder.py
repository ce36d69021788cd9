"""Grades the predictions of a programming assignment: `python autograder.py`."""

import pagewalk

EXAM = """
machine simple
set page_table { | vpn ppn v |; | 0F 0D 1 | }
question "Translate 0x3D4" points 3 { ask read 0x3D4 => vpn, ppn, pa }
"""
# What the students' programs printed. Each value is the text of an answer.
PREDICTIONS = {
    "ada": {"1.vpn": "0x0F", "1.ppn": "0x0D", "1.pa": "0x354"},
    "bob": {"1.vpn": "0x0F", "1.ppn": "0x0E", "1.pa": "0x394"},
}

grades = pagewalk.grade(EXAM, PREDICTIONS, rules=["carried=1/2"])
for one in grades:
    wrong = [mark.field for mark in one.marks if mark.verdict not in ("right", "carried")]
    print(f"{one.student}: {one.points:g} of {one.of:g} points; wrong: {', '.join(wrong) or 'none'}")
