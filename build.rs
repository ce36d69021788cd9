//! Links the program at a fixed address on Linux.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let setting = |name: &str| env::var(name).unwrap_or_default();
    let dynamic = !setting("CARGO_CFG_TARGET_FEATURE").split(',').any(|feature| feature == "crt-static");
    if setting("CARGO_CFG_TARGET_OS") == "linux" && setting("CARGO_CFG_TARGET_ENV") == "gnu" && dynamic {
        // A position-independent program starts with 23,000 relocations, which copy 100 pages of constants.
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
