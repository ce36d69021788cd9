"""Golden files in the editor: marks, code actions, and the results of cases."""

import subprocess

import pytest
from raw import Server

SCRIPT = """machine simple
set page_table {
  | vpn ppn v |
  | 0F  0D  1 |
}
translate 0x3D4
scenario "again" {
  translate 0x3D4
}
scenario "next" {
  translate 0x3D5
}
"""
CAPABILITIES = {
    "textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}, "disabledSupport": True}},
    "window": {"showDocument": {"support": True}},
}


@pytest.fixture
def course(tmp_path, pagewalk, monkeypatch):
    """A script and its golden file, in which both scenarios differ."""
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "tlb.pw").write_text(SCRIPT)
    bless(pagewalk, tmp_path)
    return tmp_path


def bless(pagewalk, folder, *options):
    subprocess.run([pagewalk, "test", "--bless", *options, "tlb.pw"], cwd=folder, check=True, capture_output=True)


def damage(folder):
    golden = folder / "tlb.golden.yaml"
    text = golden.read_text()
    # In both scenarios, the TLB contains the page.
    assert text.count("tlb hit") == 2
    golden.write_text(text.replace("tlb hit", "tlb miss"))
    return golden


def uri(path):
    return path.as_uri()


def marks(server, script, holds=bool):
    """The next marks that satisfy a condition. The mistakes may come before the run ends."""
    while True:
        diagnostics = server.diagnostics(uri(script))
        if holds(found := [one for one in diagnostics if one["code"] == "golden"]):
            return found


def actions(server, script, range, diagnostics=()):
    context = {"diagnostics": list(diagnostics)}
    params = {"textDocument": {"uri": uri(script)}, "range": range, "context": context}
    return server.request("textDocument/codeAction", params)["result"]


def apply(path, edit):
    """Applies a workspace edit as an editor does. Lines are enough, because the edits begin and end at lines."""
    (edits,) = edit["changes"].values()
    assert list(edit["changes"]) == [uri(path)]
    (one,) = edits
    lines = path.read_text().splitlines(keepends=True)
    start, end = one["range"]["start"], one["range"]["end"]
    assert start["character"] == end["character"] == 0
    path.write_text("".join(lines[: start["line"]]) + one["newText"] + "".join(lines[end["line"] :]))


def test_a_statement_that_differs_is_marked_until_the_file_on_disk_is_right(pagewalk, course):
    script, golden = course / "tlb.pw", damage(course)
    with Server(pagewalk, capabilities=CAPABILITIES) as server:
        server.open(uri(script), SCRIPT)
        first, second = marks(server, script)
        assert first["code"] == "golden" and first["severity"] == 3 and first["source"] == "pagewalk"
        assert first["message"] == "differs from the golden file: tlb miss → hit"
        assert first["range"] == {"start": {"line": 7, "character": 2}, "end": {"line": 7, "character": 17}}
        assert second["range"]["start"]["line"] == 10
        (related,) = first["relatedInformation"]
        assert related["location"]["uri"] == uri(golden)
        line = golden.read_text().splitlines()[related["location"]["range"]["start"]["line"]]
        assert line.strip() == "- do: translate 0x3D4"
        # A mistake hides the marks.
        server.change(uri(script), 2, SCRIPT + "raed 0\n")
        assert [one["code"] for one in server.diagnostics(uri(script), 2)] == ["unknown-verb"]
        server.change(uri(script), 3, SCRIPT)
        assert len(marks(server, script)) == 2
        bless(pagewalk, course)
        server.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri(golden), "type": 2}]})
        assert marks(server, script, lambda found: not found) == []
        golden.write_text("format: 9\ncases: []\n...\n")
        server.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri(golden), "type": 2}]})
        (one,) = marks(server, script)
        assert "format 9" in one["message"] and one["range"]["start"]["line"] == 0


def test_bless_this_case_writes_what_the_command_writes(pagewalk, course):
    script, golden = course / "tlb.pw", damage(course)
    damaged = golden.read_text()
    bless(pagewalk, course, "--filter", "again")
    expected = golden.read_text()
    assert expected != damaged and expected.count("tlb hit") == 1
    golden.write_text(damaged)
    with Server(pagewalk, capabilities=CAPABILITIES) as server:
        server.open(uri(script), SCRIPT)
        diagnostics = marks(server, script)
        found = actions(server, script, diagnostics[0]["range"], diagnostics)
        titles = [one["title"] for one in found if "olden" in one["title"] or "less" in one["title"]]
        assert titles == ["Bless this case", "Bless all cases of this script", "Show golden"]
        one = next(one for one in found if one["title"] == "Bless this case")
        assert one["diagnostics"] == diagnostics[:1] and one["kind"] == "quickfix"
        apply(golden, one["edit"])
        assert golden.read_text() == expected

        show = next(one for one in found if one["title"] == "Show golden")["command"]
        assert show["command"] in server.initialized["capabilities"]["executeCommandProvider"]["commands"]
        number = server.ask("workspace/executeCommand", {"command": show["command"], "arguments": show["arguments"]})
        shown = server.wait(lambda message: message.get("method") == "window/showDocument")["params"]
        assert shown["uri"] == uri(golden) and shown["takeFocus"]
        place = diagnostics[0]["relatedInformation"][0]["location"]["range"]["start"]["line"]
        assert shown["selection"]["start"]["line"] == place
        assert server.wait(lambda message: message.get("id") == number and "method" not in message)["result"] is None


def test_blessing_is_refused_where_the_command_refuses(pagewalk, course, monkeypatch):
    script, golden = course / "tlb.pw", damage(course)
    failing = SCRIPT.replace("translate 0x3D5", "translate 0x3D5 => tlb miss")
    with Server(pagewalk, capabilities=CAPABILITIES) as server:
        server.open(uri(script), failing)
        mark = marks(server, script)[1]
        one = next(one for one in actions(server, script, mark["range"]) if one["title"] == "Bless this case")
        assert one["disabled"]["reason"].startswith("an expectation failed") and "edit" not in one
        golden.write_text(golden.read_text().replace("format: 2", "format: 3"))
        server.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri(golden), "type": 2}]})
        (mark,) = marks(server, script, lambda found: found and "format 3" in found[0]["message"])
        one = next(one for one in actions(server, script, mark["range"]) if one["title"].startswith("Regenerate"))
        assert "format 3" in one["disabled"]["reason"] or "expectation" in one["disabled"]["reason"]
    monkeypatch.setenv("CI", "true")
    golden.write_text(golden.read_text().replace("format: 3", "format: 2"))
    with Server(pagewalk, capabilities=CAPABILITIES) as server:
        server.open(uri(script), SCRIPT)
        mark = marks(server, script)[0]
        one = next(one for one in actions(server, script, mark["range"]) if one["title"] == "Bless this case")
        assert "`CI` is set" in one["disabled"]["reason"]
    # A client without disabled actions gets none.
    with Server(pagewalk, capabilities={"textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}}}) as server:
        server.open(uri(script), SCRIPT)
        mark = marks(server, script)[0]
        assert [one for one in actions(server, script, mark["range"]) if "golden" in one["title"] or "Bless" in one["title"]] == []


def test_cases_have_the_results_of_the_command(pagewalk, course):
    script, golden = course / "tlb.pw", damage(course)
    text = SCRIPT + 'scenario "wrong" {\n  translate 0x3D6 => tlb miss\n}\n'
    with Server(pagewalk) as server:
        # The file need not be open.
        test = lambda **more: server.request("pagewalk/test", {"textDocument": {"uri": uri(script)}, **more})["result"]
        answer = test()
        assert answer["golden"] == uri(golden)
        own, again, following = answer["cases"]
        assert [one["name"] for one in answer["cases"]] == ["tlb.pw", "tlb.pw :: again", "tlb.pw :: next"]
        assert (own["outcome"], own["golden"], own["problems"], own["scenario"]) == ("passed", "same", [], None)
        assert own["range"]["start"] == {"line": 0, "character": 0} and own["expected"] == own["actual"]
        assert (again["outcome"], again["golden"], again["scenario"]) == ("failed", "differs", "again")
        assert again["range"] == {"start": {"line": 6, "character": 0}, "end": {"line": 8, "character": 1}}
        (problem,) = again["problems"]
        assert problem["uri"] == uri(script) and problem["range"]["start"] == {"line": 7, "character": 2}
        assert problem["message"].startswith("`translate 0x3D4` differs from the golden file")
        assert "tlb miss" in problem["expected"] and "tlb hit" in problem["actual"]
        assert again["expected"] == again["actual"].replace("tlb hit", "tlb miss") and "do: translate 0x3D4" in again["actual"]
        # An open text replaces the text on disk.
        server.open(uri(script), text)
        (wrong,) = test(case="tlb.pw :: wrong")["cases"]
        assert wrong["outcome"] == "failed"
        problem, note, *_ = wrong["problems"]
        assert (problem["expected"], problem["actual"]) == ("tlb miss", "tlb hit")
        assert problem["range"]["start"]["line"] == 13 and note["message"] == "the golden file has no such case"
        server.change(uri(script), 2, text + "raed 0\n")
        own, *others = test()["cases"]
        assert own["outcome"] == "wrong" and {one["outcome"] for one in others} == {"not-run"}
        assert "[unknown-verb]" in own["problems"][0]["message"]
        assert server.request("pagewalk/test", {"textDocument": {"uri": uri(golden)}})["error"]["code"] == -32602


def test_the_cases_of_the_folders_are_listed(pagewalk, course):
    (course / "part.pw").write_text("read 0x3D4\n")
    (course / "notes.md").write_text("# Notes\n\n```pagewalk\nmachine simple\n```\n\n```pagewalk fails\nraed 0\n```\n")
    (course / "plain.md").write_text("# No scripts\n")
    (course / "all.pw").write_text('machine simple\ninclude "part.pw"\n')
    with Server(pagewalk, initialize=False) as server:
        folders = [{"uri": uri(course), "name": "course"}]
        server.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}, "workspaceFolders": folders})
        server.notify("initialized", {})
        files = server.request("pagewalk/cases", {})["result"]
        names = {one["uri"].rpartition("/")[2]: [case["name"] for case in one["cases"]] for one in files}
        assert names == {
            "all.pw": ["all.pw"],
            "notes.md": ["notes.md :: block 1", "notes.md :: block 2"],
            "tlb.pw": ["tlb.pw", "tlb.pw :: again", "tlb.pw :: next"],
        }
        notes = next(one for one in files if one["uri"].endswith("notes.md"))
        assert [case["range"]["start"]["line"] for case in notes["cases"]] == [3, 7]
        answer = server.request("pagewalk/test", {"textDocument": {"uri": notes["uri"]}})["result"]
        assert [case["outcome"] for case in answer["cases"]] == ["passed", "passed"] and answer["golden"] is None


def test_cases_of_included_scripts_are_left_out(tmp_path, pagewalk, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "library.pw").write_text('machine simple\nread 0\nscenario "library" {\n  read 1\n}\n')
    (tmp_path / "main.pw").write_text('include "library.pw"\nread 2\nscenario "own" {\n  read 3\n}\n')
    subprocess.run([pagewalk, "test", "--bless"], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "main.pw").write_text('include "library.pw"\nread 2\nscenario "own" {\n  read 4\n}\n')
    with Server(pagewalk) as server:
        asked = {"textDocument": {"uri": uri(tmp_path / "main.pw")}}
        cases = server.request("pagewalk/test", asked)["result"]["cases"]
    assert [case["name"] for case in cases] == ["main.pw", "main.pw :: own"]
    assert [case["outcome"] for case in cases] == ["passed", "failed"]
    own = cases[1]
    assert "do: read 3" in own["expected"] and "do: read 4" in own["actual"]
    assert cases[0]["expected"] == cases[0]["actual"] and "read 0" not in cases[0]["actual"]
