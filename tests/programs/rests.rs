//! What a paper states about the runs of programs and the reference strings on which its answers rest.

use crate::running::paper;
use pagewalk_script::exam::formats::{Edition, Style, hints, markdown};

fn printed(script: &str) -> String {
    markdown(&paper(script, 0), Edition::Paper, &Style::default())
}

/// A question about a program on a cache. `{ask}` follows the listing.
fn about(ask: &str) -> String {
    format!(
        r#"question "Q" points 8 {{
  machine {{ physical 16 bits, cache {{ size 1 KB, block 16 B }} }}
  program p """
    int a[64];
    int main(void) {{ int s = 0; for (int i = 0; i < 64; i++) s += a[i]; return s; }}
  """
  given machine, program p
  {ask}
}}"#
    )
}

const RULES: [&str; 3] = [
    "The cache is write-back and write-allocate.",
    "The cache is empty at first.",
    "a begins at address 0x0.",
];

#[test]
fn a_table_of_a_replay_has_the_rules_of_the_replay() {
    for ask in [
        "ask replay p => cache.misses",
        "replay p\n  ask p by line columns misses",
        "replay p\n  ask p by a",
        "choice \"Misses?\" { answers cache.misses of replay p; wrong \"5\" }",
    ] {
        let text = printed(&about(ask));
        for rule in RULES {
            assert!(text.contains(rule), "{ask}: {rule}\n{text}");
        }
        let says = text.matches("The program p runs.").count();
        assert_eq!(says, usize::from(!ask.starts_with("choice")), "{text}");
    }
    // The two tables are about one run.
    let text = printed(&about(
        "replay p\n  ask p by line columns misses\n  ask p by a",
    ));
    assert_eq!(text.matches("The program p runs.").count(), 1, "{text}");
}

#[test]
fn the_state_between_runs_is_stated() {
    const GOES_ON: &str = "each run starts from the state that the previous one left.";
    const EMPTY: &str = "The caches are empty before each run.";
    let twice = "ask replay p => cache.misses\n  ask replay p => cache.misses";
    let flushed = "ask replay p => cache.misses\n  flush cache\n  ask replay p => cache.misses";
    let states = |ask: &str| {
        let text = printed(&about(ask));
        [GOES_ON, EMPTY].map(|sentence| text.contains(sentence))
    };
    assert_eq!(states("ask replay p => cache.misses"), [false, false]);
    assert_eq!(states(twice), [true, false]);
    assert_eq!(states(flushed), [false, true]);
}

#[test]
fn the_author_learns_of_a_warm_cache_under_a_table() {
    let warm = hints(&paper(
        &about("replay p\n  replay p\n  ask p by line columns misses"),
        0,
    ));
    assert!(
        warm.iter().any(|hint| hint.contains("it is not empty")),
        "{warm:?}"
    );
    let cold = hints(&paper(
        &about("replay p\n  ask p by line columns misses"),
        0,
    ));
    assert!(
        !cold.iter().any(|hint| hint.contains("not empty")),
        "{cold:?}"
    );
}

#[test]
fn options_have_the_rules_of_their_operations() {
    let text = printed(
        r#"question "Q" points 1 {
  program p """
    int main(void) { fork(); printf("-\n"); return 0; }
  """
  given program p
  choice "How many lines?" { answers lines of outputs p printf full }
}"#,
    );
    assert!(
        text.contains("printf writes its output when the process exits."),
        "{text}"
    );
    assert!(text.contains("Tick one."), "{text}");
    let text = printed(
        r#"question "Q" points 1 {
  program p """
    int main(void) { if (fork() == 0) { sleep(1); printf("a"); exit(0); } printf("b"); return 0; }
  """
  given program p
  choice "Which?" { answers possible of outputs p sleep ordered; option "ab"; option "ba" }
}"#,
    );
    assert!(
        text.contains("A process that sleeps continues only when all others"),
        "{text}"
    );
}

#[test]
fn two_programs_have_captions() {
    let two = r#"question "Q" points 2 {
  program one """int main(void) { return 0; }"""
  program two """int main(void) { return 1; }"""
  given program one, program two
  ask outputs one => count
}"#;
    let text = printed(two);
    for caption in ["Program one:", "Program two:"] {
        assert!(text.contains(caption), "{text}");
    }
    let text = printed(&two.replace(", program two", ""));
    assert!(!text.contains("Program one:"), "{text}");
}

#[test]
fn the_rules_of_different_initial_pages_do_not_mix() {
    let text = printed(
        "question \"Q\" points 2 {
  ask reference 4 0 { frames 2, replacement lru
      | page |
      | 2 |
      | 1 |
  } => faults
  ask reference 4 0 { frames 2, replacement clock
      | page loaded R |
      | 2 9 1 |
      | 1 3 1 |
  } => faults, victim
}",
    );
    for rule in [
        "Reference string 1: The initial pages occupy the frames from frame 0 upward. They were loaded in the listed order.",
        "Reference string 2: The initial pages occupy the frames from frame 0 upward in the order of their loading times.",
        "Page evicted by the last reference",
    ] {
        assert!(text.contains(rule), "{rule}\n{text}");
    }
}

#[test]
fn evictions_of_a_replay_name_the_frames_and_the_policy() {
    let text = printed(
        r#"question "Q" points 1 {
  machine { virtual 20 bits, physical 16 bits, page 4 KB, tlb { entries 4 } }
  program p """
    int a[128][128];
    void f(void) { for (int j = 0; j < 2; j++) for (int i = 0; i < 128; i++) a[i][j] = 0; }
  """
  given machine, program p
  ask replay p call f map demand => faults
}"#,
    );
    assert!(
        text.contains("There are 16 frames for user pages.") && text.contains("Clock replacement:"),
        "{text}"
    );
}
