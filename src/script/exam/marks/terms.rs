//! Item statistics over several terms, as Markdown.

use std::fmt::Write;

use super::feedback::markdown;
use crate::exam::grade::decimal;
use crate::exam::grade::terms::{Figures, Terms};

/// Reports the items.
pub fn terms(of: &Terms) -> String {
    let mut out = String::from("\n# Items by term\n\n");
    out.push_str(
        "Difficulty: the mean share of the points. Discrimination: the correlation of an item's points with the points \
         of all other items (point-biserial for an item without partial points).\n\n",
    );
    out.push_str("| Field | Points | Term | Students | Mean | Difficulty | Discrimination |\n");
    out.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    for item in &of.items {
        let all = item.together.iter().map(|figures| ("all terms", figures));
        let each = item
            .terms
            .iter()
            .map(|(name, figures)| (name.as_str(), figures));
        for (name, figures) in each.chain(all) {
            let [mean, difficulty, discrimination] = columns(figures);
            let (field, points, name) = (markdown(&item.field), decimal(item.of), markdown(name));
            let students = figures.students;
            let _ = writeln!(
                out,
                "| {field} | {points} | {name} | {students} | {mean} | {difficulty} | {discrimination} |"
            );
        }
    }
    out
}

fn columns(of: &Figures) -> [String; 3] {
    let number = |n: Option<f64>| n.map_or_else(|| "–".to_owned(), |n| format!("{n:.2}"));
    [
        number(Some(of.mean)),
        number(of.difficulty),
        number(of.discrimination),
    ]
}
