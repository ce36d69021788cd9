//! Limits the memory and the stack of the module.

fn main() {
    // The budget of a script is well below the memory, so a script that needs too much ends with the language's own message.
    println!("cargo:rustc-link-arg=--max-memory=1073741824");
    // Nested expressions of a script need more than the default of 1 MB.
    println!("cargo:rustc-link-arg=-zstack-size=8388608");
}
