//! Prompts for reference strings.

use pagewalk_engine::machine::reference_string::{Replacement, Ticks};

use crate::exam::formats::labels::Labels;
use crate::exam::paper::PaperItem;
use crate::questions::entry::ItemKind;
use crate::questions::wording::series;
use crate::run::record::{
    Called, Did, Only, ProcessRun, ProgramRun, ReferenceRun, Results, StartRow, TraceSource,
};
use pagewalk_engine::program::{Buffering, Until};

/// Returns the reference string whose initial pages the paper prints as a table above the item.
pub(crate) fn tabled(item: &PaperItem) -> Option<&ReferenceRun> {
    let did = match &item.kind {
        ItemKind::Facts { .. } => &item.did,
        ItemKind::Table {
            string: Some(did), ..
        } => did,
        _ => return None,
    };
    let Did::Reference(run) = &**did else {
        return None;
    };
    (run.start.len() > 1).then_some(run)
}

/// The settings of a reference string that a prompt mentions.
#[derive(Clone, Copy)]
pub(crate) struct Stated {
    pub(crate) frames: bool,
    pub(crate) policy: bool,
}

impl Stated {
    /// All settings.
    pub(super) const ALL: Self = Self {
        frames: true,
        policy: true,
    };
}

/// Describes a reference string with its settings. `tabled` means that a table lists the initial pages.
pub(crate) fn of_string(
    run: &ReferenceRun,
    labels: &Labels,
    tabled: bool,
    stated: Stated,
) -> String {
    let setup = &run.setup;
    let held = |pages: &[u32]| {
        let pages = pages.iter().map(|page| run.page(*page).to_string());
        series(&pages.collect::<Vec<_>>())
    };
    let say = |english: &str| labels.localize(english).to_owned();
    let mut text = vec![references(run, labels)];
    text.extend(memory(run, labels, stated));
    if !setup.writes.is_empty() {
        let template = if setup.writes.len() == 1 {
            "Every reference to page {pages} is a store."
        } else {
            "Every reference to pages {pages} is a store."
        };
        text.push(filled(labels, template, &[("pages", &held(&setup.writes))]));
    }
    if !setup.stores.is_empty() && !run.is_long_trace() {
        text.push(say("A reference marked (write) modifies its page."));
    }
    match &setup.ticks {
        Ticks::Never => {}
        Ticks::Every(1) => text.push(say("The clock ticks after every reference.")),
        Ticks::Every(interval) => {
            let template = "The clock ticks after every {n} references.";
            text.push(filled(labels, template, &[("n", &interval.to_string())]));
        }
        Ticks::After(_) => {
            text.push(say("The clock ticks after each reference marked (tick)."));
        }
    }
    if tabled {
        text.push(say("At the start, the frames hold the pages listed above."));
    } else if !run.start.is_empty() {
        let pages: Vec<String> = run.start.iter().map(|row| start(row, labels)).collect();
        text.push(filled(
            labels,
            "At the start, the frames hold {pages}.",
            &[("pages", &series(&pages))],
        ));
    } else if !setup.holding.is_empty() {
        let template = if setup.holding.len() == 1 {
            "At the start, a frame holds page {pages}."
        } else {
            "At the start, the frames hold pages {pages}, from the oldest to the newest."
        };
        let pages: Vec<u32> = setup.holding.iter().map(|held| held.page).collect();
        text.push(filled(labels, template, &[("pages", &held(&pages))]));
    }
    text.join(" ")
}

/// Describes the number of frames and the replacement policy, if the prompt mentions them.
pub(super) fn memory(run: &ReferenceRun, labels: &Labels, stated: Stated) -> Option<String> {
    let setup = &run.setup;
    let frames = u64::from(setup.frames) + run.reserved;
    let policy = policy(run, labels);
    let (template, n) = match (setup.replacement, stated) {
        (
            _,
            Stated {
                frames: false,
                policy: false,
            },
        ) => return None,
        (Replacement::WorkingSet { window }, _) => (
            "The working set contains the pages of the last {n} references.",
            window,
        ),
        (_, Stated { frames: true, .. }) if frames == 1 => ("There is one frame.", 0),
        (_, Stated { policy: false, .. }) => ("There are {frames} frames.", 0),
        (Replacement::Optimal { lookahead: Some(1) }, Stated { frames: true, .. }) => (
            "There are {frames} frames, and the system uses the optimal replacement policy with a lookahead of one reference after \
             the current one.",
            1,
        ),
        (
            Replacement::Optimal {
                lookahead: Some(ahead),
            },
            Stated { frames: true, .. },
        ) => (
            "There are {frames} frames, and the system uses the optimal replacement policy with a lookahead of {n} references after \
             the current one.",
            ahead,
        ),
        (Replacement::Optimal { lookahead: None }, Stated { frames: true, .. }) => (
            "There are {frames} frames, and the system uses the optimal replacement policy.",
            0,
        ),
        (Replacement::Policy(_), Stated { frames: true, .. }) => (
            "There are {frames} frames, and the replacement policy is {policy}.",
            0,
        ),
        (_, Stated { frames: false, .. }) => ("The replacement policy is {policy}.", 0),
    };
    let values = [
        ("frames", &*frames.to_string()),
        ("policy", &policy),
        ("n", &n.to_string()),
    ];
    let mut text = filled(labels, template, &values);
    if stated.frames && run.reserved > 0 {
        let template = match run.reserved {
            1 => " One of the frames holds the code of the program.",
            _ => " {n} of the frames hold the code of the program.",
        };
        text.push_str(&filled(
            labels,
            template,
            &[("n", &run.reserved.to_string())],
        ));
    }
    Some(text)
}

/// Returns the name of the replacement policy.
pub(super) fn policy(run: &ReferenceRun, labels: &Labels) -> String {
    match run.setup.replacement {
        Replacement::Policy(policy) => labels.localize(policy.row().title).to_owned(),
        Replacement::Optimal { lookahead: None } => labels.localize("optimal").to_owned(),
        Replacement::Optimal {
            lookahead: Some(ahead),
        } => filled(
            labels,
            "optimal with a lookahead of {n}",
            &[("n", &ahead.to_string())],
        ),
        Replacement::WorkingSet { .. } => labels.localize("working set").to_owned(),
    }
}

/// Lists the references. If the script sets the kinds of single references, or ticks after single references, marks
/// follow these references.
fn references(run: &ReferenceRun, labels: &Labels) -> String {
    // Marks, so that students do not have to count positions.
    let marked = |(at, reference): (usize, String)| {
        let is_write = !run.setup.stores.is_empty() && run.is_store(at);
        let is_tick = matches!(&run.setup.ticks, Ticks::After(indexes) if indexes.contains(&at));
        let template = match (is_write, is_tick) {
            (false, false) => return reference,
            (true, false) => "{reference} (write)",
            (false, true) => "{reference} (tick)",
            (true, true) => "{reference} (write, tick)",
        };
        filled(labels, template, &[("reference", &reference)])
    };
    let list = match &run.trace {
        Some(trace) if run.is_long_trace() => {
            let template = match trace.only {
                Only::All => "the accesses of the trace {name}",
                Only::Data => "the loads and stores of the trace {name}",
                Only::Fetches => "the instruction fetches of the trace {name}",
            };
            filled(labels, template, &[("name", &trace.name)])
        }
        _ => run
            .spelt()
            .into_iter()
            .enumerate()
            .map(marked)
            .collect::<Vec<_>>()
            .join(", "),
    };
    if let Some(TraceSource {
        called: Some(called),
        unit,
        page_size,
        ..
    }) = &run.trace
    {
        let (item, size) = unit.unwrap_or(("", 1));
        let template = match item {
            "" => "Each page contains {n} bytes.",
            _ => "Each page contains {n} items of type {item}.",
        };
        let n = (page_size / size).to_string();
        let page = filled(labels, template, &[("n", &n), ("item", item)]);
        return format!("{page} {}", ran(called, labels));
    }
    let template = match (run.page_size(), run.setup.pages.len()) {
        (None, 1) => "A process references page {list}.",
        (None, _) => "A process references these pages in order: {list}.",
        (Some(_), 1) => "Each page contains {n} bytes. A process references byte address {list}.",
        (Some(_), _) => {
            "Each page contains {n} bytes. A process references these byte addresses in order: {list}."
        }
    };
    let size = run.page_size().unwrap_or(0);
    filled(
        labels,
        template,
        &[("n", &size.to_string()), ("list", &list)],
    )
}

/// Describes the run of a program.
pub(super) fn ran(called: &Called, labels: &Labels) -> String {
    let template = match (&called.function, called.constants.is_empty()) {
        (None, true) => "The program {program} runs.",
        (None, false) => "The program {program} runs with {constants}.",
        (Some(_), true) => "The function {function} of the program {program} runs.",
        (Some(_), false) => {
            "The function {function} of the program {program} runs with {constants}."
        }
    };
    let function = called.function.as_deref().unwrap_or_default();
    let constants = series(&called.constants);
    let values = [
        ("program", &*called.program),
        ("function", function),
        ("constants", &constants),
    ];
    filled(labels, template, &values)
}

/// Describes the run of a program in a process.
pub(super) fn ran_in_process(run: &ProgramRun, process: &ProcessRun, labels: &Labels) -> String {
    let template = match (process.until, process.continues) {
        (Until::End, false) => return ran(&run.called, labels),
        (Until::End, true) => "The program {program} continues.",
        (Until::Line(_), false) => "The program {program} runs until it reaches line {line}.",
        (Until::Line(_), true) => "The program {program} continues until it reaches line {line}.",
        (Until::NextLine, false) => "The program {program} runs to its first line.",
        (Until::NextLine, true) => "The program {program} continues to the next line.",
    };
    let line = match process.until {
        Until::Line(line) => line.to_string(),
        _ => String::new(),
    };
    filled(
        labels,
        template,
        &[("program", &run.called.program), ("line", &line)],
    )
}

/// Describes how the processes of a program run and print, if not as usual.
pub(super) fn scheduled(run: &ProgramRun, labels: &Labels) -> Vec<String> {
    let Results::Outputs(_, schedules) = &run.results else {
        return Vec::new();
    };
    let printing = match schedules.buffering {
        Buffering::AtOnce => None,
        Buffering::Line => Some(
            "printf writes its output at the end of each line, and fork copies the output that is not yet written.",
        ),
        Buffering::Full => Some(
            "printf writes its output when the process exits, and fork copies the output that is not yet written.",
        ),
    };
    let names: Vec<String> = schedules
        .failing
        .iter()
        .map(|call| call.name().to_owned())
        .collect();
    let failing = (!names.is_empty())
        .then(|| filled(labels, "{calls} may fail.", &[("calls", &series(&names))]));
    let printing = printing.map(|text| labels.localize(text).to_owned());
    let sleeping = schedules.ordered_sleep.then(|| {
        labels
            .localize("A process that sleeps continues only when all others have ended, wait, or sleep longer.")
            .to_owned()
    });
    printing
        .into_iter()
        .chain(failing)
        .chain(sleeping)
        .collect()
}

/// Describes a page that is resident at the start, with the columns of the script's table.
fn start(row: &StartRow, labels: &Labels) -> String {
    let values = [
        ("loaded at time {n}", row.loaded),
        ("last used at time {n}", row.used),
        ("R = {n}", row.referenced.map(u64::from)),
        ("M = {n}", row.modified.map(u64::from)),
    ];
    let parts = values
        .iter()
        .filter_map(|(template, n)| Some((template, (*n)?)));
    let parts: Vec<String> = parts
        .map(|(template, n)| filled(labels, template, &[("n", &n.to_string())]))
        .collect();
    let page = filled(labels, "page {page}", &[("page", &row.page.to_string())]);
    if parts.is_empty() {
        page
    } else {
        format!("{page} ({})", parts.join(", "))
    }
}

/// Fills in a template's values in the paper's language.
pub(crate) fn filled(labels: &Labels, template: &str, values: &[(&str, &str)]) -> String {
    let mut rest = labels.localize(template);
    let mut out = String::new();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(
            values
                .iter()
                .find(|(known, _)| *known == name)
                .map_or("", |(_, value)| value),
        );
        rest = after;
    }
    out + rest
}
