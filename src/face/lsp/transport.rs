//! Transfers messages over standard input and output. The server reports an unreadable message to the client
//! and skips it. After an invalid header, the server cannot find the next message, and therefore ends.

use std::io::{self, BufRead, Read as _, Write};
use std::thread;

use pagewalk_engine::files::limits::MESSAGE;
use pagewalk_engine::files::read_all;

use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::{ErrorCode, Message};
use serde_json::error::Category;

use crate::face::terminal::complain;

/// Maximum size of a message's header in bytes.
const MAX_HEADER: u64 = 4096;

/// Maximum number of characters of an unreadable message that the answer quotes.
const MAX_QUOTED: usize = 1000;

/// Both directions. The channels close when the streams end.
pub(crate) struct Transport {
    pub(crate) input: Receiver<Message>,
    pub(crate) output: Sender<Outgoing>,
    /// The thread that writes until `output` is dropped.
    pub(crate) writer: thread::JoinHandle<()>,
}

/// A message to the client.
pub(crate) enum Outgoing {
    Message(Message),
    /// The response to an unreadable message, which has no ID.
    Unreadable(Unreadable),
}

impl From<Message> for Outgoing {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

/// Reads a stream as from standard input. Returns the numbers of readable and unreadable messages.
#[cfg(fuzzing)]
pub fn read_messages(mut stream: &[u8]) -> (usize, usize) {
    let ((messages, readable), (answers, unreadable)) = (unbounded(), unbounded());
    read(&mut stream, &messages, &answers);
    (readable.len(), unreadable.len())
}

/// A frame that does not contain a valid message.
#[derive(Debug)]
pub(crate) struct Unreadable {
    code: ErrorCode,
    words: String,
}

impl Unreadable {
    fn new(error: &serde_json::Error, text: &str) -> Self {
        // The parser of lsp-server reports all problems as the same kind of error, so the messages are parsed
        // here.
        let code = match error.classify() {
            Category::Data => ErrorCode::InvalidRequest,
            Category::Io | Category::Syntax | Category::Eof => ErrorCode::ParseError,
        };
        let quoted: String = text.chars().take(MAX_QUOTED).collect();
        Self {
            code,
            words: format!("malformed LSP payload `{error:?}`: {quoted:?}"),
        }
    }

    /// The answer to a frame after which the next frame cannot be found.
    fn last(words: String) -> Self {
        Self {
            code: ErrorCode::InvalidRequest,
            words,
        }
    }
}

impl Transport {
    /// Opens the process's standard streams.
    pub(crate) fn stdio() -> io::Result<Self> {
        let (to_client, output) = unbounded::<Outgoing>();
        let (from_client, input) = unbounded();
        let answers = to_client.clone();
        thread::Builder::new()
            .name("reader".to_owned())
            .spawn(move || read(&mut io::stdin().lock(), &from_client, &answers))?;
        let writer = thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || write(&mut io::stdout().lock(), &output))?;
        Ok(Self {
            input,
            output: to_client,
            writer,
        })
    }
}

/// Reads until the `exit` notification, the end of the stream, or an invalid header.
fn read(from: &mut dyn BufRead, messages: &Sender<Message>, answers: &Sender<Outgoing>) {
    loop {
        let text = match frame(from) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(words) => {
                complain(&format!("pagewalk: {words}\n"));
                // The server also ends if it cannot answer.
                let _ = answers.send(Outgoing::Unreadable(Unreadable::last(words)));
                return;
            }
        };
        let sent = match serde_json::from_str::<Message>(&text) {
            Ok(Message::Notification(one)) if one.method == "exit" => {
                // The server exits next, whether or not the message arrives.
                let _ = messages.send(one.into());
                return;
            }
            Ok(message) => messages.send(message).is_ok(),
            Err(error) => answers
                .send(Outgoing::Unreadable(Unreadable::new(&error, &text)))
                .is_ok(),
        };
        if !sent {
            return;
        }
    }
}

/// Returns the text of the next frame, which consists of header lines with the length in bytes, an empty
/// line, and the text. Returns `None` at the end of the stream.
///
/// # Errors
/// Returns a message if the frame is invalid or too large, because the next frame cannot be found.
fn frame(from: &mut dyn BufRead) -> Result<Option<String>, String> {
    let mut header = from.take(MAX_HEADER);
    let mut length = None;
    loop {
        let mut line = Vec::new();
        let count = header
            .read_until(b'\n', &mut line)
            .map_err(|error| unreadable(&error))?;
        if count == 0 && header.limit() == MAX_HEADER {
            return Ok(None);
        }
        if header.limit() == 0 {
            return Err(format!(
                "the header of a message is longer than {MAX_HEADER} bytes"
            ));
        }
        let line = String::from_utf8_lossy(&line);
        let line = line
            .strip_suffix("\r\n")
            .ok_or("a line of a message's header does not end with CR LF")?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line
            .split_once(": ")
            .ok_or("a line of a message's header has no `: `")?;
        if name.eq_ignore_ascii_case("Content-Length") {
            length = value.parse::<u64>().ok();
        }
    }
    let length = length.ok_or("the header of a message has no valid `Content-Length`")?;
    if length > MESSAGE.bytes {
        return Err(format!(
            "a message has {length} bytes; the limit is {MESSAGE}"
        ));
    }
    let bytes = read_all(from.take(length), MESSAGE).map_err(|error| unreadable(&error))?;
    if (bytes.len() as u64) < length {
        return Err("the last message is incomplete".to_owned());
    }
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| "a message is not UTF-8 text".to_owned())
}

fn unreadable(error: &io::Error) -> String {
    format!("a message cannot be read: {error}")
}

fn write(to: &mut dyn Write, messages: &Receiver<Outgoing>) {
    let mut to = to;
    for message in messages {
        let written = match message {
            Outgoing::Message(message) => message.write(&mut to),
            Outgoing::Unreadable(unreadable) => write_error(&mut to, &unreadable),
        };
        if written.is_err() {
            return;
        }
    }
}

fn write_error(to: &mut dyn Write, Unreadable { code, words }: &Unreadable) -> io::Result<()> {
    let error = serde_json::json!({ "code": *code as i32, "message": words });
    let text = serde_json::json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string();
    write!(to, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    to.flush()
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read as _};

    use crossbeam_channel::unbounded;
    use lsp_server::{ErrorCode, Message};

    use super::{Outgoing, frame, read};

    fn framed(text: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    }

    #[test]
    fn unreadable_messages_are_answered_and_the_next_one_is_read() {
        // The contents of a message do not affect its classification.
        let quoting = r#"{"a": "did not match any variant""#;
        let texts = [
            "{",
            "[]",
            quoting,
            "7",
            r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#,
        ];
        let stream: String = texts.into_iter().map(framed).collect();
        let (messages, read_messages) = unbounded();
        let (answers, sent) = unbounded();
        read(&mut stream.as_bytes(), &messages, &answers);
        drop((messages, answers));
        let codes: Vec<i32> = sent
            .iter()
            .map(|sent| match sent {
                Outgoing::Unreadable(unreadable) => unreadable.code as i32,
                Outgoing::Message(_) => 0,
            })
            .collect();
        let (syntax, data) = (
            ErrorCode::ParseError as i32,
            ErrorCode::InvalidRequest as i32,
        );
        assert_eq!(codes, [syntax, data, syntax, data]);
        let read: Vec<Message> = read_messages.iter().collect();
        assert!(
            matches!(&*read, [Message::Notification(one)] if one.method == "initialized"),
            "{read:?}"
        );
    }

    #[test]
    fn frames_are_read_whole_or_not_at_all() {
        let whole = "content-length: 2\r\nContent-Type: x\r\n\r\n{}";
        assert_eq!(frame(&mut whole.as_bytes()), Ok(Some("{}".to_owned())));
        assert_eq!(frame(&mut "".as_bytes()), Ok(None));
        let long = format!("Content-Length: 2\r\nX: {}", "x".repeat(1 << 20));
        let broken = [
            "nonsense\r\n\r\n",
            "Content-Length: 2\n\n{}",
            "Content-Length: x\r\n\r\n{}",
            "Content-Type: x\r\n\r\n{}",
            "Content-Length: 9\r\n\r\n{}",
            "Content-Length: 99999999999999\r\n\r\n{}",
            "Content-Length: 18446744073709551615\r\n\r\n{}",
            "Content-Length: 184467440737095516160\r\n\r\n{}",
            &long,
        ];
        for broken in broken {
            assert!(frame(&mut broken.as_bytes()).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn a_message_that_is_too_large_is_answered_before_the_end() {
        let (messages, read_messages) = unbounded();
        let (answers, sent) = unbounded();
        // The rest of such a message may never arrive.
        let endless = b"Content-Length: 99999999999999\r\n\r\n".chain(std::io::repeat(b' '));
        read(&mut BufReader::new(endless), &messages, &answers);
        drop((messages, answers));
        let Ok(Outgoing::Unreadable(answer)) = sent.recv() else {
            panic!("no answer")
        };
        assert_eq!(
            answer.words,
            "a message has 99999999999999 bytes; the limit is 256 MB"
        );
        assert_eq!(read_messages.iter().count(), 0);
    }
}
