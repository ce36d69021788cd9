//! C programs: from the text to code for [`pagewalk_engine::program`].
//!
//! [`compile`] reads a text, checks its types, and lowers it. The subset of C is what exams use. Everything
//! else gets a [`Mistake`] at its place.

mod conversions;
mod declarations;
mod entry;
mod expressions;
mod headers;
mod initializers;
mod inspect;
mod lexer;
mod lowering;
pub mod messages;
mod outline;
mod parser;
mod preprocessor;
mod recovery;
pub mod settings;
mod statements;
#[cfg(test)]
mod tests;
mod tree;
mod types;
mod typing;

pub use entry::{Argument, entry};
pub use inspect::{Source, Value, inspect};
pub use lexer::MOST_TEXT;
pub use messages::{Mistake, describe};
pub use settings::{Conventions, Settings};

use pagewalk_engine::program::Program;

/// Returns the warnings about a program that compiles.
pub fn warnings(text: &str, settings: &Settings) -> Vec<Mistake> {
    let read = headers::read(text, settings).ok();
    let read = read.zip(headers::declarations().ok());
    let tree = read
        .and_then(|(read, standard)| parser::parse(standard, read, settings.layout.pointer).ok());
    tree.map_or_else(Vec::new, |tree| tree.warnings)
}

/// Compiles a program.
///
/// # Errors
///
/// Returns the mistakes of the text or of the settings.
pub fn compile(text: &str, settings: &Settings) -> Result<Program, Vec<Mistake>> {
    let sole = |mistake| vec![mistake];
    let read = headers::read(text, settings).map_err(sole)?;
    // The rest of a text without its end has the `}`.
    let open = if read.is_cut {
        None
    } else {
        outline::unclosed(text, &read.tokens)
    };
    let standard = headers::declarations().map_err(sole)?;
    let tree = parser::parse(standard, read, settings.layout.pointer);
    // The parser takes the last brace for the open one, and reports what does not fit in the block that is still open.
    let tree = tree.map_err(|mut wrong| {
        if let Some(open) = open {
            wrong.retain(|one| one.place.start < open.start);
            wrong.push(outline::never_closed(open));
        }
        wrong
    })?;
    lowering::lower(&tree, settings).map_err(sole)
}

/// Whether a text is statements without a function, which are the body of `main`.
pub fn is_fragment(text: &str) -> bool {
    let read = headers::read(text, &Settings::default());
    read.is_ok_and(|read| outline::is_fragment(&read.tokens))
}
