//! Kernel declarations, and actions that the kernel initiates.

use crate::lang::nearest::capitalized;
use crate::report::doc::Block;
use crate::report::words::counts::{bytes, count, pages, thousands};
use crate::report::words::handling::unmapped;
use crate::report::words::messages::{Medium, described, no_process};
use crate::report::words::names::{self, Names, number};
use crate::report::words::numbers;
use crate::run::nouns::size;
use crate::run::record::{
    ActionRecord, AreaRecord, Booted, Declaration, Declared, KernelAction, MessageLevel, ProcessRef,
};
use crate::run::steps::{Evicted, Source};
use pagewalk_engine::kernel::config::{KernelConfig, ReplacementScope, SignalPolicy};
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::kernel::file::Executable;
use pagewalk_engine::machine::policy::POLICIES;

/// Maximum number of an action's steps to describe.
const MOST: usize = 8;

/// Describes a declaration, and the kernel that was started for it.
pub(crate) fn blocks(declared: &Declared) -> Vec<Block> {
    let mut blocks = Vec::new();
    let explicit = matches!(declared.what, Declaration::Kernel);
    if let Some(booted) = &declared.booted {
        blocks.extend(self::booted(booted, explicit));
    }
    match &declared.what {
        Declaration::Kernel => {}
        Declaration::Program { lines, .. } => {
            let lines = count(*lines as u64, "line of C", "lines of C");
            blocks.push(Block::line(lines));
        }
        Declaration::File { size, .. } => blocks.push(Block::line(bytes(*size))),
        Declaration::Executable { executable, .. } => blocks.push(Block::line(program(executable))),
        Declaration::Process { process, areas } => {
            blocks.push(Block::line(started(process, areas)));
        }
    }
    blocks
}

/// Describes a kernel that was started. `explicit` means that the script declares the kernel.
pub(crate) fn booted(booted: &Booted, explicit: bool) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(machine) = &booted.machine {
        blocks.push(Block::line(
            "Without a machine declaration, Pagewalk uses the preset core-i7:",
        ));
        blocks.extend(numbers::machine(machine).into_iter().map(Block::line));
    }
    let kernel = kernel(&booted.config, booted.frames);
    blocks.push(Block::line(if explicit {
        kernel
    } else {
        format!("A kernel starts: {kernel}")
    }));
    blocks
}

/// Describes a kernel: `8 user frames, replacement by FIFO, 4 swap slots`.
fn kernel(config: &KernelConfig, frames: u32) -> String {
    let policy = POLICIES.iter().find(|row| row.policy == config.replacement);
    // Page tables take their frames from those of a kernel without the setting.
    let most = config.frames.map_or("up to ", |_| "");
    let frames = count(frames.into(), "user frame", "user frames");
    let mut words = vec![
        format!("{most}{frames}"),
        format!(
            "replacement by {}",
            policy.map_or("no policy", |row| row.title)
        ),
        match config.swap {
            _ if config.on_disk => "pages on disk at the start".to_owned(),
            0 => "no swap".to_owned(),
            slots => count(slots.into(), "swap slot", "swap slots"),
        },
        format!("{} page cache", if config.warm { "warm" } else { "cold" }),
    ];
    words.extend(
        (config.scope == ReplacementScope::Local)
            .then(|| "victims only from the faulting process".to_owned()),
    );
    words.extend(
        (config.fault_around > 1)
            .then(|| format!("fault-around of {}", pages(config.fault_around))),
    );
    words.extend(config.zero_page.then(|| "a shared zero page".to_owned()));
    words.extend(
        (config.signals == SignalPolicy::Kill).then(|| "fatal signals end the process".to_owned()),
    );
    words.join(", ")
}

/// Describes an executable: `entry 0x400400; .text 0x400000–0x401800 r-x; …; library libc.so`.
fn program(executable: &Executable) -> String {
    let hex = |n: u64| format!("0x{n:X}");
    let mut words = vec![format!("entry {}", hex(executable.entry))];
    words.extend(executable.sections.iter().map(|section| {
        let end = section.start.saturating_add(section.size);
        let letters = [
            (section.prot.read, 'r'),
            (section.prot.write, 'w'),
            (section.prot.exec, 'x'),
        ];
        let perms: String = letters
            .iter()
            .map(|(on, letter)| if *on { *letter } else { '-' })
            .collect();
        format!(
            "{} {}–{} {perms}",
            section.name,
            hex(section.start),
            hex(end)
        )
    }));
    words.extend(
        executable
            .libraries
            .iter()
            .map(|library| format!("library {library}")),
    );
    words.join("; ")
}

fn started(process: &ProcessRef, areas: &[AreaRecord]) -> String {
    let (name, pid) = (&process.name, process.pid);
    match areas.len() as u64 {
        0 => format!("{name} is process {pid}, with an empty address space"),
        n => {
            let all = areas.iter().map(|area| area.area.len()).sum::<u64>();
            let areas = count(n, "area", "areas");
            format!(
                "{name} is process {pid}, with {areas} totaling {}; no page is resident yet",
                size(all.into())
            )
        }
    }
}

/// Describes an action that the kernel initiated, and the pages that it moved.
pub(crate) fn action(action: &ActionRecord, explain: bool) -> Vec<Block> {
    let own = no_process();
    let names = names_in(action, &own);
    let what = came_to(&names, action);
    let mut blocks = vec![Block::line(format!("{}.", capitalized(&what)))];
    let moved: Vec<String> = action
        .steps
        .iter()
        .zip(next(&action.steps))
        .filter_map(|(step, next)| moved(&names, step, next))
        .collect();
    blocks.extend(moved.iter().take(MOST).map(Block::line));
    if moved.len() > MOST {
        blocks.push(Block::faint(format!(
            "… and {} more",
            thousands((moved.len() - MOST) as u64)
        )));
    }
    if explain && !action.steps.is_empty() {
        let steps = described(Source::Action(action), MessageLevel::All, Medium::Run);
        blocks.push(Block::Steps(steps));
    }
    blocks
}

/// Returns the successor of each step, if any.
fn next(steps: &[KernelStep]) -> impl Iterator<Item = Option<&KernelStep>> {
    steps.iter().skip(1).map(Some).chain(std::iter::once(None))
}

/// Returns a brief description of an action's result.
pub fn summary(action: &ActionRecord) -> String {
    came_to(&names_in(action, &no_process()), action)
}

/// Returns the names in an action, which is of no process.
fn names_in<'a>(action: &'a ActionRecord, own: &'a ProcessRef) -> Names<'a> {
    Names {
        spec: &action.spec,
        legend: &action.legend,
        own,
    }
}

fn came_to(names: &Names, action: &ActionRecord) -> String {
    let n = action.count;
    match &action.what {
        KernelAction::KsmScan => match n {
            0 => "no pages of mergeable areas are equal, so the kernel merges nothing".to_owned(),
            _ => format!(
                "the kernel frees {}, because each set of equal pages now shares one read-only frame",
                count(n, "frame", "frames")
            ),
        },
        KernelAction::Reclaim { .. } => match n {
            0 => "no page can be evicted".to_owned(),
            _ => format!("the kernel evicts {}", count(n, "page", "pages")),
        },
        KernelAction::Sync => "the kernel writes every dirty file page to its file".to_owned(),
        KernelAction::SwapOut { process, vpn } => {
            let page = format!("{} of {}", names.page(*vpn), process.name);
            match n {
                0 => format!("{page} is not a resident anonymous page, so it is not swapped out"),
                _ => format!("{page} is swapped out"),
            }
        }
        KernelAction::Tick => {
            "at the clock tick, the kernel records and clears the reference bits".to_owned()
        }
    }
}

/// Describes a page that an action moved.
fn moved(names: &Names, step: &KernelStep, next: Option<&KernelStep>) -> Option<String> {
    match (step, next) {
        (KernelStep::Evicted { .. }, _) => Some(left(names, &Evicted::from_step(step)?)),
        (KernelStep::Shared { frame }, Some(KernelStep::Mapped { page, .. })) => Some(format!(
            "{} now shares {}",
            names.page_of(*page),
            names::frame(*frame)
        )),
        _ => None,
    }
}

/// Describes an eviction: `frame 3: page 0x40 of P1 goes to swap slot 4`.
fn left(names: &Names, evicted: &Evicted) -> String {
    let page = evicted
        .page
        .map_or("an unmapped page".to_owned(), |page| names.page_of(page));
    let to = match evicted.to {
        None => "is clean, so the kernel discards it".to_owned(),
        Some(to) => format!("is written to {}", names.store(to)),
    };
    let entries = unmapped(evicted).map_or_else(String::new, |entries| format!("; {entries}"));
    format!(
        "frame {}: {page} {to}{entries}",
        number(evicted.frame.0.into())
    )
}
