//! Tests of C programs, with gcc as the outside truth.

mod differential;
mod forks;
mod generate;
mod kernel;
mod lackey;
mod messages;
mod running;
mod speed;

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Mistake, Settings, describe};
use pagewalk_engine::program::{Budget, Event, Flat, Layout, Process, Program};

/// The settings that agree with gcc on x86-64.
fn wide() -> Settings {
    let layout = Layout {
        pointer: 8,
        globals: 0x40_4040,
        ..Layout::default()
    };
    Settings {
        layout,
        ..Settings::default()
    }
}

/// Compiles a program, or returns its first mistake.
fn compile(text: &str, settings: &Settings) -> Result<Program, Mistake> {
    super::compile(text, settings).map_err(|mut wrong| wrong.swap_remove(0))
}

/// Runs a function to its end, and returns its output and its status.
fn run(program: &Program, function: &str) -> Result<(String, i32), Mistake> {
    let function = program
        .function(function)
        .expect("the program has the function");
    let mut process = Process::new(program, function, &[]);
    let mut memory = Flat::new(program);
    let mut budget = Budget::default();
    loop {
        match process.run(program, &mut memory, &mut budget) {
            Ok(Event::Exit { status, .. }) => {
                return Ok((
                    String::from_utf8_lossy(&process.buffer).into_owned(),
                    status,
                ));
            }
            Ok(Event::Call) => process.reply(0),
            Ok(_) => {}
            Err(error) => return Err(describe(&error, program)),
        }
    }
}

/// Compiles and runs `main`.
fn run_text(text: &str) -> Result<(String, i32), Mistake> {
    let program = compile(text, &wide())?;
    run(&program, "main")
}

/// Compiles a text with gcc, and returns the program, or `None` if gcc is not installed.
fn gcc(folder: &Path, text: &str, options: &[&str]) -> Option<PathBuf> {
    let (source, program) = (folder.join("program.c"), folder.join("program"));
    std::fs::write(&source, text).expect("the folder is writable");
    let mut command = Command::new("gcc");
    command
        .args(["-O0", "-w", "-std=gnu11"])
        .args(options)
        .arg("-o")
        .arg(&program)
        .arg(&source);
    let output = command.output().ok()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(program)
}

/// A folder that vanishes at the end of a test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("pagewalk-c-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the folder can be created");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
