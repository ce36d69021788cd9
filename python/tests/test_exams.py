"""Exams and grades: the papers and marks are those of the command line."""

from __future__ import annotations

import csv
import io
import json
import pathlib
from collections.abc import Callable

import pytest
from conftest import ROOT

import pagewalk

EXAM = ROOT / "examples" / "exams" / "address-translation.pw"
QUIZ = 'question "Sum" { choose n in 1..1000; ask "n" = n; ask "n + 1" = n + 1 }'


@pytest.mark.parametrize("edition", ["paper", "key", "solutions"])
def test_papers_are_those_of_the_command_line(edition: str, command: Callable[..., str]) -> None:
    options = [] if edition == "paper" else [f"--{edition}"]
    truth = command("exam", EXAM, "--variants", 2, "--seed", 7, *options)
    papers = pagewalk.exam(EXAM, variants=2, seed=7)
    assert "".join(str(paper.render(edition)) for paper in papers) == truth


def test_a_script_without_versions_has_one_paper(command: Callable[..., str]) -> None:
    [paper] = pagewalk.exam(EXAM)
    assert (paper.code, paper.seed, paper.student) == (None, None, None)
    assert paper.render() == command("exam", EXAM)
    assert paper.points == sum(field.points for field in paper.fields)
    key = paper.data("key")
    assert key["questions"]
    assert paper.data() != key
    html = paper.render("key", format="html")
    assert isinstance(html, str)
    assert html.startswith("<!DOCTYPE html>") or "<html" in html


def test_the_paper_does_not_contain_answers() -> None:
    [paper] = pagewalk.exam('question "Secret" { ask "n" = 424242 }')
    assert "424242" not in str(paper.data())
    assert "424242" not in str(paper.render())
    assert "424242" in str(paper.render("key"))


def test_a_roster_has_one_version_per_student(tmp_path: pathlib.Path) -> None:
    by_id = pagewalk.exam(QUIZ, roster=["a11", "b12"], seed=1)
    by_name = pagewalk.exam(QUIZ, roster=[("a11", "Ada"), ("b12", "Bob")], seed=1)
    (tmp_path / "class.csv").write_text("id,name\na11,Ada\nb12,Bob\n")
    by_file = pagewalk.exam(QUIZ, roster=tmp_path / "class.csv", seed=1)
    codes = [[paper.code for paper in papers] for papers in (by_id, by_name, by_file)]
    assert codes[0] == codes[1] == codes[2]
    assert [paper.student for paper in by_file] == ["a11", "b12"]
    assert [paper.student_name for paper in by_file] == ["Ada", "Bob"]
    again = pagewalk.exam(QUIZ, roster=["a11"], seed=1, make_up=1)
    assert again[0].code != codes[0][0]
    (tmp_path / "bad.csv").write_text("nothing\n1\n")
    with pytest.raises(ValueError, match="roster is invalid"):
        pagewalk.exam(QUIZ, roster=tmp_path / "bad.csv")


def test_marks_are_those_of_the_command_line(
    tmp_path: pathlib.Path, command: Callable[..., str]
) -> None:
    roster = ["a1", "a2", "a3"]
    papers = pagewalk.exam(EXAM, roster=roster, seed=3)
    names = [field.name for field in papers[0].fields]
    answers = {
        "a1": dict.fromkeys(names, "0"),
        "a2": dict.fromkeys(names, "F"),
        "a3": {name: "" for name in names},
    }
    (tmp_path / "exam.pw").write_text(EXAM.read_text())
    (tmp_path / "roster.csv").write_text("id\n" + "\n".join(roster) + "\n")
    folder = tmp_path / "papers"
    command(
        "exam", tmp_path / "exam.pw", "--roster", tmp_path / "roster.csv", "--seed", 3, "-o", folder
    )
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["id", *names])
    writer.writerows([[student, *given.values()] for student, given in answers.items()])
    (tmp_path / "answers.csv").write_text(sheet.getvalue())
    for rules in ([], ["carried=1/2"]):
        options = [word for rule in rules for word in ("--rule", rule)]
        versions = folder / "exam.versions.csv"
        table = command(
            "grade",
            tmp_path / "exam.pw",
            tmp_path / "answers.csv",
            "--versions",
            versions,
            *options,
        )
        grades = pagewalk.grade(papers, answers, rules=rules)
        rows = {row["id"]: row for row in csv.DictReader(io.StringIO(table))}
        for one in grades:
            row = rows[one.student]
            assert one.points == pytest.approx(float(row["total"]), abs=1e-3)
            assert one.of == pytest.approx(float(row["max"]), abs=1e-3)
            for mark in one.marks:
                truth = row[mark.field]
                assert (mark.verdict == "pending") == (truth == "")
                assert mark.points == pytest.approx(float(truth or 0), abs=1e-3)


def test_numbers_and_booleans_are_those_of_json(
    tmp_path: pathlib.Path, command: Callable[..., str]
) -> None:
    text = (
        "machine simple; set page_table { | vpn ppn v |; | 0F 0D 1 | }\n"
        'question "x" { ask read 0x3D4 => vpn, ppn, pa, page-fault; ask "half" = 1 / 2 }\n'
        'question "y" { ask va in 0x3C0..0x3FF where probe read va => vpn 0x0F }\n'
    )
    step = pagewalk.run(text + "read 0x3D4").steps[-1]
    answers: dict[str, dict[str, str | float]] = {
        "values": {"1.1.vpn": step["vpn"], "1.1.ppn": 13, "1.1.pa": 0x354, "1.2": 0.5, "2": 0x3D4},
        "texts": {"1.1.vpn": "F", "1.1.ppn": "D", "1.1.pa": "354", "1.2": "1/2", "2": "3D4"},
        "digits": {"1.1.vpn": "15", "1.1.ppn": "13", "1.1.pa": "852", "1.2": "0.5", "2": "980"},
    }
    for one in answers.values():
        one["1.1.page-fault"] = False if one is answers["values"] else "N"
    (tmp_path / "exam.pw").write_text(text)
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    table = command("grade", tmp_path / "exam.pw", tmp_path / "answers.json")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(table))}
    grades = pagewalk.grade(text, answers)
    assert [one.points for one in grades][:2] == [grades[0].of] * 2
    for one in grades:
        assert one.points == pytest.approx(float(rows[one.student]["total"]), abs=1e-3)


def test_grades_are_a_table() -> None:
    papers = pagewalk.exam(QUIZ, variants=2, seed=1)
    key = [paper.data("key") for paper in papers]
    assert key[0] != key[1]
    grades = pagewalk.grade(
        papers,
        {
            "ada": {"version": papers[0].code, "1.1": "-1"},
            "bob": {"version": papers[1].code, "1.2": 0},
        },
    )
    assert len(grades) == 2
    assert grades[0].version == papers[0].code
    assert [one.student for one in grades[0:2]] == ["ada", "bob"]
    rows = grades.to_arrow().to_pylist()
    assert [row["verdict"] for row in rows] == ["wrong", "unanswered", "unanswered", "wrong"]
    assert rows[0] == {
        "student": "ada",
        "version": papers[0].code,
        "field": "1.1",
        "answer": "-1",
        "verdict": "wrong",
        "points": 0.0,
        "of": 1.0,
    }
    assert str(grades.to_pandas()["points"].dtype) == "Float64"
    assert repr(grades) == "<pagewalk.Grades: 2 students>"


def test_warnings_about_the_script_are_issued_once() -> None:
    text = 'let pages = 010\nquestion "Q" { ask "Pages" = pages }'
    [found] = pagewalk.check(text)
    calls: list[Callable[[], object]] = [
        lambda: pagewalk.exam(text),
        lambda: pagewalk.exam(text, variants=2),
        lambda: pagewalk.grade(text, {"ada": {}, "bob": {}}),
    ]
    for call in calls:
        with pytest.warns(pagewalk.PagewalkWarning) as issued:
            call()
        [one] = issued
        assert str(one.message).startswith(f"line 1: {found.message}")
        assert one.filename == __file__


def test_answers_may_be_numbers_of_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    text = 'question "Q" { ask "n" = 200; ask "half" = 1 / 2; ask "yes" = 1 == 1 }'
    plain = {"1.1": 200, "1.2": 0.5, "1.3": True}
    for integer in (numpy.int64, numpy.uint8):
        own = {"1.1": integer(200), "1.2": numpy.float32(0.5), "1.3": numpy.bool_(True)}
        [mine, truth] = pagewalk.grade(text, {"a": own, "b": plain})
        assert mine.marks == truth.marks
        assert mine.points == 3.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: pagewalk.grade(QUIZ, {"ada": {"1.1": 10**5000}}),
            ValueError,
            r"`answers\['ada'\]\['1.1'\]` must be an int of at most 1023 bits",
        ),
        (
            lambda: pagewalk.grade(QUIZ, {"ada": {"1.1": [1]}}),
            TypeError,
            r"`answers\['ada'\]\['1.1'\]` must be a str, an int, .* not list",
        ),
        (lambda: pagewalk.exam("let a = 1"), ValueError, "contains no `question`"),
        (
            lambda: pagewalk.exam("expect 1 == 2\n" + QUIZ),
            ValueError,
            "1 of the script's expectations failed",
        ),
        (lambda: pagewalk.exam("raed 1"), pagewalk.ScriptError, "did you mean `read`"),
        (lambda: pagewalk.exam(QUIZ, variants=0), ValueError, "`variants` must be at least 1"),
        (lambda: pagewalk.exam(QUIZ, variant=1), TypeError, "did you mean `variants`"),
        (lambda: pagewalk.exam(QUIZ, roster=[3]), TypeError, "`roster` must be a list of IDs"),
        (lambda: pagewalk.exam(QUIZ, roster="a"), TypeError, "`roster` must be a list of IDs"),
        (
            lambda: pagewalk.exam(QUIZ, roster=["a"], variants=1),
            ValueError,
            "cannot be used together",
        ),
        (
            lambda: pagewalk.exam(QUIZ)[0].render("keys"),
            ValueError,
            "`edition` cannot be `keys`; did you mean `key`",
        ),
        (lambda: pagewalk.exam(QUIZ)[0].render(format="doc"), ValueError, "no format `doc`"),
        (
            lambda: pagewalk.exam(QUIZ)[0].render(format="pdf"),
            ValueError,
            "pagewalk exam --format pdf",
        ),
        (lambda: pagewalk.grade(QUIZ, {"a": {"1.3": "1"}}), ValueError, "answers of `a`.*`1.3`"),
        (lambda: pagewalk.grade(QUIZ, {"a": {"1.1": [1]}}), TypeError, "must be a str, an int"),
        (
            lambda: pagewalk.grade(QUIZ, {"a": {"1.1": float("nan")}}),
            ValueError,
            "must be a finite number, not nan",
        ),
        (
            lambda: pagewalk.exam(QUIZ, roster=["a", ("b", "Bob"), "a"]),
            ValueError,
            "has the ID `a` twice",
        ),
        (lambda: pagewalk.grade(QUIZ, {"a": "1"}), TypeError, r"`answers\['a'\]` must be a dict"),
        (lambda: pagewalk.grade(QUIZ, ["1"]), TypeError, "`answers` must be a dict"),
        (lambda: pagewalk.grade([QUIZ], {}), TypeError, "`papers` must be a list of papers"),
        (
            lambda: pagewalk.grade(QUIZ, {"a": {}}, rules=["caried=1/2"]),
            ValueError,
            "rule `caried=1/2`",
        ),
        (
            lambda: pagewalk.grade(QUIZ, {}, rules="carried=1/2"),
            TypeError,
            "`rules` must be a list",
        ),
        (
            lambda: pagewalk.grade(pagewalk.exam(QUIZ, variants=2), {"a": {"1.1": "1"}}),
            ValueError,
            "add the key `version`",
        ),
        (
            lambda: pagewalk.grade(pagewalk.exam(QUIZ, variants=2), {"a": {"version": "?"}}),
            ValueError,
            r"no paper with the version `\?`",
        ),
    ],
)
def test_wrong_arguments_are_named(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()
