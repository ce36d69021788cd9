"""References and renaming across the files of a folder, with golden files."""

import subprocess

import pytest
from raw import Server

LIBRARY = """def touch(page) {
  read page * 0x40
}
let first = 1
"""
SCRIPT = """# 1
include "lib.pw"
machine simple
set page_table {
  | vpn ppn v |
  | 0   1   1 |
  | 1   2   1 |
}
let second = first + 1
scenario "two" {
  touch(first)
  touch(0)
}
touch(first)
"""
OTHER = 'include "lib.pw"\nmachine simple\nset page_table {\n  | vpn ppn v |\n  | 1   2   1 |\n}\nfor x in 0..20 { let y = first + x }\ntouch(first)\n'
NOTES = "# Notes – é\n\n```pagewalk\nlet va = 0x40\nlet next = va + 1\n```\n\n```pagewalk,continues\nlet last = va + 2\n```\n"
FILES = {"lib.pw": LIBRARY, "1.pw": SCRIPT, "2.pw": OTHER, "notes.md": NOTES, "3.pw": "let first = 5\n"}


@pytest.fixture
def folder(tmp_path, pagewalk):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    for name in ("1.pw", "2.pw", "notes.md"):
        subprocess.run([pagewalk, "test", "--bless", name], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "1.golden.yaml").is_file() and (tmp_path / "notes.golden.yaml").is_file()
    return tmp_path


def started(pagewalk, folder):
    server = Server(pagewalk, initialize=False)
    folders = [{"uri": folder.as_uri(), "name": "course"}]
    server.request("initialize", {"processId": None, "capabilities": {}, "workspaceFolders": folders})
    server.notify("initialized", {})
    return server


def at(uri, text, part, more=0, **rest):
    before = text[: text.index(part) + more]
    position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
    return {"textDocument": {"uri": uri}, "position": position, **rest}


def applied(folder, answer):
    """Applies the edits to the files on disk, and returns their names."""
    for uri, edits in answer["changes"].items():
        path = folder / uri.rsplit("/", 1)[1]
        lines = path.read_text().splitlines(keepends=True)
        starts = [sum(map(len, lines[:row])) for row in range(len(lines) + 1)]
        text = "".join(lines)
        for edit in sorted(edits, key=lambda edit: -starts[edit["range"]["start"]["line"]] - edit["range"]["start"]["character"]):
            begin, end = (starts[edit["range"][at]["line"]] + edit["range"][at]["character"] for at in ("start", "end"))
            text = text[:begin] + edit["newText"] + text[end:]
        path.write_text(text)
    return sorted(uri.rsplit("/", 1)[1] for uri in answer["changes"])


def passes(pagewalk, folder):
    done = subprocess.run([pagewalk, "test", "."], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_references_are_in_all_scripts_of_the_folder(pagewalk, folder):
    uri = (folder / "lib.pw").as_uri()
    with started(pagewalk, folder) as server:
        server.open(uri, LIBRARY)
        params = at(uri, LIBRARY, "first", context={"includeDeclaration": False})
        found = server.request("textDocument/references", params)["result"]
        places = sorted((one["uri"].rsplit("/", 1)[1], one["range"]["start"]["line"]) for one in found)
        assert places == [("1.pw", 8), ("1.pw", 10), ("1.pw", 13), ("2.pw", 6), ("2.pw", 7)]


@pytest.mark.parametrize("name, part, more", [("lib.pw", "first", 0), ("1.pw", "touch(first", 7), ("2.pw", "first + x", 2)])
def test_a_rename_keeps_golden_files_and_tests(pagewalk, folder, name, part, more):
    uri = (folder / name).as_uri()
    passes(pagewalk, folder)
    with started(pagewalk, folder) as server:
        server.open(uri, FILES[name])
        answer = server.request("textDocument/rename", at(uri, FILES[name], part, more, newName="start_page"))["result"]
    assert applied(folder, answer) == ["1.golden.yaml", "1.pw", "2.golden.yaml", "2.pw", "lib.pw"]
    assert "start_page" in (folder / "1.golden.yaml").read_text()
    assert "first" not in (folder / "2.pw").read_text() + (folder / "1.golden.yaml").read_text()
    assert (folder / "3.pw").read_text() == FILES["3.pw"], "another name"
    passes(pagewalk, folder)


def test_a_definition_and_a_scenario_are_renamed(pagewalk, folder):
    uri = (folder / "1.pw").as_uri()
    for part, more, new in [("touch(0)", 1, "visit"), ('"two"', 1, "three reads")]:
        with started(pagewalk, folder) as server:
            text = (folder / "1.pw").read_text()
            server.open(uri, text)
            applied(folder, server.request("textDocument/rename", at(uri, text, part, more, newName=new))["result"])
        passes(pagewalk, folder)
    assert "def visit(page)" in (folder / "lib.pw").read_text()
    assert "scenario: three reads" in (folder / "1.golden.yaml").read_text()


def test_a_name_of_a_script_that_is_not_open_is_taken(pagewalk, folder):
    uri = (folder / "lib.pw").as_uri()
    with started(pagewalk, folder) as server:
        server.open(uri, LIBRARY)
        error = server.request("textDocument/rename", at(uri, LIBRARY, "first", newName="second"))["error"]
        assert "`second` is already the name of a variable" in error["message"]


def test_a_golden_file_that_differs_stays(pagewalk, folder):
    golden = folder / "1.golden.yaml"
    golden.write_text(golden.read_text().replace("let second = first + 1", "let second = first + 2"))
    uri = (folder / "lib.pw").as_uri()
    with started(pagewalk, folder) as server:
        server.open(uri, LIBRARY)
        answer = server.request("textDocument/rename", at(uri, LIBRARY, "first", newName="start_page"))["result"]
    assert applied(folder, answer) == ["1.pw", "2.golden.yaml", "2.pw", "lib.pw"]


def test_a_rename_in_markdown_changes_all_blocks(pagewalk, folder):
    uri = (folder / "notes.md").as_uri()
    with started(pagewalk, folder) as server:
        document = {"uri": uri, "languageId": "markdown", "version": 1, "text": NOTES}
        server.notify("textDocument/didOpen", {"textDocument": document})
        answer = server.request("textDocument/rename", at(uri, NOTES, "va + 1", newName="address"))["result"]
    assert applied(folder, answer) == ["notes.golden.yaml", "notes.md"]
    assert (folder / "notes.md").read_text() == NOTES.replace("va", "address")
    passes(pagewalk, folder)


def test_rows_of_tables_are_aligned_as_they_are_typed(pagewalk):
    uri = "file:///course/script.pw"
    options = {"options": {"tabSize": 2, "insertSpaces": True}}
    with Server(pagewalk) as server:
        known = server.initialized["capabilities"]["documentOnTypeFormattingProvider"]
        assert known == {"firstTriggerCharacter": "|", "moreTriggerCharacter": ["\n"]}
        # The error below does not matter.
        server.open(uri, "set page_table {\n  | vpn ppn |\n  | 0F 0D |\n  \n}\nraed [\n")
        params = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 11}, "ch": "|", **options}
        (edit,) = server.request("textDocument/onTypeFormatting", params)["result"]
        begin, end = edit["range"]["start"]["character"], edit["range"]["end"]["character"]
        row = "  | 0F 0D |"
        assert edit["range"]["start"]["line"] == edit["range"]["end"]["line"] == 2
        assert row[:begin] + edit["newText"] + row[end:] == "  | 0F  0D  |"
        params |= {"position": {"line": 3, "character": 2}, "ch": "\n"}
        assert server.request("textDocument/onTypeFormatting", params)["result"] == [edit]
        params |= {"position": {"line": 2, "character": 7}, "ch": "|"}
        assert server.request("textDocument/onTypeFormatting", params)["result"] is None
