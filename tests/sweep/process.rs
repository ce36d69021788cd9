//! Runs the program in a separate folder.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The result of a command.
#[derive(Debug)]
pub struct Told {
    /// The exit status, or `None` if a signal ended the process.
    pub status: Option<i32>,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub errors: String,
}

impl Told {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self {
            status: output.status.code(),
            output: text(output.stdout),
            errors: text(output.stderr),
        }
    }

    /// The output of a command that succeeded without diagnostics.
    #[track_caller]
    pub fn fine(self) -> String {
        assert_eq!((self.status, &*self.errors), (Some(0), ""));
        self.output
    }

    /// The diagnostics of a command that printed nothing.
    #[track_caller]
    pub fn wrong(&self) -> String {
        assert_eq!(
            (self.status, &*self.output),
            (Some(2), ""),
            "{}",
            self.errors
        );
        self.errors.clone()
    }
}

/// A folder.
pub struct Folder(PathBuf);

impl Folder {
    /// Creates an empty folder with this name.
    pub fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("sweep")
            .join(name);
        // The folder might not exist yet.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    /// Writes a file there.
    pub fn put(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("written");
    }

    /// Creates a folder there.
    pub fn folder(&self, name: &str) {
        fs::create_dir(self.0.join(name)).expect("a folder");
    }

    /// Removes a file.
    pub fn remove(&self, name: &str) {
        fs::remove_file(self.0.join(name)).expect("removed");
    }

    /// The bytes of a file in the folder.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).expect("a file")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
        command.args(args).current_dir(&self.0).stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub fn pagewalk(&self, args: &[&str]) -> Told {
        Told::of(self.command(args).output().expect("the program runs"))
    }

    /// Runs the program with a full device as standard output.
    #[cfg(target_os = "linux")]
    pub fn where_full(&self, args: &[&str]) -> Told {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("a device");
        let child = self
            .command(args)
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        Told::of(child.wait_with_output().expect("it ends"))
    }

    /// Runs the program with standard output connected to a pipe that has no reader.
    pub fn where_closed(&self, args: &[&str]) -> Told {
        let mut command = self.command(args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        drop(child.stdout.take());
        Told::of(child.wait_with_output().expect("it ends"))
    }

    /// Runs the program with a text on standard input, which stays open, and interrupts the program after the
    /// program has read the text.
    #[cfg(target_os = "linux")]
    pub fn interrupted(&self, args: &[&str], input: &str) -> Told {
        let mut command = self.command(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(input.as_bytes()).expect("taken");
        // The pipe may still contain the last part of the text. Within the following second, the program reads and
        // counts that part.
        std::thread::sleep(std::time::Duration::from_secs(1));
        let pid = nix::unistd::Pid::from_raw(child.id().try_into().expect("a number"));
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).expect("sent");
        let messages = Told::of(child.wait_with_output().expect("it ends"));
        drop(pipe);
        messages
    }
}
