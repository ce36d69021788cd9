//! Plans that the verbs prepare by evaluating and checking commands, without executing them.

use std::sync::Arc;

use pagewalk_engine::kernel::file::{Executable, Fill};
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::spawn::AreaDeclaration;
use pagewalk_engine::kernel::vma::Prot;
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Privilege};
use pagewalk_engine::trace::replay::Straddle;

use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::record::{AccessVerb, AddressMap, RequestedCount};
use crate::run::table::{Column, hex, words};
use crate::run::trace_file::TraceFile;

#[derive(Debug, Clone)]
pub(crate) struct AccessPlan {
    pub(crate) verb: AccessVerb,
    pub(crate) kind: AccessKind,
    pub(crate) mode: Privilege,
    pub(crate) va: Va,
    /// See [`Access::literal`](crate::run::record::Access::literal).
    pub(crate) literal: bool,
    pub(crate) stored: Option<Value>,
    /// The bytes to store. A load has one unknown byte for each byte to read.
    pub(crate) data: Vec<Option<u8>>,
    /// The process that makes the access, or `None` on bare hardware.
    pub(crate) pid: Option<Pid>,
    pub(crate) place: Span,
}

#[derive(Debug, Clone)]
pub(crate) struct ReplayPlan {
    pub(crate) file: TraceFile,
    /// The treatment of references that straddle blocks or pages.
    pub(crate) straddle: Straddle,
    /// The mapping of the trace's addresses to physical addresses.
    pub(crate) map: AddressMap,
    pub(crate) requested: Vec<RequestedCount>,
}

pub(crate) struct FilePlan {
    pub(crate) name: Arc<str>,
    pub(crate) fill: Fill,
    pub(crate) size: u64,
    pub(crate) place: Span,
}

pub(crate) struct ExecutablePlan {
    pub(crate) name: Arc<str>,
    pub(crate) executable: Executable,
    /// Locations of the executable's sections.
    pub(crate) sections: Vec<Span>,
    pub(crate) place: Span,
}

pub(crate) struct ProcessPlan {
    pub(crate) name: Word,
    pub(crate) areas: Vec<AreaPlan>,
}

/// A plan to declare an area, and the location of the area's row.
pub(crate) struct AreaPlan {
    pub(crate) area: AreaDeclaration,
    pub(crate) place: Span,
}

/// The columns of a table of sections.
pub(crate) const SECTION_COLUMNS: &[Column] =
    &[words("section"), hex("start"), hex("size"), words("perms")];

/// Returns the permissions from text such as `r-xp` or `rw-s`, and whether the area is shared. If the last
/// letter is missing, the area is private.
///
/// # Errors
/// Returns `unknown-word`.
pub(crate) fn perms_of_cell(
    cell: Option<(&str, Span)>,
    row: Span,
) -> Result<(Prot, bool), Diagnostic> {
    let (text, span) = cell.unwrap_or(("", row));
    parse(text).ok_or_else(|| {
        Diagnostic::new(Code::UnknownWord, span, format!("`{text}` are not permissions"))
            .label("not in the format of `/proc/PID/maps`")
            .help(format!(
                "write `r`, `w`, and `x` (or `-` for a missing permission), then `p` for private or `s` for shared: `{}`",
                example(text)
            ))
    })
}

/// Returns the permissions that the letters of a text such as `rw` or `RX` name, or those of code.
fn example(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    if !text.chars().all(|c| "rwxps-".contains(c)) {
        return "r-xp".to_owned();
    }
    let letter = |letter| if text.contains(letter) { letter } else { '-' };
    let sharing = if text.contains('s') { 's' } else { 'p' };
    match ['r', 'w', 'x'].map(letter) {
        ['-', '-', '-'] => "r-xp".to_owned(),
        all => all.into_iter().chain([sharing]).collect(),
    }
}

fn parse(text: &str) -> Option<(Prot, bool)> {
    let bytes = text.as_bytes();
    let shared = match bytes.get(3..)? {
        [] | [b'p'] => false,
        [b's'] => true,
        _ => return None,
    };
    let flag = |at: usize, letter: u8| match bytes[at] {
        b'-' => Some(false),
        byte => (byte == letter).then_some(true),
    };
    Some((
        Prot {
            read: flag(0, b'r')?,
            write: flag(1, b'w')?,
            exec: flag(2, b'x')?,
        },
        shared,
    ))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use pagewalk_engine::kernel::vma::Prot;

    #[test]
    fn letters_have_their_places() {
        let prot = |read, write, exec| Prot { read, write, exec };
        assert_eq!(parse("r-xp"), Some((prot(true, false, true), false)));
        assert_eq!(parse("rw-s"), Some((prot(true, true, false), true)));
        assert_eq!(parse("---"), Some((prot(false, false, false), false)));
        for wrong in [
            "", "r", "rw", "wr-p", "rwxq", "rwxpp", "r-x-", "R-xp", "é-x",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
