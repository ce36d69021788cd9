//! Mistaken scripts with further mistakes, whose tokens are removed, repeated, exchanged, or those of another script. The
//! search for a fix must not panic.

use std::panic::catch_unwind;

use pagewalk_engine::machine::random::SplitMix64;
use pagewalk_script::lang::layout::tokens;

use super::generated::checked;
use crate::running::long;
use crate::{idioms, wrong};

/// Longer scripts need too much time without optimization.
const LONGEST: usize = 200;

/// Returns the places of the tokens of a script.
fn places(script: &str) -> Vec<std::ops::Range<usize>> {
    let all = tokens(script).list.into_iter();
    let all = all.filter(|token| token.end > token.start);
    all.map(|token| token.start..token.end).collect()
}

/// Changes a token of a script, if it has one.
fn change(script: &mut String, scripts: &[String], random: &mut SplitMix64) {
    let mut below = |end: usize| random.below(end as u64) as usize;
    let own = places(script);
    let other = &scripts[below(scripts.len())];
    let others = places(other);
    if own.is_empty() || others.is_empty() {
        return;
    }
    let place = own[below(own.len())].clone();
    let from = others[below(others.len())].clone();
    let token = &other[from.clone()];
    match below(6) {
        0 => script.replace_range(place, ""),
        1 => script.replace_range(place, token),
        2 => script.insert_str(place.end, &format!(" {token}")),
        3 => script.insert_str(place.start, &format!("{token} ")),
        4 => script.truncate(place.end),
        _ => {
            let line = other[from.start..].lines().next().unwrap_or_default();
            let end = script[place.end..].find('\n');
            let end = end.map_or(script.len(), |length| place.end + length);
            script.replace_range(place.end..end, &format!(" {line}"));
        }
    }
}

#[test]
fn mistakes_in_mistaken_scripts_get_messages() {
    let mut scripts: Vec<String> = wrong::causes::scripts().collect();
    scripts.extend(idioms::mistaken());
    scripts.retain(|script| script.len() < LONGEST);
    assert!(scripts.len() > 1000, "{} scripts", scripts.len());
    let mut random = SplitMix64::new(72);
    for _ in 0..if long() { 2000 } else { 300 } {
        let mut script = scripts[random.below(scripts.len() as u64) as usize].clone();
        for _ in 0..=random.below(3) {
            change(&mut script, &scripts, &mut random);
        }
        let text = script.clone();
        assert!(catch_unwind(move || checked(&text)).is_ok(), "{script}");
    }
}
