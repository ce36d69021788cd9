"""When a list of completions may open by itself. On an open list, Enter would insert an item."""

import pytest
from raw import Server

URI = "file:///course/script.pw"
ASKED, TYPED, AGAIN = 1, 2, 3


def labels(server, text, kind, character=None):
    """The items at the end of the text, as a client with this trigger requests them."""
    server.open(URI, text)
    position = {"line": text.count("\n"), "character": len(text.rpartition("\n")[2])}
    context = {"triggerKind": kind, **({"triggerCharacter": character} if character else {})}
    params = {"textDocument": {"uri": URI}, "position": position, "context": context}
    found = server.request("textDocument/completion", params)["result"]
    assert found["isIncomplete"], "the client would filter the items itself, also after a complete word"
    # The client shows no item whose filter text does not match the typed text.
    return [item["label"] for item in found["items"] if item.get("filterText") != " "]


@pytest.fixture
def server(pagewalk):
    with Server(pagewalk) as server:
        yield server


@pytest.mark.parametrize(
    "text",
    [
        "machine simple\nread 0x03D4 ",
        "machine simple\nset page_table {\n  | vpn ppn v ",
        "machine simple\nset page_table {\n  | vpn ppn v | ",
        "machine {\n  ",
        "machine { virtual 14 ",
        "text ",
        'text "the ',
        "machine simple ",
    ],
)
def test_a_space_opens_no_list_where_the_line_may_end(server, text):
    assert labels(server, text, TYPED, " ") == []
    if '"' not in text and text != "machine simple ":
        assert labels(server, text, ASKED) != [], "a request for items is answered"


@pytest.mark.parametrize(
    ("text", "word"),
    [("machine simple\nshow ", "tlb"), ("machine simple\nread 0 => tlb ", "hit"), ("kernel {\n  replacement ", "lru")],
)
def test_the_list_closes_when_the_word_is_complete(server, text, word):
    assert word in labels(server, text + word[:1], ASKED)
    assert word in labels(server, text + word[:2], AGAIN)
    for kind in (ASKED, AGAIN):
        assert labels(server, text + word, kind) == []


def test_a_space_opens_the_list_where_something_must_follow(server):
    assert "tlb" in labels(server, "machine simple\nflush ", TYPED, " ")
    assert "hit" in labels(server, "machine simple\nread 0 => tlb ", TYPED, " ")
    assert "hits" in labels(server, "machine simple\nlet x = tlb.", TYPED, ".")


@pytest.mark.parametrize(
    ("text", "word"), [("machine ", "simple"), ("machine simple\nask ", "read"), ("machine simple\nshow ", "tlb"), ("exam { ", "title")]
)
def test_a_space_opens_the_list_of_the_words_that_must_follow(server, text, word):
    assert word in labels(server, text, TYPED, " ")


def signature(server, text, **context):
    """The signature at the end of the text, or None."""
    server.open(URI, text)
    position = {"line": text.count("\n"), "character": len(text.rpartition("\n")[2])}
    params = {"textDocument": {"uri": URI}, "position": position, **({"context": context} if context else {})}
    found = server.request("textDocument/signatureHelp", params)["result"]
    return found and found["signatures"][0]["label"]


def test_signature_help_does_not_open_at_a_plain_space(server):
    space = {"triggerKind": TYPED, "triggerCharacter": " ", "isRetrigger": False}
    for text in ("machine simple\nread ", "machine simple\ntranslate 0x3D4 ", "show ", "let x = "):
        assert signature(server, text, **space) is None, text
        assert signature(server, text), "a request without a trigger is answered"
    assert signature(server, "machine simple\ntranslate 0x3D4 for ", **space).startswith("translate VA")
    assert signature(server, "let x = max(1, ", **{**space, "isRetrigger": True}).startswith("max(")
    assert signature(server, "let x = max(", **{**space, "triggerCharacter": "("}).startswith("max(")


@pytest.mark.parametrize(("explains", "characters"), [(True, ["(", ",", " "]), (False, ["(", ","])])
def test_a_space_triggers_signatures_only_if_the_client_sends_the_trigger(pagewalk, explains, characters):
    with Server(pagewalk, capabilities={"textDocument": {"signatureHelp": {"contextSupport": explains}}}) as server:
        assert server.initialized["capabilities"]["signatureHelpProvider"]["triggerCharacters"] == characters
