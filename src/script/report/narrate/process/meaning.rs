//! Meanings of system call results: processes, files, and the heap. `memory_calls` has those on
//! memory.

use super::counts::{areas, bytes, leaving, pages};
use super::memory_calls;
use super::names::Names;
use crate::report::narrate::words::thousands;
use crate::run::record::{CallRecord, FileRecord};

/// Describes a successful call as the rest of a sentence; `None` if its result needs no
/// explanation.
pub(crate) fn meaning(names: &Names, record: &CallRecord, result: u64) -> Option<String> {
    let process = names.process();
    match record.name {
        "fork" => fork(names, record),
        "execve" => Some(execve(names, record)),
        "exit" => Some(exit(names, record)),
        "wait" => Some(wait(record)),
        "getpid" => Some(format!("the number of {process}")),
        "open" => {
            record.effect.file.as_ref().map(|file| format!("{} is open for {}", file_name(file), mode(file)))
        }
        "close" => Some(match &record.effect.file {
            Some(file) => format!("{process} no longer has {} open by this descriptor", file_name(file)),
            None => "the descriptor is free again".to_owned(),
        }),
        "read" | "pread" => Some(read(names, record, result)),
        "write" | "pwrite" => Some(write(record, result)),
        "lseek" => record.effect.file.as_ref().map(|file| {
            format!("the next read or write of {} begins at byte {}", file_name(file), thousands(result))
        }),
        "fstat" => {
            record.effect.file.as_ref().map(|file| format!("{} has {}", file_name(file), bytes(file.size.1)))
        }
        "ftruncate" => record.effect.file.as_ref().map(|file| {
            format!(
                "{} now has {}, and had {} before",
                file_name(file),
                bytes(file.size.1),
                thousands(file.size.0)
            )
        }),
        "malloc" => malloc(names, record),
        "free" => Some(free(record)),
        _ => memory_calls::meaning(names, record, result),
    }
}

fn fork(names: &Names, record: &CallRecord) -> Option<String> {
    let child = &record.child.as_ref()?.name;
    let process = names.process();
    let (copied, shared) = record.effect.forked?;
    let shared = match shared {
        0 => "its page table is empty, and its pages are mapped by page faults".to_owned(),
        1 => {
            format!("1 page is shared with {process} and is read-only in both until one of them writes to it")
        }
        n => format!(
            "{} are shared with {process} and are read-only in both until one of them writes to them",
            pages(n)
        ),
    };
    let areas = areas(copied);
    Some(format!("{child} is a copy of {process}, with the same {areas} and its own page table; {shared}"))
}

fn execve(names: &Names, record: &CallRecord) -> String {
    let process = names.process();
    let (gone, come) = record.effect.count;
    let path = record
        .args
        .first()
        .map_or("the program".to_owned(), |path| path.written.trim_matches('"').to_owned());
    let old = match gone {
        0 => "it had no areas before".to_owned(),
        1 => "its old area is deleted".to_owned(),
        n => format!("its {} old areas are deleted", thousands(n as u64)),
    };
    let start =
        record.effect.pc.map_or_else(String::new, |pc| format!("; it begins at {}", names.address(pc)));
    format!(
        "{process} now runs {path}: {old}, and it has {} of the program; a page is loaded when it is first touched{start}",
        areas(come)
    )
}

fn exit(names: &Names, record: &CallRecord) -> String {
    let process = names.process();
    let effect = &record.effect;
    let given = match effect.count.0 {
        0 => "it had no areas".to_owned(),
        n => format!("its {} and page tables are freed{}", areas(n), leaving(record)),
    };
    let zombie = effect.waiter.as_ref();
    let zombie =
        zombie.map_or_else(String::new, |parent| format!("; it is a zombie until {parent} waits for it"));
    format!("{process} terminates: {given}{zombie}")
}

fn wait(record: &CallRecord) -> String {
    let Some((child, status)) = &record.effect.waited else { return "a child has terminated".to_owned() };
    let how = match status & 0x7F {
        0 => format!("with status {}", (status >> 8) & 0xFF),
        signal => format!("by signal {signal}"),
    };
    format!("{} has terminated {how} and is reaped", child.name)
}

fn file_name(file: &FileRecord) -> String {
    file.name.as_ref().map_or("the terminal".to_owned(), ToString::to_string)
}

fn mode(file: &FileRecord) -> &'static str {
    match file.mode {
        (true, true) => "reading and writing",
        (false, true) => "writing",
        _ => "reading",
    }
}

/// Returns the file offset: the argument of `pread` and `pwrite`, otherwise the descriptor's
/// offset.
fn file_offset(record: &CallRecord, file: &FileRecord) -> String {
    let given = match record.args.get(3).map(|arg| &arg.value) {
        Some(pagewalk_engine::kernel::abi::Arg::Number(at)) => u64::try_from(*at).ok(),
        _ => None,
    };
    byte(given.unwrap_or(file.offset.0))
}

/// Returns a byte of a file by its offset.
fn byte(at: u64) -> String {
    if at == 0 { "its beginning".to_owned() } else { format!("byte {}", thousands(at)) }
}

fn read(names: &Names, record: &CallRecord, result: u64) -> String {
    let Some(file) = &record.effect.file else { return format!("{} were read", bytes(result)) };
    let name = file_name(file);
    if result == 0 {
        return format!("{name} is at its end");
    }
    let to = match record.args.get(1).map(|arg| &arg.value) {
        Some(pagewalk_engine::kernel::abi::Arg::Number(at)) => u64::try_from(*at).ok(),
        _ => None,
    };
    let to = to.map_or("the buffer".to_owned(), |to| names.address(to));
    format!("{} of {name} at {} are copied to {to}", bytes(result), file_offset(record, file))
}

fn write(record: &CallRecord, result: u64) -> String {
    match &record.effect.file {
        Some(file) if file.name.is_some() => {
            let name = file_name(file);
            let size = match file.size {
                (before, after) if before != after => format!("; {name} now has {}", bytes(after)),
                _ => String::new(),
            };
            let bytes = bytes(result);
            if file.append {
                let verb = if result == 1 { "is" } else { "are" };
                return format!("{bytes} {verb} appended to {name} at {}{size}", byte(file.size.0));
            }
            format!("{bytes} {} to {name} at {}{size}", go(result), file_offset(record, file))
        }
        _ => {
            let error = record
                .args
                .first()
                .is_some_and(|fd| fd.value == pagewalk_engine::kernel::abi::Arg::Number(2));
            let stream = if error { "standard error" } else { "standard output" };
            format!("{} {} to {stream}", bytes(result), go(result))
        }
    }
}

/// Returns the verb form for N bytes.
fn go(bytes: u64) -> &'static str {
    if bytes == 1 { "is written" } else { "are written" }
}

fn malloc(names: &Names, record: &CallRecord) -> Option<String> {
    let block = record.effect.block?;
    let size = bytes(block.size);
    if block.mapped {
        return Some(format!(
            "a block of {size} in a separate area, which malloc maps with mmap because the block is large"
        ));
    }
    let (before, after) = record.effect.brk;
    let grown = if before == after {
        String::new()
    } else {
        format!(
            "; malloc moves the break from {} to {}, and pages are allocated on first touch",
            names.address(before),
            names.address(after)
        )
    };
    Some(format!("a block of {size} in the heap{grown}"))
}

fn free(record: &CallRecord) -> String {
    match record.effect.block {
        Some(block) if block.mapped => {
            format!(
                "the block of {} had a separate area, which is unmapped{}",
                bytes(block.size),
                leaving(record)
            )
        }
        Some(block) => format!("the block of {} can be allocated again", bytes(block.size)),
        None => "nothing is done".to_owned(),
    }
}
