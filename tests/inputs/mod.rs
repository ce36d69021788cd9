//! Hostile inputs and outputs: pipes that could wait, files without an end, deep nesting, links, and processes that
//! write the same files.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod faults;
#[cfg(unix)]
mod pipes;
mod sizes;
#[cfg(unix)]
mod writing;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The time after which a command is considered to hang.
const PATIENCE: Duration = Duration::from_mins(1);

/// An empty folder for a test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("inputs")
        .join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Writes a file to a folder.
fn put(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    std::fs::write(folder.join(name), text).expect("a file");
}

/// The text of a file in a folder.
fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("a text")
}

/// The exit status and output of a command.
#[derive(Debug)]
struct Ran {
    status: Option<i32>,
    out: String,
    messages: String,
}

/// Starts `pagewalk` in a folder.
fn start(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command.args(arguments).current_dir(folder).env_remove("CI");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

/// Waits for a command with little output. Fails if the command hangs.
fn finish(mut child: Child) -> Ran {
    let begin = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if begin.elapsed() > PATIENCE {
            child.kill().expect("killed");
            let output = child.wait_with_output().expect("the output");
            panic!(
                "the command hangs: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("the output");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran {
        status: output.status.code(),
        out: text(output.stdout),
        messages: text(output.stderr),
    }
}

/// Runs `pagewalk` in a folder.
fn pagewalk(folder: &Path, arguments: &[&str]) -> Ran {
    finish(start(folder, arguments))
}
