//! What a command line, an editor, a browser, and a grader need.

mod checked_script;

pub use checked_script::CheckedScript;
