//! Tests properties of the whole kernel: invariants, Linux's behavior, and textbook counts.

mod checks;
mod counts;
mod details;
mod evicting;
mod files;
mod forking;
mod images;
mod lab;
mod laws;
mod leaving;
mod merged;
mod merging;
mod model;
mod pair;
mod programs;
mod slots;
mod straddling;
mod strings;
mod tally;
mod worlds;
