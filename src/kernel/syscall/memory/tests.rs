//! What these calls answer and leave, against what Linux 6.18 answered and left: `tests/record.py` recorded it
//! there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;

use crate::kernel::abi::Arg;
use crate::kernel::area::{Advice, Area, Backing};
use crate::kernel::config::Config;
use crate::kernel::file::Fill;
use crate::kernel::ids::Pid;
use crate::kernel::state::Kernel;
use crate::kernel::syscall::{constant, system_call};
use crate::machine::event::Kind;
use crate::machine::presets::Preset;
use crate::machine::{Data, Machine};

const PAGE: u64 = 0x1000;

/// Where the pages that the recordings number begin.
const BASE: u64 = 0x2000_0000_0000;

/// A process that does what a recording did.
struct Replay {
    kernel: Kernel,
    pid: Pid,
}

impl Replay {
    fn new() -> Self {
        let spec = (Preset::named("core-i7").expect("a preset").build)();
        let config = Config::default_for(&spec);
        let mut kernel = Kernel::boot(Machine::new(Rc::new(spec)), config).expect("a kernel");
        let pid = kernel.spawn("P1".into()).expect("room");
        kernel.add_file("data".into(), Fill::Pages(0x40), 8 * PAGE);
        let mut replay = Self { kernel, pid };
        for (flags, descriptor) in [("O_RDWR", 3), ("O_RDONLY", 4), ("O_WRONLY", 5)] {
            let path = Arg::Bytes(Rc::from(&b"data"[..]));
            let flags = Arg::Number(constant(flags).expect("a constant").into());
            assert_eq!(replay.call("open", &[path, flags]), Ok(descriptor));
        }
        replay
    }

    fn call(&mut self, name: &str, args: &[Arg]) -> Result<u64, &'static str> {
        let call = system_call(name).expect("a call");
        let reply = call.call(&mut self.kernel, self.pid, args, &mut ()).expect("enough memory");
        reply.result.map_err(super::super::super::abi::Errno::name)
    }

    /// A byte that is loaded or stored as `write(2)` and `read(2)` would; EFAULT if it cannot be.
    fn touch(&mut self, at: u64, byte: Option<u8>) -> Result<u64, &'static str> {
        let va = self.kernel.machine().va(at).expect("an address");
        let mut loaded = [None];
        let stored = byte.map(|byte| [byte]);
        let (kind, data) = match &stored {
            Some(byte) => (Kind::Write, Data::Store(byte)),
            None => (Kind::Read, Data::Load(&mut loaded)),
        };
        let outcome = self.kernel.access(self.pid, va, kind, data, &mut ()).expect("enough memory");
        match outcome.killed {
            Some(_) => Err("EFAULT"),
            None => Ok(loaded[0].unwrap_or(0).into()),
        }
    }

    /// Does one line of a recording, and answers what the recording has after the arrow.
    fn perform(&mut self, line: &str) -> String {
        let mut words = line.split_whitespace();
        let name = words.next().expect("a call");
        let args: Vec<i128> = words.map(number).collect();
        let result = match name {
            "load" => self.touch(args[0] as u64, None),
            "store" => self.touch(args[0] as u64, Some(args[1] as u8)),
            "filebyte" => {
                let mut byte = [0];
                let file = self.kernel.file_named("data").expect("the file");
                assert_eq!(self.kernel.file_peek(file, args[0] as u64, &mut byte), 1);
                Ok(byte[0].into())
            }
            _ => self.call(name, &args.into_iter().map(Arg::Number).collect::<Vec<_>>()),
        };
        match result {
            Err(error) => error.into(),
            Ok(at) if (BASE..BASE + 4096 * PAGE).contains(&at) => format!("@{:x}", (at - BASE) / PAGE),
            Ok(at) if (0x7000_0000_0000..0x7FFF_F800_0000).contains(&at) => "elsewhere".into(),
            Ok(value) => format!("{value:#x}"),
        }
    }

    /// Files and objects know how many areas and descriptors refer to them; an object that none does is gone.
    fn check_users(&self) {
        let process = self.kernel.process(self.pid).expect("the process");
        let file = self.kernel.file_named("data").expect("the file");
        // Three descriptors refer to it.
        let (mut of_file, mut of_objects) = (3, BTreeMap::new());
        for area in process.space.areas.iter() {
            match area.backing {
                Backing::Anonymous => {}
                Backing::File { .. } => of_file += 1,
                Backing::Object { object, .. } => *of_objects.entry(object).or_insert(0) += 1,
            }
        }
        assert_eq!(self.kernel.files().all[&file].users, of_file);
        let objects = self.kernel.objects.all.iter().map(|(object, held)| (*object, held.users));
        assert_eq!(objects.collect::<BTreeMap<_, _>>(), of_objects);
    }

    fn areas(&self) -> String {
        let process = self.kernel.process(self.pid).expect("the process");
        let near = |area: &&Area| (BASE - 4096 * PAGE..BASE + 4096 * PAGE).contains(&area.start);
        let shown: Vec<String> = process.space.areas.iter().filter(near).map(show).collect();
        if shown.is_empty() { "nothing".into() } else { shown.join(", ") }
    }
}

fn show(area: &Area) -> String {
    let page = |at: u64| match at.checked_sub(BASE) {
        Some(above) => format!("{:x}", above / PAGE),
        None => format!("-{:x}", (BASE - at) / PAGE),
    };
    let mut text = format!("{}-{} {} ", page(area.start), page(area.end), area.perms());
    let _ = match area.backing {
        Backing::Anonymous => write!(text, "anon"),
        Backing::File { offset, .. } => write!(text, "file+{:x}", offset / PAGE),
        Backing::Object { offset, .. } => write!(text, "object+{:x}", offset / PAGE),
    };
    let flags = [
        (area.stack, " gd"),
        (area.locked, " lo"),
        (area.advice == Advice::Sequential, " sr"),
        (area.advice == Advice::Random, " rr"),
        (area.unreserved, " nr"),
        (area.mergeable, " mg"),
    ];
    text.extend(flags.iter().filter(|(on, _)| *on).map(|(_, name)| *name));
    text
}

/// An argument: a page of the room (`@2`, `@2+5`), so many pages (`p4`), a descriptor, constants or a number.
fn number(word: &str) -> i128 {
    let (word, more) = word.split_once('+').map_or((word, 0), |(word, more)| (word, plain(more)));
    let hex = |digits: &str| i128::from_str_radix(digits, 16).expect("hexadecimal digits");
    more + match (word, word.split_at(1)) {
        ("rw", _) => 3,
        ("ro", _) => 4,
        ("wo", _) => 5,
        ("bad", _) => 99,
        (_, ("@", pages)) => i128::from(BASE) + hex(pages) * i128::from(PAGE),
        (_, ("p", pages)) => hex(pages) * i128::from(PAGE),
        _ => word.split('|').map(plain).fold(0, |all, one| all | one),
    }
}

fn plain(word: &str) -> i128 {
    match (constant(word), word.strip_prefix("0x")) {
        (Some(value), _) => value.into(),
        (None, Some(digits)) => i128::from_str_radix(digits, 16).expect("hexadecimal digits"),
        (None, None) => word.parse().expect("a number"),
    }
}

/// Does what a recording did; the lines that came out otherwise, with what they came to here.
fn differences(recording: &str) -> Vec<String> {
    let mut found = Vec::new();
    for block in recording.split("\n\n") {
        let mut replay = Replay::new();
        let mut areas = "nothing".to_owned();
        let lines: Vec<&str> = block.lines().filter(|line| !line.starts_with('#')).collect();
        for (at, line) in lines.iter().enumerate() {
            let Some((call, expected)) = line.split_once(" => ") else { continue };
            let answered = replay.perform(call);
            if let Some(told) = lines.get(at + 1).and_then(|next| next.strip_prefix("    ")) {
                areas = told.to_owned();
            }
            replay.check_users();
            let left = replay.areas();
            if answered != expected || left != areas {
                found.push(format!("{line}\n    {areas}\n  here => {answered}\n    {left}"));
                break;
            }
        }
    }
    found
}

#[test]
fn calls_answer_and_leave_what_they_do_on_linux() {
    let found = differences(include_str!("tests/linux.txt"));
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn calls_drawn_at_random_do_as_on_linux() {
    let found = differences(include_str!("tests/random.txt"));
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}
