//! Compares the results and effects of calls with those on Linux 6.18, as recorded by `record.py`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::lab::{Argument, Lab};
use crate::kernel::abi::{Arg, Errno};
use crate::kernel::file::Fill;
use crate::kernel::syscall::constant;
use crate::kernel::vma::{Advice, Backing, Vma};

const PAGE: u64 = 0x1000;

/// The address of page 0 in the recordings.
const BASE: u64 = 0x2000_0000_0000;

/// A process that replays a recording.
struct Replay(Lab);

impl Replay {
    fn new() -> Self {
        let mut lab = Lab::i7();
        lab.kernel
            .add_file("data".into(), Fill::Pages(0x40), 8 * PAGE);
        for (flags, descriptor) in [("O_RDWR", 3), ("O_RDONLY", 4), ("O_WRONLY", 5)] {
            assert_eq!(lab.open("data", flags), Ok(descriptor));
        }
        Self(lab)
    }

    /// Formats the result of a call or an access as recordings do.
    fn result(&mut self, name: &str, args: &[i128]) -> Result<u64, &'static str> {
        let at = args[0] as u64;
        let byte = args.get(1).map(|byte| *byte as u8);
        match name {
            "load" | "store" if self.0.touch(at, byte).is_some() => Err("EFAULT"),
            "load" => Ok(self.0.bytes(at, 1)[0].into()),
            "store" => Ok(0),
            "filebyte" => Ok(self.0.contents("data")[at as usize].into()),
            _ => {
                let args: Vec<Arg> = args.iter().copied().map(Arg::Number).collect();
                let args: Vec<&dyn Argument> =
                    args.iter().map(|arg| arg as &dyn Argument).collect();
                self.0.call(name, &args).map_err(Errno::name)
            }
        }
    }

    /// Performs a line of a recording and returns the text after the arrow.
    fn perform(&mut self, line: &str) -> String {
        let mut words = line.split_whitespace();
        let name = words.next().expect("a call");
        let args: Vec<i128> = words.map(number).collect();
        match self.result(name, &args) {
            Err(error) => error.into(),
            Ok(at) if (BASE..BASE + 4096 * PAGE).contains(&at) => {
                format!("@{:x}", (at - BASE) / PAGE)
            }
            Ok(at) if (0x7000_0000_0000..0x7FFF_F800_0000).contains(&at) => "elsewhere".into(),
            Ok(value) => format!("{value:#x}"),
        }
    }

    /// Checks the reference counts of files and objects, and checks that unused files and objects are freed.
    fn check_users(&self) {
        let process = self.0.process();
        let file = self.0.kernel.file_named("data").expect("the file");
        // Three descriptors refer to the file.
        let (mut of_file, mut of_objects) = (3, BTreeMap::new());
        for area in process.space.areas.iter() {
            match area.backing {
                Backing::Anonymous => {}
                Backing::File { .. } => of_file += 1,
                Backing::Object { object, .. } => *of_objects.entry(object).or_insert(0) += 1,
            }
        }
        assert_eq!(self.0.kernel.files().all[&file].users, of_file);
        let objects = self
            .0
            .kernel
            .objects
            .all
            .iter()
            .map(|(object, held)| (*object, held.users));
        assert_eq!(objects.collect::<BTreeMap<_, _>>(), of_objects);
    }

    fn areas(&self) -> String {
        let process = self.0.process();
        let near = |area: &&Vma| (BASE - 4096 * PAGE..BASE + 4096 * PAGE).contains(&area.start);
        let shown: Vec<String> = process.space.areas.iter().filter(near).map(show).collect();
        if shown.is_empty() {
            "nothing".into()
        } else {
            shown.join(", ")
        }
    }
}

fn show(area: &Vma) -> String {
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

/// Parses an argument: a page (`@2`, `@2+5`), a number of pages (`p4`), a descriptor, constants, or a number.
fn number(word: &str) -> i128 {
    let (word, more) = word
        .split_once('+')
        .map_or((word, 0), |(word, more)| (word, plain(more)));
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

/// Repeats a recording. Returns the lines whose results differ, with the new results.
fn differences(recording: &str) -> Vec<String> {
    let mut found = Vec::new();
    for block in recording.split("\n\n") {
        let mut replay = Replay::new();
        let mut areas = "nothing".to_owned();
        let lines: Vec<&str> = block
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        for (at, line) in lines.iter().enumerate() {
            let Some((call, expected)) = line.split_once(" => ") else {
                continue;
            };
            let answered = replay.perform(call);
            if let Some(recorded) = lines.get(at + 1).and_then(|next| next.strip_prefix("    ")) {
                areas = recorded.to_owned();
            }
            replay.check_users();
            let left = replay.areas();
            if answered != expected || left != areas {
                found.push(format!(
                    "{line}\n    {areas}\n  here => {answered}\n    {left}"
                ));
                break;
            }
        }
    }
    found
}

#[test]
fn calls_have_the_results_and_effects_of_linux() {
    let found = differences(include_str!("linux.txt"));
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn random_calls_behave_as_on_linux() {
    let found = differences(include_str!("random.txt"));
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}
