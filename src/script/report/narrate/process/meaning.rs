//! Meanings of system call results for processes, files, and the heap. The module `memory_calls` contains the
//! meanings for memory.

use super::memory_calls::{self, leaving};
use crate::report::words::counts::{bytes, count, pages, thousands};
use crate::report::words::names::Names;
use crate::report::words::numbers::hex;
use crate::run::record::{CallRecord, FileRecord};
use pagewalk_engine::kernel::abi::Arg;
use pagewalk_engine::machine::pte::Bit;
use pagewalk_engine::machine::spec::Mmu;

/// Returns the end of a sentence that describes a successful call. Returns `None` if the result needs no
/// explanation.
pub(crate) fn meaning(names: &Names, record: &CallRecord, result: u64) -> Option<String> {
    let process = names.process();
    let file = record.effect.file.as_ref();
    match record.name {
        "fork" => fork(names, record),
        "execve" => Some(execve(names, record)),
        "exit" => Some(exit(names, record)),
        "wait" => Some(wait(record)),
        "getpid" => Some(format!("the PID of {process}")),
        "open" => {
            file.map(|file| format!("{process} opens {} for {}", file_name(file), mode(file)))
        }
        "close" => Some(match file {
            Some(file) => format!("{process} closes this descriptor of {}", file_name(file)),
            None => "the descriptor is free again".to_owned(),
        }),
        "dup" | "dup2" => file.map(|file| {
            let name = file_name(file);
            format!("another descriptor of {name}, with the same offset")
        }),
        "read" | "pread" => Some(read(names, record, result)),
        "write" | "pwrite" => Some(write(record, result)),
        "lseek" => file.map(|file| {
            let (name, offset) = (file_name(file), thousands(result));
            format!("the next read or write of {name} begins at offset {offset}")
        }),
        "fstat" => file.map(|file| format!("{} has {}", file_name(file), bytes(file.size.1))),
        "ftruncate" => file.map(|file| {
            let (old, new) = (thousands(file.size.0), bytes(file.size.1));
            format!("{} now has {new} instead of {old}", file_name(file))
        }),
        "malloc" | "calloc" | "realloc" => allocation(names, record),
        "free" => Some(free(record)),
        _ => memory_calls::meaning(names, record, result),
    }
}

fn fork(names: &Names, record: &CallRecord) -> Option<String> {
    let child = &record.child.as_ref()?.name;
    let process = names.process();
    let forked = record.effect.forked.as_ref()?;
    let page = |vpn: &u64| hex(*vpn, names.spec.vpn_bits());
    let more = (forked.pages.len() as u64) < forked.count;
    let more = more.then(|| "…".to_owned());
    let listed: Vec<String> = forked.pages.iter().map(page).chain(more).collect();
    let writable = |mmu: &Mmu| mmu.pte.bit_position(Bit::Rw).is_some();
    let shares = names.spec.mmu.as_ref().is_some_and(writable);
    let which = match forked.count {
        1 => format!("page {}", listed.concat()),
        n => format!("{} ({})", pages(n), listed.join(", ")),
    };
    let shared = match forked.count {
        0 => format!(
            "The page table of {child} starts empty, and the kernel maps each page on first touch"
        ),
        _ if shares => format!(
            "The two processes share {which} copy-on-write: a page is read-only in both until one of them writes to it"
        ),
        _ => format!(
            "The kernel copies {which}, because PTEs without an R/W bit do not permit copy-on-write"
        ),
    };
    let areas = if forked.areas == 1 {
        "area".to_owned()
    } else {
        count(forked.areas as u64, "area", "areas")
    };
    Some(format!(
        "{child} is a copy of {process}, with the same {areas} and its own page table. {shared}"
    ))
}

fn execve(names: &Names, record: &CallRecord) -> String {
    let process = names.process();
    let (gone, come) = record.effect.count;
    let path = record
        .args
        .first()
        .map_or("the program".to_owned(), |path| {
            path.written.trim_matches('"').to_owned()
        });
    let old = match gone {
        0 => "The kernel".to_owned(),
        1 => "The kernel deletes the old area and".to_owned(),
        n => format!(
            "The kernel deletes the {} old areas and",
            thousands(n as u64)
        ),
    };
    let start = record.effect.pc.map_or_else(String::new, |pc| {
        format!(". Execution begins at {}", names.address(pc))
    });
    format!(
        "{process} now runs `{path}`. {old} maps {} for the program. The kernel loads each page on first touch{start}",
        count(come as u64, "area", "areas")
    )
}

fn exit(names: &Names, record: &CallRecord) -> String {
    let process = names.process();
    let effect = &record.effect;
    let given = match effect.count.0 {
        0 => "; it had no areas".to_owned(),
        1 => format!(
            ", and the kernel frees its area and page tables{}",
            leaving(record)
        ),
        n => format!(
            ", and the kernel frees its {} and page tables{}",
            count(n as u64, "area", "areas"),
            leaving(record)
        ),
    };
    let zombie = effect.waiter.as_ref();
    let zombie = zombie.map_or_else(String::new, |parent| {
        format!(". {process} is a zombie until {parent} waits for it")
    });
    format!("{process} terminates{given}{zombie}")
}

fn wait(record: &CallRecord) -> String {
    let Some((child, status)) = &record.effect.waited else {
        return "the parent reaps a child".to_owned();
    };
    let how = match status & 0x7F {
        0 => format!("terminated with status {}", (status >> 8) & 0xFF),
        signal => format!("was terminated by signal {signal}"),
    };
    format!("the parent reaps {}, which {how}", child.name)
}

fn file_name(file: &FileRecord) -> String {
    file.name
        .as_ref()
        .map_or_else(|| "the terminal".to_owned(), |name| format!("`{name}`"))
}

fn mode(file: &FileRecord) -> &'static str {
    match file.mode {
        (true, true) => "reading and writing",
        (false, true) => "writing",
        _ => "reading",
    }
}

/// Returns the file offset: the argument of `pread` or `pwrite`, or otherwise the descriptor's offset.
fn file_offset(record: &CallRecord, file: &FileRecord) -> u64 {
    number(record, 3).unwrap_or(file.offset.0)
}

/// Returns an argument that is a number.
fn number(record: &CallRecord, at: usize) -> Option<u64> {
    match record.args.get(at)?.value {
        Arg::Number(number) => u64::try_from(number).ok(),
        Arg::Bytes(_) => None,
    }
}

fn read(names: &Names, record: &CallRecord, result: u64) -> String {
    let Some(file) = &record.effect.file else {
        return format!("the kernel reads {}", bytes(result));
    };
    let name = file_name(file);
    if result == 0 {
        return format!("{name} has no more bytes");
    }
    let to = number(record, 1);
    let to = to.map_or("the buffer".to_owned(), |to| names.address(to));
    format!(
        "the kernel copies {} of {name} at offset {} to {to}",
        bytes(result),
        thousands(file_offset(record, file))
    )
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
                return format!(
                    "the kernel appends {bytes} to {name} at offset {}{size}",
                    thousands(file.size.0)
                );
            }
            format!(
                "the kernel writes {bytes} to {name} at offset {}{size}",
                thousands(file_offset(record, file))
            )
        }
        _ => {
            let stream = if number(record, 0) == Some(2) {
                "standard error"
            } else {
                "standard output"
            };
            format!("the kernel writes {} to {stream}", bytes(result))
        }
    }
}

/// Describes the block that `malloc`, `calloc`, or `realloc` returned.
fn allocation(names: &Names, record: &CallRecord) -> Option<String> {
    if record.name == "realloc" && record.reply.result == Ok(0) {
        return Some("a size of 0 frees the block".to_owned());
    }
    let block = record.effect.block?;
    let (size, name) = (bytes(block.size), record.name);
    if block.mapped() {
        return Some(match name {
            "realloc" => format!("a block of {size} in a separate area"),
            _ => format!(
                "a block of {size} in a separate area, which {name} maps with mmap because the block is large"
            ),
        });
    }
    let (before, after) = record.effect.brk;
    let grown = if before == after {
        String::new()
    } else {
        format!(
            ". To make room, {name} moves the break from {} to {}. The kernel allocates each page on first touch",
            names.address(before),
            names.address(after)
        )
    };
    Some(format!("a block of {size} in the heap{grown}"))
}

fn free(record: &CallRecord) -> String {
    match record.effect.block {
        Some(block) if block.mapped() => {
            format!(
                "the kernel unmaps the separate area that contains the block of {}{}",
                bytes(block.size),
                leaving(record)
            )
        }
        Some(block) => format!(
            "malloc can allocate the block of {} again",
            bytes(block.size)
        ),
        None => "there is nothing to free".to_owned(),
    }
}
