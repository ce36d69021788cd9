//! Parses and checks any text. The part before the first NUL is an earlier version of the text, from which the parser
//! keeps statements. The earlier version must not change the result.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pagewalk_fuzz::render;
use pagewalk_script::api::{CheckedScript, ParsedScript};
use pagewalk_script::lang::include::Script;

fuzz_target!(|text: &str| {
    let (earlier, text) = text.split_once('\0').unwrap_or(("", text));
    let parsed =
        |text: &str, earlier: &Script| ParsedScript::from_text("a.pw", text, earlier, &mut ());
    let earlier = parsed(earlier, &Script::default());
    let (alone, after) = (
        parsed(text, &Script::default()),
        parsed(text, &earlier.script),
    );
    assert_eq!(
        format!("{:?}", alone.script.body),
        format!("{:?}", after.script.body)
    );
    assert_eq!(alone.diagnostics, after.diagnostics);
    render(&CheckedScript::from_parsed(after, &mut ()));
});
