//! Programs of several processes: the buffers of `printf`, the programs that `execv` starts, and signals.

use super::holds;
use crate::running::paper;
use pagewalk_script::exam::formats::{Edition, Style, markdown};

#[test]
fn lines_of_one_call_interleave_on_a_terminal() {
    // glibc's first `write` ends after the first line, because the buffer does not exist yet.
    let text = r#"
program p """
int main(void) {
    if (fork() == 0) printf("x\n");
    else printf("a\nb\nc");
    return 0;
}
"""
outputs p printf line => count 4, all ["x a b c", "a x b c", "a b x c", "a b cx"], possible "a x b c"
"#;
    holds(text);
    for mode in ["full", "at-once"] {
        holds(
            &text
                .replace("printf line", &format!("printf {mode}"))
                .replace(
                    "count 4, all [\"x a b c\", \"a x b c\", \"a b x c\", \"a b cx\"], possible",
                    "count 2, all [\"x a b c\", \"a b cx\"], possible not",
                ),
        );
    }
}

/// Programs that `exec` starts.
const PROGRAMS: &str = r#"
machine core-i7
program echoB """
int main(int argc, char **argv) {
    printf("%s%d ", argv[1], argc);
    return 0;
}
"""
program forks """
int n = 1;
int main(void) {
    if (fork() == 0) n++;
    printf("%d\n", n);
    return n;
}
"""
program wrong """
int a[2];
int main(int argc, char **argv) {
    return a[argc];
}
"""
"#;

fn starting(call: &str, rest: &str) -> String {
    format!(
        r#"{PROGRAMS}
program p """
int main(void) {{
    char *args[] = {{ "echoB", "B", NULL }};
    printf("A ");
    fflush(stdout);
    if (fork() == 0) {{
        printf("lost");
        {call};
        printf("C ");
        exit(1);
    }}
    int status;
    wait(&status);
    printf("D%d ", WEXITSTATUS(status));
    return 0;
}}
"""
{rest}"#
    )
}

#[test]
fn a_process_goes_on_in_the_program_that_it_starts() {
    for call in [
        "execv(\"echoB\", args)",
        "execvp(\"/bin/echoB\", args)",
        "execl(\"./echoB\", \"echoB\", \"B\", NULL)",
        "execlp(\"echoB\", \"echoB\", \"B\", (char *) 0)",
    ] {
        holds(&starting(
            call,
            "outputs p printf line => all [\"A B2 D0\"]\nrun p => output \"A B2 D0\", exit 0
            outputs p printf line failing execv => all [\"A B2 D0\", \"A lostC D1\"]",
        ));
    }
    // The new program has its own variables, the number of the process, and children.
    holds(&starting(
        "execlp(\"forks\", \"forks\", NULL)",
        "outputs p => count 3, processes 3, possible \"A lost1 2 D1\", possible \"A lost2 1 D1\", possible \"A lost1 D1 2\"",
    ));
    // What a program that the script does not contain prints is not known.
    holds(&starting(
        "execlp(\"ls\", \"ls\", NULL)",
        "outputs p printf line => all [\"A D0\"]
run p => output \"A lostC D1\"",
    ));
}

#[test]
fn a_mistake_is_in_the_text_of_the_program_that_made_it() {
    for verb in ["outputs", "run"] {
        let script = starting(
            "execl(\"wrong\", \"wrong\", \"1\", NULL)",
            &format!("{verb} p"),
        );
        let run = crate::running::text(&script);
        let line = script
            .lines()
            .position(|line| line.contains("return a[argc]"));
        let first = &run.mistakes[0];
        assert_eq!(
            (&*first.code, Some(first.line - 1)),
            ("c-run", line),
            "{run:?}"
        );
    }
}

#[test]
fn a_failed_assertion_aborts() {
    holds(
        r#"
machine core-i7
program p """
#include <assert.h>
int main(void) {
    printf("a\nb");
    assert(getpagesize() == 8192);
    return 0;
}
"""
run p => signal SIGABRT, line 4, output "a"
outputs p printf line => all ["a"]
"#,
    );
}

#[test]
fn the_page_size_is_that_of_the_machine() {
    let text = r#"
program p """
int n;
int main(void) {
    n = sysconf(_SC_PAGESIZE);
    printf("%d", getpagesize());
    return n == 256 ? 1 : 0;
}
"""
"#;
    holds(&format!("{text}outputs p => all [\"4096\"]"));
    let machine = "machine { virtual 16 bits, physical 16 bits, page 256 B }";
    holds(&format!(
        "{machine}\n{text}outputs p => all [\"256\"]\nrun p => exit 1, output \"256\""
    ));
}

#[test]
fn different_outputs_are_never_shown_alike() {
    let script = r#"
program p """
int main(void) {
    if (fork() == 0) printf("a b");
    else if (fork() == 0) printf(" ");
    else printf("\n");
    return 0;
}
"""
outputs p => count 6, all ["a b \n", "a b\n ", " a b\n", " \na b", "\na b ", "\n a b"]
"#;
    holds(script);
    let all = script
        .split_once("all ")
        .map(|(before, _)| before)
        .expect("a list");
    let run = crate::running::text(format!(
        "{all}all [\"a b\", \"a b\", \"a b\", \"a b\", \"a b\", \"a b\"]"
    ));
    assert_eq!(run.failures.len(), 1, "{run:?}");
    assert!(run.failures[0].actual.contains(r#"" \na b""#), "{run:?}");
    // Outputs that no other one resembles keep their short form.
    holds(&script.replace("\\n", "c\\n").replace(
        r#"["a b c\n", "a bc\n ", " a bc\n", " c\na b", "c\na b ", "c\n a b"]"#,
        r#"["a b c", "a bc\n ", " a bc\n", " c\na b", "c\na b ", "c\n a b"]"#,
    ));
}

#[test]
fn a_key_shows_the_line_ends_in_which_outputs_differ() {
    let script = r#"
question "Q" points 2 {
  program p """
  int main(void) { if (fork() == 0) printf("a "); else printf("a\n"); return 0; }
  """
  given program p
  ask outputs p => all
}
"#;
    let key = markdown(&paper(script, 0), Edition::Key, &Style::default());
    assert!(key.contains(r#""a\\na ", "a a\\n""#), "{key}");
}

#[test]
fn a_large_program_gets_help_that_applies_to_it() {
    let run = crate::running::text(
        r#"
program p """
char a[32768][1024];
int main(void) {
    for (int j = 0; j < 1024; j++)
        for (int i = 0; i < 32768; i++) a[i][j] = 0;
    return 0;
}
"""
reference p { page 4 KB, frames 2, replacement lru }
"#,
    );
    let said = &run.mistakes[0].said;
    assert!(
        said.contains("`define N = 64`") && !said.contains("only data"),
        "{run:?}"
    );
}
