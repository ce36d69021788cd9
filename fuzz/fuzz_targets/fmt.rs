//! Formats any text. The formatted text has the same syntax tree, and formatting it again changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pagewalk_fuzz::law;

fuzz_target!(|text: &str| {
    if let Err(wrong) = law::checked(text) {
        panic!("{wrong}\n-- of --\n{text}");
    }
});
