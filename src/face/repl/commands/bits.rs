//! `:bits VA`.

use std::io;

use crate::face::repl::context::Desk;
use pagewalk_script::report::narrate::bits as drawn;
use pagewalk_script::run::commands::Command;
use pagewalk_script::run::record::Did;

/// `:bits VA`: the address may be an expression.
pub fn bits(desk: &mut Desk, command: &Command, rest: &str) -> io::Result<()> {
    if rest.is_empty() {
        return desk.complain_of(&format!("write `{}`", command.usage()));
    }
    let verb = if desk.explore.has_mmu() { "translate" } else { "read" };
    let Some(body) = desk.read(&format!("probe {verb} ({rest})"))? else { return Ok(()) };
    let records = desk.try_out(&body)?;
    match records.last().map(|record| &*record.did) {
        Some(Did::Access(access)) => desk.print(drawn(access)),
        _ => Ok(()),
    }
}
