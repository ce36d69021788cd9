"""How a server begins and ends, and what it says to messages that are none."""

import subprocess
import time

from raw import Server

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
NOT_INITIALIZED = -32002


def test_a_server_that_is_shut_down_ends_with_0(pagewalk):
    with Server(pagewalk) as server:
        assert server.initialized["serverInfo"]["name"] == "pagewalk"
        assert server.end() == 0


def test_a_server_that_is_only_told_to_exit_ends_with_an_error(pagewalk):
    with Server(pagewalk) as server:
        server.notify("exit", None)
        assert server.process.wait(10) != 0


def test_a_server_whose_client_goes_away_ends(pagewalk):
    with Server(pagewalk) as server:
        server.process.stdin.close()
        assert server.process.wait(10) != 0


def test_requests_before_the_first_one_are_refused(pagewalk):
    with Server(pagewalk, initialize=False) as server:
        params = {"textDocument": {"uri": "file:///a.pw"}}
        assert server.request("textDocument/documentSymbol", params)["error"]["code"] == NOT_INITIALIZED
        assert "result" in server.request("initialize", {"capabilities": {}})


def test_initialize_that_makes_no_sense_can_be_said_again(pagewalk):
    with Server(pagewalk, initialize=False) as server:
        assert server.request("initialize", {"capabilities": 7})["error"]["code"] == INVALID_PARAMS
        assert "result" in server.request("initialize", {"capabilities": {}})


def test_requests_after_the_last_one_are_refused(pagewalk):
    with Server(pagewalk) as server:
        server.request("shutdown", None)
        params = {"textDocument": {"uri": "file:///a.pw"}}
        assert server.request("textDocument/documentSymbol", params)["error"]["code"] == INVALID_REQUEST
        server.notify("exit", None)
        assert server.process.wait(10) == 0


def test_what_is_no_json_and_no_message_is_answered_and_the_next_one_read(pagewalk):
    with Server(pagewalk) as server:
        for text, code in (("{", PARSE_ERROR), ("[1, 2]", INVALID_REQUEST), ('{"jsonrpc": "2.0"}', INVALID_REQUEST)):
            server.text(text)
            error = server.wait(lambda message: "error" in message)
            assert error["id"] is None
            assert error["error"]["code"] == code, text
        assert server.end() == 0


def test_a_stream_that_is_no_protocol_ends_the_server(pagewalk):
    with Server(pagewalk) as server:
        server.bytes(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert server.process.wait(10) != 0


def test_unknown_methods_and_wrong_parameters_are_told(pagewalk):
    with Server(pagewalk) as server:
        assert server.request("textDocument/fly", {})["error"]["code"] == METHOD_NOT_FOUND
        server.notify("textDocument/fly", {})
        server.notify("textDocument/didOpen", {"textDocument": 1})
        server.notify("textDocument/didChange", {"textDocument": {"uri": "file:///no.pw", "version": 1}, "contentChanges": [{"text": "x"}]})
        for params in ({}, {"textDocument": {}}, {"textDocument": {"uri": 7}}, {"textDocument": {"uri": "file:///no.pw"}}):
            assert server.request("pagewalk/step", params)["error"]["code"] == INVALID_PARAMS, params
        for arguments in ([], [7], ["file:///no.pw", None]):
            params = {"command": "pagewalk.runScenario", "arguments": arguments}
            assert server.request("workspace/executeCommand", params)["error"]["code"] == INVALID_PARAMS
        assert server.request("workspace/executeCommand", {"command": "rm"})["error"]["code"] == INVALID_PARAMS
        assert server.end() == 0


def test_a_server_that_is_killed_in_a_run_leaves_nobody_behind(pagewalk):
    with Server(pagewalk) as server:
        server.open("file:///endless.pw", "let a = 1\nrepeat 1 << 60 { let a = a + 1 }\n")
        time.sleep(0.2)
        pid = server.process.pid
        children = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True)
        assert children.stdout.split() == [], "a run is a thread, not a process"
        server.process.kill()
        server.process.wait(10)
