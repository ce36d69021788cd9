//! Names in exam statements.

use super::finder::Finder;
use super::kind::Space;
use super::occurrence::Form;
use super::table::Found;
use crate::lang::ast::{Expr, ExprKind, Settings, Span, Word};
use crate::lang::visit::{Visit, walk_holds};
use crate::questions::LANGUAGE;
use crate::run::facts::Family;
use crate::run::settings::BlockRow;

impl Finder<'_> {
    /// Visits the block of `exam`, `choice`, `table`, or `essay`.
    pub(crate) fn of_paper(&mut self, block: &Settings, row: &BlockRow) {
        for setting in block.settings.iter() {
            match (&*setting.name.text, row.setting(&setting.name.text)) {
                ("answers", _) => self.answers(&setting.values),
                (_, Some(known)) => self.operands(known.params, &setting.values, None),
                (_, None) => self.exprs(&setting.values),
            }
            setting
                .holds
                .iter()
                .for_each(|holds| walk_holds(self, holds));
        }
    }

    /// `answers FACT of OPERATION`
    fn answers(&mut self, values: &[Expr]) {
        let [fact, _, verb, operands @ ..] = values else {
            return;
        };
        let text = self.sources.text(fact.span).trim();
        let span = Span {
            end: fact.span.start + text.len() as u32,
            ..fact.span
        };
        self.fact_name(
            &Word {
                text: text.into(),
                span,
            },
            Family::Access,
        );
        match (&verb.kind, operands) {
            (ExprKind::Name(name), [_, ..]) => {
                self.operands(
                    LANGUAGE.verb(name).map_or(&[], |verb| verb.params),
                    operands,
                    None,
                );
            }
            _ => self.visit_expr(verb),
        }
    }

    /// Visits the titles of questions.
    pub(crate) fn titles(&mut self, value: &Expr) {
        match &value.kind {
            ExprKind::List(parts) => parts.iter().for_each(|part| self.title_used(part)),
            _ => self.title_used(value),
        }
    }

    fn title_used(&mut self, value: &Expr) {
        let Some((text, span)) = self.quoted(value) else {
            return self.visit_expr(value);
        };
        let id = self.title(&text);
        self.table.add(Found {
            span,
            id,
            space: Space::Question,
            gives: None,
            form: Form::Quoted,
        });
    }
}
