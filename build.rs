//! Links the program on Linux so that it starts sooner, and passes it the facts of its build.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let setting = |name: &str| env::var(name).unwrap_or_default();
    let compiler = Command::new(setting("RUSTC")).arg("--version").output();
    let compiler = compiler.map_or_else(|_| "unknown".into(), |told| told.stdout);
    let compiler = String::from_utf8_lossy(&compiler);
    println!("cargo::rustc-env=PAGEWALK_COMPILER={}", compiler.trim());
    println!("cargo::rustc-env=PAGEWALK_PROFILE={}", setting("PROFILE"));
    println!("cargo::rustc-env=PAGEWALK_TARGET={}", setting("TARGET"));
    let dynamic = !setting("CARGO_CFG_TARGET_FEATURE")
        .split(',')
        .any(|feature| feature == "crt-static");
    if setting("CARGO_CFG_TARGET_OS") == "linux"
        && setting("CARGO_CFG_TARGET_ENV") == "gnu"
        && dynamic
    {
        // A position-independent program starts with 23,000 relocations, which copy 100 pages of constants.
        // Random addresses protect little without `unsafe` code. A static program would start even sooner,
        // but some distributions do not install the static C library.
        println!("cargo::rustc-link-arg-bins=-no-pie");
        // The standard library needs the unwinder for backtraces. As a shared library, it takes a tenth of
        // the start time. Every GCC that can link a Rust program has it as an archive.
        println!("cargo::rustc-link-arg-bins=-Wl,--whole-archive,-lgcc_eh,--no-whole-archive");
    }
}
