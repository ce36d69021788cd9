"""Sessions: state between inputs, undo, and questions."""

from __future__ import annotations

import pathlib

import pytest
from conftest import WALK

import pagewalk


def test_a_session_keeps_its_state() -> None:
    session = pagewalk.Session()
    assert session.run(WALK).steps[-1]["tlb"] == "miss"
    assert session.run("read 0x3D4").steps[-1]["tlb"] == "hit"
    assert session.position == 4
    assert session.state["machine"]["cores"][0]["tlbs"][0]["counts"]["hits"] == 1


def test_statements_can_be_undone_and_redone() -> None:
    session = pagewalk.Session()
    for n in range(5):
        session.run(f"let n = {n}")
    assert session.back() == 1
    assert session.state["variables"] == {"n": 3}
    assert session.back(10) == 4
    assert (session.position, session.state["variables"]) == (0, {})
    assert session.forward(2) == 2
    assert session.state["variables"] == {"n": 1}
    session.goto(5)
    assert session.state["variables"] == {"n": 4}
    with pytest.raises(ValueError, match="`position` must be at most 5, not 6"):
        session.goto(6)
    assert repr(session) == "<pagewalk.Session: position 5>"


def test_what_changes_nothing() -> None:
    session = pagewalk.Session()
    session.run(WALK)
    before = session.state
    tried = session.what("read 0x3D4; let n = 7")
    assert tried.steps[0]["tlb"] == "hit"
    assert (tried.state["variables"], before["variables"]) == ({"n": 7}, {})
    assert (session.state, session.position) == (before, 3)


def test_why_explains_the_last_access() -> None:
    session = pagewalk.Session()
    with pytest.raises(ValueError, match="no access or system call yet"):
        session.why()
    session.run(WALK)
    assert "0x0D" in session.why("ppn")
    assert len(session.why()) > len(session.why("ppn"))
    with pytest.raises(ValueError, match="pppn"):
        session.why("pppn")
    with pytest.raises(TypeError, match="`fact` must be a str"):
        session.why(3)


def test_an_input_with_an_error_changes_nothing() -> None:
    session = pagewalk.Session()
    session.run("let a = 1")
    with pytest.raises(pagewalk.ScriptError):
        session.run("let b = 2\nraed 3")
    assert (session.position, session.state["variables"]) == (1, {"a": 1})


def test_a_session_reads_scripts_and_files(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.pw").write_text("let a = 7")
    session = pagewalk.Session(files={"b.pw": "let b = 8"})
    session.run(tmp_path / "a.pw")
    session.run('include "b.pw"')
    assert session.state["variables"] == {"a": 7, "b": 8}


def test_a_seed_and_limits_apply_to_each_input() -> None:
    values = []
    for seed in (1, 1, 2):
        session = pagewalk.Session(seed=seed)
        session.run("choose n in 0..1000000")
        values.append(session.state["variables"]["n"])
    assert values[0] == values[1] != values[2]
    session = pagewalk.Session(max_steps=100)
    with pytest.raises(pagewalk.ScriptError) as caught:
        session.run("repeat 1000 { let x = 1 }")
    assert caught.value.diagnostics[0].code == "limit-steps"
    with pytest.raises(TypeError, match=r"Session\(\) has no parameter `sed`; did you mean `seed`"):
        pagewalk.Session(sed=3)
    with pytest.raises(TypeError, match="`count` must be an int"):
        session.back("1")
