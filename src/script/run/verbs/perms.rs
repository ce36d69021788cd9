//! Parses permissions in the format of `/proc/PID/maps`, and defines the columns of a table of sections.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::run::table::{Column, hex, words};
use pagewalk_engine::kernel::vma::Prot;

/// The columns of a table of sections.
pub(crate) const SECTION_COLUMNS: &[Column] =
    &[words("section"), hex("start"), hex("size"), words("perms")];

/// Returns the permissions from text such as `r-xp` or `rw-s`, and whether the area is shared. If the last
/// letter is missing, the area is private.
///
/// # Errors
/// Returns `unknown-word`.
pub(crate) fn of_cell(cell: Option<(&str, Span)>, row: Span) -> Result<(Prot, bool), Diagnostic> {
    let (text, span) = cell.unwrap_or(("", row));
    parse(text).ok_or_else(|| {
        Diagnostic::new(Code::UnknownWord, span, format!("`{text}` are not permissions"))
            .label("not in the format of `/proc/PID/maps`")
            .help("write `r`, `w`, and `x` (or `-` for a missing permission), then `p` for private or `s` for shared: `r-xp`")
    })
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
