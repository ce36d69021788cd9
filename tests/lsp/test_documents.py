"""Documents that are opened, changed, included and closed, and what is wrong with them."""

import pytest
from raw import Server, place

URI = "file:///course/script.pw"


def codes(diagnostics):
    return [one["code"] for one in diagnostics]


def test_mistakes_have_a_code_a_place_and_a_mend(pagewalk):
    with Server(pagewalk) as server:
        server.open(URI, "machine simple\nlet va = 0x3d4\ntranslate vb => ppn 0x0D\n")
        (one,) = server.diagnostics(URI)
        assert one["code"] == "unknown-name" and one["severity"] == 1 and one["source"] == "pagewalk"
        assert one["range"] == place(2, 10, 2, 12)
        assert "va" in one["message"], "what may have been meant"


def test_several_mistakes_are_told_at_once(pagewalk):
    with Server(pagewalk) as server:
        server.open(URI, "machine simple\ntranslat 0x3d4\nread 0x3d4 => ppm 1\nread 0xZZ\n")
        found = server.diagnostics(URI)
        assert codes(found) == ["unknown-verb", "unknown-fact", "bad-number"]
        assert [one["range"]["start"]["line"] for one in found] == [1, 2, 3]


def test_what_does_not_hold_is_told_where_it_is_stated(pagewalk, simple):
    # CS:APP 9.6.4: virtual address 0x03D4 has VPN 0x0F, which the page table maps to PPN 0x0D.
    lines = simple.splitlines()
    at = next(number for number, line in enumerate(lines) if "ppn 0x0D" in line)
    column = lines[at].index("ppn 0x0D")
    with Server(pagewalk) as server:
        server.open(URI, simple.replace("ppn 0x0D", "ppn 0x0E", 1))
        (one,) = server.diagnostics(URI)
        assert one["code"] == "expectation" and one["range"] == place(at, column, at, column + 8)
        assert "0x0D" in one["message"] and "0x0E" in one["message"]
        # Mended by a change of one character.
        server.change(URI, 2, "D", place(at, column + 7, at, column + 8))
        assert server.diagnostics(URI, 2) == []


def test_changes_are_counted_in_utf_16(pagewalk):
    with Server(pagewalk) as server:
        # 𝕏 is two units, the others are one each, so that the name stands at units 25 to 27.
        server.open(URI, 'let a = "𝕏 – é"; let b = ab\n')
        (one,) = server.diagnostics(URI)
        assert one["range"] == place(0, 26, 0, 28)
        server.change(URI, 2, "12", one["range"])
        assert server.diagnostics(URI, 2) == []


def test_carriage_returns_end_lines(pagewalk):
    with Server(pagewalk) as server:
        server.open(URI, "machine simple\r\nshow nothing_of_this\r\n")
        (one,) = server.diagnostics(URI)
        assert one["range"]["start"] == {"line": 1, "character": 5}


@pytest.mark.parametrize("range", [place(99, 0), place(0, 999), place(1, 3, 0, 1)])
def test_changes_out_of_range_are_those_of_the_nearest_place(pagewalk, range):
    with Server(pagewalk) as server:
        server.open(URI, "machine simple\nmachine")
        server.diagnostics(URI)
        server.change(URI, 2, " simple\n", range)
        server.diagnostics(URI, 2)
        assert server.end() == 0


def test_two_documents_do_not_meet(pagewalk):
    other = "file:///course/other.pw"
    with Server(pagewalk) as server:
        server.open(URI, "let a = 1\n")
        server.open(other, "let b = a\n")
        assert server.diagnostics(URI) == []
        assert codes(server.diagnostics(other)) == ["unknown-name"]
        server.change(other, 2, "let a = 2\nexpect a == 2\n")
        assert server.diagnostics(other, 2) == []


def test_an_included_document_is_seen_as_it_stands_in_the_editor(pagewalk, tmp_path):
    tables, script = tmp_path / "tables.pw", tmp_path / "script.pw"
    tables.write_text("let pages = 1\n")
    whole, part = script.as_uri(), tables.as_uri()
    with Server(pagewalk) as server:
        server.open(whole, 'include "tables.pw"\nexpect pages == 2\n')
        assert codes(server.diagnostics(whole)) == ["expectation"]
        # Not saved.
        server.open(part, "let pages = 2\n")
        assert server.diagnostics(whole) == []
        # A mistake in the part is told in the part.
        server.change(part, 2, "let pages = 2 +\n")
        assert len(server.diagnostics(part, 2)) == 1
        # Closed without being saved: the file counts again.
        server.notify("textDocument/didClose", {"textDocument": {"uri": part}})
        assert codes(server.diagnostics(whole)) == ["expectation"]


def test_a_mistake_in_a_file_that_is_not_open_is_told_of_that_file(pagewalk, tmp_path):
    tables, script = tmp_path / "tables.pw", tmp_path / "script.pw"
    tables.write_text("let pages = \n")
    with Server(pagewalk) as server:
        server.open(script.as_uri(), 'include "tables.pw"\n')
        assert len(server.diagnostics(tables.as_uri())) == 1
        tables.write_text("let pages = 1\n")
        server.notify("textDocument/didSave", {"textDocument": {"uri": script.as_uri()}})
        assert server.diagnostics(tables.as_uri()) == []


def test_files_that_change_on_disk_are_read_again(pagewalk, tmp_path):
    tables, script = tmp_path / "lib" / "tables.pw", tmp_path / "homework" / "script.pw"
    for path in (tables, script):
        path.parent.mkdir()
    tables.write_text("let pages = 1\n")
    capabilities = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    with Server(pagewalk, capabilities=capabilities) as server:
        asked = server.wait(lambda message: message.get("method") == "client/registerCapability")
        (registration,) = asked["params"]["registrations"]
        assert registration["method"] == "workspace/didChangeWatchedFiles"
        (watcher,) = registration["registerOptions"]["watchers"]
        assert watcher["globPattern"] == "**/*.{pw,yaml,yml,toml}"
        server.send({"id": asked["id"], "result": None})
        server.open(script.as_uri(), 'include "../lib/tables.pw"\nexpect pages == 2\n')
        assert codes(server.diagnostics(script.as_uri())) == ["outside-folder"]
        settings = tmp_path / "pagewalk.toml"
        for path, text, wanted in [(settings, 'root = "."\n', ["expectation"]), (tables, "let pages = 2\n", [])]:
            path.write_text(text)
            changes = [{"uri": path.as_uri(), "type": 2}]
            server.notify("workspace/didChangeWatchedFiles", {"changes": changes})
            assert codes(server.diagnostics(script.as_uri())) == wanted


def test_symbols_of_all_scripts_are_found(pagewalk, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "a.pw").write_text('def touch(page) { read page }\nscenario "two touches" { let t = 1 }\n')
    (tmp_path / "b.pw").write_text("let touched = 1\n")
    (tmp_path / "c.txt").write_text("let touched = 1\n")
    folders = {"workspaceFolders": [{"uri": tmp_path.as_uri(), "name": "course"}]}
    with Server(pagewalk, initialize=False) as server:
        server.request("initialize", {"processId": None, "capabilities": {}, **folders})
        server.notify("initialized", {})

        def names(query):
            found = server.request("workspace/symbol", {"query": query})["result"]
            return [(one["name"], one["location"]["uri"].rsplit("/", 1)[1]) for one in found]

        assert names("toch") == [("touched", "b.pw"), ("touch", "a.pw"), ("two touches", "a.pw")]
        # The text in the editor counts.
        server.open((tmp_path / "b.pw").as_uri(), "let nothing = 1\n")
        assert names("TOUCHE") == [("two touches", "a.pw")]
        assert names("zzz") == []


def test_renamed_files_keep_their_names_in_scripts(pagewalk, tmp_path):
    for name, text in {
        "pagewalk.toml": 'root = "."\n',
        "lib/tables.pw": "machine simple\n",
        "homework/1.pw": '# one\ninclude "../lib/tables.pw"\nread 0x3D4\n',
        "homework/1.golden.yaml": "",
        "homework/2.pw": 'include "./../lib/tables.pw"\n',
        "3.pw": "machine simple\n",
        "5.pw": 'include "lib/../lib/../3.pw"\n',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    folders = {"rootUri": tmp_path.as_uri()}
    edits = {"workspaceEdit": {"documentChanges": True, "resourceOperations": ["create", "rename", "delete"]}}

    def asked(server, *pairs):
        files = [{"oldUri": (tmp_path / old).as_uri(), "newUri": (tmp_path / new).as_uri()} for old, new in pairs]
        return server.request("workspace/willRenameFiles", {"files": files})["result"]

    for capabilities in ({"workspace": edits}, {}):
        with Server(pagewalk, initialize=False) as server:
            initialize = {"processId": None, "capabilities": capabilities, **folders}
            known = server.request("initialize", initialize)["result"]["capabilities"]
            assert known["workspace"]["fileOperations"]["willRename"]["filters"]
            server.notify("initialized", {})
            library = asked(server, ("lib/tables.pw", "machines/small.pw"))
            script = asked(server, ("homework/1.pw", "exams/final/1.pw"))
            # A name that stays correct stays as it is.
            assert not any(asked(server, ("pagewalk.toml", "x.toml")).values())
        new = "../machines/small.pw"
        wanted = {"homework/1.pw": (place(1, 9, 1, 25), new), "homework/2.pw": (place(0, 9, 0, 27), new)}
        moved = {"homework/1.pw": (place(1, 9, 1, 25), "../../lib/tables.pw")}
        for answer, wanted in ((library, wanted), (script, moved)):
            if capabilities:
                changes = {one["textDocument"]["uri"]: one["edits"] for one in answer["documentChanges"] if "edits" in one}
            else:
                changes = answer["changes"]
            found = {uri: [(one["range"], one["newText"]) for one in all] for uri, all in changes.items()}
            assert found == {(tmp_path / name).as_uri(): [edit] for name, edit in wanted.items()}
        if capabilities:
            renames = [one for one in script["documentChanges"] if one.get("kind") == "rename"]
            golden = [(tmp_path / folder / "1.golden.yaml").as_uri() for folder in ("homework", "exams/final")]
            assert [(one["oldUri"], one["newUri"]) for one in renames] == [tuple(golden)]


def test_a_client_that_watches_nothing_is_not_asked(pagewalk):
    with Server(pagewalk) as server:
        server.open(URI, "let x = 1\n")
        assert server.diagnostics(URI) == []
        assert not [message for message in server.kept if message.get("method") == "client/registerCapability"]


def test_files_outside_the_folder_stay_closed(pagewalk, tmp_path):
    (tmp_path / "secret.pw").write_text("let secret = 1\n")
    folder = tmp_path / "course"
    folder.mkdir()
    uri = (folder / "script.pw").as_uri()
    with Server(pagewalk) as server:
        server.open(uri, 'include "../secret.pw"\n')
        assert codes(server.diagnostics(uri)) == ["outside-folder"]


def test_closing_a_document_clears_it(pagewalk):
    with Server(pagewalk) as server:
        server.open(URI, "let x = nothing\n")
        assert len(server.diagnostics(URI)) == 1
        server.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        assert server.diagnostics(URI) == []


def test_a_document_that_is_in_no_file_is_checked(pagewalk):
    with Server(pagewalk) as server:
        server.open("untitled:Untitled-1", "let x = nothing\n")
        assert codes(server.diagnostics("untitled:Untitled-1")) == ["unknown-name"]


def test_a_mistake_below_keeps_what_is_found_above(pagewalk, simple):
    # Half-typed at the end: what does not hold above it still does not hold.
    with Server(pagewalk) as server:
        server.open(URI, simple.replace("ppn 0x0D", "ppn 0x0E", 1) + "\nread 0x\n")
        assert sorted(codes(server.diagnostics(URI))) == ["bad-number", "expectation"]


def test_a_scenario_with_a_mistake_does_not_hide_the_others(pagewalk):
    with Server(pagewalk) as server:
        server.open(URI, 'let a = 1\nscenario "x" { let c = b }\nscenario "y" { expect a == 2 }\n')
        assert sorted(codes(server.diagnostics(URI))) == ["expectation", "unknown-name"]


def test_a_part_is_not_blamed_for_what_the_whole_declares(pagewalk, tmp_path):
    part, whole = tmp_path / "part.pw", tmp_path / "whole.pw"
    part.write_text("read 0x10\n")
    with Server(pagewalk) as server:
        server.open(part.as_uri(), "read 0x10\n")
        assert codes(server.diagnostics(part.as_uri())) == ["no-machine"]
        server.open(whole.as_uri(), 'machine simple\ninclude "part.pw"\n')
        assert server.diagnostics(part.as_uri()) == []


def test_what_is_to_be_filled_in_is_told_with_its_value(pagewalk):
    with Server(pagewalk) as server:
        server.open(URI, "machine simple\ntranslate 0x03D4 => vpn ?\n")
        (one,) = server.diagnostics(URI)
        # CS:APP 9.6.4: VPN 0x0F. It is no mistake, and says nothing else.
        assert (one["code"], one["severity"], one["message"]) == ("open", 3, "vpn is 0x0F")
