//! Assumptions about programs: the conventions of their accesses, and of their processes.

use std::collections::BTreeSet;
use std::sync::Arc;

use pagewalk_engine::program::Buffering;

use super::asked;
use super::rules::Rule;
use crate::exam::paper::{PaperItem, Question};
use crate::questions::entry::{Evidence, ItemKind};
use crate::questions::wording::series;
use crate::run::record::{Called, Did, FromFile, ProcessRun, Results, Schedules};

/// Returns the results that a question prints or asks about.
fn results(question: &Question) -> Vec<&Did> {
    question.items().flat_map(results_of).collect()
}

fn results_of(item: &PaperItem) -> Vec<&Did> {
    let mut dids: Vec<&Did> = item.since.iter().map(|did| &**did).collect();
    dids.push(&item.did);
    if let ItemKind::Table {
        string: Some(did), ..
    } = &item.kind
    {
        dids.push(did);
    }
    dids.extend(of_options(item));
    dids
}

/// Returns the runs in processes whose page faults a question asks about.
pub(super) fn faulting(question: &Question) -> impl Iterator<Item = (&Called, &ProcessRun)> {
    let asks = |item: &&PaperItem| asked::of_item(item).contains(&Rule::Minor);
    let dids = question.items().filter(asks).flat_map(results_of);
    dids.filter_map(|did| match did {
        Did::Program(run) => Some((&run.called, run.in_process()?)),
        _ => None,
    })
}

/// Returns the operations that decide which options of an item are correct.
pub(super) fn of_options(item: &PaperItem) -> impl Iterator<Item = &Did> {
    let options = match &item.kind {
        ItemKind::Choice { options, .. } => &options[..],
        _ => &[],
    };
    let evidence = options.iter().flat_map(|option| &option.evidence);
    evidence.filter_map(|evidence| match evidence {
        Evidence::Facts { did, .. } => Some(&**did),
        _ => None,
    })
}

/// Returns the programs that a question runs.
pub(crate) fn called_in(question: &Question) -> Vec<&Called> {
    let dids = results(question).into_iter();
    dids.filter_map(|did| did.called()).collect()
}

/// Describes how the replays of a question look up an access to several blocks or pages, if there are any.
pub(super) fn straddling(question: &Question) -> Option<String> {
    let counts = |item: &&PaperItem| asked::of_item(item).contains(&Rule::Fill);
    let dids = question.items().filter(counts).flat_map(results_of);
    let mut replays = dids.filter_map(|did| match did {
        // A replay of only the first parts does not count the others.
        Did::Replay(run) => {
            let splits = run.straddle.word() == "split";
            (!splits || run.counted.references.straddling > 0).then_some(run)
        }
        _ => None,
    });
    let first = replays.next()?;
    if replays.any(|other| other.straddle != first.straddle) {
        return None;
    }
    let parts = if first.map.has_process() {
        "blocks or pages"
    } else {
        "blocks"
    };
    Some(match first.straddle.word() {
        "split" => {
            format!("An access to bytes of several {parts} is divided, and looks up each part.")
        }
        _ => {
            format!("An access to bytes of several {parts} looks up only the first of them.")
        }
    })
}

/// Describes the conventions of the programs that a question runs.
pub(super) fn of_programs(question: &Question, sentences: &mut Vec<String>) {
    let dids = results(question);
    let runs = dids.iter().filter_map(|did| match did {
        Did::Program(run) => Some(run),
        _ => None,
    });
    let in_processes = || runs.clone().filter(|run| run.in_process().is_some());
    let accesses = dids
        .iter()
        .filter(|did| matches!(did, Did::Replay(_) | Did::Reference(_)));
    let replayed: Vec<&Called> = accesses.filter_map(|did| did.called()).collect();
    let mut accessing = replayed.clone();
    accessing.dedup_by(|a, b| a.program == b.program && a.variables == b.variables);
    let are_in_registers = accessing.iter().map(|called| {
        (
            &*called.program,
            called.scalars_in_registers || called.is_fragment,
        )
    });
    let of_processes = in_processes().map(|run| (&*run.called.program, run.called.is_fragment));
    in_memory(&are_in_registers.chain(of_processes).collect(), sentences);
    if let Some(first) = accessing.first() {
        sentences.push(
            "Expressions are evaluated from left to right. An assignment evaluates the indexes on its left side, then reads its right side, and then stores."
                .to_owned(),
        );
        sentences.extend(first.update_once.map(|once| {
            if once {
                "An update of a variable in memory, such as x += y, is one access.".to_owned()
            } else {
                "An update of a variable in memory, such as x += y, loads x, then evaluates y, and then stores x."
                    .to_owned()
            }
        }));
    }
    if accessing.iter().any(|called| called.column_major) {
        sentences.push(
            "Arrays are stored in column-major order: the first index varies fastest.".to_owned(),
        );
    }
    // The variables of a run in a process decide its page faults.
    accessing.extend(faulting(question).map(|(called, _)| called));
    accessing.dedup_by(|a, b| a.program == b.program && a.variables == b.variables);
    let items = dids.iter().filter_map(|did| match did {
        Did::Reference(run) => run.trace.as_ref()?.unit,
        _ => None,
    });
    let counts_items = items.count() > 0;
    if !accessing.is_empty() && !counts_items {
        let sizes: BTreeSet<&String> = accessing.iter().flat_map(|called| &called.sizes).collect();
        let sizes: Vec<String> = sizes.into_iter().cloned().collect();
        if !sizes.is_empty() {
            let text = series(&sizes);
            let (first, rest) = text.split_at(1);
            sentences.push(format!("{}{rest}.", first.to_uppercase()));
        }
    }
    for called in &accessing {
        if called.variables.is_empty() {
            continue;
        }
        let places = called.variables.iter().map(|(name, at)| match at {
            0 if counts_items => format!("{name} begins at the start of a page"),
            at => format!("{name} begins at address 0x{at:X}"),
        });
        let places: Vec<String> = places.collect();
        // Other constants can move the variables of the same program.
        let moves = |other: &&Called| {
            other.program == called.program && other.variables != called.variables
        };
        let with = if called.constants.is_empty() || !accessing.iter().any(moves) {
            String::new()
        } else {
            format!(" with {}", series(&called.constants))
        };
        sentences.push(format!("In {}{with}, {}.", called.program, series(&places)));
    }
    let local: BTreeSet<String> = replayed
        .into_iter()
        .chain(faulting(question).map(|(called, _)| called))
        .flat_map(on_stack_and_heap)
        .collect();
    sentences.extend(local);
    let pids: BTreeSet<String> = dids.iter().filter_map(|did| pids(did)).collect();
    sentences.extend(pids);
    let schedules = runs.clone().filter_map(|run| match &run.results {
        Results::Outputs(_, schedules) => Some(schedules),
        Results::Process(_) => None,
    });
    let rules: Vec<[String; 3]> = schedules.map(of_schedules).collect();
    if let Some(first) = rules.first() {
        // The items have the rules that differ from the usual ones.
        let usual = of_schedules(&Schedules::default());
        for (at, usual) in usual.iter().enumerate() {
            let differs = rules.iter().any(|one| one[at] != first[at]);
            let is_usual = rules.iter().any(|one| one[at] == *usual);
            if !differs {
                sentences.push(first[at].clone());
            } else if is_usual {
                sentences.push(format!("Unless stated otherwise, {usual}"));
            }
        }
    }
    // The prompts of other items say so.
    if question.items().flat_map(of_options).any(orders_sleep) {
        sentences.push(
            "A process that sleeps continues only when all others have ended, wait, or sleep longer."
                .to_owned(),
        );
    }
    let missing = runs.clone().flat_map(|run| match &run.results {
        Results::Outputs(outputs, _) => outputs.missing(),
        Results::Process(run) => &run.missing,
    });
    let missing: BTreeSet<&Arc<str>> = missing.collect();
    sentences.extend(
        missing
            .into_iter()
            .map(|name| format!("The program {name} prints nothing and exits with status 0.")),
    );
    if in_processes().next().is_some() {
        sentences.extend(IN_PROCESSES.map(str::to_owned));
        let from_file: BTreeSet<FromFile> = faulting(question)
            .flat_map(|(called, _)| called.from_file.iter().copied())
            .collect();
        sentences.extend(
            from_file
                .into_iter()
                .map(|held| held_in_file(held).to_owned()),
        );
        if faulting(question).any(|(_, run)| run.processes > 1) {
            sentences
                .push("The page faults of a program are those of all its processes.".to_owned());
        }
        if question.items().any(asks_output) {
            sentences.push(PRINTS_LINES.to_owned());
        }
    }
}

/// Describes where the local variables and the blocks of `malloc` are.
fn on_stack_and_heap(called: &Called) -> Vec<String> {
    let program = &called.program;
    let frame = called.frame.as_ref().map(|(function, address)| {
        format!("In {program}, the variables of {function} that are in memory begin at address 0x{address:X}, in the order of their declarations.")
    });
    let block = called.first_block.map(|address| {
        format!("In {program}, the first block of malloc begins at address 0x{address:X}. After a block of n bytes, the next one begins n + 8 bytes later, rounded up to a multiple of 16, and at least 32 bytes later.")
    });
    frame.into_iter().chain(block).collect()
}

/// The maximum number of children whose PIDs a paper lists, and of outputs that are searched for PIDs.
const MOST_PIDS: usize = 12;

/// Describes the process IDs, if an output seems to contain one.
fn pids(did: &Did) -> Option<String> {
    let Did::Program(run) = did else {
        return None;
    };
    let Results::Outputs(outputs, _) = &run.results else {
        return None;
    };
    let children: Vec<(u32, u32, u32)> = outputs.children().take(MOST_PIDS).collect();
    let first = children.first().map(|(parent, ..)| *parent)?;
    let pids = children.iter().map(|(.., pid)| *pid).chain([first]);
    let pids: Vec<String> = pids.map(|pid| pid.to_string()).collect();
    let is_printed = outputs.list(MOST_PIDS, 1 << 16).iter().any(|output| {
        let output = String::from_utf8_lossy(output);
        pids.iter().any(|pid| output.contains(pid))
    });
    let all = children
        .iter()
        .map(|(parent, before, pid)| format!("child {} of {parent} is {pid}", before + 1));
    let all: Vec<String> = all.collect();
    is_printed.then(|| format!("The PID of the first process is {first}; {}.", series(&all)))
}

fn orders_sleep(did: &Did) -> bool {
    match did {
        Did::Program(run) => {
            matches!(&run.results, Results::Outputs(_, schedules) if schedules.ordered_sleep)
        }
        _ => false,
    }
}

/// Whether an item asks for the output of a program.
fn asks_output(item: &PaperItem) -> bool {
    match &item.kind {
        ItemKind::Facts { blanks, .. } => blanks.iter().any(|blank| &*blank.fact == "output"),
        _ => false,
    }
}

/// Describes where the variables of programs are. With the name of each program is whether its scalar variables are in registers.
fn in_memory(programs: &BTreeSet<(&str, bool)>, sentences: &mut Vec<String>) {
    let in_registers = || {
        programs
            .iter()
            .filter(|(_, is_in_registers)| *is_in_registers)
    };
    let others = programs.len() - in_registers().count();
    if others > 0 {
        sentences.push("Of a program's variables, the global ones, arrays, and structs are in memory, and the others are in registers.".to_owned());
        sentences.extend(
            in_registers()
                .map(|(name, _)| format!("In {name}, only arrays and structs are in memory.")),
        );
    } else if !programs.is_empty() {
        sentences.push("Of a program's variables, arrays and structs are in memory, and the others are in registers.".to_owned());
    }
}

/// The conventions of a program that runs in a process.
const IN_PROCESSES: [&str; 2] = [
    "The kernel loads the program and the first page of its stack before the program starts, which counts as no fault.",
    "A process runs until it waits, sleeps, or ends. Then the oldest process that can go on runs.",
];

/// Describes the pages of a program whose contents come from its file.
fn held_in_file(held: FromFile) -> &'static str {
    match held {
        FromFile::Variables => {
            "Pages with initialized global variables are private pages of the program's file, which the kernel has in memory: the first access to such a page is a minor fault."
        }
        FromFile::StringLiterals => {
            "String literals are in read-only pages of the program's file: the first access to such a page is a minor fault, also if a system call makes it. printf does not access its strings."
        }
    }
}

/// How a terminal prints.
const PRINTS_LINES: &str = "printf writes its output at the end of each line, and exit writes the rest. fork copies the output that is not yet written.";

/// Describes how processes run and print.
fn of_schedules(schedules: &Schedules) -> [String; 3] {
    let printing = match schedules.buffering {
        Buffering::AtOnce => "printf writes its output at once.",
        Buffering::Line => PRINTS_LINES,
        Buffering::Full => {
            "printf writes its output when the process exits. fork copies the output that is not yet written."
        }
    };
    let failing = if schedules.failing.is_empty() {
        "fork always succeeds.".to_owned()
    } else {
        let names: Vec<String> = schedules
            .failing
            .iter()
            .map(|call| call.name().to_owned())
            .collect();
        format!("{} may fail.", series(&names))
    };
    [
        "Processes run in any order, and can be interrupted at any time.".to_owned(),
        printing.to_owned(),
        failing,
    ]
}
