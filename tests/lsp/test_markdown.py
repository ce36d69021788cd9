"""Pagewalk blocks in Markdown. Expected values are the textbook's (CS:APP 9.6.4)."""

import pytest
from raw import Server, place

NOTES = """# Notes – 𝕏

Outside of a block, read 0x03D4 => ppn 9 is text.

```pagewalk
let va = 0x03D4
expect va == 1
```

> ```pagewalk,continues
> let page = va >> 6
> let other = ab
> ```

```pagewalk,fails
machine simple
raed va
```

```pagewalk,skip
nothing at all
```

```pagewalk,fails
let a = 3 * 5
```

```pagewalk lib.pw
let pages = 7
```

- ```pagewalk
  include "lib.pw"
  expect pages == 8
  ```

```text
raed 1
```
"""


def opened(server, uri, text=NOTES):
    document = {"uri": uri, "languageId": "markdown", "version": 1, "text": text}
    server.notify("textDocument/didOpen", {"textDocument": document})


def at(uri, line, character, **more):
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}, **more}


def decoded(data):
    """Line, column, length, and type of each token."""
    line, column = 0, 0
    for delta, start, length, kind, _ in zip(*[iter(data)] * 5):
        line, column = (line + delta, start) if delta else (line, column + start)
        yield line, column, length, kind


def line_of(text, part):
    return next(number for number, line in enumerate(text.splitlines()) if part in line)


def found(server, uri, version=None, run=None):
    """The diagnostics, which are `run` after the scripts have run. A busy server publishes those of the check first."""
    for _ in range(2):
        rows = sorted(
            (one["range"]["start"]["line"], one["range"]["start"]["character"], one["code"], one["severity"])
            for one in server.diagnostics(uri, version)
        )
        if run is None or rows == run:
            break
    return rows


@pytest.fixture
def uri(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text(NOTES)
    return path.as_uri()


WANTED = [("expect va == 1", 7, "expectation", 1), ("let other = ab", 14, "unknown-name", 1)]
WANTED += [("expect pages == 8", 9, "expectation", 1)]


def wanted(text, shift=0):
    rows = [(line_of(text, line) + shift, column, code, severity) for line, column, code, severity in WANTED]
    passes = line_of(text, "let a = 3 * 5") - 1 + shift
    return sorted([*rows, (passes, 0, "passes", 3)])


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_each_block_has_diagnostics_at_its_place(pagewalk, uri, ending):
    text = NOTES.replace("\n", ending)
    with Server(pagewalk) as server:
        opened(server, uri, text)
        assert found(server, uri, run=wanted(NOTES)) == wanted(NOTES)
        # Text above a block moves its diagnostics.
        server.change(uri, 2, f"𝕏 {ending}{ending}", place(0, 0))
        assert found(server, uri, 2, wanted(NOTES, 2)) == wanted(NOTES, 2)
        # A block that no longer fails, and a block that begins to fail.
        row = line_of(NOTES, "expect va == 1") + 2
        server.change(uri, 3, "va", place(row, 13, row, 14))
        rest = [one for one in wanted(NOTES, 2) if one[0] != row]
        assert found(server, uri, 3, rest) == rest
        row = line_of(NOTES, "let a = 3 * 5") + 2
        server.change(uri, 4, "missing", place(row, 8, row, 9))
        rest = [one for one in rest if one[2] != "passes"]
        assert found(server, uri, 4, rest) == rest


def test_a_text_without_blocks_has_no_diagnostics(pagewalk, uri):
    with Server(pagewalk) as server:
        opened(server, uri, "# Only text\n\n    raed 1\n")
        assert server.diagnostics(uri) == []
        server.change(uri, 2, "```pagewalk\nraed 1\n```\n", place(1, 0))
        assert found(server, uri, 2) == [(2, 0, "unknown-verb", 1)]
        server.change(uri, 3, "nothing")
        assert server.diagnostics(uri, 3) == []


def test_hints_are_those_of_the_blocks(pagewalk, uri):
    with Server(pagewalk) as server:
        opened(server, uri)
        params = {"textDocument": {"uri": uri}, "range": place(0, 0, 999, 0)}
        hints = server.request("textDocument/inlayHint", params)["result"]
        lines = {hint["position"]["line"]: hint["label"] for hint in hints}
        # 0x03D4 >> 6 is VPN 0x0F.
        expected = {line_of(NOTES, "let page = va >> 6"): "= 15", line_of(NOTES, "let a = 3 * 5"): "= 15"}
        assert lines == expected and len(hints) == 2


def test_tokens_are_those_of_the_blocks(pagewalk, uri):
    with Server(pagewalk) as server:
        legend = server.initialized["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"]
        opened(server, uri)
        params = {"textDocument": {"uri": uri}}
        data = server.request("textDocument/semanticTokens/full", params)["result"]["data"]
        lines = NOTES.splitlines()
        listed = [(lines[line][start : start + length], legend[kind], line) for line, start, length, kind in decoded(data)]
        assert ("va", "variable", line_of(NOTES, "let va")) in listed
        assert ("include", "keyword", line_of(NOTES, "include")) in listed
        rows = [row for _, _, row in listed]
        assert rows == sorted(rows), "in the order of the text, each block once"
        assert not {line_of(NOTES, part) for part in ("Outside", "nothing at all", "raed 1")} & set(rows)
        params["range"] = place(line_of(NOTES, "let a"), 0, line_of(NOTES, "let a") + 1, 0)
        data = server.request("textDocument/semanticTokens/range", params)["result"]["data"]
        assert {line for line, *_ in decoded(data)} == {line_of(NOTES, "let a")}


def test_the_cursor_finds_its_block(pagewalk, uri):
    with Server(pagewalk) as server:
        opened(server, uri)
        row = line_of(NOTES, "let page = va")
        hover = server.request("textDocument/hover", at(uri, row, 13))["result"]
        assert "0x" in hover["contents"]["value"] or "980" in hover["contents"]["value"]
        # The definition is in the block that this block continues.
        definition = server.request("textDocument/definition", at(uri, row, 14))["result"]
        assert definition["uri"] == uri and definition["range"]["start"]["line"] == line_of(NOTES, "let va")
        definition = server.request("textDocument/definition", at(uri, line_of(NOTES, "expect pages"), 11))["result"]
        assert definition["uri"] == uri and definition["range"]["start"]["line"] == line_of(NOTES, "let pages")
        items = server.request("textDocument/completion", at(uri, line_of(NOTES, "expect va"), 8))["result"]["items"]
        assert "va" in [item["label"] for item in items]


QUIET = ["hover", "completion", "signatureHelp", "definition", "documentHighlight", "prepareRename"]


@pytest.mark.parametrize("method", QUIET)
@pytest.mark.parametrize("part", ["Outside", "```pagewalk", "nothing at all", "raed 1\n```"])
def test_outside_of_blocks_the_server_is_silent(pagewalk, uri, method, part):
    with Server(pagewalk) as server:
        opened(server, uri)
        row = NOTES[: NOTES.index(part)].count("\n")
        answer = server.request(f"textDocument/{method}", at(uri, row, 3))
        assert answer["result"] is None


def test_markdown_is_not_formatted(pagewalk, uri):
    options = {"options": {"tabSize": 2, "insertSpaces": True}}
    with Server(pagewalk) as server:
        opened(server, uri, "```pagewalk\nread    0\n```\n")
        document = {"textDocument": {"uri": uri}}
        for method, more in [
            ("formatting", options),
            ("rangeFormatting", {**options, "range": place(0, 0, 3, 0)}),
            ("documentSymbol", {}),
            ("foldingRange", {}),
            ("codeLens", {}),
        ]:
            assert server.request(f"textDocument/{method}", {**document, **more})["result"] is None
        error = server.request("pagewalk/step", {**document, "index": 0})["error"]
        assert "is not an open script" in error["message"]


def test_a_fix_changes_the_block(pagewalk, uri):
    actions = {"textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}}}
    text = "> ```pagewalk\n> machine simple\n> raed 0\n> ```\n\n```pagewalk,fails\nraed 0\n```\n"
    with Server(pagewalk, capabilities=actions) as server:
        opened(server, uri, text)
        server.diagnostics(uri)

        def fixes(row, column):
            params = {"textDocument": {"uri": uri}, "range": place(row, column), "context": {"diagnostics": []}}
            return server.request("textDocument/codeAction", params)["result"]

        edits = [edit for action in fixes(2, 3) for edit in action["edit"]["changes"][uri]]
        assert {"range": place(2, 2, 2, 6), "newText": "read"} in edits
        assert fixes(6, 1) is None
        assert fixes(4, 0) is None


def test_clients_format_only_scripts(pagewalk):
    dynamic = {"dynamicRegistration": True}
    features = {name: dynamic for name in ("formatting", "rangeFormatting")}
    with Server(pagewalk, capabilities={"textDocument": features}) as server:
        known = server.initialized["capabilities"]
        assert not any(name.endswith("FormattingProvider") for name in known)
        asked = server.wait(lambda message: message.get("method") == "client/registerCapability")
        rows = {row["method"]: row["registerOptions"] for row in asked["params"]["registrations"]}
        for method in ("formatting", "rangeFormatting"):
            assert rows[f"textDocument/{method}"]["documentSelector"] == [{"language": "pagewalk"}]
    with Server(pagewalk) as server:
        assert server.initialized["capabilities"]["documentFormattingProvider"] is True


def test_a_statement_that_a_later_block_needs_stays(pagewalk):
    """A question runs on a copy of the state, so without the access, the read of the next block would miss the TLB."""
    uri = "file:///notes.md"
    begin = "```pagewalk\nmachine simple\nset page_table { | vpn ppn |; | 0F 0D | }\ntranslate 0x03D4\n```\n"
    literals = {"textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}}}
    here, everything = place(3, 0), place(0, 0, 9, 0)
    for rest, title in [
        ("\n```pagewalk continues\nread 0x03D4 => tlb hit\n```\n", "Add a question about this statement above it"),
        ("\n```pagewalk\nlet x = 1\n```\n", "Convert to a question"),
    ]:
        with Server(pagewalk, capabilities=literals) as server:
            opened(server, uri, begin + rest)
            # The hints wait for the run, whose facts the question asks about.
            assert server.request("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": everything})["result"]
            asked = {"textDocument": {"uri": uri}, "range": here, "context": {"diagnostics": []}}
            actions = server.request("textDocument/codeAction", asked)["result"]
            assert title in [one["title"] for one in actions], actions
