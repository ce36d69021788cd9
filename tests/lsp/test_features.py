"""What a well-behaved client asks while a script is written. Expected values are the lecture's (CS:APP 9.6.4)."""

import pytest
import pytest_lsp
from conftest import PAGEWALK, ROOT
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

URI = "file:///course/script.pw"


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[PAGEWALK, "lsp"]))
async def client(lsp_client: LanguageClient):
    params = types.InitializeParams(capabilities=client_capabilities("visual-studio-code"))
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def script(simple):
    """The textbook's system with one access after its tables, and where that stands."""
    tables = simple[: simple.index("\nscenario ") + 1]
    text = tables + "let va = 0x03D4\nread va => ppn 0x0D\ntranslate 0x03D4\n"
    line = text.splitlines().index("read va => ppn 0x0D")
    return text, line


def document(uri=URI):
    return types.TextDocumentIdentifier(uri=uri)


def at(line, character):
    return types.Position(line=line, character=character)


def lines(first, last):
    return types.Range(start=at(first, 0), end=at(last, 0))


def opened(client, text):
    item = types.TextDocumentItem(uri=URI, language_id="pagewalk", version=1, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))


async def test_hover_decodes_an_address(client, script):
    text, line = script
    opened(client, text)
    params = types.HoverParams(text_document=document(), position=at(line + 1, 12))
    hover = (await client.text_document_hover_async(params)).contents.value
    # VPN 0x0F, VPO 0x14, TLBI 3, TLBT 3.
    for word in ("VPN", "0x0F", "VPO", "0x14", "TLBI", "TLBT"):
        assert word in hover, hover


async def test_hover_tells_a_fact_and_a_verb(client, script):
    text, line = script
    opened(client, text)
    for character, word in ((1, "read"), (12, "ppn")):
        params = types.HoverParams(text_document=document(), position=at(line, character))
        assert word in (await client.text_document_hover_async(params)).contents.value


async def test_completion_offers_what_can_stand_there(client, script):
    text, line = script
    opened(client, text + "translate va => tl")
    params = types.CompletionParams(text_document=document(), position=at(line + 2, 18))
    answer = await client.text_document_completion_async(params)
    items = answer.items if isinstance(answer, types.CompletionList) else answer
    labels = [item.label for item in items]
    assert {"tlb", "tlbi", "tlbt"} <= set(labels), labels
    assert "mmap" not in labels and "machine" not in labels


async def test_completion_offers_snippets_of_statements(client):
    opened(client, "tra")
    params = types.CompletionParams(text_document=document(), position=at(0, 3))
    answer = await client.text_document_completion_async(params)
    items = answer.items if isinstance(answer, types.CompletionList) else answer
    translate = [item for item in items if item.label == "translate"]
    assert translate and translate[0].insert_text_format == types.InsertTextFormat.Snippet


async def test_signatures_tell_the_argument_at_hand(client):
    text = "machine core-i7\nkernel\nprocess P1\nlet p = mmap(0, 4096, \n"
    opened(client, text)
    params = types.SignatureHelpParams(text_document=document(), position=at(3, 22))
    help = await client.text_document_signature_help_async(params)
    assert "prot" in help.signatures[0].label
    active = help.signatures[0].active_parameter or help.active_parameter
    assert active == 2


async def test_inlay_hints_tell_what_a_statement_does_not_state(client, script):
    text, line = script
    opened(client, text)
    params = types.InlayHintParams(text_document=document(), range=lines(line, line + 2))
    hints = await client.text_document_inlay_hint_async(params)
    labels = {
        hint.position.line: hint.label if isinstance(hint.label, str) else "".join(part.value for part in hint.label)
        for hint in hints
    }
    # Stated there already.
    assert "ppn" not in labels[line] and "vpn 0x0F" in labels[line]
    assert "ppn 0x0D" in labels[line + 1]


async def test_inlay_hints_can_be_switched_off(client, script):
    text, line = script
    opened(client, text)
    settings = {"pagewalk": {"inlayHints": False}}
    client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=settings))
    params = types.InlayHintParams(text_document=document(), range=lines(0, line + 2))
    assert not await client.text_document_inlay_hint_async(params)


async def test_semantic_tokens_are_in_order_and_within_the_text(client, script):
    text, _ = script
    opened(client, text)
    params = types.SemanticTokensParams(text_document=document())
    data = (await client.text_document_semantic_tokens_full_async(params)).data
    assert len(data) % 5 == 0 and len(data) > 100
    rows, line, column = text.splitlines(), 0, 0
    words = []
    for delta, start, length, kind, _ in zip(*[iter(data)] * 5):
        line, column = (line + delta, start) if delta else (line, column + start)
        assert column + length <= len(rows[line]), "a token goes on past its line"
        words.append((rows[line][column : column + length], kind))
    kinds = dict(words)
    assert kinds["read"] == kinds["translate"] != kinds["let"]
    assert kinds["0x03D4"] == kinds["0x0D"]


async def test_a_definition_is_found_and_renamed(client, script):
    text, line = script
    opened(client, text)
    here = at(line, 6)
    found = await client.text_document_definition_async(types.DefinitionParams(text_document=document(), position=here))
    place = found[0] if isinstance(found, list) else found
    target = getattr(place, "range", None) or place.target_selection_range
    assert target.start.line == line - 1
    params = types.RenameParams(text_document=document(), position=here, new_name="address")
    edit = await client.text_document_rename_async(params)
    edits = edit.changes[URI] if edit.changes else edit.document_changes[0].edits
    assert sorted(one.range.start.line for one in edits) == [line - 1, line]
    assert {one.new_text for one in edits} == {"address"}


async def test_what_does_not_hold_is_accepted_by_a_code_action(client, script):
    text, line = script
    opened(client, text.replace("ppn 0x0D\n", "ppn 0x0E\n", 1))
    await client.wait_for_notification("textDocument/publishDiagnostics")
    (wrong,) = client.diagnostics[URI]
    params = types.CodeActionParams(
        text_document=document(), range=wrong.range, context=types.CodeActionContext(diagnostics=[wrong])
    )
    actions = await client.text_document_code_action_async(params)
    edits = [
        one.new_text
        for action in actions
        if action.kind == types.CodeActionKind.RefactorRewrite and action.edit
        for one in (action.edit.changes or {}).get(URI, [])
        or [edit for change in action.edit.document_changes or [] for edit in change.edits]
    ]
    assert any("0x0D" in edit or edit in ("D", "d") for edit in edits), edits


async def test_formatting_sets_in_one_layout(client):
    opened(client, "machine   simple\nscenario \"x\" {\nread 0x10\n}\n")
    options = types.FormattingOptions(tab_size=2, insert_spaces=True)
    params = types.DocumentFormattingParams(text_document=document(), options=options)
    edits = await client.text_document_formatting_async(params)
    assert edits, "nothing was set anew"


async def test_symbols_folds_links_and_lenses(client, simple):
    opened(client, simple)
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=document()))
    assert sum("TLB" in symbol.name or "cache" in symbol.name for symbol in symbols) >= 2
    folds = await client.text_document_folding_range_async(types.FoldingRangeParams(text_document=document()))
    assert len(folds) >= 5
    lenses = await client.text_document_code_lens_async(types.CodeLensParams(text_document=document()))
    commands = {lens.command.command for lens in lenses}
    assert commands == {"pagewalk.runScenario", "pagewalk.showSteps"}
    lens = next(lens for lens in lenses if lens.command.arguments[1])
    told = await client.workspace_execute_command_async(
        types.ExecuteCommandParams(command=lens.command.command, arguments=lens.command.arguments)
    )
    text = told["text"] if isinstance(told, dict) else told.text
    assert "expectations hold" in text


async def test_all_is_accepted_right_after_a_change(client, script):
    text, _ = script
    opened(client, text.replace("ppn 0x0D\n", "ppn 0x0E\n", 1))
    # The run of this text is not over; what accepts waits for it.
    params = types.CodeActionParams(
        text_document=document(),
        range=lines(0, 0),
        context=types.CodeActionContext(diagnostics=[], only=["source.accept"]),
    )
    (action,) = await client.text_document_code_action_async(params)
    changes = action.edit.changes or {one.text_document.uri: one.edits for one in action.edit.document_changes}
    assert any("0x0D" in edit.new_text for edit in changes[URI])


@pytest.mark.parametrize("editor", ["emacs", "vim", "vscode"])
async def test_the_first_script_of_an_editors_page_is_answered_as_it_says(client, editor):
    page = (ROOT / "editors" / editor / "README.md").read_text()
    rows = [row.strip() for row in page.splitlines()]
    first = rows.index("machine simple")
    text = "\n".join(rows[first : rows.index("```", first)]) + "\n"
    # The page names the results after the last line.
    said = ["vpn 0x0F", "tlb miss", "ppn 0x0D"]
    assert "After the last line" in page and all(f"`{fact}`" in page for fact in said)
    opened(client, text)
    params = types.InlayHintParams(text_document=document(), range=lines(0, 99))
    (hint,) = [hint for hint in await client.text_document_inlay_hint_async(params) if "vpn" in hint.label]
    assert all(fact in hint.label for fact in said), hint.label
