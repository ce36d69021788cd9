//! The text of `pagewalk --version --verbose`, for reports of bugs.

use pagewalk_script::report::json;
use pagewalk_script::run::record::FIGURE_VERSION;
use pagewalk_script::suite::golden::FORMAT;

/// Returns the version, the build, and the newest formats that this program reads and writes.
pub(super) fn verbose() -> String {
    let libraries = if cfg!(target_feature = "crt-static") {
        "static"
    } else {
        "dynamic"
    };
    format!(
        "pagewalk {}\ntarget: {}, {libraries}\nprofile: {}\ncompiler: {}\ngolden files: format {FORMAT}\nJSON: format {}\nfigures: version {FIGURE_VERSION}\n",
        env!("CARGO_PKG_VERSION"),
        env!("PAGEWALK_TARGET"),
        env!("PAGEWALK_PROFILE"),
        env!("PAGEWALK_COMPILER"),
        json::FORMAT,
    )
}
