//! A terminal in a separate folder with the examples.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Copies a folder with its contents.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder to read") {
        let path = entry.expect("a folder to read").path();
        let copied = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &copied);
        } else {
            fs::copy(&path, copied).expect("a file to copy");
        }
    }
}

/// A folder in which a document's commands run.
pub struct Terminal {
    folder: PathBuf,
}

impl Terminal {
    /// Creates a terminal for a document.
    pub fn new(document: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("docs")
            .join(document.replace(['/', '.'], "-"));
        copy(Path::new("examples"), &folder.join("examples"));
        Self { folder }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file there.
    pub fn put(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).expect("a file to write");
    }

    /// Writes a script to the folder, runs it, and returns the exit status and the output.
    pub fn run_script(&self, name: &str, text: &str) -> (i32, String) {
        self.put(name, text);
        self.pagewalk(&["run", name])
    }

    /// A transcript (`$ command` and its output), with the program's current output. The output of other
    /// programs is unchanged.
    pub fn retold(&self, shown: &str) -> String {
        let mut text = String::new();
        let mut ours = false;
        for line in shown.split_inclusive('\n') {
            if let Some(command) = line.strip_prefix("$ ") {
                text += line;
                ours = false;
                for start in ["pagewalk ", "cargo run --release -- "] {
                    if let Some(args) = command.trim_end().strip_prefix(start) {
                        // Quotes enclose one argument.
                        let parts = args.split('\'').enumerate();
                        let args = parts.flat_map(|(at, part)| match at % 2 {
                            0 => part.split(' ').filter(|word| !word.is_empty()).collect(),
                            _ => vec![part],
                        });
                        text += &self.pagewalk(&args.collect::<Vec<_>>()).1;
                        ours = true;
                    }
                }
            } else if !ours {
                text += line;
            }
        }
        text
    }

    pub fn pagewalk(&self, args: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
        command
            .args(args)
            .current_dir(&self.folder)
            .env_remove("NO_COLOR")
            .env_remove("CI")
            .stdin(Stdio::null());
        let output = command.output().expect("the program runs");
        let messages = [output.stdout, output.stderr].concat();
        // Trailing spaces are removed, because they are invisible in a document.
        let messages = String::from_utf8(messages).expect("a text");
        let messages = messages
            .lines()
            .flat_map(|line| [line.trim_end(), "\n"])
            .collect();
        (output.status.code().expect("an exit status"), messages)
    }
}
