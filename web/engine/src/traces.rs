//! Machines with names, and replays of dropped traces.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use pagewalk_engine::trace::format::Format;
use pagewalk_script::api::machines::find_machine;
use pagewalk_script::api::{
    AddressMapping, CurveMethod, ExtraOptions, LimitNames, ReplayPlan, Straddle, TraceOrigin,
};
use pagewalk_script::lang::loader::Texts;
use pagewalk_script::report::text::Theme;
use pagewalk_script::traces::{named, reports};
use serde_json::json;

use crate::requests::{Answer, Page, Request, SCRIPT_MEMORY};
use crate::stepping::declared;
use crate::{Kind, send};

/// Returns the presets, and the machine and the kernel that the open script declares.
pub(crate) fn machines(page: &mut Page, _: &Request) -> Answer {
    let own = page.open.as_ref().and_then(|open| {
        let text = |word| {
            let span = declared(&open.document, word)?;
            Some(open.document.script().sources.text(span).to_owned())
        };
        let kernel = text("kernel").map(|kernel| format!("\n{kernel}"));
        Some(text("machine")? + &kernel.unwrap_or_default())
    });
    let presets: Vec<&str> = named::presets().collect();
    Ok(json!({ "presets": presets, "own": own }))
}

/// Replays the attached bytes on a machine, and reports the progress.
pub(crate) fn replay(page: &mut Page, request: &Request) -> Answer {
    let mut files = Texts {
        texts: page.files.texts.clone(),
        other: (),
    };
    if let Some(open) = &page.open {
        let (path, text) = (open.document.path(), open.document.text());
        files.texts.insert(path.to_owned(), text.into());
    }
    let machine = find_machine(Path::new(request.text("machine")?), &mut files)
        .map_err(|wrong| wrong.to_string())?;
    let name = request.0["name"].as_str().unwrap_or("attached");
    let format = match request.0["format"].as_str() {
        None => None,
        Some(wanted) => Some(
            Format::named(wanted).ok_or_else(|| format!("there is no trace format `{wanted}`"))?,
        ),
    };
    let plan = ReplayPlan {
        machine: &machine,
        map: AddressMapping::Identity,
        straddle: Straddle::Split,
        wanted: ExtraOptions {
            causes: true,
            curve: Some(CurveMethod::Exact),
            top: Some(10),
            cycles: false,
        },
        format,
        strict: false,
        raised_by: LimitNames::PROGRAM,
        max_memory: SCRIPT_MEMORY,
        deadline: None,
        interrupt: &AtomicBool::new(false),
    };
    let trace = TraceOrigin::Bytes(std::mem::take(&mut page.attached), name.to_owned());
    let outcome = plan.replay(trace, &mut |progress| {
        let part = json!({ "done": progress.consumed, "total": progress.total });
        send(Kind::Part, &part.to_string());
    });
    let Some(replayed) = outcome.replayed else {
        return Err(outcome.why.unwrap_or_default());
    };
    Ok(json!({
        "text": reports::text(&replayed, Theme::default()),
        "counts": reports::object(&replayed),
        "plot": reports::plot(std::slice::from_ref(&replayed)),
        "problem": outcome.why,
    }))
}
