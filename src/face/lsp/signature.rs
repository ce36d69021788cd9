//! Signature help for statements, settings and calls.

use lsp_types::{
    Documentation, ParameterInformation, ParameterLabel, Position, SignatureHelp, SignatureHelpOptions,
    SignatureInformation, WorkDoneProgressOptions,
};

use super::view::View;
use pagewalk_script::services::complete;

/// The characters that trigger signature help.
pub(crate) fn options() -> SignatureHelpOptions {
    let words = |list: &[&str]| Some(list.iter().map(|one| (*one).to_owned()).collect());
    SignatureHelpOptions {
        trigger_characters: words(&["(", ",", " "]),
        retrigger_characters: None,
        work_done_progress_options: WorkDoneProgressOptions::default(),
    }
}

/// The signature of the statement or call at a position.
pub(crate) fn signature(view: &View, position: Position) -> Option<SignatureHelp> {
    let at = view.byte_at(position);
    let found = complete::signature(&view.text, at, &view.state(at))?;
    let units = |byte: usize| found.label.get(..byte).unwrap_or("").encode_utf16().count() as u32;
    let label =
        |place: &std::ops::Range<usize>| ParameterLabel::LabelOffsets([units(place.start), units(place.end)]);
    let parameter = |place| ParameterInformation { label: label(place), documentation: None };
    // A number after the last parameter means that none is active.
    let active = found.active.unwrap_or(found.parameters.len()) as u32;
    let information = SignatureInformation {
        parameters: Some(found.parameters.iter().map(parameter).collect()),
        active_parameter: Some(active),
        documentation: (!found.help.is_empty()).then(|| Documentation::String(found.help.clone())),
        label: found.label,
    };
    Some(SignatureHelp {
        signatures: vec![information],
        active_signature: Some(0),
        active_parameter: Some(active),
    })
}
