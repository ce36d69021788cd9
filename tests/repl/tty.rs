//! A pseudo-terminal with `pagewalk repl` on it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::pty::Winsize;

use crate::pty::pty;

/// Maximum wait for an answer.
const PATIENCE: Duration = Duration::from_mins(2);

/// The prompt before a line.
const PROMPT: &str = "pagewalk> ";

/// A new folder for a user's files.
pub fn home(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("repl-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A session at a terminal.
pub struct Tty {
    child: Child,
    keys: File,
    /// All output of the session.
    sent: Arc<Mutex<Vec<u8>>>,
    /// The position in the text after the previous wait.
    seen: usize,
}

impl Tty {
    /// Starts a session at a terminal with N columns, with the user's files in this folder.
    pub fn open(folder: &Path, columns: u16, variables: &[(&str, &str)]) -> Self {
        let size = Winsize {
            ws_row: 50,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let pty = pty(Some(&size));
        let end =
            |file: &std::os::fd::OwnedFd| Stdio::from(file.try_clone().expect("a descriptor"));
        // Creates a new session with this controlling terminal, so that Ctrl-C sends a signal.
        let mut command = Command::new("setsid");
        command.args(["--ctty", env!("CARGO_BIN_EXE_pagewalk"), "repl"]);
        command
            .stdin(end(&pty.slave))
            .stdout(end(&pty.slave))
            .stderr(end(&pty.slave));
        command
            .env_remove("NO_COLOR")
            .env("TERM", "xterm")
            .env("LANG", "C.UTF-8");
        command.env("XDG_STATE_HOME", folder).current_dir(folder);
        command.envs(variables.iter().copied());
        let child = command.spawn().expect("setsid of util-linux");
        drop(command);
        drop(pty.slave);
        let sent = Arc::new(Mutex::new(Vec::new()));
        let mut screen = File::from(pty.master.try_clone().expect("a descriptor"));
        let sink = sent.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Reading fails after the session has ended.
            while let Ok(count @ 1..) = screen.read(&mut buffer) {
                sink.lock()
                    .expect("no reader panics")
                    .extend_from_slice(&buffer[..count]);
            }
        });
        Self {
            child,
            keys: File::from(pty.master),
            sent,
            seen: 0,
        }
    }

    /// Presses keys. Keys that only the session handles (arrows, Tab, and Ctrl-R) require a
    /// prompt, because the terminal itself handles them until the prompt appears.
    pub fn sends(&mut self, keys: &[u8]) {
        // Errors are ignored, because the session may have ended.
        let _ = self.keys.write_all(keys);
    }

    /// Types a line.
    pub fn types(&mut self, line: &str) {
        self.sends(format!("{line}\r").as_bytes());
    }

    /// Gives the window another width.
    pub fn resizes(&self, columns: u16) {
        let terminal = format!("/proc/{}/fd/0", self.child.id());
        let mut command = Command::new("stty");
        let command = command.args(["-F", &terminal, "cols", &columns.to_string()]);
        assert!(command.status().expect("stty of coreutils").success());
    }

    /// Presses Ctrl-D when the session is ready, and checks that the session succeeds. Unsaved statements are
    /// discarded.
    pub fn ends(&mut self) {
        self.prompts();
        self.leaves(b"\x04");
    }

    /// Waits for a prompt without a typed line. A prompt with a typed line may be an old prompt that was redrawn
    /// after a key press. After the session redraws the prompt, it might leave raw mode again and lose the next
    /// Ctrl-D.
    pub fn prompts(&mut self) {
        self.expect(PROMPT);
        let start = Instant::now();
        while !self
            .screen()
            .last()
            .is_some_and(|line| line.ends_with(PROMPT.trim_end()))
        {
            assert!(
                start.elapsed() < PATIENCE,
                "no empty prompt came:\n{}",
                self.text()
            );
            sleep(Duration::from_millis(5));
        }
    }

    /// Ends the session with these keys, even if the session asks for confirmation, and checks that the
    /// session succeeds.
    pub fn leaves(&mut self, keys: &[u8]) {
        let start = Instant::now();
        let asked = |text: &str| text.matches("Leave anyway").count();
        let before = asked(&self.text());
        self.sends(keys);
        while self.child.try_wait().expect("a child").is_none() {
            // Redrawing may shorten the text, so positions in the text become invalid.
            let text = self.text();
            if asked(&text) > before && text.trim_end().ends_with(PROMPT.trim_end()) {
                self.sends(keys);
                break;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "the session does not end:\n{text}"
            );
            sleep(Duration::from_millis(5));
        }
        assert_eq!(self.status(), Some(0));
    }

    /// All lines of the screen since the session began.
    pub fn screen(&self) -> Vec<String> {
        shown(&self.raw())
    }

    /// All output, including control sequences.
    pub fn raw(&self) -> String {
        String::from_utf8_lossy(&self.sent.lock().expect("no reader panics")).into_owned()
    }

    /// All output, without control sequences.
    pub fn text(&self) -> String {
        without_controls(&self.raw())
    }

    /// Waits for this text, after the text of the previous wait.
    pub fn expect(&mut self, wanted: &str) {
        let start = Instant::now();
        loop {
            let text = self.text();
            let rest = text.get(self.seen..).unwrap_or("");
            if let Some(at) = rest.find(wanted) {
                self.seen += at + wanted.len();
                return;
            }
            assert!(start.elapsed() < PATIENCE, "`{wanted}` never came:\n{rest}");
            sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the end of the session, and returns the exit status.
    pub fn status(&mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                // The thread might not have read the last output yet.
                sleep(Duration::from_millis(50));
                return status.code();
            }
            assert!(
                start.elapsed() < PATIENCE,
                "it does not end:\n{}",
                self.text()
            );
            sleep(Duration::from_millis(5));
        }
    }

    /// Kills the session as `kill -9` does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Text without escape sequences (ECMA-48) and carriage returns.
fn without_controls(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' if chars.next_if_eq(&'[').is_some() => {
                while chars.next_if(|c| !('@'..='~').contains(c)).is_some() {}
                chars.next();
            }
            '\r' | '\x1b' => {}
            c => text.push(c),
        }
    }
    text
}

/// The lines of a screen that shows this output, which consists of text, line ends, and the line editor's
/// cursor movements and erasures.
fn shown(raw: &str) -> Vec<String> {
    let (mut lines, mut row, mut column) = (vec![Vec::<char>::new()], 0usize, 0usize);
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => column = 0,
            '\n' => row += 1,
            '\x08' => column = column.saturating_sub(1),
            '\x1b' if chars.next_if_eq(&'[').is_some() => {
                let mut argument = String::new();
                while let Some(c) = chars.next_if(|c| !('@'..='~').contains(c)) {
                    argument.push(c);
                }
                let count = argument.parse().unwrap_or(1);
                let line = &mut lines[row];
                match chars.next() {
                    Some('A') => row = row.saturating_sub(count),
                    Some('B') => row += count,
                    Some('C') => column += count,
                    Some('D') => column = column.saturating_sub(count),
                    Some('K') => line.truncate(column),
                    Some('J') => {
                        line.truncate(column);
                        lines.truncate(row + 1);
                    }
                    _ => {}
                }
            }
            c if c.is_control() => {}
            c => {
                let line = &mut lines[row];
                line.resize(line.len().max(column + 1), ' ');
                line[column] = c;
                column += 1;
            }
        }
        lines.resize(lines.len().max(row + 1), Vec::new());
    }
    lines
        .into_iter()
        .map(|line| line.into_iter().collect::<String>().trim_end().to_owned())
        .collect()
}
