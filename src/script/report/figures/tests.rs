//! Figures are legible at all values, and a paper has the layout of its key.

use proptest::prelude::*;

use super::scene;
use crate::report::playing::records;
use crate::report::scene::tests::{collisions, frames};
use crate::report::scene::{Scene, text};
use crate::run::record::{Did, StepRecord, View};

/// Runs a script, and returns the scene of each figure.
fn drawn(script: &str) -> Vec<Scene> {
    let views = |record: &StepRecord| match &*record.did {
        Did::Shown(views) => views.clone(),
        _ => Vec::new(),
    };
    let scene = |view: View| {
        if let View::Figure(data) = view {
            Some(scene(&data))
        } else {
            None
        }
    };
    records(script)
        .iter()
        .flat_map(views)
        .filter_map(scene)
        .collect()
}

/// Runs a script, and checks the scene of each figure.
fn check(script: &str) -> Result<usize, TestCaseError> {
    let scenes = drawn(script);
    for scene in &scenes {
        prop_assert_eq!(collisions(scene), Vec::<String>::new(), "{}", text(scene));
        prop_assert!(scene.size().0 <= 110, "{}", text(scene));
        prop_assert_eq!(frames(&scene.clone().unanswered()), frames(scene));
    }
    Ok(scenes.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_label_touches_a_line(
        va in any::<u64>(), frame in any::<u64>(), tlbs in 0u32..3, caches in 0u32..5, ways in 1u32..9, levels in 1u32..5,
        kernel in any::<bool>(),
    ) {
        let tlb = |at: u32| format!(", tlb T{at} {{ sets 4, ways {ways} }}");
        let cache = |at: u32| format!(", cache C{at} {{ sets 8, ways {ways}, block {} B }}", 4 << at);
        let parts: String = (0..tlbs).map(tlb).chain((0..caches).map(cache)).collect();

        let bits = 12 + 9 * levels;
        let machine = format!(
            "machine {{ virtual {bits} bits, physical 40 bits, page 4 KB, page_table {{ levels {levels} }}, pte {{ size 8 B }}{parts} }}\n"
        );
        let va = va & ((1 << bits) - 1);
        let contents = if kernel {
            "kernel { frames 4 }\nprocess P\n".to_owned()
        } else {
            format!("set page_table {{ | vpn ppn |; | {:X} {:X} |; }}\n", va >> 12, frame & 0xFFF_FFFF)
        };
        let vipt = if caches > 0 { format!("figure translation vipt {va}\n") } else { String::new() };
        let script = format!(
            "{machine}{contents}figure system\nfigure translation {va}\nfigure translation translate {va}\n\
             {vipt}read {va}\nfigure translation\n"
        );
        prop_assert!(check(&script)? >= 4);
        // Versions of a paper have the same layout: a miss, and a hit.
        let twice = format!("{machine}{contents}figure translation {va}\nread {va}\nfigure translation {va}\n");
        let layouts: Vec<_> = drawn(&twice).iter().map(frames).collect();
        prop_assert_eq!(&layouts[0], &layouts[1]);
    }
}

#[test]
fn presets_are_legible() {
    for machine in ["simple", "core-i7"] {
        let script = format!(
            "machine {machine}\nfigure system\nfigure translation 0x3D4\nfigure translation vipt 0x3D4\n"
        );
        assert_eq!(check(&script).expect("legible figures"), 3);
    }
}

/// The walk translates what no TLB holds, so the arrow to its first level begins at the TLB that was searched last.
#[test]
fn the_walk_hangs_on_the_last_tlb() {
    let script =
        "machine core-i7\nfigure translation read 0x123000\nfigure translation fetch 0x123000\n";
    let scenes = drawn(script);
    assert_eq!(scenes.len(), 2);
    for scene in &scenes {
        let text = text(scene);
        let first = text.lines().find(|line| line.contains("VPN1"));
        assert!(first.is_some_and(|line| line.contains("L2TLB")), "{text}");
    }
}
