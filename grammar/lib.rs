//! The grammar of Pagewalk scripts, as pest compiles it from `pagewalk.pest`.
//!
//! ```
//! use pagewalk_grammar::{Grammar, Parser, Rule};
//!
//! let script = Grammar::parse(Rule::script, "read 0x3D4 => tlb hit\n").expect("a statement");
//! assert_eq!(script.count(), 1);
//! ```

pub use pest::Parser;
pub use pest::error::{Error, ErrorVariant, InputLocation};

// The code that pest derives has no documentation. The comments in `pagewalk.pest` document the rules.
#[expect(missing_docs, reason = "derived from the grammar")]
mod derived {
    /// The parser.
    #[derive(pest_derive::Parser)]
    #[grammar = "pagewalk.pest"]
    pub struct Grammar;
}

pub use derived::{Grammar, Rule};

/// A piece of the parse tree.
pub type Pair<'i> = pest::iterators::Pair<'i, Rule>;
