//! Runs and checks questions and their parts.

use std::sync::Arc;

use super::arrangement::Known;
use super::entry::Entry;
use super::sheet::Sheet;
use crate::lang::ast::{Block, Expr, NounColumns, Span, Stmt, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::bind::bind_operands;
use crate::run::nouns::ShowPlan;
use crate::run::record::Did;
use crate::run::seeds::{mixed, mixed_text};
use crate::run::session::Session;
use crate::run::state::Scope;
use crate::run::stop::Stop;
use crate::run::verbs::show_plan;
use pagewalk_engine::machine::random::SplitMix64;

impl Session<'_> {
    /// Runs a question on a copy of the state, in the same way as a scenario.
    ///
    /// # Errors
    /// Returns the errors that end the whole script. Errors within the question end only the question.
    pub(crate) fn run_question(
        &mut self,
        stmt: &Stmt,
        title: &Word,
        points: Option<&Expr>,
        body: &Block,
    ) -> Result<(), Stop> {
        self.refuse_nested(title.span)?;
        let points = self.perhaps_points(points)?;
        self.enter_isolated(title, true)?;
        self.open_sheet(Some(Sheet::new(title.span, points)));
        // Students do not see the figures outside the question, so no change since them is marked.
        self.state.discard_figures();
        self.state.random = self.own_generator(&title.text);
        let points = points.map(|(points, _)| points);
        self.enter(Entry::Question {
            title: title.text.clone(),
            points,
        });
        self.finish(stmt.span, Did::Scenario(title.text.clone()), Vec::new())?;
        self.enter_extension("question", body, stmt.span)
    }

    /// Returns the random number generator of a question. The generator depends on the script's generator,
    /// the title, and the number of earlier questions with this title. Random choices in other questions, and
    /// the order of questions, therefore do not affect the generator.
    fn own_generator(&mut self, title: &Arc<str>) -> SplitMix64 {
        let mut script = self.state.random;
        let before = self.exam_mut().titles.entry(title.clone()).or_default();
        let seed = mixed(mixed_text(script.next(), title), *before);
        *before += 1;
        SplitMix64::new(seed)
    }

    /// Runs a part of a question.
    ///
    /// # Errors
    /// Returns the errors in the part.
    pub(crate) fn run_part(
        &mut self,
        stmt: &Stmt,
        name: &Word,
        points: Option<&Expr>,
        body: &Block,
    ) -> Result<(), Stop> {
        let points = self.begin_part(name, points)?;
        let points = points.map(|(points, _)| points);
        self.enter(Entry::Part {
            name: name.text.clone(),
            points,
        });
        self.finish(stmt.span, Did::Quiet, Vec::new())?;
        self.enter_extension("part", body, stmt.span)
    }

    fn begin_part(
        &mut self,
        name: &Word,
        points: Option<&Expr>,
    ) -> Result<Option<(crate::lang::value::Number, Span)>, Stop> {
        self.needs_question(name.span)?;
        if self.in_part() {
            return Err(Diagnostic::new(
                Code::Misplaced,
                name.span,
                "a part cannot be in another part",
            )
            .label("a part cannot contain parts")
            .help("close the previous part with `}`")
            .into());
        }
        let points = self.perhaps_points(points);
        if let Some(sheet) = self.sheet_mut() {
            sheet.begin(name.span, points.as_ref().ok().copied().flatten());
        }
        if points.is_err() {
            self.unsure_of_question();
        }
        points
    }

    pub(crate) fn end_part(&mut self) -> Result<(), Stop> {
        self.sheet_mut().map_or(Ok(()), |sheet| Ok(sheet.end()?))
    }

    fn refuse_nested(&self, place: Span) -> Result<(), Stop> {
        if self.sheet().is_none() {
            return Ok(());
        }
        Err(Diagnostic::new(
            Code::Misplaced,
            place,
            "a question cannot be in another question",
        )
        .label("a question can contain parts, but not questions")
        .help("close the previous question with `}`, or write `part \"a\" { … }`")
        .into())
    }

    /// `given page_table, tlb`
    ///
    /// # Errors
    /// Returns the same errors as `show`.
    pub(crate) fn run_given(
        &mut self,
        stmt: &Stmt,
        place: Span,
        nouns: &[NounColumns],
    ) -> Result<(), Stop> {
        self.needs_question(place)?;
        let mut views = Vec::new();
        for of in nouns {
            views.extend(self.views_given(place, of)?);
        }
        let in_part = self.in_part();
        self.enter(Entry::Given {
            views: views.clone(),
            in_part,
        });
        self.finish(stmt.span, Did::Shown(views), Vec::new())
    }

    /// Checks `given` without running it.
    ///
    /// # Errors
    /// Returns the same errors as `show`, or `unknown-column`.
    pub(crate) fn check_given(&mut self, place: Span, nouns: &[NounColumns]) -> Result<(), Stop> {
        self.needs_question(place)?;
        nouns.iter().try_for_each(|of| {
            if of.columns.is_empty() {
                self.as_shown(place, &of.noun).map(|_| ())
            } else {
                self.views_given(place, of).map(|_| ())
            }
        })
    }

    /// Prepares these operands in the same way as `show` does.
    ///
    /// # Errors
    /// Returns the same errors as `show`.
    pub(crate) fn as_shown(&mut self, place: Span, operands: &[Expr]) -> Result<ShowPlan, Stop> {
        let show = self.language.verb("show");
        let params = show.map_or(&[][..], |show| show.params);
        let bound = bind_operands(params, operands, &[], None);
        show_plan(self, &bound.named("show", place))
    }

    /// Checks a question without running it.
    ///
    /// # Errors
    /// Returns `misplaced`, or the errors in the points.
    pub(crate) fn check_question(
        &mut self,
        title: &Word,
        points: Option<&Expr>,
        body: &[Stmt],
    ) -> Result<(), Stop> {
        self.refuse_nested(title.span)?;
        let points = self.perhaps_points(points);
        let worth = points
            .as_ref()
            .ok()
            .copied()
            .flatten()
            .map(|(points, _)| points);
        self.exam_mut().questions.push(Known {
            title: title.text.clone(),
            points: worth,
        });
        let state = self.state.clone();
        self.state.scopes.push(Scope::new(false));
        self.open_sheet(Some(Sheet::new(
            title.span,
            points.as_ref().ok().copied().flatten(),
        )));
        if points.is_err() {
            self.unsure_of_question();
        }
        self.check_block(body);
        self.state = state;
        let closed = self.close_sheet().map_or(Ok(()), |sheet| sheet.close());
        if let Err(diagnostic) = closed {
            self.report(vec![diagnostic]);
        }
        points.map(|_| ())
    }

    /// Checks a part without running it.
    ///
    /// # Errors
    /// Returns `misplaced`, `no-blank`, `bad-points`, or the errors in the points.
    pub(crate) fn check_part(
        &mut self,
        name: &Word,
        points: Option<&Expr>,
        body: &[Stmt],
    ) -> Result<(), Stop> {
        let begun = self.begin_part(name, points);
        self.check_block(body);
        begun?;
        self.end_part()
    }
}
