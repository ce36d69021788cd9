"""Documents and parts of them, formatted."""

from raw import Server

URI = "file:///course/script.pw"
SLOPPY = "machine simple\nread   5=>tlb miss\nset memory {\n|pa b0|\n| 10 – |\n}\n"


def applied(text, edits):
    lines = text.split("\n")
    for edit in reversed(edits):
        start, end = edit["range"]["start"], edit["range"]["end"]
        assert start["line"] == end["line"], "no line is joined here"
        line = lines[start["line"]]
        lines[start["line"]] = line[: start["character"]] + edit["newText"] + line[end["character"] :]
    return "\n".join(lines)


def test_a_document_is_formatted_by_small_changes(pagewalk):
    with Server(pagewalk) as server:
        server.open(URI, SLOPPY)
        options = {"tabSize": 8, "insertSpaces": False}
        ask = {"textDocument": {"uri": URI}, "options": options}
        edits = server.request("textDocument/formatting", ask)["result"]
        assert applied(SLOPPY, edits) == (
            "machine simple\nread 5 => tlb miss\nset memory {\n  | pa b0 |\n  | 10 –  |\n}\n"
        )
        lines = {edit["range"]["start"]["line"] for edit in edits}
        assert lines == {1, 3, 4}, "lines that are formatted do not change"
        part = {"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 0}}
        edits = server.request("textDocument/rangeFormatting", {**ask, "range": part})["result"]
        assert {edit["range"]["start"]["line"] for edit in edits} == {1}


def test_what_cannot_be_read_is_left(pagewalk):
    with Server(pagewalk) as server:
        server.open(URI, "machine {\n")
        ask = {"textDocument": {"uri": URI}, "options": {"tabSize": 2, "insertSpaces": True}}
        assert server.request("textDocument/formatting", ask)["result"] is None
