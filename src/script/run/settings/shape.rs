//! The size and associativity of a TLB or cache: the settings, and the resulting sets.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;
use pagewalk_engine::machine::spec::Capacity;

use super::field::{Field, one, power_of_two, sole};

/// Associativity in a declaration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ways {
    /// A fixed number of ways.
    Number(u64),
    /// Fully associative: one set.
    All,
}

/// The number of lines or entries and the number of ways, which TLBs and caches share as settings.
#[derive(Debug, Clone, Default)]
pub(super) struct SetGeometry {
    pub(crate) capacity: Option<(Capacity, Span)>,
    pub(crate) ways: Option<(Ways, Span)>,
}

/// Returns the location of a setting, or the declaration's location for a setting from a preset.
fn setting_span(span: Option<Span>, place: Span) -> Span {
    span.filter(|span| *span != Span::default())
        .unwrap_or(place)
}

impl SetGeometry {
    /// Sets the number of sets, lines, or bytes, which a declaration can do only once.
    pub(crate) fn capacity(
        &mut self,
        field: &Field,
        kind: fn(u64) -> Capacity,
    ) -> Result<(), Vec<Diagnostic>> {
        let n = sole(field)?
            .within(1, u64::MAX, Code::BadGeometry, "a capacity")
            .map_err(one)?;
        if let Some((_, first)) = self.capacity.filter(|(_, span)| *span != Span::default()) {
            return Err(one(Diagnostic::new(
                Code::Duplicate,
                field.span,
                "the size is given twice",
            )
            .label("again here")
            .also(first, "first here")
            .help("remove one of the two settings")
            .fix(Fix::remove(field.span))));
        }
        self.capacity = Some((kind(n), field.span));
        Ok(())
    }

    /// Sets the associativity.
    pub fn ways(&mut self, field: &Field) -> Result<(), Vec<Diagnostic>> {
        let arg = sole(field)?;
        let ways = match arg.word() {
            Some("fully-associative") => Ways::All,
            Some("direct-mapped") => Ways::Number(1),
            _ => Ways::Number(
                arg.within(1, 1 << 16, Code::BadGeometry, "a number of ways")
                    .map_err(one)?,
            ),
        };
        self.ways = Some((ways, field.span));
        Ok(())
    }

    /// Returns the numbers of sets and ways. `block` is the block size in bytes, or 1 for a TLB.
    fn resolve(
        &self,
        block: u64,
        otherwise: Ways,
        place: Span,
    ) -> Result<(u64, u64), Vec<Diagnostic>> {
        let Some((capacity, span)) = self.capacity else {
            return Err(one(Diagnostic::new(
                Code::BadGeometry,
                place,
                "the size of this TLB or cache is missing",
            )
            .help("add `entries`, `lines`, `sets`, or `size`")));
        };
        let span = setting_span(Some(span), place);
        let ways = self.ways.map_or(otherwise, |(ways, _)| ways);
        let lines = match (capacity, ways) {
            (Capacity::Sets(sets), Ways::Number(ways)) => return Ok((sets, ways)),
            (Capacity::Sets(1), Ways::All) => return Ok((1, 1)),
            (Capacity::Sets(_), Ways::All) => {
                return Err(one(Diagnostic::new(
                    Code::BadGeometry,
                    span,
                    "a fully associative TLB or cache has one set",
                )
                .help("write `entries N` or `lines N` instead of `sets`")));
            }
            (Capacity::Lines(lines), _) => lines,
            (Capacity::Bytes(bytes), _) if bytes % block == 0 && bytes >= block => bytes / block,
            (Capacity::Bytes(bytes), _) => {
                return Err(one(Diagnostic::new(
                    Code::BadGeometry,
                    span,
                    format!("{bytes} bytes are not a whole number of {block}-byte blocks"),
                )));
            }
        };
        let ways = if let Ways::Number(n) = ways { n } else { lines };
        if lines % ways != 0 {
            let span = setting_span(self.ways.map(|(_, span)| span), span);
            let near = ways.next_power_of_two();
            let fix = Fix::replace(span, format!("ways {near}"));
            let wrong = Diagnostic::new(
                Code::BadGeometry,
                span,
                format!("{lines} lines or entries cannot form sets of {ways} ways"),
            )
            .label("all sets must have the same number of ways");
            let fits = self.ways.is_some() && lines % near == 0;
            return Err(one(if fits {
                wrong.help(format!("write `ways {near}`")).fix(fix)
            } else {
                wrong
            }));
        }
        Ok((lines / ways, ways))
    }

    /// Returns the result of [`SetGeometry::resolve`], after checking that the number of sets is a power of
    /// two.
    pub(crate) fn sets(
        &self,
        block: u64,
        otherwise: Ways,
        place: Span,
    ) -> Result<(u64, u32), Vec<Diagnostic>> {
        let (sets, ways) = self.resolve(block, otherwise, place)?;
        let span = setting_span(self.capacity.map(|(_, span)| span), place);
        if !sets.is_power_of_two() {
            let diagnostic = power_of_two(span, "the number of sets", sets);
            let ways_span = setting_span(self.ways.map(|(_, span)| span), span);
            let apart = ways_span != span;
            return Err(one(if apart {
                diagnostic.also(ways_span, format!("{ways} ways"))
            } else {
                diagnostic
            }));
        }
        let ways = u32::try_from(ways).ok().filter(|&ways| ways <= 1 << 16);
        ways.map(|ways| (sets, ways)).ok_or_else(|| {
            one(Diagnostic::new(Code::LimitSize, span, "too many ways")
                .label("a set can have at most 65,536 ways"))
        })
    }
}
