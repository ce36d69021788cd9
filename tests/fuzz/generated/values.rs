//! Values that fill the parameters of statements and calls.

use arbitrary::Result;
use pagewalk_engine::kernel::syscall::{ParamKind, SystemCall, constants, system_calls};
use pagewalk_engine::machine::policy::POLICIES;
use pagewalk_engine::machine::presets::PRESETS;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_script::lang::value::UNITS;
use pagewalk_script::lang::value::functions::FUNCTIONS;
use pagewalk_script::run::bind::Slot;
use pagewalk_script::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, THING_NOUNS};

use super::{DEPTH, Generator, PATHS, WORDS};

impl Generator<'_, '_> {
    pub(super) fn call(&mut self, out: &mut String) -> Result<()> {
        let calls: Vec<_> = system_calls().collect();
        let call = self.pick(&calls)?;
        *out += call.name;
        out.push('(');
        let count = self.bytes.int_in_range(call.required..=call.params.len())?;
        for at in 0..count {
            *out += if at > 0 { ", " } else { "" };
            self.argument(call, at, out)?;
        }
        out.push(')');
        Ok(())
    }

    fn argument(&mut self, call: &SystemCall, at: usize, out: &mut String) -> Result<()> {
        let parameter = call.parameters().into_iter().nth(at);
        let fitting = parameter.map(|one| {
            constants()
                .filter(|constant| call.takes(&one, constant))
                .collect()
        });
        let fitting: Vec<_> = fitting.unwrap_or_default();
        if !fitting.is_empty() && self.bytes.ratio(3, 4)? {
            *out += self.bytes.choose(&fitting)?.name;
            for _ in 0..self.below(3)? {
                *out += " | ";
                *out += self.bytes.choose(&fitting)?.name;
            }
            return Ok(());
        }
        match call.params[at] {
            ParamKind::Number => *out += &(self.below(6)? as i64 - 1).to_string(),
            ParamKind::Path => *out += self.pick(&["\"data\"", "\"new\"", "p"])?,
            ParamKind::Buffer | ParamKind::Bytes => self.address(out)?,
        }
        Ok(())
    }

    fn address(&mut self, out: &mut String) -> Result<()> {
        let (page, most) = (
            1 << self.spec.page_bits(),
            1u64 << self.spec.physical_bits.min(40),
        );
        let text = match self.below(8)? {
            0..4 => format!("p + {}", self.below(5)? * page / 2),
            4 => format!("p + {}", self.below(4 * page)?),
            5 | 6 => format!("0x{:x}", self.below(most)?),
            _ => return self.expression(out),
        };
        *out += &text;
        Ok(())
    }

    pub(super) fn expression(&mut self, out: &mut String) -> Result<()> {
        self.depth += 1;
        let kinds = if self.depth > DEPTH { 5 } else { 10 };
        match self.below(kinds)? {
            0 => *out += "x",
            1 => *out += "p",
            2 | 3 => *out += &self.below(0x4000)?.to_string(),
            4 => {
                *out += &self.bytes.choose(&PATHS)?.replace("NAME", "tlb");
            }
            5 => {
                let function = self.bytes.choose(FUNCTIONS)?.name;
                *out += function;
                out.push('(');
                self.expression(out)?;
                out.push(')');
            }
            6 => {
                out.push('[');
                self.expression(out)?;
                *out += ", ";
                self.expression(out)?;
                out.push(']');
            }
            _ => {
                out.push('(');
                self.expression(out)?;
                let signs = [
                    "+", "-", "*", "/", "//", "%", "<<", "&", "|", "^", "==", "<", "in", "and",
                    "..",
                ];
                out.push(' ');
                *out += self.pick(&signs)?;
                out.push(' ');
                self.expression(out)?;
                out.push(')');
            }
        }
        self.depth -= 1;
        Ok(())
    }

    pub(super) fn value(&mut self, slot: Slot, out: &mut String) -> Result<()> {
        let text = match slot {
            Slot::Va | Slot::Pa | Slot::Offset => return self.address(out),
            Slot::Expr | Slot::Cond | Slot::Stored | Slot::Raw => return self.expression(out),
            Slot::Op => return self.operation(out).map(|_| ()),
            Slot::Statement => return self.statement(out),
            Slot::Fact | Slot::Facts => return self.facts(false, out),
            Slot::Size => (1 << self.below(20)?).to_string(),
            Slot::Bits => format!("{}..{}", self.below(16)?, self.below(64)?),
            Slot::List | Slot::Titles => "[1, 2, x]".to_owned(),
            Slot::Range => format!("0..{}", self.below(9)?),
            Slot::Pages => {
                let pages: Result<Vec<String>> = (0..=self.below(12)?)
                    .map(|_| Ok(self.below(6)?.to_string()))
                    .collect();
                pages?.join(" ")
            }
            Slot::Preset => self.bytes.choose(&PRESETS)?.name.to_owned(),
            Slot::Policy => self.bytes.choose(&POLICIES)?.name.to_owned(),
            Slot::Unit => self.bytes.choose(UNITS)?.name.to_owned(),
            Slot::Noun => self.noun()?,
            Slot::Tlb => {
                self.part(|spec| spec.tlbs.iter().map(|one| one.name.to_string()).collect())?
            }
            Slot::Cache => {
                self.part(|spec| spec.caches.iter().map(|one| one.name.to_string()).collect())?
            }
            Slot::Process => self.pick(&["P1", "P2"])?.to_owned(),
            Slot::NewProcess => "P3".to_owned(),
            Slot::Variable => self.pick(&["x", "y", "p"])?.to_owned(),
            Slot::Definition => "f(a)".to_owned(),
            Slot::Script => "\"other.pw\"".to_owned(),
            Slot::MachineFile => "\"machine.yaml\"".to_owned(),
            Slot::Trace => "\"loop.trace\"".to_owned(),
            Slot::FileName => self.pick(&["\"data\"", "\"new\""])?.to_owned(),
            Slot::Word => self.bytes.choose(&WORDS)?.clone(),
            Slot::Student | Slot::Id | Slot::Path => "s1".to_owned(),
            Slot::Prose => "\"\"\"prose {x}\"\"\"".to_owned(),
            Slot::Text
            | Slot::FileText
            | Slot::BlockName
            | Slot::Title
            | Slot::Titled
            | Slot::Label => {
                format!("\"t{}\"", self.below(3)?)
            }
            Slot::Etc => String::new(),
            _ => self.below(20)?.to_string(),
        };
        *out += &text;
        Ok(())
    }

    /// Selects a TLB or a cache of the preset.
    fn part(&mut self, names: impl Fn(&Spec) -> Vec<String>) -> Result<String> {
        let names = names(&self.spec);
        self.bytes.choose(&names).cloned()
    }

    fn noun(&mut self) -> Result<String> {
        let tables = TABLE_NOUNS.iter().map(|row| row.name);
        let nouns: Vec<_> = tables
            .chain(THING_NOUNS.iter().map(|row| row.name))
            .chain(SHOWN_NOUNS.iter().map(|row| row.name))
            .collect();
        self.noun = self.pick(&nouns)?;
        Ok(if self.bytes.ratio(1, 4)? {
            format!("P1.{}", self.noun)
        } else {
            self.noun.to_owned()
        })
    }
}
