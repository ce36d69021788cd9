//! Runs a script and reads facts about its accesses.

use pagewalk_script::api::{CheckedScript, Options, Stepper, Trace};

const SCRIPT: &str = "
machine core-i7
process P {}
P: let heap = sbrk(0x2000)
P: write heap = 1
P: write heap = 2
";

fn main() {
    let script = CheckedScript::from_text("heap.pw", SCRIPT, &mut ());
    assert!(script.diagnostics.is_empty(), "{:?}", script.diagnostics);
    let (mut run, mut records) = (Stepper::new(script.into(), Options::default()), Vec::new());
    run.forward(u64::MAX, &mut records);
    for record in &records[3..] {
        let trace = Trace::from_record(record, &run.script().sources);
        let fact = |name: &str| {
            &trace
                .facts
                .iter()
                .find(|fact| fact.name == name)
                .expect("a fact")
                .value
        };
        println!(
            "{}: fault {}, tlb {}",
            trace.statement,
            fact("fault"),
            fact("tlb")
        );
    }
}
