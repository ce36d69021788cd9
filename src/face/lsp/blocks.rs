//! The blocks of a statement.

use pagewalk_script::lang::ast::{Block, StmtKind};
use pagewalk_script::lang::check::unscoped_blocks;

/// The nested blocks of a statement, including blocks with a scope.
pub(crate) fn blocks(kind: &StmtKind) -> impl Iterator<Item = &Block> {
    let scoped = match kind {
        StmtKind::Def { body, .. } | StmtKind::Scenario { body, .. } | StmtKind::Question { body, .. } => {
            Some(body)
        }
        _ => None,
    };
    scoped.into_iter().chain(unscoped_blocks(kind))
}
