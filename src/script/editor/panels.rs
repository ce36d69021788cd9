//! The parts of a state that an editor can display.

use serde::Serialize;

use crate::lang::include::add_text;
use crate::lang::source::Sources;
use crate::report::doc::Block;
use crate::report::narrate::shown;
use crate::report::text::text;
use crate::run::facts::Component;
use crate::run::record::{Did, Sink, StepRecord};
use crate::run::session::Options;
use crate::run::state::State;
use crate::run::{Files, check_in, play_from};

/// Maximum length of a panel in characters.
const LONGEST: usize = 1 << 16;

/// A titled text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Panel {
    /// The operand of `show`.
    pub title: String,
    /// The output.
    pub text: String,
}

/// Returns the panels of a state: TLBs and caches, page tables, processes with their areas, frames, swap,
/// and counters.
pub(super) fn panels(state: &State) -> Vec<Panel> {
    let mut nouns = Vec::new();
    if let Some(spec) = state.spec() {
        for part in Component::all(spec) {
            let (noun, count) = match part {
                Component::Tlb(_) => ("tlb", spec.tlbs.len()),
                Component::Cache(_) => ("cache", spec.caches.len()),
            };
            let name = if count > 1 {
                format!("{noun} {}", part.name(spec))
            } else {
                noun.to_owned()
            };
            nouns.push(name);
        }
        if spec.mmu.is_some() && state.kernel().is_none() {
            nouns.push("page_table".to_owned());
        }
    }
    if let Some(kernel) = state.kernel() {
        for process in kernel.processes() {
            nouns.push(format!("{}.maps", process.name));
            nouns.push(format!("{}.page_table", process.name));
        }
        nouns.extend(["processes", "frames", "swap"].map(str::to_owned));
    }
    if state.spec().is_some() {
        nouns.push("stats".to_owned());
    }
    nouns
        .into_iter()
        .filter_map(|noun| panel(state, noun))
        .collect()
}

/// Returns the output of `show NOUN`, or `None` if the output is empty or an error.
fn panel(state: &State, noun: String) -> Option<Panel> {
    let (mut sources, options) = (Sources::default(), Options::default());
    let (script, wrong) = add_text(&mut sources, "show", &format!("show {noun}"), &mut ());
    let files = Files::default();
    if !wrong.is_empty()
        || !check_in(state, &script.body, &sources, &files, options)
            .diagnostics
            .is_empty()
    {
        return None;
    }
    let mut seen = ShownText::default();
    play_from(
        state.clone(),
        &script.body,
        &sources,
        &files,
        options,
        &mut seen,
        None,
    );
    let cut = seen.0.char_indices().nth(LONGEST).map(|(at, _)| at);
    if let Some(at) = cut {
        seen.0.truncate(at);
        seen.0.push('…');
    }
    (!seen.0.trim().is_empty()).then_some(Panel {
        title: noun,
        text: seen.0,
    })
}

/// Removes the title of a lone table, because this title would duplicate the panel's title.
fn untitled(mut blocks: Vec<Block>) -> Vec<Block> {
    if let [Block::Table(table)] = &mut blocks[..] {
        table.title.clear();
    }
    blocks
}

/// A sink that collects the output as text.
#[derive(Default)]
struct ShownText(String);

impl Sink for ShownText {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if let Did::Shown(views) = &*record.did {
            self.0 += &text(&untitled(shown(views)), false);
        }
        true
    }
}
