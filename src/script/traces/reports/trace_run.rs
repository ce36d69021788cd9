//! The results of a trace, and the parts that the reports of replays and sweeps have in common.

use serde_json::{Value, json};

use crate::report::doc::{Block, Tone};
use crate::report::excerpt::visible;
use crate::report::json::malformed_lines;
use crate::report::narrate::{count, thousands};
use crate::report::text::{self, Theme};
use pagewalk_engine::kernel::mapping::user_end;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counts::{ReferenceCounts, ReplayCounts};
use pagewalk_engine::trace::format::{Choice, ChosenFormat, Format};
use pagewalk_engine::trace::read_ahead::ReadSoFar;
use pagewalk_engine::trace::record::{Malformed, Op, Record};
use pagewalk_engine::trace::replay::Straddle;

/// A trace that was read for a replay or a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceRun {
    /// The trace's name in the command.
    pub trace: String,
    /// The machine's name in the command. A sweep's grid modifies the machine.
    pub machine: String,
    /// Whether pages were mapped on demand. Without demand paging, the trace's addresses are physical.
    pub demand: bool,
    /// How references that straddle blocks or pages are handled.
    pub straddle: Straddle,
    /// The lines, and the format, and how it was chosen.
    pub read: ReadSoFar,
    /// Whether the trace was read to its end.
    pub ended: Ended,
}

/// A replayed trace and its results.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    pub run: TraceRun,
    pub counted: ReplayCounts,
}

/// The reason for the end of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The whole trace was replayed.
    Whole,
    /// The user pressed Ctrl-C.
    Interrupted,
    /// The rest of the trace cannot be replayed, for the given reason.
    Broken(String),
}

impl Ended {
    /// Returns the keyword for the end of a replay.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Interrupted => "interrupted",
            Self::Broken(_) => "broken",
        }
    }
}

impl TraceRun {
    /// Returns the title of a report: `t.lackey on core-i7`.
    pub(crate) fn title(&self) -> String {
        format!("{} on {}", self.trace, self.machine)
    }

    /// Returns the first members of a JSON object.
    pub(crate) fn json(&self) -> Value {
        let mut object = json!({
            "trace": self.trace,
            "machine": self.machine,
            "map": if self.demand { "demand" } else { "identity" },
            "straddle": self.straddle.word(),
            "ended": self.ended.word(),
        });
        if let Ended::Broken(why) = &self.ended {
            object["error"] = json!(why);
        }
        if let Some(chosen) = self.read.format {
            let is_program = chosen.choice == Choice::Program;
            object["format"] = json!(if is_program {
                "program"
            } else {
                chosen.format.name()
            });
            object["format_guessed"] = json!(chosen.is_guess());
        }
        object["lines"] = json!(self.read.lines);
        let (count, first) = (
            self.read.malformed.count,
            malformed_lines(&self.read.malformed),
        );
        object["malformed"] = json!({"count": count, "first": first});
        object
    }

    /// Returns the lines about the format and an early end.
    pub(crate) fn notes(&self) -> impl Iterator<Item = Block> {
        let format = self.read.format.map(format_read);
        let format = format.map(Block::faint);
        let end = self.end().map(|end| Block::toned(Tone::Bad, end));
        format.into_iter().chain(end)
    }

    /// Explains why a replay ended before the end of the trace.
    fn end(&self) -> Option<String> {
        let early = match self.ended {
            Ended::Whole => return None,
            Ended::Interrupted => "interrupted",
            Ended::Broken(_) => "the trace is incomplete",
        };
        let lines = count(self.read.lines, "line", "lines");
        Some(format!(
            "{early}: these are the counts for the first {lines}"
        ))
    }

    /// Returns the width of the trace's addresses, in bits.
    pub(super) fn address_bits(&self, spec: &Spec) -> u32 {
        if self.demand {
            spec.virtual_bits()
        } else {
            spec.physical_bits
        }
    }

    /// Names the addresses that the trace can use. The kernel has a part of a large virtual address space.
    pub(super) fn space(&self, spec: &Spec) -> String {
        let bits = self.address_bits(spec);
        let end = user_end(spec);
        if self.demand && u128::from(end) < 1 << bits {
            format!("the addresses of a process, which end at 0x{:X},", end - 1)
        } else {
            format!("the {bits}-bit address space")
        }
    }

    /// Returns warnings about malformed lines, records outside the address space, and an interruption. The details of
    /// a warning follow on separate lines.
    pub(crate) fn warnings(&self, references: &ReferenceCounts, spec: &Spec) -> Vec<String> {
        let mut lines = Vec::new();
        if self.read.malformed.count > 0 {
            lines.push(malformed(&self.read.malformed));
        }
        if let Some(first) = references.first_outside {
            let passed = count(references.outside, "record", "records");
            let are = if references.outside == 1 { "is" } else { "are" };
            let (space, first) = (self.space(spec), record(first));
            lines.push(format!(
                "{passed} outside {space} {are} skipped; the first is {first}"
            ));
        }
        lines.extend(self.end().filter(|_| self.ended == Ended::Interrupted));
        lines
    }
}

/// Describes the format in which a trace was read: `format din, guessed from the first lines`.
fn format_read(chosen: ChosenFormat) -> String {
    let how = match (chosen.choice, chosen.format) {
        (Choice::Named, _) => "as requested",
        (Choice::Extension, _) => "from the file name",
        (Choice::FirstLines, Format::Din | Format::Gap) => {
            "guessed from the first lines: addresses are hexadecimal"
        }
        (Choice::FirstLines, _) => "guessed from the first lines",
        (Choice::Program, _) => return "the accesses of a program".to_owned(),
    };
    format!("format {}, {how}", chosen.format.name())
}

/// Describes references: `5 loads, 1 store, 0 fetches`.
pub(crate) fn kinds(references: &ReferenceCounts) -> String {
    let kinds = [
        count(references.reads, "load", "loads"),
        count(references.writes, "store", "stores"),
        count(references.fetches, "fetch", "fetches"),
    ];
    kinds.join(", ")
}

/// Prints the sections of a report that have contents.
pub(crate) fn printed(sections: &[Vec<Block>], theme: Theme) -> String {
    let sections = sections.iter().map(|section| text::text(section, theme));
    let sections: Vec<String> = sections.filter(|text| !text.is_empty()).collect();
    sections.join("\n")
}

/// Returns the number of malformed lines, followed by the first malformed lines.
fn malformed(malformed: &Malformed) -> String {
    let lines = count(malformed.count, "malformed line is", "malformed lines are");
    let mut lines = vec![format!("{lines} skipped")];
    for bad in &malformed.first {
        let (line, text) = (thousands(bad.line), visible(&bad.text));
        lines.push(format!("  line {line}: {}: `{text}`", bad.why));
    }
    let rest = malformed.count.saturating_sub(malformed.first.len() as u64);
    if rest > 0 {
        lines.push(format!("  and {} more", thousands(rest)));
    }
    lines.join("\n")
}

/// Describes a record: `a store of 8 bytes at 0x1FFF000000`.
pub fn record(record: Record) -> String {
    let op = match record.op {
        Op::Fetch => "a fetch",
        Op::Load => "a load",
        Op::Store => "a store",
        Op::Modify => "a modify",
    };
    let bytes = count(u64::from(record.size), "byte", "bytes");
    format!("{op} of {bytes} at 0x{:X}", record.address)
}
