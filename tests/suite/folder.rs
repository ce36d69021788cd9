//! A folder of scripts, in which `pagewalk test` runs.

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The result of running the program.
pub struct Told {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Told {
    /// The last line of standard output.
    pub fn last(&self) -> &str {
        self.out.lines().last().unwrap_or("")
    }
}

/// A separate folder.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Creates an empty folder.
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("suite")
            .join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self { path }
    }

    /// Writes a file.
    pub fn put(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Reads a file.
    pub fn get(&self, name: &str) -> String {
        fs::read_to_string(self.path.join(name)).unwrap()
    }

    /// Replaces the text `from` in a file, which must contain this text.
    pub fn swap(&self, name: &str, from: &str, to: &str) {
        let text = self.get(name);
        assert!(text.contains(from), "{name} has no {from:?}:\n{text}");
        self.put(name, text.replacen(from, to, 1));
    }

    /// The path of a file.
    pub fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Runs `pagewalk test` in the folder, as a user does.
    pub fn test(&self, args: &[&str]) -> Told {
        run(&self.path, args, &[])
    }

    /// Runs another command of `pagewalk` in the folder.
    pub fn pagewalk(&self, args: &[&str]) -> Told {
        pagewalk(&self.path, args, &[])
    }

    /// Runs `pagewalk test` with environment variables.
    pub fn test_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Told {
        run(&self.path, args, variables)
    }

    /// Starts `pagewalk test` to watch this folder.
    pub fn watch(&self) -> Watching {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
        command
            .args(["test", "--watch"])
            .current_dir(&self.path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        command.env_remove("CI");
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || {
            out.lines()
                .map_while(Result::ok)
                .try_for_each(|line| send.send(line))
        });
        Watching { child, lines }
    }

    /// Runs `pagewalk test`, which must pass.
    pub fn passes(&self, args: &[&str]) -> String {
        let messages = self.test(args);
        assert_eq!(messages.status, 0, "{}{}", messages.out, messages.err);
        messages.out
    }
}

/// A running program that watches a folder.
pub struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    /// Types a line.
    pub fn types(&mut self, line: &str) {
        let mut keys = self.child.stdin.as_ref().expect("a pipe");
        writeln!(keys, "{line}").expect("the program reads");
    }

    /// Waits until a run prints this summary.
    pub fn until(&mut self, summary: &str) {
        while self
            .lines
            .recv_timeout(Duration::from_mins(1))
            .expect(summary)
            != summary
        {}
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Runs `pagewalk test` in a folder.
pub fn run(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Told {
    pagewalk(folder, &[&["test"], args].concat(), variables)
}

/// Runs `pagewalk` in a folder.
fn pagewalk(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Told {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command.args(args).current_dir(folder).stdin(Stdio::null());
    command
        .env_remove("NO_COLOR")
        .env_remove("CI")
        .envs(variables.iter().copied());
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Told {
        status: output.status.code().expect("it ends by itself"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}
