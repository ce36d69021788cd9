//! Item statistics of a paper, as Markdown.

use std::fmt::Write;

use super::feedback::markdown;
use crate::exam::grade::decimal;
use crate::exam::grade::regrade::Regraded;
use crate::exam::grade::statistics::Statistics;
use crate::lang::value::Number;

/// Reports the statistics.
pub fn statistics(of: &Statistics) -> String {
    let mut out = String::from("# Item statistics\n\n");
    let number = |n: Option<Number>| n.map_or_else(|| "–".to_owned(), short);
    let _ = write!(
        out,
        "{} student{}",
        of.students,
        if of.students == 1 { "" } else { "s" }
    );
    if let Some((low, high)) = of.range {
        let _ = write!(
            out,
            ", mean {}, median {}, from {} to {}",
            number(of.mean),
            number(of.median),
            short(low),
            short(high)
        );
    }
    if let Some(points) = of.of {
        let _ = write!(out, " of {}", short(points));
    }
    out.push_str(".\n\n");
    if of.group > 0 {
        let _ = writeln!(
            out,
            "Facility: the mean share of the points. Discrimination (Kelley, 1939): the facility of the best 27 % of the papers ({0}) \
             minus the facility of the worst 27 % ({0}).\n",
            of.group
        );
    } else {
        out.push_str(
            "Facility: the mean share of the points. There are too few students to compute discrimination.\n\n",
        );
    }
    out.push_str("| Field | Points | Facility | Discrimination | Empty | Carried | Most common wrong answer | Mistake |\n");
    out.push_str("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    let common = |most: &Option<(String, usize)>| {
        most.as_ref().map_or_else(String::new, |(text, count)| {
            format!("{} ({count})", markdown(text))
        })
    };
    for item in &of.items {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            markdown(&item.field),
            short(item.of),
            number(item.facility),
            number(item.discrimination),
            item.unanswered,
            item.carried,
            common(&item.common),
            common(&item.mistake)
        );
    }
    out
}

/// Formats a number to two decimals.
fn short(number: Number) -> String {
    let text = decimal(number);
    if text
        .split_once('.')
        .is_some_and(|(_, after)| after.len() > 2)
    {
        return format!("{:.2}", number.to_f64());
    }
    text
}

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
