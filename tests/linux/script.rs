//! A sequence as a Pagewalk script, with the answers of the reference side as expectations.

use std::iter;

use super::differ::{Run, Seen, Subject};
use super::names;
use super::op::{Action, Arg, CLOSED, FILES, Fd, FileSpec, Mode, Op, Step};
use super::place::Layout;
use super::side::{Answer, Area, Backing};

/// The script of a run. The expectations are the answers of the reference side. The other side does not meet the
/// last expectation.
pub fn script(run: &Run) -> String {
    let mut lines = head(run);
    lines.extend(run.messages.iter().map(|(step, answer)| line(step, answer)));
    if let Some(difference) = &run.difference {
        let seen = difference
            .names
            .iter()
            .zip([&difference.reference, &difference.other]);
        let comment = seen.map(|(name, seen)| format!("#   {name}: {seen}"));
        // Adds the comment before the last step.
        lines.splice(
            lines.len() - 1..lines.len() - 1,
            iter::once("# Here they differ.".into()).chain(comment),
        );
        if let (Seen::Faults(_), Some(last)) = (&difference.reference, lines.last_mut()) {
            *last = format!("{last}, {}", difference.reference);
        }
        lines.extend(expectation(difference.subject, &difference.reference));
    }
    lines.join("\n") + "\n"
}

/// The declarations of the kernel, the files, and the first process with its descriptors.
fn head(run: &Run) -> Vec<String> {
    let Layout {
        mmap_base,
        brk_start,
    } = run.layout;
    let mut lines = vec![
        format!("kernel {{ mmap-base 0x{mmap_base:X}, brk-start 0x{brk_start:X}"),
        "  zero-page on, fault-around 16 pages, page-cache warm }".into(),
    ];
    lines.extend(FILES.iter().map(|FileSpec { name, size, fill }| {
        format!("file \"{name}\" {{ size 0x{size:X}, pages 0x{fill:X} }}")
    }));
    lines.push("process P0".into());
    lines.push(format!("let window = 0x{:X}", run.layout.window()));
    lines.push(format!("let heap = 0x{brk_start:X}"));
    for (file, spec) in FILES.iter().enumerate() {
        let opened = Mode::ALL
            .map(|mode| (Fd::File(file, mode), mode))
            .into_iter();
        let opened =
            opened.filter(|&(fd, _)| run.messages.iter().any(|(step, _)| uses(step.op, fd)));
        lines.extend(opened.map(|(fd, mode)| {
            format!(
                "P0: let {} = open(\"{}\", {})",
                descriptor(fd),
                spec.name,
                mode.name()
            )
        }));
    }
    lines
}

fn uses(op: Op, fd: Fd) -> bool {
    matches!(op.action(), Action::Call { args, .. } if args.contains(&Arg::Fd(fd)))
}

fn descriptor(fd: Fd) -> String {
    match fd {
        Fd::None => "-1".into(),
        Fd::Closed => CLOSED.to_string(),
        Fd::File(file, mode) => {
            let mode = match mode {
                Mode::ReadOnly => "ro",
                Mode::WriteOnly => "wo",
                Mode::ReadWrite => "rw",
            };
            format!("{}_{mode}", FILES[file].name)
        }
    }
}

/// A step with its expected result.
fn line(step: &Step, answer: &Answer) -> String {
    let process = step.process;
    let does = match step.op.action() {
        Action::Call { name, args, .. } => {
            let args: Vec<_> = args.into_iter().map(argument).collect();
            format!("{name}({})", args.join(", "))
        }
        Action::Load(at) => format!("read {at}"),
        Action::Store(at, byte) => format!("write {at} = 0x{byte:02X}"),
        Action::Fetch(at) => format!("fetch {at}"),
        Action::Fork => match *answer {
            Answer::Child(child) => format!("let P{child} = fork()"),
            _ => "fork()".into(),
        },
        Action::Exit => return format!("P{process}: exit(0)"),
    };
    format!("P{process}: {does} => {answer}")
}

fn argument(arg: Arg) -> String {
    match arg {
        Arg::Place(place) => place.to_string(),
        Arg::Size(size) if size < 10 => size.to_string(),
        Arg::Size(size) => format!("0x{size:X}"),
        Arg::Fd(fd) => descriptor(fd),
        Arg::Bits(bits, names) => names::bits(bits, names),
        Arg::One(value, names) => names::one(value, names),
        Arg::Bytes(byte, count) => {
            format!("\"{}\"", format!("\\x{byte:02X}").repeat(count as usize))
        }
    }
}

/// The expectation after the last step, or no lines if the step's own expectation suffices.
fn expectation(subject: Subject, seen: &Seen) -> Vec<String> {
    match (subject, seen) {
        (Subject::Maps(process), Seen::Maps(areas)) => maps(process, areas),
        (Subject::Byte(process, at), Seen::Byte(Some(byte))) => {
            vec![format!("P{process}: expect byte({at}) == 0x{byte:02X}")]
        }
        (Subject::FileByte(file, at), Seen::Byte(Some(byte))) => {
            vec![format!(
                "expect file_byte(\"{}\", 0x{at:X}) == 0x{byte:02X}",
                FILES[file].name
            )]
        }
        (Subject::FileSize(file), Seen::Size(size)) => {
            vec![format!(
                "expect file_size(\"{}\") == 0x{size:X}",
                FILES[file].name
            )]
        }
        _ => Vec::new(),
    }
}

/// An expectation that a process has exactly these areas.
pub fn maps(process: usize, areas: &[Area]) -> Vec<String> {
    let mut lines = vec![format!("expect exactly P{process}.maps {{")];
    lines.push("  | start end perms offset backing |".into());
    lines.extend(areas.iter().map(
        |Area {
             start,
             end,
             perms,
             offset,
             backing,
         }| {
            let backing = match *backing {
                Backing::Anonymous => "anonymous",
                Backing::Shared(_) => "*",
                Backing::File(file) => FILES[file].name,
            };
            format!("  | ({start}) ({end}) {perms} {offset:X} {backing} |")
        },
    ));
    lines.push("}".into());
    lines
}
