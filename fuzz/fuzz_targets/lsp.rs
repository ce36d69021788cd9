//! A client of the language server opens a document, edits it, and sends requests. Every request has exactly one response.
//! The part of the input before the first NUL is the document, and the rest selects the messages. Input that begins with a
//! header is read as a stream of messages instead.
#![no_main]

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use arbitrary::{Result, Unstructured};
use crossbeam_channel::{Receiver, Sender, unbounded};
use libfuzzer_sys::fuzz_target;
use lsp_server::{Message, Notification, Request, Response};
use pagewalk::face::fuzzing::{read_messages, request_methods, serve_client};
use pagewalk_fuzz::LIMITS;
use serde_json::{Value, json};

/// Maximum number of messages of a client.
const MESSAGES: usize = 40;

/// Maximum time that a response may take.
const PATIENCE: Duration = Duration::from_secs(15);

struct Client {
    output: Sender<Message>,
    input: Receiver<Message>,
    /// The requests without a response.
    open: BTreeSet<i32>,
    requests: i32,
}

impl Client {
    fn notify(&self, method: &str, params: Value) {
        let message = Notification::new(method.to_owned(), params);
        self.output.send(message.into()).expect("a server");
    }

    fn request(&mut self, method: &str, params: Value) {
        self.requests += 1;
        self.open.insert(self.requests);
        let message = Request::new(self.requests.into(), method.to_owned(), params);
        self.output.send(message.into()).expect("a server");
    }

    /// Receives messages until every request has a response.
    fn receive(&mut self) {
        while !self.open.is_empty() {
            match self.input.recv_timeout(PATIENCE).expect("a response") {
                Message::Response(response) => {
                    let id: i32 = response
                        .id
                        .to_string()
                        .parse()
                        .expect("an ID of this client");
                    assert!(self.open.remove(&id), "a second response to {id}");
                }
                Message::Request(request) => {
                    let response = Response::new_ok(request.id, Value::Null);
                    self.output.send(response.into()).expect("a server");
                }
                Message::Notification(_) => {}
            }
        }
    }
}

fn position(bytes: &mut Unstructured) -> Result<Value> {
    Ok(json!({ "line": bytes.int_in_range(0..=12)?, "character": bytes.int_in_range(0..=40)? }))
}

fn range(bytes: &mut Unstructured) -> Result<Value> {
    Ok(json!({ "start": position(bytes)?, "end": position(bytes)? }))
}

/// Parameters with the members of all requests.
fn params(uri: &str, bytes: &mut Unstructured) -> Result<Value> {
    let (position, range) = (position(bytes)?, range(bytes)?);
    let document = json!({ "uri": uri });
    let kinds = if bytes.arbitrary()? {
        json!(["source"])
    } else {
        Value::Null
    };
    let formats = ["html", "latex", "markdown", "json", "typst"];
    Ok(json!({
        "textDocument": document,
        "position": position,
        "positions": [position],
        "range": range,
        "context": { "includeDeclaration": true, "diagnostics": [], "triggerKind": 1, "only": kinds },
        "options": { "tabSize": 4, "insertSpaces": true },
        "ch": bytes.choose(&["\n", "}", "|", ";"])?,
        "newName": bytes.choose(&["y", "tlb", "a b", "P1"])?,
        "item": {
            "name": "f", "kind": 12, "uri": uri, "range": range, "selectionRange": range,
            "data": { "document": uri },
        },
        "index": bytes.arbitrary::<Option<u8>>()?,
        "format": bytes.choose(&formats)?,
        "key": bytes.arbitrary::<bool>()?,
        "seed": bytes.arbitrary::<u8>()?,
        "command": bytes.choose(&["pagewalk.runScenario", "pagewalk.showSteps", "pagewalk.showGolden"])?,
        "arguments": [uri, null],
    }))
}

/// Sends messages until the input ends.
fn converse(client: &mut Client, uri: &str, bytes: &mut Unstructured) -> Result<()> {
    let mut methods: Vec<&str> = request_methods().collect();
    methods.push("workspace/executeCommand");
    for version in 2..MESSAGES {
        if bytes.is_empty() {
            break;
        }
        let document = json!({ "uri": uri, "version": version });
        match bytes.int_in_range(0..=9u8)? {
            0 => {
                let pieces = [
                    "read 0x10\n",
                    "{",
                    "}\n",
                    "let x = ",
                    "f(",
                    "|",
                    "machine simple\n",
                    "\u{1F600}",
                    "",
                ];
                let change = json!({ "range": range(bytes)?, "text": bytes.choose(&pieces)? });
                let params = json!({ "textDocument": document, "contentChanges": [change] });
                client.notify("textDocument/didChange", params);
            }
            1 => client.notify(
                "$/cancelRequest",
                json!({ "id": bytes.int_in_range(0..=client.requests)? }),
            ),
            2 => client.receive(),
            3 => client.notify("textDocument/didSave", json!({ "textDocument": document })),
            _ => {
                let method = *bytes.choose(&methods)?;
                client.request(method, params(uri, bytes)?);
            }
        }
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"Content-Length") {
        read_messages(bytes);
        return;
    }
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    let text = String::from_utf8_lossy(&bytes[..end]);
    let mut rest = Unstructured::new(&bytes[end..]);
    let ((to_server, messages), (to_client, input)) = (unbounded(), unbounded());
    let server = thread::spawn(move || serve_client(&messages, to_client));
    let mut client = Client {
        output: to_server,
        input,
        open: BTreeSet::new(),
        requests: 0,
    };
    let settings = json!({ "maxSteps": LIMITS.max_steps, "maxMemory": LIMITS.max_memory >> 20 });
    client.request(
        "initialize",
        json!({ "capabilities": {}, "initializationOptions": settings }),
    );
    client.notify("initialized", json!({}));
    let uri = *rest
        .choose(&["file:///scripts/a.pw", "file:///scripts/a.md"])
        .unwrap_or(&"file:///scripts/a.pw");
    let document = json!({ "uri": uri, "languageId": "pagewalk", "version": 1, "text": text });
    client.notify("textDocument/didOpen", json!({ "textDocument": document }));
    // The end of the input also ends the conversation.
    let _ = converse(&mut client, uri, &mut rest);
    client.receive();
    client.request("shutdown", Value::Null);
    client.receive();
    client.notify("exit", Value::Null);
    assert!(
        server.join().expect("no panic").expect("threads"),
        "the client requested a shutdown"
    );
});
