//! Checks all invariants of the kernel after each statement of a generated script.
#![no_main]

use std::sync::Arc;

use arbitrary::Unstructured;
use libfuzzer_sys::{Corpus, fuzz_target};
use pagewalk_engine::kernel::sound;
use pagewalk_fuzz::{generated, options};
use pagewalk_script::api::{Pause, Stepper};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = generated::script(&mut Unstructured::new(bytes)) else {
        return Corpus::Reject;
    };
    let mut stepper = Stepper::new(Arc::new(generated::checked(&text)), options());
    let mut checked = 0;
    while stepper.forward(1, &mut Vec::new()) == Pause::Steps {
        if let Some(kernel) = stepper.progress().state.kernel() {
            sound::check(kernel);
            checked += 1;
        }
    }
    if checked == 0 {
        Corpus::Reject
    } else {
        Corpus::Keep
    }
});
