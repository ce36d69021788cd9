//! `:bits VA`.

use std::io;

use crate::face::repl::context::ReplContext;
use pagewalk_script::report::narrate::bits as drawn;
use pagewalk_script::run::record::Did;
use pagewalk_script::services::commands::Command;

/// `:bits VA`, where the address may be an expression.
pub(crate) fn bits(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    if rest.is_empty() {
        return context.complain_sentence(&format!("write `{}`", command.usage()));
    }
    let verb = if context.explore.has_mmu() {
        "translate"
    } else {
        "read"
    };
    let Some(body) = context.read(&format!("probe {verb} ({rest})"))? else {
        return Ok(());
    };
    let records = context.try_out(&body)?;
    match records.last().map(|record| &*record.did) {
        Some(Did::Access(access)) => context.print(drawn(access)),
        _ => Ok(()),
    }
}
