//! Programs of several processes: the buffers of `printf`, the programs that `execv` starts, and signals.

use super::holds;

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
