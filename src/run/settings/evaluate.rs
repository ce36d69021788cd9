//! Settings of a script, evaluated.

use crate::lang::ast::{Expr, ExprKind, Setting};
use crate::run::session::{Session, Stop};
use crate::run::state::Binding;

use super::field::{Arg, ArgKind, Field};

impl Session<'_> {
    /// A setting with its values evaluated; a bare word stays one, with the variable of that name beside it.
    ///
    /// # Errors
    /// What its expressions can be wrong with.
    pub fn field(&mut self, setting: &Setting) -> Result<Field, Stop> {
        let args = setting.values.iter().map(|value| self.arg(value)).collect::<Result<_, Stop>>()?;
        let block = match &setting.block {
            Some(block) => {
                Some(block.settings.iter().map(|inner| self.field(inner)).collect::<Result<_, Stop>>()?)
            }
            None => None,
        };
        Ok(Field { name: setting.name.clone(), args, block, span: setting.span })
    }

    fn arg(&mut self, expr: &Expr) -> Result<Arg, Stop> {
        let kind = match &expr.kind {
            ExprKind::Name(name) => {
                let value = match self.state.find(name) {
                    Some(Binding::Value(value)) => Some(value.clone()),
                    Some(Binding::Unknowable) => return Err(Stop::Unknowable),
                    _ => None,
                };
                ArgKind::Word { text: name.clone(), value }
            }
            ExprKind::Range { inclusive: true, .. } => ArgKind::Inclusive(self.eval(expr)?),
            _ => ArgKind::Value(self.eval(expr)?),
        };
        Ok(Arg { kind, span: expr.span })
    }
}
