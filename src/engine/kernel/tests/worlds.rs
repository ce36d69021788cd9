//! Runs a program with few frames and with many frames, and with different TLBs and caches. Only the counts
//! of the runs may differ.

use proptest::prelude::*;

use super::pair::Pair;
use super::programs::{Op, Setting, ops, roomy_settings};
use crate::kernel::event::KernelStep;
use crate::kernel::sound;
use crate::machine::pte::Pte;

/// Runs a program and compares its loads with the model.
fn run(setting: &Setting, program: &[Op]) -> Pair {
    let mut pair = Pair::new(setting);
    pair.step(&Op::Spawn);
    for op in program {
        pair.step(op);
    }
    pair.check_counts();
    sound::check(&pair.lab.kernel);
    pair.step(&Op::Flush);
    pair.compare();
    pair
}

/// The leaf entries of every process.
fn entries(pair: &Pair) -> Vec<(u64, Pte)> {
    let listed = pair
        .alive
        .iter()
        .flat_map(|pid| pair.lab.kernel.machine_of(*pid).page_table().mappings);
    listed.map(|map| (map.vpn.raw(), map.pte)).collect()
}

/// The kernel's steps, with the `tlb` field of evictions set to false.
fn without_tlbs(pair: &Pair) -> Vec<KernelStep> {
    let mut steps = pair.tally.steps.clone();
    for step in &mut steps {
        if let KernelStep::Evicted { tlb, .. } = step {
            *tlb = false;
        }
    }
    steps
}

/// Whether a step has the same result with few frames. With few frames, fewer pages can be locked or
/// populated.
fn has_same_result_with_few_frames(op: &Op) -> bool {
    !matches!(op, Op::Lock { .. } | Op::Populate { .. })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn four_frames_and_swap_read_as_all_frames(
        (setting, _) in roomy_settings(),
        program in proptest::collection::vec(ops().prop_filter("memory would run out", has_same_result_with_few_frames), 1..80),
    ) {
        prop_assume!(setting.spec.check().is_ok());
        let with = |frames| {
            let mut setting = setting.clone();
            setting.config.frames = frames;
            run(&setting, &program)
        };
        let (few, all) = (with(Some(4)), with(None));
        prop_assert_eq!(&few.results, &all.results);
        prop_assert_eq!(&few.alive, &all.alive);
    }

    #[test]
    fn tlb_and_cache_geometry_does_not_affect_results(
        (setting, other) in roomy_settings(),
        program in proptest::collection::vec(ops(), 1..80),
    ) {
        prop_assume!(setting.spec.check().is_ok() && other.spec.check().is_ok());
        let bare = {
            let mut setting = setting.clone();
            (setting.spec.tlbs, setting.spec.caches) = (Vec::new(), Vec::new());
            setting.spec.mmu.as_mut().expect("it translates").walk_cached = false;
            run(&setting, &program)
        };
        for world in [run(&setting, &program), run(&other, &program)] {
            prop_assert_eq!(&world.results, &bare.results);
            prop_assert_eq!(without_tlbs(&world), without_tlbs(&bare));
            prop_assert_eq!(entries(&world), entries(&bare));
        }
    }
}
