"""Exams and grades."""

from __future__ import annotations

import json
import math
import os
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, overload

from pagewalk import _arguments as arguments
from pagewalk import _pagewalk as native
from pagewalk import _types as types
from pagewalk._arguments import DEFAULT_MAX_MEMORY, DEFAULT_MAX_STEPS, Files, Script, checked
from pagewalk._errors import Diagnostic, PagewalkWarning
from pagewalk._results import Tabular

#: The editions of a paper.
EDITIONS = ("paper", "key", "solutions")
#: The bits of the largest int in an answer. Each int of this size is also a finite `float`.
LARGEST = 1023
#: A student of a roster: an ID, or an ID and a name.
Student = str | tuple[str, str]
#: The answers of a student, by the names of the fields.
Answers = Mapping[str, str | float | None]


@dataclass(frozen=True)
class Field:
    """A field of a paper that a student fills in."""

    #: The name, such as `1a.vpn`.
    name: str
    #: The maximum points.
    points: float


@dataclass(frozen=True)
class Mark:
    """The mark of a field."""

    #: The name of the field.
    field: str
    #: The answer as written.
    answer: str
    #: `right`, `accepted`, `carried`, `follows`, `partly`, `wrong`, `unreadable`, `unanswered`,
    #: `pending`, or `voided`.
    verdict: str
    #: The points.
    points: float
    #: The maximum points.
    of: float
    #: Known mistakes that lead to the answer.
    mistakes: tuple[str, ...]


@dataclass(frozen=True)
class Marks:
    """The marks of a student."""

    #: The student's ID, or an empty text.
    student: str
    #: The code of the student's version, or `None`.
    version: str | None
    #: The sum of the points, after the rules.
    points: float
    #: The maximum points.
    of: float
    #: The mark of each field, in the order of the paper.
    marks: tuple[Mark, ...]


class Paper:
    """A paper of an exam with its key.

    >>> import pagewalk
    >>> text = 'machine simple\\nquestion "Page" { ask "VPN of 0x3D4" = 0x3D4 // 64 }'
    >>> [paper] = pagewalk.exam(text)
    >>> paper.fields
    [Field(name='1', points=1.0)]
    >>> paper.grade({"1": "0xF"}).points
    1.0
    """

    def __init__(self, native_paper: native.Paper) -> None:
        """Wrap a paper. Use `pagewalk.exam` to create papers."""
        self._native = native_paper

    @property
    def code(self) -> str | None:
        """The version's code on each page, or `None` for a script without versions."""
        return self._native.code

    @property
    def seed(self) -> int | None:
        """The seed of the version's values. Keep it secret until the exam ends."""
        return self._native.seed

    @property
    def student(self) -> str | None:
        """The ID of the student for whom the paper was created."""
        return self._native.student

    @property
    def student_name(self) -> str | None:
        """The name of the student for whom the paper was created."""
        return self._native.student_name

    @property
    def points(self) -> float:
        """The maximum points."""
        return self._native.points

    @property
    def fields(self) -> list[Field]:
        """The fields that a student fills in, in order."""
        return [Field(name, points) for name, points in self._native.fields]

    @checked
    def render(self, edition: str = "paper", *, format: str = "markdown") -> str | bytes:
        """Return the `paper`, the `key`, or the `solutions` in a format.

        The formats are those of `pagewalk exam --format`. The result is a text, or the bytes
        of an archive for a learning platform.
        """
        edition = arguments.word("edition", edition, EDITIONS)
        return self._native.render(edition, arguments.string("format", format))

    def _repr_html_(self) -> str:
        page = escape(str(self.render(format="html")))
        return f'<iframe srcdoc="{page}" style="width: 100%; height: 40em"></iframe>'

    @checked
    def data(self, edition: str = "paper") -> dict[str, Any]:
        """Return the `paper`, the `key`, or the `solutions` as data."""
        return self._native.data(arguments.word("edition", edition, EDITIONS))

    @checked
    def grade(self, answers: Answers, *, rules: Iterable[str] = ()) -> Marks:
        """Grade the answers of one student.

        Parameters
        ----------
        answers
            The answers by the names of the fields. Texts are read as on paper: `"15"` in a
            hexadecimal blank is 0x15. Numbers and booleans are values, as in JSON: `15` is 0x0F.
            `None` is no answer.
        rules
            Rules of grading as in `pagewalk grade --rule`, such as `carried=1/2`.
        """
        return self._grade(self.student or "", answers, rules, "answers")

    def _grade(self, student: str, answers: object, rules: object, where: str) -> Marks:
        given = list(pairs(answers, where))
        names = [
            arguments.string("rules", rule)
            for rule in arguments.sequence("rules", rules, "a list of str")
        ]
        points, of, rows = self._native.mark(given, names)
        marks = tuple(Mark(*row[:5], mistakes=tuple(row[5])) for row in rows)
        return Marks(student, self.code, points, of, marks)

    def __repr__(self) -> str:
        """Return the version and the points."""
        version = "" if self.code is None else f" version {self.code},"
        return f"<pagewalk.Paper:{version} {self.points:g} points>"


class Grades(Tabular, Sequence[Marks]):
    """The marks of several students, in the order of their answers.

    As a table, grades have one row per student and field, with the columns `student`, `version`,
    `field`, `answer`, `verdict`, `points`, and `of`.
    """

    def __init__(self, marks: Iterable[Marks]) -> None:
        """Create grades from marks."""
        self._marks = tuple(marks)

    @overload
    def __getitem__(self, index: int) -> Marks: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Marks]: ...
    def __getitem__(self, index: int | slice) -> Marks | Sequence[Marks]:
        """Return the marks of a student by position."""
        return self._marks[index]

    def __len__(self) -> int:
        """Return the number of students."""
        return len(self._marks)

    def _table(self) -> native.Table:
        rows = [(one, mark) for one in self._marks for mark in one.marks]
        return native.Table(
            [
                ("student", "string", [one.student for one, _ in rows]),
                ("version", "string", [one.version for one, _ in rows]),
                ("field", "string", [mark.field for _, mark in rows]),
                ("answer", "string", [mark.answer for _, mark in rows]),
                ("verdict", "string", [mark.verdict for _, mark in rows]),
                ("points", "double", [mark.points for _, mark in rows]),
                ("of", "double", [mark.of for _, mark in rows]),
            ]
        )

    def __repr__(self) -> str:
        """Return the number of students."""
        return f"<pagewalk.Grades: {len(self)} student{'s' * (len(self) != 1)}>"


@checked
def exam(
    text: Script,
    *,
    seed: int | None = None,
    variants: int | None = None,
    roster: Iterable[Student] | os.PathLike[str] | None = None,
    make_up: int | None = None,
    files: Files | None = None,
    max_steps: int = DEFAULT_MAX_STEPS,
    max_memory: int = DEFAULT_MAX_MEMORY,
) -> list[Paper]:
    """Create the papers of an exam script.

    Parameters
    ----------
    text
        The text of an exam script, or the path of its file (`pathlib.Path`).
    seed
        The seed that replaces the script's seed: an integer below 2**64.
    variants
        The number of versions, each with different values, from 1 to 10,000.
    roster
        The students, each with their own version: IDs, tuples of an ID and a name, or the path of
        a class list.
    make_up
        The number of a make-up exam, from 1, with new seeds.
    files
        The contents of other files that the script names, by name.
    max_steps, max_memory
        The limits of each version's run, as for `run`.

    Raises
    ------
    ScriptError
        If the script has errors.
    ValueError
        If the script contains no question, or one of its expectations fails.

    Warns
    -----
    PagewalkWarning
        For each warning about the script, as `check` returns them.

    Examples
    --------
    >>> import pagewalk
    >>> text = 'machine simple\\nquestion "Page" { choose va in 0..0x4000; ask "VPN" = va // 64 }'
    >>> papers = pagewalk.exam(text, roster=["ada", "bob"], seed=7)
    >>> [paper.student for paper in papers], papers[0].code != papers[1].code
    (['ada', 'bob'], True)
    """
    if variants is not None and roster is not None:
        raise ValueError(
            "`variants` and `roster` cannot be used together; a roster has one version per student"
        )
    versions: int | list[tuple[str, str]] | bytes | None = None
    if variants is not None:
        versions = arguments.integer("variants", variants, 1, 10_000)
    elif isinstance(roster, os.PathLike):
        with open(roster, "rb") as file:
            versions = file.read()
    elif roster is not None:
        expected = "a list of IDs, a list of tuples of an ID and a name, or a path"
        versions = [
            student(one, expected) for one in arguments.sequence("roster", roster, expected)
        ]
        # One sheet of two students could not be told apart.
        ids = Counter(identity for identity, _ in versions)
        if (twice := next((one for one in ids if ids[one] > 1), None)) is not None:
            raise ValueError(f"`roster` has the ID `{twice}` twice; each student needs an ID")
    return created(
        arguments.script("text", text, files),
        arguments.optional_integer("seed", seed),
        versions,
        arguments.optional_integer("make_up", make_up, 1, 1000),
        arguments.limits(max_steps, max_memory),
    )


def created(
    script: types.Script,
    seed: int | None = None,
    versions: int | list[tuple[str, str]] | bytes | None = None,
    make_up: int | None = None,
    limits: tuple[int, int] = (DEFAULT_MAX_STEPS, DEFAULT_MAX_MEMORY),
) -> list[Paper]:
    """Create papers, and issue the warnings about their script."""
    papers, found = native.exam(script, seed, versions, make_up, limits)
    for one in found:
        warnings.warn(described(one, script["name"]), PagewalkWarning, stacklevel=4)
    return [Paper(paper) for paper in papers]


def described(one: Diagnostic, script: str) -> str:
    """Return a warning about a script in one line."""
    file = "" if one.file in (None, script) else f"`{one.file}`, "
    place = "" if one.line is None else f"{file}line {one.line}: "
    return place + one.message + ("" if one.help is None else f"; {one.help}")


@checked
def grade(
    papers: Script | Paper | Iterable[Paper],
    answers: Mapping[str, Answers],
    *,
    rules: Iterable[str] = (),
    files: Files | None = None,
) -> Grades:
    """Grade the answers of students.

    Parameters
    ----------
    papers
        The papers that `exam` returns, one paper, or an exam script whose papers are all equal.
    answers
        The answers of each student by ID. A student without a paper of their own needs the key
        `version`, with the code on the paper, if there are several papers.
    rules
        Rules of grading as in `pagewalk grade --rule`, such as `carried=1/2`.
    files
        The contents of other files that the script names, by name.

    Examples
    --------
    >>> import pagewalk
    >>> text = 'machine simple\\nquestion "Page" { ask "VPN of 0x3D4" = 0x3D4 // 64 }'
    >>> grades = pagewalk.grade(text, {"ada": {"1": "0xF"}, "bob": {"1": "0xF0"}})
    >>> [(one.student, one.points, one.of) for one in grades]
    [('ada', 1.0, 1.0), ('bob', 0.0, 1.0)]
    """
    if isinstance(papers, Paper):
        every = [papers]
    elif isinstance(papers, (str, os.PathLike)):
        every = created(arguments.script("papers", papers, files))
    else:
        every = arguments.sequence("papers", papers, "a script, a paper, or a list of papers")
        for paper in every:
            if not isinstance(paper, Paper):
                raise arguments.wrong_type("papers", "a list of papers", paper)
    if not isinstance(answers, Mapping):
        raise arguments.wrong_type("answers", "a dict of IDs and answers", answers)
    chosen = Papers(every)
    names = arguments.sequence("rules", rules, "a list of str")
    return Grades(chosen.grade(identity, own, names) for identity, own in answers.items())


class Papers:
    """The papers of an exam by student and by version."""

    def __init__(self, papers: list[Paper]) -> None:
        """Index papers."""
        self.only = papers[0] if len(papers) == 1 else None
        self.by_student = {paper.student: paper for paper in papers if paper.student is not None}
        self.by_code = {paper.code: paper for paper in papers if paper.code is not None}

    def grade(self, identity: object, answers: object, rules: list[str]) -> Marks:
        """Grade the answers of one student."""
        identity = arguments.string("answers", identity)
        if not isinstance(answers, Mapping):
            raise arguments.wrong_type(
                f"answers[{identity!r}]", "a dict of fields and answers", answers
            )
        version = answers.get("version")
        if version is not None:
            paper = self.by_code.get(str(version))
            missing = f"there is no paper with the version `{version}`"
        else:
            paper = self.by_student.get(identity, self.only)
            missing = "add the key `version` with the code on the student's paper"
        if paper is None:
            raise ValueError(f"answers of `{identity}`: {missing}")
        own = {name: answer for name, answer in answers.items() if name != "version"}
        try:
            return paper._grade(identity, own, rules, f"answers[{identity!r}]")
        except KeyError as error:
            raise ValueError(f"answers of `{identity}`: {error.args[0]}") from None


def pairs(answers: object, where: str) -> Iterator[tuple[str, str]]:
    """Check answers, and return them as texts of JSON without missing answers."""
    if not isinstance(answers, Mapping):
        raise arguments.wrong_type(where, "a dict of fields and answers", answers)
    for name, answer in answers.items():
        if answer is not None:
            yield arguments.string(where, name), json.dumps(value(f"{where}[{name!r}]", answer))


def value(where: str, answer: object) -> str | float:
    """Check an answer."""
    plain = answer
    # The numbers and booleans of NumPy, which need not be installed.
    if hasattr(plain, "dtype") and getattr(plain, "ndim", None) == 0:
        plain = plain.item()  # type: ignore[attr-defined]
        # A `float32` prints as the shortest decimal that rounds to it: 0.1, and not 0.10000000149.
        if isinstance(plain, float) and type(answer).__module__ == "numpy":
            plain = float(str(answer))
    elif not isinstance(plain, (str, int, float)) and hasattr(plain, "__index__"):
        plain = int(plain.__index__())
    if not isinstance(plain, (str, int, float)):
        raise arguments.wrong_type(where, "a str, an int, a float, or a bool", answer)
    if isinstance(plain, float) and not math.isfinite(plain):
        raise ValueError(f"`{where}` must be a finite number, not {plain}")
    if isinstance(plain, int) and plain.bit_length() > LARGEST:
        raise ValueError(f"`{where}` must be an int of at most {LARGEST} bits")
    return plain


def student(one: object, expected: str) -> tuple[str, str]:
    """Check a student of a roster."""
    if isinstance(one, str):
        return (one, "")
    if isinstance(one, tuple) and len(one) == 2 and all(isinstance(part, str) for part in one):
        return (one[0], one[1])
    raise arguments.wrong_type("roster", expected, one)
