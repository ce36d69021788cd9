//! Runs scripts that the registries generate. A second run has the same records, a run that moves back and forward reaches
//! the same state, and formatting keeps the meaning.
#![no_main]

use std::sync::Arc;

use arbitrary::Unstructured;
use libfuzzer_sys::{Corpus, fuzz_target};
use pagewalk_fuzz::{generated, law, options};
use pagewalk_script::api::Stepper;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = generated::script(&mut Unstructured::new(bytes)) else {
        return Corpus::Reject;
    };
    if let Err(wrong) = law::checked(&text) {
        panic!("{wrong}\n-- of --\n{text}");
    }
    let script = Arc::new(generated::checked(&text));
    let mut stepper = Stepper::new(Arc::clone(&script), options());
    let (mut first, mut second) = (Vec::new(), Vec::new());
    stepper.forward(u64::MAX, &mut first);
    let (end, steps) = (format!("{:?}", stepper.snapshot()), stepper.position());
    stepper.goto(steps / 2);
    stepper.forward(u64::MAX, &mut Vec::new());
    assert_eq!(
        (format!("{:?}", stepper.snapshot()), stepper.position()),
        (end, steps),
        "{text}"
    );
    if script.diagnostics.is_empty() {
        let ended = script.run(options(), &mut second);
        assert_eq!(format!("{first:?}"), format!("{second:?}"), "{text}");
        assert_eq!(ended.diagnostics, stepper.progress().diagnostics, "{text}");
    }
    Corpus::Keep
});
