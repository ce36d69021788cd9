//! Shared parts of the fuzz targets.

use pagewalk_script::api::{CheckedScript, Options};
use pagewalk_script::report::diagnostics::Style;
use pagewalk_script::report::text::Fit;
use pagewalk_script::run::session::Limits;

#[path = "../../tests/fuzz/generated/mod.rs"]
pub mod generated;
#[path = "../../tests/format/law.rs"]
pub mod law;

/// The limits of runs, which keep an input fast.
pub const LIMITS: Limits = Limits {
    max_steps: 5000,
    max_memory: 64 << 20,
    max_time: None,
};

/// Options of runs within [`LIMITS`].
pub fn options() -> Options {
    Options::default().within(LIMITS)
}

/// Renders all diagnostics and warnings.
pub fn render(script: &CheckedScript) {
    let style = Style {
        color: true,
        unicode: false,
        fit: Fit::Lines(40),
    };
    script.render_diagnostics(style);
    script.render_warnings(Style {
        unicode: true,
        ..style
    });
}
