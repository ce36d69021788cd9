//! Messages over standard input and output. A message that is none is answered, and the next one read.

use std::io::{self, BufRead, Write};
use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::{ErrorCode, Message};

/// Both directions. The channels end when the streams do.
pub struct Wire {
    /// What the client sends.
    pub input: Receiver<Message>,
    /// What is sent to it.
    pub output: Sender<Sent>,
    /// Writes until `output` is dropped.
    pub writer: thread::JoinHandle<()>,
}

/// What is sent to the client.
pub enum Sent {
    /// A message.
    Message(Message),
    /// That one of its own could not be read: there is no number of a request to answer to.
    Unread(ErrorCode, String),
}

impl From<Message> for Sent {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

impl Wire {
    /// The streams of this process.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn stdio() -> io::Result<Self> {
        let (to_client, output) = unbounded::<Sent>();
        let (from_client, input) = unbounded();
        let answers = to_client.clone();
        thread::Builder::new()
            .name("reader".to_owned())
            .spawn(move || read(&mut io::stdin().lock(), &from_client, &answers))?;
        let writer = thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || write(&mut io::stdout().lock(), &output))?;
        Ok(Self { input, output: to_client, writer })
    }
}

/// Reads until the stream ends, or no longer says where a message begins.
fn read(from: &mut dyn BufRead, messages: &Sender<Message>, answers: &Sender<Sent>) {
    let mut from = from;
    loop {
        match Message::read(&mut from) {
            Ok(Some(message)) => {
                let exit = matches!(&message, Message::Notification(n) if n.method == "exit");
                if messages.send(message).is_err() || exit {
                    return;
                }
            }
            Ok(None) => return,
            Err(error) => {
                let words = error.to_string();
                // The library has read the whole message by then, so the next one follows.
                if !words.starts_with("malformed LSP payload") {
                    return;
                }
                let code = if words.contains("did not match any variant") {
                    ErrorCode::InvalidRequest
                } else {
                    ErrorCode::ParseError
                };
                if answers.send(Sent::Unread(code, words)).is_err() {
                    return;
                }
            }
        }
    }
}

fn write(to: &mut dyn Write, messages: &Receiver<Sent>) {
    let mut to = to;
    for message in messages {
        let written = match message {
            Sent::Message(message) => message.write(&mut to),
            Sent::Unread(code, words) => unread(&mut to, code, &words),
        };
        if written.is_err() {
            return;
        }
    }
}

fn unread(to: &mut dyn Write, code: ErrorCode, words: &str) -> io::Result<()> {
    let error = serde_json::json!({ "code": code as i32, "message": words });
    let text = serde_json::json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string();
    write!(to, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    to.flush()
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::unbounded;
    use lsp_server::{ErrorCode, Message};

    use super::{Sent, read};

    fn framed(text: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    }

    #[test]
    fn what_is_no_message_is_answered_and_the_next_one_read() {
        let texts = ["{", "[]", r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#];
        let stream: String = texts.into_iter().map(framed).collect();
        let (messages, read_messages) = unbounded();
        let (answers, sent) = unbounded();
        read(&mut stream.as_bytes(), &messages, &answers);
        drop((messages, answers));
        let codes: Vec<i32> = sent
            .iter()
            .map(|sent| match sent {
                Sent::Unread(code, _) => code as i32,
                Sent::Message(_) => 0,
            })
            .collect();
        assert_eq!(codes, [ErrorCode::ParseError as i32, ErrorCode::InvalidRequest as i32]);
        let read: Vec<Message> = read_messages.iter().collect();
        assert!(matches!(&*read, [Message::Notification(one)] if one.method == "initialized"), "{read:?}");
    }

    #[test]
    fn a_stream_without_frames_ends() {
        let (messages, read_messages) = unbounded();
        let (answers, _sent) = unbounded();
        read(&mut "nonsense\r\n\r\n".as_bytes(), &messages, &answers);
        drop(messages);
        assert_eq!(read_messages.iter().count(), 0);
    }
}
