//! Scripts with which a target in `fuzz/` has failed.

use crate::format::law::checked;
use crate::running::text;

/// The scripts, each with the codes of its diagnostics.
const FOUND: &[(&str, &str)] = &[
    // The idiom `choose x where …` expected a name.
    (
        "machine simple\nchoose where read 0 => nonsense 1",
        "syntax",
    ),
    // The guess which brace is unclosed ended the statement around a text that contains a block.
    ("[\"\"\"\nf{ {\n 2\n.\"\"\"", "unclosed unclosed"),
    // The layout pass read the block after a value as a table, and the grammar read it as settings.
    ("machine simple\nset c=4{p}", "unknown-noun"),
    ("process P=1{p}", "wrong-count"),
    // The newline after an unclosed block in a hole ended a statement that began later.
    ("  {[\"\"\"{\n   {\n  }{r\"\"\"", "unclosed syntax unclosed"),
    // The formatter removed a row that the parser kept.
    (
        "machine simple\nset tlb {\n  set tag ppn valid\n  -- - - -\n}",
        "bad-number",
    ),
    // The formatter put a space before the operator, which made the block a table.
    ("process!P{}", "wrong-type unknown-name"),
];

#[test]
fn scripts_that_a_fuzz_target_found_are_still_right() {
    for (script, code) in FOUND {
        let outcome = text(script);
        let codes: Vec<&str> = outcome
            .mistakes
            .iter()
            .map(|mistake| &*mistake.code)
            .collect();
        assert_eq!(codes.join(" "), *code, "{script}: {:?}", outcome.mistakes);
        checked(script).unwrap_or_else(|law| panic!("{script}: {law}"));
    }
}
