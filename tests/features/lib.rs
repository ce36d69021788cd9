//! An empty package, whose dependencies have all features that any package of the workspace needs in a build or a test.
//!
//! Cargo selects features for the packages of a command. Without this package, `cargo test -p pagewalk-script` would
//! compile 41 dependencies again after `cargo test --workspace`, because the other packages need more features. The packages
//! have this one as a development dependency, so that a published program does not depend on it.
