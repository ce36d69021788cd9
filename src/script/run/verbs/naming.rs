//! Nouns in a statement: parts of the machine, and objects of the kernel and its processes.

use crate::lang::ast::{Expr, ExprKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::run::bind::word;
use crate::run::facts::Component;
use crate::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, THING_NOUNS, TableNoun, ThingNoun, ThingRef};
use crate::run::session::Session;
use crate::run::settings::list;
use crate::run::state::Slot;
use crate::run::stop::Stop;
use crate::run::unsupported;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::syscall::constant;

/// A noun with a table.
#[derive(Clone, Copy)]
pub(crate) enum NounRef {
    Part {
        noun: &'static TableNoun,
        /// Index of the TLB or cache.
        level: usize,
        /// Process that owns the page table.
        pid: Option<Pid>,
    },
    Things(ThingRef),
}

impl NounRef {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Part { noun, .. } => noun.name,
            Self::Things(things) => things.noun.name,
        }
    }

    /// Returns the noun's columns, for a message.
    pub(crate) fn columns(&self) -> String {
        match self {
            Self::Part { noun, .. } => noun.columns.to_owned(),
            Self::Things(things) => things.noun.column_names(),
        }
    }
}

impl Session<'_> {
    pub(crate) fn has_kernel(&self) -> bool {
        matches!(self.state.machine, Slot::Kernel(_))
    }

    /// Rejects a noun that needs address translation on a machine without translation.
    ///
    /// # Errors
    /// Returns `no-machine`.
    pub(crate) fn needs_mmu(&mut self, place: &Expr) -> Result<(), Stop> {
        if self.machine(place.span)?.spec().mmu.is_some() {
            return Ok(());
        }
        Err(Diagnostic::new(
            Code::NoMachine,
            place.span,
            "this machine does not translate addresses",
        )
        .label("the machine has no page table")
        .help("declare `virtual N bits` and `page SIZE`")
        .into())
    }

    /// Whether an expression names a noun with a table, such as `tlb` or `P1.maps`. If the script names no
    /// process, a variable takes precedence over a noun of the same name.
    pub(crate) fn names_noun(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Field(of, noun) => {
                word(of).is_some_and(|of| self.component(of).is_none())
                    && (&*noun.text == "page_table"
                        || ThingNoun::named(&noun.text).is_some_and(|noun| noun.of_process))
            }
            ExprKind::Name(name) => {
                TableNoun::named(name).is_some()
                    || ThingNoun::named(name).is_some() && self.state.find(name).is_none()
                    || self.state.find(name).is_none() && constant(name).is_none()
            }
            _ => false,
        }
    }

    /// Whether an expression is the name of a noun that `show` accepts, or that of a process's noun, such as `P1.maps`.
    pub(crate) fn names_shown(&self, expr: &Expr) -> bool {
        self.names_noun(expr) && word(expr).is_none_or(is_noun)
    }

    /// Returns the noun with a table that the operands name, such as `page_table`, `tlb L2TLB`, `P1.maps`, or
    /// `frames`.
    ///
    /// # Errors
    /// Returns `unknown-noun`, `unknown-process`, `which-process`, `no-machine`, or `no-kernel`.
    pub(crate) fn noun(&mut self, operands: &[Expr]) -> Result<NounRef, Stop> {
        let first = &operands[0];
        if let ExprKind::Field(of, noun) = &first.kind
            && let Some(process) = word(of)
        {
            let process = Word {
                text: process.into(),
                span: of.span,
            };
            return self.noun_of_process(&process, noun, operands.get(1));
        }
        let name = word(first).unwrap_or_default();
        if let Some(noun) = ThingNoun::named(name) {
            no_more(operands.get(1), name)?;
            let pid = if noun.of_process {
                Some(self.looked_at(first.span)?)
            } else {
                None
            };
            self.kernel(first.span)?;
            return Ok(NounRef::Things(ThingRef { noun, pid }));
        }
        let Some(noun) = TableNoun::named(name) else {
            return Err(self.unknown_noun(first, name).into());
        };
        let (level, pid) = match name {
            "page_table" => {
                no_more(operands.get(1), name)?;
                self.needs_mmu(first)?;
                (0, self.page_table_of(first.span)?)
            }
            _ => (self.level_of(noun, operands)?, None),
        };
        Ok(NounRef::Part { noun, level, pid })
    }

    /// Returns the noun of a process, such as `P1.maps` or `P1.page_table`.
    fn noun_of_process(
        &mut self,
        process: &Word,
        name: &Word,
        more: Option<&Expr>,
    ) -> Result<NounRef, Stop> {
        let pid = Some(self.process_called(process)?.pid);
        no_more(more, &name.text)?;
        if let Some(noun) = ThingNoun::named(&name.text).filter(|noun| noun.of_process) {
            return Ok(NounRef::Things(ThingRef { noun, pid }));
        }
        if let Some(noun) = TABLE_NOUNS
            .iter()
            .find(|noun| noun.name == "page_table" && noun.name == &*name.text)
        {
            return Ok(NounRef::Part {
                noun,
                level: 0,
                pid,
            });
        }
        let names = THING_NOUNS
            .iter()
            .filter(|noun| noun.of_process)
            .map(|noun| noun.name);
        let names: Vec<&str> = names.chain(["page_table"]).collect();
        let message = format!("a process has no `{}`", name.text);
        let diagnostic =
            Diagnostic::new(Code::UnknownNoun, name.span, message).label("not a noun of processes");
        Err(match nearest(&name.text, names.iter().copied()) {
            Some(near) => diagnostic.did_you_mean(&name.text, near),
            None => diagnostic.help(format!("it has {}", list(names.into_iter()))),
        }
        .into())
    }

    /// Returns the index of the TLB or cache that the operands name, or 0 for memory.
    fn level_of(&mut self, noun: &TableNoun, operands: &[Expr]) -> Result<usize, Stop> {
        let (first, name, named) = (&operands[0], noun.name, operands.get(1));
        self.machine(first.span)?;
        match (name, named) {
            ("tlb" | "cache", named) => self.part_level(first, name == "tlb", named),
            (_, more) => no_more(more, name).map(|()| 0),
        }
    }

    /// Returns the index of the named TLB or cache, or else of the only TLB or cache.
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
                0 => Err(Diagnostic::new(
                    Code::NoMachine,
                    first.span,
                    format!("this machine has no {what}"),
                )
                .label("not a part of this machine")
                .into()),
                _ => Err(Diagnostic::new(
                    Code::UnknownNoun,
                    first.span,
                    format!("the name of the {what} is missing"),
                )
                .label("there are several")
                .help(format!("name it: {}", list(names.into_iter())))
                .into()),
            };
        };
        match self.part(named)? {
            Component::Tlb(level) if tlb => Ok(level),
            Component::Cache(level) if !tlb => Ok(level),
            _ => {
                let message = format!("`{}` is no {what}", self.text(named.span).trim());
                Err(Diagnostic::new(Code::UnknownNoun, named.span, message).into())
            }
        }
    }

    fn unknown_noun(&self, place: &Expr, name: &str) -> Diagnostic {
        if let Some(diagnostic) = unsupported::diagnostic(&Word {
            text: name.into(),
            span: place.span,
        }) {
            return diagnostic;
        }
        if self.is_process(name) {
            return Diagnostic::new(
                Code::UnknownNoun,
                place.span,
                format!("`{name}` is a process"),
            )
            .label("what of it?")
            .help(format!(
                "write `show layout {name}`, `{name}.maps`, `{name}.resident`, or `processes`"
            ));
        }
        // An expression has no name.
        let name = if name.is_empty() {
            self.text(place.span).trim()
        } else {
            name
        };
        let diagnostic = Diagnostic::new(
            Code::UnknownNoun,
            place.span,
            format!("unknown name `{name}`"),
        )
        .label("not a part of the machine");
        match self.nearest(name, nouns().chain(self.state.names())) {
            Some(near) => diagnostic.did_you_mean(name, near),
            None => diagnostic.help(format!("there are {}", list(nouns()))),
        }
    }
}

/// Returns the names of all nouns that `show` and `figure` accept.
pub(crate) fn nouns<'n>() -> impl Iterator<Item = &'n str> {
    let tables = TABLE_NOUNS.iter().map(|noun| noun.name);
    let things = THING_NOUNS.iter().map(|noun| noun.name);
    tables
        .chain(things)
        .chain(SHOWN_NOUNS.iter().map(|noun| noun.name))
}

pub(crate) fn is_noun(name: &str) -> bool {
    nouns().any(|noun| noun == name)
}

fn no_more(more: Option<&Expr>, name: &str) -> Result<(), Stop> {
    let Some(more) = more else { return Ok(()) };
    Err(Diagnostic::new(
        Code::WrongCount,
        more.span,
        format!("there is only one `{name}`"),
    )
    .into())
}
