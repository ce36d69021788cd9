//! Runs any text as a script, and writes the results as JSON and as a narration with every step.
#![no_main]

use std::io;
use std::sync::atomic::AtomicBool;

use libfuzzer_sys::fuzz_target;
use pagewalk_fuzz::generated::checked;
use pagewalk_fuzz::{options, render};
use pagewalk_script::api::stream;
use pagewalk_script::report::text::{Options, TextSink};

fuzz_target!(|text: &str| {
    let script = checked(text);
    render(&script);
    if script.diagnostics.is_empty() {
        let json = stream(
            &script,
            options(),
            1 << 20,
            &AtomicBool::new(false),
            &mut |_| true,
        );
        let narration = Options {
            explain: true,
            theme: true.into(),
        };
        let mut sink = TextSink::new(io::sink(), &script.sources, narration);
        let ended = script.run(options(), &mut sink);
        if json.cut.is_none() {
            assert_eq!(
                (json.totals, json.diagnostics),
                (ended.totals, ended.diagnostics)
            );
        }
        sink.finish(ended.totals, 0).expect("a sink");
    }
});
