//! Tests of C programs in scripts: as sources of accesses, with all their outputs, and in processes.

mod accesses;
mod processes;
mod published;
mod rests;
mod text;
mod wrong;

/// A program that transposes a matrix, on a cache of one set of two blocks.
const TRANSPOSE: &str = r#"
machine { physical 8 bits, cache { size 16 B, ways 1, block 8 B } }
program transpose """
int src[2][2], dst[2][2];
int main(void) {
    int i, j;
    for (i = 0; i < 2; i++)
        for (j = 0; j < 2; j++)
            dst[j][i] = src[i][j];
    return 0;
}
""" { at src 0, at dst 16 }
"#;

/// Checks that the expectations of a script hold.
fn holds(script: &str) {
    let run = crate::running::text(script);
    let is_right = run.mistakes.is_empty() && run.failures.is_empty() && run.checks > 0;
    assert!(is_right, "{script}\n{run:?}");
}
