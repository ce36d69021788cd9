//! The `pagewalk` command; see [`pagewalk::face::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    pagewalk::face::cli::main()
}
