//! `execve` and its relatives: the programs that they find, and the arguments of the new program.

use std::sync::Arc;

use super::builtin::Builtin;
use super::cpu::{Call, Process};
use super::error::{LoadError, Place};
use super::memory::{Memory, string};
use super::ops::Program;

/// Number of operations that cost as much as the start of a program, so that programs that start each other end.
pub(super) const WORK: u64 = 10_000;
/// The maximum number of arguments.
const MOST_ARGUMENTS: usize = 64;
/// The maximum total length of a program's arguments in bytes, with their pointers.
const MOST_BYTES: u64 = 4096;

/// The programs that `execve` and its relatives find, in the order of their numbers, which begin with 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Programs(Vec<(Arc<str>, Arc<Program>)>);

impl Programs {
    /// Adds a program. Its places get its number.
    pub fn add(&mut self, path: &str, mut program: Program) {
        let number = self.0.len() as u32 + 1;
        for place in &mut program.places {
            place.program = number;
        }
        self.0.push((path.into(), Arc::new(program)));
    }

    /// The programs with their paths.
    pub fn iter(&self) -> impl Iterator<Item = &(Arc<str>, Arc<Program>)> + '_ {
        self.0.iter()
    }

    /// Returns the program of a place, or `None` if it is the one with which the run began.
    pub fn at(&self, place: Place) -> Option<&(Arc<str>, Arc<Program>)> {
        self.0.get((place.program as usize).checked_sub(1)?)
    }

    /// Returns the number of the program with a path. The path may contain a folder that the program's own has not.
    pub(super) fn find(&self, path: &[u8]) -> Option<usize> {
        let path = str::from_utf8(path).ok()?;
        let file = path.rsplit('/').next();
        let at = |of: &str| self.0.iter().position(|(known, _)| **known == *of);
        at(path).or_else(|| at(file?)).map(|at| at + 1)
    }
}

impl Builtin {
    /// Whether the call replaces the program of a process.
    pub fn replaces_program(self) -> bool {
        self.name().starts_with("exec")
    }
}

impl Call {
    /// Returns the path and the arguments of a call of `execve` or of a relative.
    pub(super) fn command<M: Memory>(
        &self,
        memory: &M,
        pointer: u8,
    ) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
        let (path, rest) = self.arguments.split_first()?;
        let mut arguments = Vec::new();
        for at in 0..MOST_ARGUMENTS {
            let text = match self.builtin {
                Builtin::Execl | Builtin::Execlp => *rest.get(at)?,
                _ => {
                    let entry = rest
                        .first()?
                        .wrapping_add((at * usize::from(pointer)) as u64);
                    memory.peek(entry, pointer).ok()?
                }
            };
            if text == 0 {
                return Some((string(memory, *path).ok()?, arguments));
            }
            arguments.push(string(memory, text).ok()?);
        }
        None
    }
}

/// Returns the process that will run `main` with these arguments, and the bytes that the end of the stack must
/// contain, with their address. Without parameters, `main` needs none.
pub(super) fn start(
    program: &Program,
    arguments: &[Vec<u8>],
) -> Result<(Process, u64, Vec<u8>), LoadError> {
    let main = program.function("main").ok_or(LoadError::NoMain)?;
    let (parameters, end) = (
        program.functions[main as usize].parameters,
        program.layout.stack,
    );
    if parameters == 0 {
        return Ok((Process::new(program, main, &[]), end, Vec::new()));
    }
    let pointer = usize::from(program.layout.pointer);
    let size: u64 = arguments
        .iter()
        .map(|one| (one.len() + 1 + pointer) as u64)
        .sum();
    if size > MOST_BYTES.min(end / 2) {
        return Err(LoadError::Arguments);
    }
    let (mut list, mut texts) = (Vec::new(), Vec::new());
    let first = end - size + (arguments.len() * pointer) as u64;
    for text in arguments {
        let at = first + texts.len() as u64;
        list.extend_from_slice(&at.to_le_bytes()[..pointer]);
        texts.extend([text, &b"\0"[..]].concat());
    }
    // A null pointer ends the list.
    let list_at = (first - (list.len() + pointer) as u64) & !15;
    list.resize((first - list_at) as usize, 0);
    let values = [arguments.len() as u64, list_at, 0];
    let values = values
        .get(..parameters as usize)
        .ok_or(LoadError::Arguments)?;
    let process = Process::new(program, main, values).with_stack(list_at);
    Ok((process, list_at, [list, texts].concat()))
}
