//! Random programs on random machines load the same bytes as in a naive memory model, despite eviction,
//! merging, and sharing. The kernel's state is consistent after every step.

use proptest::prelude::*;

use super::lab::RW;
use super::pair::Pair;
use super::programs::{Behind, Op, Setting, file_ops, ops, roomy_settings, settings, tight_ops};
use crate::kernel::sound;

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
        (kernel.frames.used(), kernel.swap.used()),
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

    #[test]
    fn families_in_nearly_full_memory_keep_their_bytes(
        (mut setting, _) in roomy_settings(),
        (frames, swap) in (2..4u32, 1..5u32),
        steps in proptest::collection::vec(tight_ops(), 1..80),
    ) {
        prop_assume!(setting.spec.check().is_ok());
        (setting.config.frames, setting.config.swap) = (Some(frames), swap);
        let area = Op::Map { who: 0, at: 0, pages: 8, prot: RW, behind: Behind::Anonymous, offset: 0 };
        let steps: Vec<Op> = [area].into_iter().chain(steps).collect();
        run(&setting, &steps);
    }

    #[test]
    fn stores_to_shared_files_reach_them(
        setting in settings(),
        steps in proptest::collection::vec(file_ops(), 1..80),
    ) {
        prop_assume!(setting.spec.check().is_ok());
        let area = Op::Map { who: 0, at: 0, pages: 3, prot: RW, behind: Behind::SharedFile(0), offset: 0 };
        let steps: Vec<Op> = [area].into_iter().chain(steps).collect();
        run(&setting, &steps);
    }
}
