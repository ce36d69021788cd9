//! `set` and `show`.

use crate::lang::ast::{Command, Expr, ExprKind, Settings, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::run::absent;
use crate::run::facts::Component;
use crate::run::nouns::{Contents, SHOWN_NOUNS, ShowPlan, TABLE_NOUNS, TableNoun, Views, What};
use crate::run::record::Shown;
use crate::run::session::{Session, Stop};
use crate::run::settings::{list, pte_of_fields};

use super::action::Action;
use super::operands::{missing, unexpected, word};

/// `set NOUN { table }`, `set cr3 = PA`, `set pte LEVEL PA = RAW`, `set pte LEVEL PA { fields }`
pub fn set(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let Some(first) = command.operands.first() else {
        return Err(missing(command, "a part of the machine").into());
    };
    let what = match word(first) {
        Some("cr3") => cr3(session, command)?,
        Some("pte") => pte(session, command)?,
        _ => rows(session, command)?,
    };
    Ok(Action::Contents(Contents { what, span: command.verb.span }))
}

fn rows(session: &mut Session, command: &Command) -> Result<What, Stop> {
    let (noun, level) = session.noun(&command.operands)?;
    let table = command.block.as_ref().and_then(|block| block.table.as_ref());
    let Some(table) = table else {
        let span = command.operands[0].span;
        return Err(Diagnostic::new(
            Code::BadTable,
            span,
            format!("`set {}` needs a table in braces", noun.name),
        )
        .help(format!("its columns are {}", noun.columns))
        .into());
    };
    let layout = (noun.layout)(session.machine(table.span)?, level);
    let entries = session.entries(table, &layout)?;
    Ok(What::Rows { noun, level, entries })
}

fn cr3(session: &mut Session, command: &Command) -> Result<What, Stop> {
    session.needs_mmu(&command.operands[0])?;
    match (&*command.operands, command.assigned.as_deref()) {
        ([_], Some([value])) => Ok(What::Cr3(session.physical(value)?)),
        ([_], Some([_, more, ..])) | ([_, more, ..], _) => Err(unexpected(command, more, &[]).into()),
        _ => Err(missing(command, "an address after `=`").into()),
    }
}

fn pte(session: &mut Session, command: &Command) -> Result<What, Stop> {
    let [_, level, at] = &*command.operands else {
        return Err(Diagnostic::new(
            Code::WrongCount,
            command.operands[0].span,
            "`set pte` needs a level and a physical address",
        )
        .help("write `set pte LEVEL PA = RAW` or `set pte LEVEL PA { ppn 0x12, p 1 }`")
        .into());
    };
    session.needs_mmu(level)?;
    let spec = session.machine(level.span)?.spec().clone();
    let Some(mmu) = &spec.mmu else { return Err(Stop::Unknowable) };
    let levels = mmu.levels.len() as u64;
    let n = session.integer(level)?;
    if !(1..=levels).contains(&n) {
        return Err(Diagnostic::new(Code::BadIndex, level.span, format!("the page table has no level {n}"))
            .label(format!("levels are numbered from 1, the top, to {levels}"))
            .into());
    }
    let at = session.physical(at)?;
    let raw = match (command.assigned.as_deref(), &command.block) {
        (Some([value]), None) => raw_entry(session, value, mmu.pte.bytes)?,
        (None, Some(block)) => {
            let fields = session.entry_fields(block)?;
            mmu.pte.encode(pte_of_fields(&fields, spec.ppn_bits())?)
        }
        (Some([_, more, ..]), _) => return Err(unexpected(command, more, &[]).into()),
        _ => return Err(missing(command, "the entry: `= RAW` or its fields in braces").into()),
    };
    Ok(What::Pte { level: n as u32, at, raw })
}

fn raw_entry(session: &mut Session, value: &Expr, bytes: u32) -> Result<u64, Stop> {
    let raw = session.integer(value)?;
    if bytes >= 8 || raw >> (8 * bytes) == 0 {
        return Ok(raw);
    }
    Err(Diagnostic::new(Code::ValueTooWide, value.span, format!("0x{raw:X} does not fit an entry"))
        .label(format!("an entry has {bytes} byte{}", if bytes == 1 { "" } else { "s" }))
        .into())
}

/// `show NOUN`, `show EXPR`
pub fn show(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let place = command.verb.span;
    let plan = match &*command.operands {
        [] => return Err(missing(command, "something to show").into()),
        [only] if word(only).is_none() => session.show_value(only)?,
        [first, ..] => {
            let name = word(first).unwrap_or_default();
            let shown = SHOWN_NOUNS.iter().find(|noun| noun.name == name);
            match (shown, command.operands.get(1)) {
                (Some(_), Some(more)) => return Err(unexpected(command, more, &[]).into()),
                (Some(noun), None) => {
                    if let Views::Machine(_) = noun.views {
                        session.machine(place)?;
                    }
                    ShowPlan::Noun(noun)
                }
                (None, None) if !is_noun(name) && session.state.find(name).is_some() => {
                    session.show_value(first)?
                }
                _ => {
                    let (noun, level) = session.noun(&command.operands)?;
                    ShowPlan::Table(noun, level)
                }
            }
        }
    };
    Ok(Action::Show(plan, place))
}

impl Session<'_> {
    fn show_value(&mut self, expr: &Expr) -> Result<ShowPlan, Stop> {
        let of = match &expr.kind {
            ExprKind::Prose(_) => String::new(),
            _ => self.text(expr.span).trim().to_owned(),
        };
        Ok(ShowPlan::Value(of, Shown::plain(self.eval(expr)?)))
    }

    fn entry_fields(&mut self, block: &Settings) -> Result<Vec<crate::run::settings::Field>, Stop> {
        block.settings.iter().map(|setting| self.field(setting)).collect()
    }

    fn needs_mmu(&mut self, place: &Expr) -> Result<(), Stop> {
        if self.machine(place.span)?.spec().mmu.is_some() {
            return Ok(());
        }
        Err(Diagnostic::new(Code::NoMachine, place.span, "this machine translates no addresses")
            .label("it has no page table")
            .help("declare `virtual N bits` and `page SIZE`")
            .into())
    }

    /// The noun with a table that operands name: `page_table`, `tlb L2TLB`, `cache`.
    ///
    /// # Errors
    /// `unknown-noun`, `no-machine`.
    pub fn noun(&mut self, operands: &[Expr]) -> Result<(&'static TableNoun, usize), Stop> {
        let first = &operands[0];
        let name = word(first).unwrap_or_default();
        let Some(noun) = TABLE_NOUNS.iter().find(|noun| noun.name == name) else {
            return Err(self.unknown_noun(first, name).into());
        };
        let named = match operands {
            [_, part] => Some(part),
            [_, _, more, ..] => {
                return Err(Diagnostic::new(Code::WrongCount, more.span, "one name is enough").into());
            }
            _ => None,
        };
        self.machine(first.span)?;
        match (name, named) {
            ("page_table", None) => self.needs_mmu(first).map(|()| (noun, 0)),
            ("memory", None) => Ok((noun, 0)),
            ("tlb" | "cache", named) => Ok((noun, self.part_level(first, name == "tlb", named)?)),
            (_, Some(part)) => {
                Err(Diagnostic::new(Code::WrongCount, part.span, format!("there is only one `{name}`"))
                    .into())
            }
            _ => Err(Stop::Unknowable),
        }
    }

    /// The number of the TLB or cache that is named, or of the only one.
    fn part_level(&mut self, first: &Expr, tlb: bool, named: Option<&Expr>) -> Result<usize, Stop> {
        let what = if tlb { "TLB" } else { "cache" };
        let Some(named) = named else {
            let spec = self.machine(first.span)?.spec();
            let names: Vec<&str> = if tlb {
                spec.tlbs.iter().map(|t| &*t.name).collect()
            } else {
                spec.caches.iter().map(|c| &*c.name).collect()
            };
            return match names.len() {
                1 => Ok(0),
                0 => Err(Diagnostic::new(Code::NoMachine, first.span, format!("this machine has no {what}"))
                    .label("not a part of it")
                    .into()),
                _ => Err(Diagnostic::new(Code::UnknownNoun, first.span, format!("which {what} is not said"))
                    .label("there are several")
                    .help(format!("name it: {}", list(names.into_iter())))
                    .into()),
            };
        };
        match self.part(named)? {
            Component::Tlb(level) if tlb => Ok(level),
            Component::Cache(level) if !tlb => Ok(level),
            _ => Err(Diagnostic::new(Code::UnknownNoun, named.span, format!("this is no {what}")).into()),
        }
    }

    fn unknown_noun(&self, place: &Expr, name: &str) -> Diagnostic {
        if let ExprKind::Field(of, noun) = &place.kind
            && let Some(process) = word(of)
        {
            return self.unknown_process(&Word { text: process.into(), span: noun.span });
        }
        if let Some(diagnostic) = absent::diagnostic(&Word { text: name.into(), span: place.span }) {
            return diagnostic;
        }
        let names =
            || TABLE_NOUNS.iter().map(|noun| noun.name).chain(SHOWN_NOUNS.iter().map(|noun| noun.name));
        let diagnostic =
            Diagnostic::new(Code::UnknownNoun, place.span, format!("there is no `{name}` to look at"))
                .label("not a part of the machine");
        match nearest(name, names().chain(self.state.names())) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!("there are {}", list(names()))),
        }
    }
}

fn is_noun(name: &str) -> bool {
    TABLE_NOUNS.iter().any(|noun| noun.name == name)
}
