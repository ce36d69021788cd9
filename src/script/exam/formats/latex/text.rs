//! Escaping for TeX.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write;

use crate::exam::formats::plan::SUPERSCRIPTS;
use crate::exam::formats::walk::Escape;
use crate::lang::latex;

/// Non-ASCII characters that the basic fonts contain, or that can be composed from their characters, beside those of
/// [`latex::SIGNS`].
const SIGNS: &[(char, &str)] = &[
    ('\u{a0}', "~"),
    ('←', "$\\leftarrow$"),
    ('↓', "$\\downarrow$"),
    ('↑', "$\\uparrow$"),
    ('−', "$-$"),
    ('√', "$\\surd$"),
    ('₂', "$_2$"),
    ('½', "$\\frac12$"),
    ('∞', "$\\infty$"),
    ('°', "$^\\circ$"),
    ('¬', "$\\neg$"),
    ('…', "\\ldots{}"),
    // The monospaced font has no ligatures of hyphens.
    ('–', "\\textendash{}"),
    ('—', "\\textemdash{}"),
    ('‘', "{`}"),
    ('’', "{'}"),
    ('“', "``"),
    ('”', "''"),
    ('•', "$\\bullet$"),
    ('▶', "$\\triangleright$"),
    ('§', "\\S{}"),
    ('¶', "\\P{}"),
    ('ß', "{\\ss}"),
    ('æ', "{\\ae}"),
    ('Æ', "{\\AE}"),
    ('œ', "{\\oe}"),
    ('Œ', "{\\OE}"),
    ('ø', "{\\o}"),
    ('Ø', "{\\O}"),
    ('å', "{\\aa}"),
    ('Å', "{\\AA}"),
    ('ł', "{\\l}"),
    ('Ł', "{\\L}"),
    ('ı', "{\\i}"),
    ('¡', "{!`}"),
    ('¿', "{?`}"),
    ('│', "$|$"),
    ('─', "--"),
    ('├', "$\\vdash$"),
    ('└', "$\\llcorner$"),
];

/// Accents of the basic fonts, each with its accented letters and their base letters.
const ACCENTS: &[(&str, &str, &str)] = &[
    ("`", "àèìòùÀÈÌÒÙ", "aeiouAEIOU"),
    ("'", "áéíóúýćńśźÁÉÍÓÚÝĆŃŚŹ", "aeiouycnszAEIOUYCNSZ"),
    ("^", "âêîôûÂÊÎÔÛ", "aeiouAEIOU"),
    ("\"", "äëïöüÿÄËÏÖÜŸ", "aeiouyAEIOUY"),
    ("~", "ãñõÃÑÕ", "anoANO"),
    ("c", "çşţÇŞŢ", "cstCST"),
    ("v", "čďěňřšťžČĎĚŇŘŠŤŽ", "cdenrstzCDENRSTZ"),
    ("H", "őűŐŰ", "ouOU"),
    ("r", "ůŮ", "uU"),
    (".", "żŻİ", "zZI"),
    ("u", "ăğĂĞ", "agAG"),
    ("=", "āēīōūĀĒĪŌŪ", "aeiouAEIOU"),
];

/// Writes text and records characters that the basic fonts lack.
#[derive(Debug, Default)]
pub(crate) struct Text {
    missing: RefCell<BTreeSet<char>>,
}

impl Escape for Text {
    fn plain(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                // Braces prevent ligatures. Quotes also form ligatures, so they are set in the monospaced
                // font.
                '-' | ',' => {
                    let _ = write!(out, "{{{character}}}");
                }
                '$' | '&' | '#' | '%' | '{' | '}' => {
                    let _ = write!(out, "\\{character}");
                }
                '\\' | '^' | '~' | '<' | '>' | '|' | '"' => {
                    let _ = write!(out, "{{\\ttfamily\\char{}}}", character as u32);
                }
                // Long binary numbers may break after an underscore.
                '_' => out.push_str("{\\ttfamily\\char95}\\allowbreak{}"),
                // The character codes of the upright quotes in the monospaced font differ from ASCII.
                '\'' => out.push_str("{\\ttfamily\\char13}"),
                '`' => out.push_str("{\\ttfamily\\char18}"),
                ' ' | '\n' | '\t' => out.push(' '),
                plain if plain.is_ascii_graphic() => out.push(plain),
                control if control.is_control() => {}
                other => out.push_str(&self.sign(other)),
            }
        }
        out
    }

    fn code(&self, code: &str) -> String {
        // LaTeX's monospaced font has a brace in place of an en dash.
        format!("{{\\ttfamily {}}}", self.plain(&code.replace('–', "-")))
    }
}

impl Text {
    /// Escapes text on one line so that its spaces keep their width.
    pub(crate) fn fixed(&self, text: &str) -> String {
        self.plain(&text.replace('–', "-")).replace(' ', "~")
    }

    fn sign(&self, sign: char) -> String {
        let mut signs = SIGNS.iter().chain(latex::SIGNS);
        if let Some((_, known)) = signs.find(|(known, _)| *known == sign) {
            return (*known).to_owned();
        }
        if let Some((plain, _)) = SUPERSCRIPTS.iter().find(|(_, set)| *set == sign) {
            return format!("$^{{{plain}}}$");
        }
        for (accent, letters, below) in ACCENTS {
            if let Some(at) = letters.chars().position(|letter| letter == sign) {
                return match below.chars().nth(at) {
                    Some('i') => format!("\\{accent}{{\\i}}"),
                    Some(letter) => format!("\\{accent}{{{letter}}}"),
                    None => String::new(),
                };
            }
        }
        self.missing.borrow_mut().insert(sign);
        "?".to_owned()
    }

    /// Returns a character that could not be written. LaTeX would print a wrong letter without an
    /// error.
    pub(crate) fn missing(&self) -> Option<char> {
        self.missing.borrow().first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{ACCENTS, Escape, Text};

    #[test]
    fn text_means_nothing_to_tex() {
        let text = Text::default();
        assert_eq!(
            text.plain("\\a{b}$c$ & #_%"),
            "{\\ttfamily\\char92}a\\{b\\}\\$c\\$ \\& \\#{\\ttfamily\\char95}\\allowbreak{}\\%"
        );
        assert_eq!(
            text.plain("--^~"),
            "{-}{-}{\\ttfamily\\char94}{\\ttfamily\\char126}"
        );
        assert_eq!(
            (text.plain("é ñ"), text.missing()),
            ("\\'{e} \\~{n}".to_owned(), None)
        );
        text.plain("שלום");
        assert_eq!(text.missing(), Some('ו'));
    }

    #[test]
    fn every_accented_letter_has_one_below() {
        for (_, letters, below) in ACCENTS {
            assert_eq!(letters.chars().count(), below.chars().count(), "{letters}");
        }
    }
}
