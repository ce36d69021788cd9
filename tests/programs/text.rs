//! The text of a program in a script: raw, formatted, and printed.

use super::TRANSPOSE;
use crate::running::{paper, text as outcome};
use pagewalk_script::exam::formats::{Edition, Style, hints, markdown};

#[test]
fn the_text_is_raw() {
    let run = outcome(
        r#"
program p """
#include <stdio.h>
struct pair { int x, y; };
int main(void) {
    char c = '{'; struct pair p = { 1, 2 };   /* no {hole} */
    printf("%c%d \"\" # }\n", c, p.y);
    return 0;
}
"""
outputs p => all ["{2 \"\" # }"], count 1
let x = 5   # a comment after the program
expect x == 5
"#,
    );
    assert!(
        run.mistakes.is_empty() && run.failures.is_empty(),
        "{run:?}"
    );
    assert_eq!(run.checks, 3);
}

#[test]
fn the_new_words_are_still_names() {
    let run = outcome(
        "let program = 1\nlet outputs = 2\nlet run = 3\nlet by = 4\nlet at = 5\nlet call = 6
        expect program + outputs + run + by + at + call == 21
        def outputs2(run) { expect run == 3 }
        outputs2(run)
        reference program run { frames 1 } => faults 2
        process program
        program: mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)",
    );
    let errors: Vec<_> = run
        .mistakes
        .iter()
        .filter(|one| one.code != "bare-page")
        .collect();
    assert!(errors.is_empty() && run.failures.is_empty(), "{run:?}");
}

#[test]
fn a_paper_prints_the_listing_with_the_drawn_value_and_the_conventions() {
    let script = r#"
question "Sums" points 2 {
  choose n in [16, 32]
  machine { physical 16 bits, cache { size 64 B, ways 1, block 16 B } }
  program sums """
    #define N 64   // elements
    int a[N];
    int main(void) { int i, s = 0; for (i = 0; i < N; i++) s += a[i]; return s; }
  """ { define N = n }
  given program sums
  ask replay sums => cache.misses
  ask sums by line columns misses
}
"#;
    let text = markdown(&paper(script, 1), Edition::Paper, &Style::default());
    let drawn = ["16", "32"]
        .iter()
        .any(|n| text.contains(&format!("1  #define N {n} // elements")));
    assert!(drawn, "{text}");
    assert!(text.contains("3  int main(void)"), "{text}");
    assert!(text.contains("In sums, a begins at address 0x0."), "{text}");
    assert!(text.contains("The program sums runs."), "{text}");
    let all_at_once = text.matches("in registers").count();
    assert_eq!(all_at_once, 1, "{text}");
}

#[test]
fn a_choice_is_marked_by_membership_and_prints_the_rules_of_processes() {
    let script = r#"
question "Forks" points 4 {
  program p """
  int main(void) { if (fork() == 0) printf("a"); else { wait(NULL); printf("b"); } return 0; }
  """
  choice "Which outputs are possible?" { answers possible of outputs p; option "ab"; option "ba"; option "a" }
}
"#;
    let paper = paper(script, 0);
    let key = markdown(&paper, Edition::Key, &Style::default());
    for line in [
        "- [x] ab",
        "- [ ] ba",
        "- [ ] a",
        "- Processes run in any order",
        "- printf writes its output at once.",
        "- fork always succeeds.",
    ] {
        assert!(key.contains(line), "{line}\n{key}");
    }
    assert!(!key.contains("in registers"), "{key}");
}

#[test]
fn the_wrong_options_of_a_count_are_those_of_mistakes() {
    let script = |fact: &str| {
        format!(
            "question \"Q\" points 1 {{
  machine {{ physical 16 bits, cache {{ size 1 KB, block 16 B, direct-mapped }} }}
  program sums \"\"\"
    int a[32][32];
    int main(void) {{ int s = 0; for (int i = 0; i < 32; i++) for (int j = 0; j < 32; j++) s += a[i][j]; return s; }}
  \"\"\"
  choice \"How many?\" {{ answers {fact} of replay sums }}
}}"
        )
    };
    // 1,024 accesses to 256 blocks of four elements: one miss for each block.
    for (fact, options) in [
        (
            "cache.misses",
            ["[x] 256", "[ ] 512", "[ ] 768", "[ ] 1024"],
        ),
        ("cache.hits", ["[ ] 256", "[ ] 512", "[x] 768", "[ ] 896"]),
        (
            "cache.hit_rate",
            ["[ ] 0", "[ ] 0.25", "[ ] 0.5", "[x] 0.75"],
        ),
        (
            "cache.miss_rate",
            ["[x] 0.25", "[ ] 0.5", "[ ] 0.75", "[ ] 1"],
        ),
        // No mistake of students is known for this count, so the options are near it.
        ("accesses", ["[ ] 1023", "[x] 1024", "[ ] 1025", "[ ] 2048"]),
    ] {
        let key = markdown(&paper(&script(fact), 0), Edition::Key, &Style::default());
        let options = options.map(|option| format!("- {option}\n")).concat();
        assert!(key.contains(&options), "{fact}: {key}");
    }
}

#[test]
fn a_choice_with_few_generated_options_is_reported() {
    let reported = |options: &str| {
        let script = format!(
            "machine {{ physical 16 bits, cache {{ size 64 B, block 16 B, direct-mapped }} }}
program one \"\"\"
int a[4];
int f(void) {{ return a[0]; }}
\"\"\"
question \"Q\" points 1 {{ given machine, program one
  choice \"How many?\" {{ answers cache.misses of replay one call f{options} }} }}"
        );
        hints(&paper(&script, 0)).join("\n")
    };
    assert!(reported("").contains("fewer than three mistakes for “How many?”"));
    assert_eq!(reported("; wrong \"8\"; wrong \"9\""), "");
}

#[test]
fn the_grid_says_what_its_letters_mean() {
    let script = format!(
        "{TRANSPOSE}question \"Grid\" points 8 {{ given program transpose; replay transpose; ask transpose by src dst }}"
    );
    let text = markdown(&paper(&script, 0), Edition::Paper, &Style::default());
    assert!(
        text.contains("Write h for a hit and m for a miss"),
        "{text}"
    );
}

#[test]
fn the_processes_of_a_program_are_counted() {
    // 2^5 processes after five calls of `fork`; five of `if (fork() || fork()) fork();` (GATE).
    let run = outcome(
        "program p \"\"\"
int main(void) { for (int i = 0; i < 5; i++) if (fork() < 0) { fprintf(stderr, \"failed\"); return 1; } }
\"\"\"
program q \"\"\"
int main(void) { if (fork() || fork()) fork(); printf(\"1\"); return 0; }
\"\"\"
program one \"\"\"
int main(void) { wait(NULL); return 0; }
\"\"\"
outputs p => processes 32
outputs q => processes 5
outputs q failing fork => processes none
outputs one => processes 1",
    );
    assert!(
        run.mistakes.is_empty() && run.failures.is_empty(),
        "{run:?}"
    );
    assert_eq!(run.checks, 4);
}

#[test]
fn unbuffered_output_is_written_before_a_fork() {
    let program = |set: &str| {
        format!(
            "program p \"\"\"
int main(void) {{ {set} printf(\"a\"); fork(); printf(\"b\"); return 0; }}
\"\"\"
"
        )
    };
    for (set, output) in [
        ("", "abab"),
        ("setbuf(stdout, NULL);", "abb"),
        ("setvbuf(stdout, NULL, _IONBF, 0);", "abb"),
        ("setbuf(stderr, NULL);", "abab"),
    ] {
        let run = outcome(format!(
            "{}outputs p printf full => all [\"{output}\"]",
            program(set)
        ));
        assert!(
            run.mistakes.is_empty() && run.failures.is_empty(),
            "{set}: {:?}",
            run.failures
        );
    }
}

#[test]
fn functions_can_follow_their_first_use() {
    let run = outcome(
        "program p \"\"\"
int count;
int main(void) { say(2); printf(\"%d\", twice(count)); return 0; }
void say(int n) { if (n == 0) return; count++; say(n - 1); }
static int twice(int n) { return 2 * n; }
\"\"\"
outputs p => all [\"4\"]",
    );
    assert!(
        run.mistakes.is_empty() && run.failures.is_empty(),
        "{:?} {:?}",
        run.mistakes,
        run.failures
    );
    let unknown = outcome(
        "program p \"\"\"\nint main(void) { sya(2); return 0; }\nvoid say(int n) { }\n\"\"\"",
    );
    assert_eq!(
        (&*unknown.mistakes[0].code, unknown.mistakes[0].line),
        ("c-syntax", 2)
    );
}

#[test]
fn sleep_can_order_the_processes() {
    let program = "program p \"\"\"
int main(void) {
    for (int i = 0; i < 4; i++)
        if (fork() == 0) { if (i == 3) sleep(1); printf(\"%d\", i); return 0; }
    sleep(2);
    printf(\".\");
    return 0;
}
\"\"\"
";
    // Three numbers in any order, then the process that sleeps for a second, then the one that sleeps for two.
    let run = outcome(format!(
        "{program}outputs p => count 120, possible \"3.012\"
outputs p sleep ordered => count 6, possible \"2013.\", possible not \"2301.\"
outputs p sleep ignored => count 120"
    ));
    assert_eq!((&*run.mistakes, &*run.failures), (&[][..], &[][..]));
    // A parent that polls and sleeps lets its child run.
    let run = outcome(
        "program q \"\"\"
int main(void) {
    if (fork() == 0) { usleep(1500000); printf(\"child \"); return 0; }
    int polls = 0;
    while (waitpid(-1, NULL, WNOHANG) == 0) { polls++; sleep(1); }
    printf(\"%d\", polls);
    return 0;
}
\"\"\"
outputs q sleep ordered => all [\"child 2\"]",
    );
    assert_eq!((&*run.mistakes, &*run.failures), (&[][..], &[][..]));
    let question =
        format!("question \"Q\" points 1 {{\n{program}ask outputs p sleep ordered => count\n}}");
    let text = markdown(&paper(&question, 0), Edition::Paper, &Style::default());
    assert_eq!(
        text.matches("continues only when all others").count(),
        1,
        "{text}"
    );
}

#[test]
fn a_paper_states_what_decides_the_answers_of_programs() {
    let paper_of = |script: &str| {
        let paper = paper(script, 0);
        [Edition::Paper, Edition::Solutions]
            .map(|edition| markdown(&paper, edition, &Style::default()))
    };
    let cache = "machine { physical 16 bits, cache { size 1 KB, block 16 B, direct-mapped } }";
    let question = |body: &str| format!("question \"Q\" points 4 {{\n{body}\n}}");
    // The sizes of the types, also those of local arrays and pointers.
    let [text, _] = paper_of(&question(&format!(
        "{cache}\nprogram p \"\"\"\nint main(void) {{ long a[8]; long *q = a; for (int i = 0; i < 8; i++) q[i] = i; return 0; }}\n\"\"\"\nask replay p => writes"
    )));
    for part in ["A long has 4 bytes", "pointer has 4 bytes", "in registers"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("double"), "{text}");
    // An update of a local variable is no access.
    let update = |statement: &str| {
        paper_of(&question(&format!(
            "{cache}\nprogram p \"\"\"\nint a[4], n; int main(void) {{ int s = 0; {statement}; return s; }}\n\"\"\"\nask replay p => reads"
        )))[0]
            .contains("An update of a variable in memory")
    };
    assert!(!update("s += a[1]") && update("a[1] += 2") && update("n++") && update("++a[0]"));
    // The place of a pause, and the title of an array.
    let [text, _] = paper_of(&question(
        "machine core-i7\nprogram p \"\"\"\nint a[4];\nint main(void) {\n    a[1] = 1;\n    a[2] = 2;\n    return 0;\n}\n\"\"\"\nprocess P\nP: ask run p until line 4 => minor\nP: ask run p step => line\nP: ask run p => exit",
    ));
    for part in [
        "The program p runs until it reaches line 4.",
        "The program p continues to the next line.",
        "The program p continues.",
        "Line where the run ends or pauses",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let [text, _] = paper_of(&question(&format!(
        "{cache}\nprogram p \"\"\"\nint a[4]; int main(void) {{ return a[1]; }}\n\"\"\"\nreplay p\nask p by a"
    )));
    assert!(text.contains("\na\n") && !text.contains("\nA\n"), "{text}");
    // Resident pages.
    for (map, part) in [
        ("resident", "All its pages are resident."),
        ("demand", "looks up the TLB again"),
        ("identity", "Its addresses are physical addresses."),
    ] {
        let [text, _] = paper_of(&question(&format!(
            "machine {{ virtual 16 bits, page 256 B, tlb {{ entries 4, fully-associative }} }}\nprogram p \"\"\"\nint a[256]; int main(void) {{ return a[9]; }}\n\"\"\"\nask replay p map {map} => tlb.misses"
        )));
        assert!(text.contains(part), "{part}: {text}");
    }
    // Different rules, and the reasons of the solutions.
    let [text, solutions] = paper_of(&question(
        "program p \"\"\"\nint main(void) { printf(\"a\"); fork(); printf(\"b\"); return 0; }\n\"\"\"\nask outputs p => count\nask outputs p printf full => count\nchoice \"Which?\" { answers possible of outputs p; option \"abb\"; option \"bba\" }",
    ));
    for part in [
        "Unless stated otherwise, printf writes its output at once.",
        "and fork copies the output that is not yet written",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for part in [
        "abb  an order of the processes prints it",
        "bba  no order of the processes prints it",
        "the orders have only one output",
    ] {
        assert!(solutions.contains(part), "{part}: {solutions}");
    }
}

/// Linux maps the zero page at a load, and the store of `a[i]++` is then a second fault: 2 faults for each page, not 1.
#[test]
fn a_paper_states_what_a_load_of_a_new_page_does() {
    let rule = "The first access to an anonymous page allocates a frame, also if it is a load.";
    let question = |kernel: &str| {
        format!(
            "machine core-i7\n{kernel}\nquestion \"Q\" {{\nprogram p \"\"\"\nchar a[8192];\nint main(void) {{ a[0]++; return 0; }}\n\"\"\"\n\
             given program p\nrun p\nask p by line columns minor }}"
        )
    };
    for (kernel, is_printed) in [("", true), ("kernel { zero-page on }", false)] {
        let paper = paper(&question(kernel), 0);
        let text = markdown(&paper, Edition::Paper, &Style::default());
        assert_eq!(text.contains(rule), is_printed, "{kernel}: {text}");
    }
}
