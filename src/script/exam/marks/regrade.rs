//! Changed marks of each student by field, as Markdown.

use std::fmt::Write;

use super::feedback::markdown;
use crate::exam::grade::decimal;
use crate::exam::grade::regrade::Regraded;
use crate::lang::value::Number;

/// Reports the changes.
pub fn regrade(of: &Regraded) -> String {
    let mut out = String::from("# Regrade\n\n");
    let changed = of.changes.len();
    let _ = writeln!(
        out,
        "The marks of {changed} student{} change, and {} student{} keep{} the same marks.\n",
        if changed == 1 { "" } else { "s" },
        of.same,
        if of.same == 1 { "" } else { "s" },
        if of.same == 1 { "s" } else { "" }
    );
    if changed > 0 {
        out.push_str(
            "| Id | Name | Before | Now | Change | Through |\n| --- | --- | --- | --- | --- | --- |\n",
        );
    }
    for change in &of.changes {
        let (before, now) = change.total;
        let through = change.fields.iter().map(|(field, before, now)| {
            format!(
                "{} {} → {}",
                markdown(field),
                decimal(*before),
                decimal(*now)
            )
        });
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            markdown(&change.id),
            markdown(&change.name),
            before.map_or_else(String::new, decimal),
            decimal(now),
            before.map_or_else(String::new, |before| signed(before, now)),
            through.collect::<Vec<_>>().join(", ")
        );
    }
    for (ids, what) in [
        (&of.new, "had no marks before"),
        (&of.gone, "have no marks now"),
    ] {
        if !ids.is_empty() {
            let ids: Vec<String> = ids.iter().map(|id| markdown(id)).collect();
            let _ = writeln!(out, "\n{what}: {}", ids.join(", "));
        }
    }
    out
}

fn signed(before: Number, now: Number) -> String {
    let Ok(by) = now.minus(before) else {
        return String::new();
    };
    if by.is_negative() {
        decimal(by).replace('-', "−")
    } else {
        format!("+{}", decimal(by))
    }
}
