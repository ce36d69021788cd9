//! The tests of Pagewalk's public interface, compiled as one program. Each module covers a topic and has its
//! helpers in a folder of the same name. `cargo test --test all docs::` runs the tests of one module.

// Helpers that several modules use.
mod fences;
#[cfg(target_os = "linux")]
mod pty;
mod running;
mod textbook;

mod architecture;
mod cli;
mod docs;
mod editors;
mod exam;
mod examples;
mod exams;
mod exports;
mod figures;
mod fixes;
mod foreign;
mod format;
mod fuzz;
mod grade;
mod idioms;
mod inputs;
mod kept;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod linux;
mod names;
mod papers;
mod pictures;
mod programs;
#[cfg(target_os = "linux")]
mod repl;
mod replay;
mod rust_examples;
mod scripts;
mod slips;
mod suite;
mod sweep;
mod traces_cli;
mod variants;
mod wrong;

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[test]
fn linux_is_skipped() {
    use std::io::Write;
    writeln!(
        std::io::stderr(),
        "skipped: Pagewalk is compared with Linux on x86-64 only"
    )
    .expect("a standard error");
}
