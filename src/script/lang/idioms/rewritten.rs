//! Statements and facts rewritten in Pagewalk's language.

use super::pattern::fits;
use super::rows::{Idiom, is_fact, is_keyword, section};
use super::spelled::TABLE;
use super::tokens::{Split, Token, nesting, tokens};
use super::variants::whole;

/// Rewrites a statement. Returns the matching idioms, each with the new statement if there is one.
pub(super) fn rewritten(said: &str) -> Vec<(&'static Idiom, Option<String>)> {
    let mut whole = known(said);
    if !whole.is_empty() {
        let facts = |new: &Option<String>| {
            let (does, facts) = new.as_deref()?.split_once("=>")?;
            let (_, facts) = stated(does, facts)?;
            Some(Some(format!("{does}=> {}", facts?)))
        };
        let more: Vec<_> = whole
            .iter()
            .filter_map(|(row, new)| Some((*row, facts(new)?)))
            .collect();
        whole.extend(more);
        return whole;
    }
    let arrow = tokens(said).into_iter().find(|token| token.text == "=>");
    let Some(arrow) = arrow else {
        return Vec::new();
    };
    let (does, facts) = (&said[..arrow.start], &said[arrow.end()..]);
    let stated = stated(does, facts);
    let mut found = Vec::new();
    for (row, new) in known(does) {
        if new.as_ref().is_some_and(|new| new.starts_with("show ")) {
            continue;
        }
        match (new, &stated) {
            (None, _) => found.push((row, None)),
            (Some(_), Some((other, None))) => found.push((*other, None)),
            (Some(new), Some((_, Some(facts)))) => {
                found.push((row, Some(format!("{new} => {facts}"))));
            }
            (Some(new), None) => found.push((row, Some(format!("{new} =>{facts}")))),
        }
    }
    if let Some((row, new)) = stated.filter(|_| found.is_empty()) {
        found.push((row, new.map(|facts| format!("{does}=> {facts}"))));
    }
    found
}

/// Applies the idioms for statements to a text, or to the part before a block.
fn known(said: &str) -> Vec<(&'static Idiom, Option<String>)> {
    let (head, block) = said.split_at(said.find('{').map_or(said.len(), |brace| brace + 1));
    let rows = || [section("phrases"), section("statements")].into_iter();
    let of_head = rows()
        .flat_map(|rows| fitting(rows, head))
        .filter(|_| !block.is_empty());
    let with_block = of_head.filter_map(|(row, new)| Some((row, Some(format!("{}{block}", new?)))));
    let mut found: Vec<_> = rows().flat_map(|rows| fitting(rows, said)).collect();
    found.extend(with_block);
    found
}

/// Applies the matching idioms to a text.
fn fitting(
    rows: &'static [Idiom],
    said: &str,
) -> impl Iterator<Item = (&'static Idiom, Option<String>)> {
    let split = Split::of(said);
    let fit = move |row: &'static Idiom| {
        let held = row.theirs.iter().find_map(|theirs| fits(theirs, &split))?;
        // Do not put another word before a statement of the language.
        let begins = said
            .split(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default();
        let pushed = row.ours.starts_with("show ") || row.ours.starts_with("expect ");
        if pushed && said.ends_with('{') {
            return None;
        }
        let ours = is_keyword(begins);
        if pushed
            && ours
            && !row
                .theirs
                .iter()
                .any(|theirs| theirs.text.starts_with(begins))
        {
            return None;
        }
        let new = (!row.ours.is_empty()).then(|| held.fill(&row.ours));
        // A statement that is already in the language has another mistake.
        let same = |new: &String| new.split_whitespace().eq(said.split_whitespace());
        (!new.as_ref().is_some_and(same)).then_some((row, new))
    };
    rows.iter().filter_map(fit)
}

/// Applies the idioms for facts to a fact of a statement.
pub(super) fn fact(does: &str, said: &str) -> Option<(&'static Idiom, Option<String>)> {
    let mut verbs = does.split_whitespace().take(2);
    let of_trace = verbs.find_map(|verb| match verb {
        "replay" => Some("replayed"),
        "reference" => Some("referenced"),
        _ => None,
    });
    let found = |of| found_in(section(of), &unsigned(said)).or_else(|| found_in(section(of), said));
    if let Some(counted) = of_trace.and_then(found) {
        return Some(counted);
    }
    // `page fault? (Y/N)`
    let answers = ["(Y/N)", "(y/n)", "(yes/no)", "(Yes/No)"];
    let blank = answers.iter().find_map(|end| said.strip_suffix(end));
    let blank = blank.map(|said| format!("{} ?", said.trim_end().trim_end_matches('?')));
    let said = blank.as_deref().unwrap_or(said);
    // An access has a fault, and a run ends with a signal.
    let runs = does.split_whitespace().any(|verb| verb == "run");
    if runs && let Some(ended) = found_in(section("run"), said) {
        return Some(ended);
    }
    let plain = unsigned(said);
    let known = of_section(&plain).or_else(|| of_section(said));
    // A blank is a name without a value: `ask read va => TLB index`.
    let asked = || {
        let name = plain.to_ascii_lowercase();
        let blank = asks(does) && !is_fact(&name);
        let (row, new) = blank.then(|| of_section(&format!("{name} 0"))).flatten()?;
        Some((row, Some(new?.strip_suffix(" 0")?.to_owned())))
    };
    // A reference string has a rate, and its facts are those of all references.
    let counts = does
        .split_whitespace()
        .any(|verb| matches!(verb, "reference" | "replay" | "run"));
    let accessed = || found_in(section("accessed"), said).filter(|_| !counts);
    known.or_else(asked).or_else(accessed).or_else(|| {
        let bare = without_fillers(said)?;
        of_section(&bare).or_else(|| Some((&section("plain")[0], Some(bare))))
    })
}

/// Whether the last statement of a text is an `ask`.
pub(super) fn asks(text: &str) -> bool {
    let last = text.rsplit(['{', ';']).next().unwrap_or_default();
    last.trim_start().starts_with("ask ")
}

/// Returns a fact without the words that a sentence has: `a tlb miss`, `miss in the tlb`.
fn without_fillers(said: &str) -> Option<String> {
    let all = tokens(said);
    let is_filler = |at: usize| {
        let next = all.get(at + 1).is_some_and(Token::is_name);
        next && matches!(
            all[at].text,
            "a" | "an" | "the" | "then" | "in" | "is" | "with" | "and" | "be" | "has"
        )
    };
    let kept = (0..all.len()).filter(|at| !is_filler(*at));
    let kept: Vec<&str> = kept.map(|at| all[at].text).collect();
    (kept.len() < all.len() && kept.len() == 2).then(|| kept.join(" "))
}

fn of_section(said: &str) -> Option<(&'static Idiom, Option<String>)> {
    found_in(section("worded"), said).or_else(|| found_in(section("facts"), said))
}

/// Applies the first matching idiom to a text.
pub(super) fn found_in(
    rows: &'static [Idiom],
    said: &str,
) -> Option<(&'static Idiom, Option<String>)> {
    fitting(rows, said).next()
}

/// Returns `expect` with conditions in place of names and values: `expect tlb hits 0, tlb misses 1`, or of the facts of a
/// part: `expect cache => misses 1`.
pub(super) fn conditions(said: &str) -> Option<String> {
    let rest = said.strip_prefix("expect ")?;
    let (of, rest) = rest.split_once("=>").unwrap_or(("", rest));
    let condition = |part: &str| {
        let part = format!("{of}{part}");
        let all = tokens(&part);
        let (value, path) = all.split_last()?;
        let signed = path
            .last()
            .is_some_and(|last| matches!(last.text, "=" | "==" | ":" | "is"));
        let path = &path[..path.len() - usize::from(signed)];
        let names: Vec<&str> = path.iter().map(|token| token.text).collect();
        // A word before a whole path is superfluous.
        let is_path = names.len() == 1 || !names.iter().any(|name| name.contains('.'));
        let named = |name: &&str| name.starts_with(char::is_alphabetic) && !is_keyword(name);
        // Between a path and a number, only the author knows which comparison is missing.
        let enough = names.len() > usize::from(!signed);
        let fits = enough && is_path && names.iter().all(named) && value.is_number();
        fits.then(|| format!("{} == {}", names.join("."), value.text))
    };
    let parts = rest.split(',').flat_map(|part| part.split(" and "));
    let all: Option<Vec<String>> = parts.map(condition).collect();
    Some(format!("expect {}", all?.join(" and "))).filter(|new| new != said)
}

/// Returns an `ask` whose facts are followed by numbers in brackets, and its message: the numbers are the levels of a page table
/// in `vpn[1], vpn[2]`, and the points of each fact in `vpn (2), tlbi (1)`.
pub(super) fn numbered(said: &str) -> Option<(&'static str, String)> {
    let (asks, facts) = said.split_once("=>")?;
    let does = asks.strip_prefix("ask ")?;
    let fact = |part: &str| {
        if let Some((name, points)) = part.split_once(" points ") {
            let is_number = points.trim().bytes().all(|byte| byte.is_ascii_digit());
            return is_number.then(|| (name.trim().to_owned(), points.trim().to_owned()));
        }
        let (name, rest) = part.split_once(['(', '['])?;
        let number = rest.trim_end().strip_suffix([')', ']'])?.trim();
        let digits = number.trim_end_matches(char::is_alphabetic);
        let unit = number[digits.len()..].trim();
        let digits = digits.trim_end();
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let fits = is_number && digits.starts_with(|c: char| c != '0');
        let is_level = matches!(name.trim(), "vpn" | "pte");
        let is_points = part.contains('(')
            && matches!(
                unit,
                "" | "p" | "pt" | "pts" | "point" | "points" | "mark" | "marks"
            );
        (fits && (is_level || is_points)).then(|| (name.trim().to_owned(), digits.to_owned()))
    };
    let all: Option<Vec<(String, String)>> = facts.split(',').map(fact).collect();
    let all = all?;
    if facts.contains('[') && all.iter().all(|(name, _)| matches!(&**name, "vpn" | "pte")) {
        let names: Vec<String> = all
            .iter()
            .map(|(name, level)| format!("{name}{level}"))
            .collect();
        let message = "the level of a page table is a part of the fact's name";
        return Some((message, format!("{asks}=> {}", names.join(", "))));
    }
    let statements: Vec<String> = (all.iter().enumerate())
        .map(|(at, (name, points))| {
            let does = if at == 0 { does.trim_end() } else { "last" };
            format!("ask {does} => {name} points {points}")
        })
        .collect();
    let message = "each weight needs an `ask` of its own";
    (all.len() > 1).then(|| (message, statements.join("; ")))
}

/// Returns a `given` with the parts that a sentence names: `given the page table and the TLB`.
pub(super) fn given(said: &str) -> Option<String> {
    let sentence = said.strip_prefix("given ")?;
    let of = sentence
        .replace(',', " , ")
        .replace("page table", "page_table")
        .replace("TLB", "tlb");
    let mut parts = vec![Vec::new()];
    for word in of.split_whitespace() {
        match word {
            "the" => {}
            "," | "and" | "&" => parts.push(Vec::new()),
            word => parts.last_mut()?.push(word),
        }
    }
    parts.retain(|part| !part.is_empty());
    let parts: Vec<String> = parts.iter().map(|part| part.join(" ")).collect();
    let new = parts.join(", ");
    // A sentence that is a list already has another mistake.
    (!new.is_empty() && new != sentence).then(|| format!("given {new}"))
}

/// Rewrites C's `text "… %d …", va` with the values in braces.
pub(super) fn printed(said: &str) -> Option<String> {
    let (text, values) = said.strip_prefix("text \"")?.split_once("\",")?;
    if text.contains('\\') {
        return None;
    }
    let mut values = values.split(',').map(str::trim);
    let mut parts = text.split('%');
    let mut new = parts.next()?.to_owned();
    for part in parts {
        let value = values.next().filter(|value| !value.is_empty())?;
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == 'l');
        let flags = &part[..part.len() - rest.len()];
        // `50%dirty`
        if rest.chars().nth(1).is_some_and(char::is_alphabetic) {
            return None;
        }
        let digits = flags.trim_end_matches('l').trim_start_matches('0');
        let value = match rest.chars().next()? {
            'd' | 'i' | 'u' | 's' => format!("{{{value}}}"),
            'x' | 'X' | 'p' if digits.is_empty() => format!("{{hex({value})}}"),
            'x' | 'X' => format!("{{hex({value}, {digits})}}"),
            _ => return None,
        };
        // `hex` writes the prefix.
        let new_end = new.strip_suffix("0x").filter(|_| value.starts_with("{hex"));
        new = format!("{}{value}{}", new_end.unwrap_or(&new), &rest[1..]);
    }
    (values.next().is_none() && new != text && !new.contains('"'))
        .then(|| format!("text \"\"\"{new}\"\"\""))
}

/// Whether a word is the name of a counter of a TLB or cache.
pub(super) fn is_counter(name: &str) -> bool {
    let counters = ["hits", "misses", "evictions", "miss_rate", "hit_rate"];
    counters.contains(&name)
}

/// Returns a condition with a counter after the name of its cache: `expect misses == 1`, `expect misses(cache) < 2`.
pub(super) fn counter(said: &str) -> Option<String> {
    let rest = said.strip_prefix("expect ")?;
    let name = rest.split([' ', '(']).next()?;
    if !is_counter(name) {
        return None;
    }
    let after = &rest[name.len()..];
    if let Some(arguments) = after.strip_prefix('(') {
        let (part, after) = arguments.split_once(')')?;
        return Some(format!("expect {part}.{name}{after}"));
    }
    let compares = after.trim_start().starts_with(['=', '!', '<', '>']);
    compares.then(|| format!("expect cache.{name}{after}"))
}

/// Returns a fact with a list of values in place of alternatives, such as `tlb hit or tlb miss`.
fn one_of(facts: &str) -> Option<String> {
    let whole = facts.replace("||", " or ");
    let mut all = whole.split(" or ").map(str::trim);
    let (fact, first) = all.next()?.split_once(' ')?;
    let value = |one: &'_ str| one.strip_prefix(fact).unwrap_or(one).trim().to_owned();
    let values: Vec<String> = std::iter::once(first.to_owned())
        .chain(all.map(value))
        .collect();
    let single = |value: &String| !value.is_empty() && !value.contains([' ', ',', '(', '=']);
    (is_fact(fact) && values.iter().all(single))
        .then(|| format!("{fact} in [{}]", values.join(", ")))
}

/// Rewrites the facts of a statement.
pub(super) fn stated(does: &str, facts: &str) -> Option<(&'static Idiom, Option<String>)> {
    let (joining, either) = (&section("joined")[0], &section("either")[0]);
    let (mut row, mut parts, mut from, mut depth) = (None, Vec::new(), 0, 0);
    let mut worksheet = false;
    let all = tokens(facts);
    for (at, token) in all.iter().enumerate() {
        depth += nesting(token.text);
        let means = |row: &Idiom| row.theirs.iter().any(|theirs| theirs.text == token.text);
        if depth == 0 && means(either) {
            // A blank has a name alone.
            let one = one_of(facts).map(|one| match one.split_once(' ') {
                Some((name, _)) if asks(does) => name.to_owned(),
                _ => one,
            });
            return Some((either, one));
        }
        let joined = means(joining);
        // The facts of a worksheet are in capitals and without commas.
        let listed = is_fact(&token.text.to_lowercase())
            && token.text.bytes().all(|byte| byte.is_ascii_uppercase())
            || token.text == "page"
                && all.get(at + 1).is_some_and(|next| next.text == "fault")
                && !(at > 0 && matches!(all[at - 1].text, "no" | "not" | "without" | "a"));
        if depth == 0 && listed && !facts[from..token.start].trim().is_empty() {
            worksheet = true;
            parts.push(&facts[from..token.start]);
            from = token.start;
        } else if depth == 0 && (joined || token.text == ",") {
            row = row.or(joined.then_some(joining));
            parts.push(&facts[from..token.start]);
            from = token.end();
        }
    }
    parts.push(&facts[from..whole(facts).1.max(from)]);
    let asks = asks(does);
    let is_blank = |part: &&str| is_fact(&lowered(part.trim_end_matches([' ', '}']).trim()));
    let has_blank = parts.iter().any(is_blank);
    let mut new = Vec::new();
    for part in parts
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
    {
        let part = &*lowered(part);
        // Among other facts, a value alone does not say whose it is.
        let alone = parts.len() == 1 || !matches!(part, "hit" | "miss");
        match alone.then(|| fact(does, part)).flatten() {
            Some((fact, None)) => return Some((fact, None)),
            Some((fact, Some(text))) => {
                row = row.or(Some(fact));
                // Beside a blank, a value after `=` is an expectation. Otherwise, the fact is a blank.
                let is_value = has_blank && part.contains('=');
                let name = text.split(' ').next().filter(|_| asks && !is_value);
                new.push(name.map_or_else(|| text.clone(), str::to_owned));
            }
            None => new.push(part.to_owned()),
        }
    }
    let row = if worksheet { Some(joining) } else { row };
    let ours = |fact: &String| match fact.rsplit_once(' ') {
        Some((name, value)) => format!("{name} {}", valued(value)),
        None => fact.clone(),
    };
    let new: Vec<String> = new.iter().map(ours).collect();
    row.map(|row| (row, Some(new.join(", "))))
}

/// Returns the value of a fact that a word of another language means, such as `None`.
fn valued(word: &str) -> &str {
    let ours = TABLE.rows("words").find(|(theirs, _)| *theirs == word);
    ours.and_then(|(_, ours)| ours.split(' ').next())
        .unwrap_or(word)
}

/// Converts an uppercase fact name to lowercase.
fn lowered(fact: &str) -> String {
    let name = fact
        .split([' ', ':', '='])
        .next()
        .filter(|name| name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_uppercase()));
    name.map_or_else(
        || fact.to_owned(),
        |name| format!("{}{}", name.to_lowercase(), &fact[name.len()..]),
    )
}

/// Returns a fact without the signs between its name and value.
fn unsigned(fact: &str) -> String {
    let words = tokens(fact).into_iter().map(|token| token.text);
    words
        .filter(|word| !matches!(*word, "?" | ":" | "=" | "==" | "is" | "->"))
        .collect::<Vec<_>>()
        .join(" ")
        .replace(" ,", ",")
}

#[cfg(test)]
mod tests {
    use super::{found_in, known, section};
    use crate::lang::parse::parse;

    /// The message of a row of the section `statements` that begins with a word of the language is right even if its fix is not.
    #[test]
    fn rows_of_statements_are_recognized() {
        let (row, new) = found_in(section("statements"), "read 96 == vpn { x }").unwrap();
        assert!(row.begins, "{:?}", row.theirs);
        assert_eq!(new.as_deref(), Some("read 96 => vpn { x }"));
    }

    /// A statement of the language has another mistake, such as a title that another file also has.
    #[test]
    fn an_equivalent_that_equals_the_line_is_not_suggested() {
        let same = |said: &str| {
            known(said)
                .into_iter()
                .any(|(_, new)| new.as_deref() == Some(said))
        };
        for said in [
            "question \"T\" points 6 {",
            "text \"T\"",
            "ask \"n\" = 5 points 2",
        ] {
            assert!(!same(said), "{said}");
        }
        assert!(!known("question \"T\" marks 6 {").is_empty());
    }

    #[test]
    fn suggestions_of_rows_parse() {
        for row in ["statements", "facts", "joined", "either"]
            .into_iter()
            .flat_map(section)
        {
            let parts = row
                .help
                .split('`')
                .skip(1)
                .step_by(2)
                .filter(|part| row.help.contains(&format!("write `{part}")));
            for part in parts {
                let text = part.replace("{ … }", "{ }").replace('…', "1");
                let reads = |text: &str| parse(0, text, &mut ()).diagnostics.is_empty();
                assert!(
                    reads(&text) || reads(&format!("read 0 => {text}")),
                    "{part}"
                );
            }
        }
    }
}
