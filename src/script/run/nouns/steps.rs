//! `show steps` and `show reference`: the last access step by step, the last reference string as its table.

use crate::run::record::{CellView, Did, ReferenceRun, TableView, View};

/// Returns the numbered steps of the last access.
pub(crate) fn views(last: Option<&Did>) -> Vec<View> {
    match last {
        Some(Did::Access(access)) => vec![View::Steps(Box::new(access.clone()))],
        Some(Did::Reference(run)) => vec![View::Table(table(run))],
        Some(Did::Call(call) | Did::Bound { call: Some(call), .. }) => vec![View::CallSteps(call.clone())],
        _ => vec![View::Remark("no access has been made yet".to_owned())],
    }
}

/// Returns the table of steps of the last reference string.
pub(crate) fn reference(last: Option<&Did>) -> Vec<View> {
    match last {
        Some(Did::Reference(run)) => vec![View::Table(table(run))],
        _ => vec![View::Remark("no `reference` has run yet".to_owned())],
    }
}

/// Maximum number of frames that a table of steps draws.
const FRAMES: usize = 64;

/// Returns the number of frames in the table of a run.
pub(crate) fn frames(run: &ReferenceRun) -> usize {
    run.steps.iter().map(|step| step.frames.len()).max().unwrap_or(0).min(FRAMES)
}

/// Returns one row per reference: the page, whether it hit, the frames after it, the victim, use bits, and hand.
pub(crate) fn table(run: &ReferenceRun) -> TableView {
    let frames = frames(run);
    let has_use = run.steps.iter().any(|step| step.state.use_bits.is_some());
    let has_hand = run.steps.iter().any(|step| step.state.hand.is_some());
    let mut columns: Vec<String> = ["step", "page", "hit"].map(String::from).to_vec();
    columns.extend((0..frames).map(|n| format!("frame{n}")));
    columns.push("victim".to_owned());
    columns.extend(has_use.then(|| "use".to_owned()));
    columns.extend(has_hand.then(|| "hand".to_owned()));
    let rows = (0..run.steps.len()).map(|at| columns.iter().map(|column| cell(run, at, column)).collect());
    TableView {
        title: format!("reference ({})", run.caption),
        groups: vec![columns.clone()],
        rows: rows.collect(),
    }
}

/// Returns a cell of the table of steps; steps are counted from 1.
pub(crate) fn cell(run: &ReferenceRun, at: usize, column: &str) -> CellView {
    let Some(step) = run.steps.get(at) else { return CellView::Nothing };
    let page =
        |page: Option<u32>| page.map_or(CellView::Nothing, |page| CellView::Text(run.page(page).to_string()));
    match column {
        "step" => CellView::Number(at as u64 + 1),
        "page" => page(Some(step.page)),
        "hit" => CellView::bit(step.hit),
        "victim" => page(step.victim),
        "use" => step.state.use_bits.as_ref().map_or(CellView::Nothing, |bits| {
            CellView::Text(bits.iter().take(FRAMES).map(|bit| if *bit { '1' } else { '0' }).collect())
        }),
        "hand" => step.state.hand.map_or(CellView::Nothing, |hand| CellView::Number(u64::from(hand))),
        column => {
            let frame = column.strip_prefix("frame").and_then(|n| n.parse::<usize>().ok());
            page(frame.and_then(|n| step.frames.get(n).copied()).flatten())
        }
    }
}
