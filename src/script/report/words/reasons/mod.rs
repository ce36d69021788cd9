//! The reasons for facts, and the notes of failed checks. A reason is a clause that can follow "because": it begins in
//! lower case, except for a name, and has no period.

mod access;
mod kernel;
mod traces;

use access::access_reason;
use kernel::{NO_FACT, call_reason, program_reason};
use traces::{reference_reason, replay_reason};

use crate::run::record::{Check, Did};
use crate::run::settings::{NO_READ_BIT, list};
use crate::run::steps::{Impossible, Note, Reason};

/// Returns a reason for a fact of a statement.
pub(crate) fn reason(reason: &Reason, did: &Did) -> String {
    match (reason, did) {
        (Reason::Access(reason), Did::Access(access)) => access_reason(access, reason),
        (Reason::Call(reason), did) => did
            .call()
            .map_or_else(|| NO_FACT.to_owned(), |call| call_reason(call, reason)),
        (Reason::Reference(reason), Did::Reference(run)) => reference_reason(run, *reason),
        (Reason::Program { fact, claimed }, Did::Program(run)) => {
            program_reason(run, fact, *claimed)
        }
        (Reason::Replay(reason), Did::Replay(run)) => replay_reason(run, *reason),
        _ => NO_FACT.to_owned(),
    }
}

/// Returns why a check of a statement failed, if known.
pub fn note(check: &Check, did: &Did) -> Option<String> {
    check.reason.as_ref().map(|note| note_of(note, check, did))
}

fn note_of(note: &Note, check: &Check, did: &Did) -> String {
    let name = &check.fact;
    match note {
        Note::Reason(why) => reason(why, did),
        Note::Missing(why) => {
            let statement = match did {
                Did::Access(_) => "this access",
                _ => "this statement",
            };
            format!("{statement} has no `{name}`: {}", reason(why, did))
        }
        Note::NotOfCalls => format!("a system call has no fact `{name}`"),
        Note::Impossible(impossible, then) => {
            let impossible = match impossible {
                Impossible::Decimal(value) => {
                    let table = if matches!(&**name, "ppn" | "byte") {
                        format!(", or {value:02X} in the table")
                    } else {
                        String::new()
                    };
                    format!("{value} is decimal; for hexadecimal, write 0x{value}{table}")
                }
                Impossible::Binary(value) => {
                    format!("{value} is decimal; for binary, write 0b{value}")
                }
                Impossible::Address(va) => {
                    format!("the address {va} is decimal; for hexadecimal, write 0x{va}")
                }
                Impossible::AddressOfPage { address, page } => format!(
                    "`{name}` is the number of a page, and 0x{address:X} is an address in page 0x{page:X}"
                ),
                Impossible::Row { vpn, row } => {
                    format!(
                        "tables are hexadecimal, so the row {row:X} is VPN 0x{row:X}; for VPN {vpn}, write {vpn:02X}"
                    )
                }
                Impossible::Wide { value, bits } => {
                    let plural = if *bits == 1 { "" } else { "s" };
                    format!("0x{value:X} does not fit: `{name}` has {bits} bit{plural}")
                }
            };
            match then {
                Some(then) => format!("{impossible}; {}", note_of(then, check, did)),
                None => impossible,
            }
        }
        Note::Quotient => {
            "`/` divides exactly; for the integer division of C, write `//`".to_owned()
        }
        Note::NoWord { words, near } => {
            let words = list(words.iter().map(String::as_str));
            let near = near
                .as_ref()
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("`{name}` must be one of {words}{near}")
        }
        Note::FillIn { file } => {
            format!("is not filled in; `pagewalk test --fill {file}` fills in the value")
        }
        Note::NoRow { table, column, key } => format!("{table} has no row with {column} {key:X}"),
        Note::NotListed { valid } => {
            let is = if *valid { "is valid" } else { "exists" };
            format!("the entry {is}, but the table does not list it")
        }
        Note::LastMessage(number) => format!("the list ends with message {number}"),
        Note::LastStep(number) => format!("the steps are numbered 1 to {number}"),
        Note::NextMessage { number, message } => {
            format!("the table must list every message, and message {number} is “{message}”")
        }
        Note::EveryReference => "the table must list every reference".to_owned(),
        Note::NoReadBit => NO_READ_BIT.to_owned(),
        Note::Cached => {
            "a cache has this byte, and writes it to memory when its block is evicted or flushed"
                .to_owned()
        }
        Note::Row { number, columns } if columns.is_empty() => {
            format!("one side has no row {number}")
        }
        Note::Row { number, columns } => format!(
            "row {number} is the first that differs, in {}",
            columns.join(", ")
        ),
    }
}
