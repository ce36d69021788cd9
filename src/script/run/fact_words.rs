//! Checks the words that a script expects as fact values before the script runs.

use crate::lang::ast::{Claim, Expr, ExprKind, Fact};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::value::Value;

use super::facts::{Key, Values};
use super::session::Cx;
use super::settings::list;

/// Words for yes and no that a script may contain, and the corresponding words of facts. A suggestion uses the
/// first corresponding word that the fact has.
const YES_AND_NO: &[(&[&str], &[&str])] = &[
    (
        &["yes", "y", "true", "present", "found"],
        &["yes", "hit", "any"],
    ),
    (
        &["no", "n", "false", "absent", "never", "not-found"],
        &["no", "miss", "none"],
    ),
];

/// Checks the bare words in an expectation. Each word must be a keyword of the fact or a
/// variable. A fact such as `tlb mis` can never be true, so a paper that contains it would be
/// wrong. A wrong number or string fails only during the run, because the script may have
/// computed it.
pub(crate) fn check_words(cx: &mut Cx, fact: &Fact, key: &Key) {
    if let Claim::Is(expr) | Claim::Not(expr) | Claim::In(expr) = &fact.claim
        && key.takes_words()
    {
        check_word(cx, fact, expr, key);
    }
}

fn check_word(cx: &mut Cx, fact: &Fact, expr: &Expr, key: &Key) {
    let word = match &expr.kind {
        ExprKind::List(parts) => {
            return parts
                .iter()
                .for_each(|part| check_word(cx, fact, part, key));
        }
        ExprKind::Name(word) => &**word,
        ExprKind::Value(Value::Bool(true)) => "true",
        ExprKind::Value(Value::Bool(false)) => "false",
        _ => return,
    };
    let spec = cx.spec().cloned();
    // The names of caches are also words of some facts, so their check requires a machine.
    if spec.is_none() && key.kind().values == Values::ServedBy {
        return;
    }
    let variable = cx.state.find(word).is_some() || sets(cx, word);
    if variable || key.is_word(word, spec.as_deref()) || key.meaning(word).is_some() {
        return;
    }
    let name = &fact.name.text;
    let known = list(key.words().iter().copied());
    let diagnostic = Diagnostic::new(
        Code::UnknownWord,
        expr.span,
        format!("`{name}` is never `{word}`"),
    )
    .label(format!("neither a value of `{name}` nor a variable"));
    let diagnostic = match meant(word, key.words()) {
        Some(near) => diagnostic.did_you_mean(word, near),
        None => diagnostic.help(format!("`{name}` is {known}")),
    };
    cx.report(vec![diagnostic]);
}

/// Whether the script sets a variable of this name, even after a definition that reads the variable.
fn sets(cx: &Cx, name: &str) -> bool {
    cx.checker
        .as_ref()
        .is_some_and(|checker| checker.variables.contains(name))
}

/// Returns the word that the script probably meant.
pub(crate) fn meant(word: &str, words: &'static [&'static str]) -> Option<&'static str> {
    let lower = word.to_lowercase();
    let (_, ours) = YES_AND_NO
        .iter()
        .find(|(theirs, _)| theirs.contains(&&*lower))
        .copied()
        .unzip();
    let same = ours.and_then(|ours: &[&str]| {
        ours.iter()
            .find_map(|our| words.iter().find(|word| *word == our))
    });
    same.copied()
        .or_else(|| nearest(word, words.iter().copied()))
}
