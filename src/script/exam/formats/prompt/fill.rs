//! Templates of sentences.

use crate::exam::formats::labels::Labels;

/// Fills in a template's values in the paper's language.
pub(crate) fn filled(labels: &Labels, template: &str, values: &[(&str, &str)]) -> String {
    let mut rest = labels.localize(template);
    let mut out = String::new();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(
            values
                .iter()
                .find(|(known, _)| *known == name)
                .map_or("", |(_, value)| value),
        );
        rest = after;
    }
    out + rest
}
