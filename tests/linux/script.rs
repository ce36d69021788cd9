//! A sequence as a script of Pagewalk, which states what the reference answered.

use std::fmt::Write;

use super::differ::{Run, Seen, Subject};
use super::names;
use super::op::{Action, Arg, CLOSED, FILES, Fd, Mode, Op, Step};
use super::place::{Layout, PAGE, Place};
use super::side::{Area, Backing};

/// Where a script has the window and the heap: where Pagewalk has them by itself.
const LAYOUT: Layout = Layout { mmap_base: 0x7FFF_F7FF_F000, brk_start: 0x5555_5555_9000 };

/// The script of a run. It states the answers of the reference; what differs stands at the end, and is stated too.
pub fn script(run: &Run) -> String {
    let mut text = head(run);
    for (at, (step, answer)) in run.told.iter().enumerate() {
        if at + 1 == run.told.len()
            && let Some(difference) = &run.difference
        {
            text.push_str("# Here they differ.\n");
            for (name, seen) in [("the reference", &difference.reference), ("the other", &difference.other)] {
                writeln!(text, "#   {name}: {seen}").expect("a string can be written");
            }
        }
        writeln!(text, "{}", line(step, answer)).expect("a string can be written");
    }
    if let Some(difference) = &run.difference {
        text.push_str(&expectation(difference.subject, &difference.reference));
    }
    text
}

/// The kernel, the files, the first process and its descriptors.
fn head(run: &Run) -> String {
    let Layout { mmap_base, brk_start } = LAYOUT;
    let mut text = format!("kernel {{ mmap-base 0x{mmap_base:X}, brk-start 0x{brk_start:X} }}\n");
    for file in FILES {
        let (name, size, fill) = (file.name, file.size, file.fill);
        text.push_str(&format!("file \"{name}\" {{ size 0x{size:X}, fill pages 0x{fill:X} }}\n"));
    }
    text.push_str("process P0\n");
    text.push_str(&format!("let window = 0x{:X}\nlet heap = 0x{brk_start:X}\n", LAYOUT.window()));
    for (file, spec) in FILES.iter().enumerate() {
        for mode in Mode::ALL {
            let fd = Fd::File(file, mode);
            if run.told.iter().any(|(step, _)| uses(step.op, fd)) {
                let (name, mode) = (spec.name, mode.name());
                text.push_str(&format!("P0: let {} = open(\"{name}\", {mode})\n", descriptor(fd)));
            }
        }
    }
    text
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

/// A step with what must come of it.
fn line(step: &Step, answer: &super::side::Answer) -> String {
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
            super::side::Answer::Child(child) => format!("let P{child} = fork()"),
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
        Arg::Bytes(byte, count) => format!("\"{}\"", format!("\\x{byte:02X}").repeat(count as usize)),
    }
}

/// What must hold after the last step; nothing if the step says it itself.
fn expectation(subject: Subject, seen: &Seen) -> String {
    match (subject, seen) {
        (Subject::Maps(process), Seen::Maps(areas)) => maps(process, areas),
        (Subject::Byte(process, at), Seen::Byte(Some(byte))) => {
            format!("P{process}: expect byte({at}) == 0x{byte:02X}\n")
        }
        (Subject::FileByte(file, at), Seen::Byte(Some(byte))) => {
            format!("expect file_byte(\"{}\", 0x{at:X}) == 0x{byte:02X}\n", FILES[file].name)
        }
        (Subject::FileSize(file), Seen::Size(size)) => {
            format!("expect file_size(\"{}\") == 0x{size:X}\n", FILES[file].name)
        }
        _ => String::new(),
    }
}

fn maps(process: usize, areas: &[Area]) -> String {
    let mut text = format!("expect exactly P{process}.maps {{\n  | start end perms offset backing |\n");
    for Area { start, end, perms, offset, backing } in areas {
        let backing = match *backing {
            Backing::Anonymous => "anonymous",
            Backing::Shared(_) => "*",
            Backing::File(file) => FILES[file].name,
        };
        text.push_str(&format!("  | ({start}) ({end}) {perms} {offset:X} {backing} |\n"));
    }
    text.push_str("}\n");
    text
}
