//! Random programs on random machines read what a naive model of memory says, whatever is evicted, merged or shared, and
//! the books are sound after every step.

use proptest::prelude::*;

use super::pair::Pair;
use super::programs::{Op, Setting, ops, settings};
use super::sound;

fn run(setting: &Setting, ops: &[Op]) {
    let mut pair = Pair::new(setting);
    pair.step(&Op::Spawn);
    for op in ops {
        pair.step(op);
        sound::check(&pair.lab.kernel);
        pair.check_counts();
    }
    pair.step(&Op::Flush);
    pair.compare();
    for pid in pair.alive.clone() {
        pair.step(&Op::Exit(0));
        sound::check(&pair.lab.kernel);
        assert!(pair.lab.kernel.process(pid).is_some());
    }
    let kernel = &pair.lab.kernel;
    assert_eq!(
        (kernel.frames.used(), kernel.swap.used.len()),
        (0, 0),
        "something is left of ended processes"
    );
    pair.compare();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn programs_read_what_a_naive_model_says(
        setting in settings(),
        ops in proptest::collection::vec(ops(), 1..80),
    ) {
        prop_assume!(setting.spec.check().is_ok());
        run(&setting, &ops);
    }
}
