//! The fairness of versions as text.

use super::plan::mixed;
use crate::exam::Version;
use crate::exam::fair::{Blank, Fairness, Lacking, Sample};
use crate::exam::paper::{Division, Paper, Question};
use crate::lang::nearest::nearest;
use crate::questions::settings::Finding;
use crate::report::doc::{Block, Cell, Table, Tone};

/// Maximum number of problems reported per kind.
const TOLD: usize = 12;
/// Maximum number of characters of an answer to show.
const SHOWN: usize = 24;

/// Reports the findings of each kind.
pub fn fairness(of: &Fairness, versions: &[Version]) -> Vec<Block> {
    let name = |at: usize| {
        versions.get(at).map_or_else(String::new, |own| {
            format!("{} (seed {:#018x})", own.code, own.seed)
        })
    };
    let mut blocks = vec![solvable(of, &name)];
    let mut lost = of.unsolved.iter().filter_map(|lost| lost.versions.first());
    if let Some(Version { seed, .. }) = lost.find_map(|at| versions.get(*at)) {
        blocks.push(detail(format!(
            "`pagewalk run FILE --seed {seed:#018x}` prints the message with its help"
        )));
    }
    blocks.extend(hard(of, &name));
    blocks.extend(distinct(of, &name));
    blocks.extend(repeated(of));
    blocks.extend(ambiguous(of, &name));
    blocks.extend(undetermined(of, &name));
    blocks.extend(of.printed_keys.iter().map(|(question, table)| {
        let words = format!(
            "{question}: students fill in the table `{table}`, but the paper also prints it"
        );
        verdict(false, &words)
    }));
    let lacking = of.lacking.iter();
    blocks.extend(
        lacking.map(|(question, lacking)| Block::line(format!("! {}", lacks(question, lacking)))),
    );
    blocks.extend(of.constant.iter().map(|question| {
        Block::line(format!(
            "! {question}: the versions differ, but each answer is the same in all of them"
        ))
    }));
    blocks.extend(guessable(of));
    blocks.extend(readable(of, &name));
    blocks.extend(of.guesses.iter().map(|(question, [earned, points])| {
        let text = format!(
            "{question}: guessing earns about {} of {} points in tables and choices",
            two_decimals(*earned),
            two_decimals(*points)
        );
        Block::line(text)
    }));
    blocks.extend(of.accepted.iter().map(|(accepted, found)| {
        let (word, question) = (accepted.finding.0, accepted.question.as_deref());
        let named = question.map_or_else(String::new, |title| format!(" of {title}"));
        let titles = || of.blanks.iter().map(|blank| &*blank.question);
        let unknown = question.filter(|title| titles().all(|known| known != *title));
        let end = match unknown.map(|title| nearest(title, titles())) {
            _ if *found => String::new(),
            None => "; the check finds nothing of the kind".to_owned(),
            Some(None) => "; no question has this title".to_owned(),
            Some(Some(near)) => format!("; no question has this title: did you mean “{near}”?"),
        };
        Block::line(format!(
            "accepted: {word}{named}, because {}{end}",
            accepted.reason
        ))
    }));
    if papers(of) > 0 {
        blocks.push(Block::Table(table(&of.blanks)));
    }
    let (tone, text) = if of.holds() {
        (Tone::Good, "the versions are fair")
    } else {
        (Tone::Bad, "the versions are not fair")
    };
    blocks.push(Block::toned(
        tone,
        format!("{}: {text}", count(of.versions, "version")),
    ));
    blocks
}

/// Returns hints for the author about a single paper: points that do not divide, and what the paper does not print. Other
/// findings of a check compare versions.
pub fn hints(paper: &Paper) -> Vec<String> {
    let sample = Sample::from_paper(paper);
    let lacking = sample.in_order().flat_map(|(title, question)| {
        let lacking = question.lacking.iter();
        lacking.map(move |lacking| lacks(title, lacking))
    });
    let points = paper.questions.iter().filter_map(indivisible);
    points.chain(lacking).collect()
}

fn lacks(question: &str, lacking: &Lacking) -> String {
    let words = match lacking {
        Lacking::PageTable => {
            "asks for a PPN or a page fault, but the paper prints no page table; add `given page_table`"
        }
        Lacking::Areas => {
            "asks about a fault or the areas of a process, but the paper prints no areas; add `given PROCESS.maps`, or a `text` that describes them"
        }
        Lacking::PageSize => {
            "asks about an address, but the paper states no page size; add `given machine`"
        }
        Lacking::Part(kind) => &format!(
            "asks about a {kind}, but the paper states none of its settings; add `given machine`"
        ),
        Lacking::Machine(size) => {
            &format!("asks about the machine, but the paper states no {size}; add `given machine`")
        }
        Lacking::Setting(setting) => &format!(
            "asks about a reference string, but the text of its `as` states no {setting}; add it to the text"
        ),
        Lacking::String => {
            "asks about a reference string, but the paper does not print it; add `figure reference`"
        }
        Lacking::Between => {
            "the paper does not print the statements before one of its operations; add a `text` with them, or `ask` them, too"
        }
        Lacking::Contents(name) => &format!(
            "asks about {name}, but the paper does not print its contents, and it is not empty; add `given`, or `flush` it"
        ),
        Lacking::Column(table, column) => &format!(
            "an answer can depend on the column `{column}`, which the printed table “{table}” leaves out; add it to the columns of `given`"
        ),
        Lacking::Bit(bit) => &format!(
            "an answer can depend on the bit `{bit}`, which `given tables` does not print; add `given page_table`"
        ),
        Lacking::After(table) => &format!(
            "asks about an operation above “{table}”, which is printed as it is after the operation; write its `given` above the operation"
        ),
        Lacking::Memory => {
            "asks for the contents of memory, but the paper does not print them; add a `text` that describes them, or `given memory` without processes"
        }
        Lacking::Root => {
            "asks for the address of a page table of a process, but the paper prints none; add `given PROCESS.cr3`, or a `text` with the addresses"
        }
        Lacking::Random => {
            "the replacement policy `random` decides an answer, which students cannot know; use another policy"
        }
        Lacking::Latencies => {
            "asks how many cycles an access takes, but the paper states no latencies; add `given machine`"
        }
        Lacking::AnyLatency => {
            "asks for a time, but the machine has no `latency`, so the answer is 0; declare one, as in `memory { latency 100 }`"
        }
        Lacking::Program(name) => &format!(
            "asks about the program `{name}`, but the paper does not print it; add `given program {name}`"
        ),
        Lacking::Options(text) => &format!(
            "`answers` finds fewer than three mistakes for “{text}”; add your own options: `wrong \"…\"`"
        ),
        Lacking::Call(name) => &format!(
            "asks for an address that `{name}` returned, but the paper does not print this call; add a `text` with the call"
        ),
    };
    format!("{question}: {words}")
}

/// Returns a hint for the author if the points of a question do not divide.
pub fn indivisible(question: &Question) -> Option<String> {
    let Division::Uneven(larger) = &question.division else {
        return None;
    };
    let (title, points) = (&question.title, mixed(question.points));
    let each = larger.iter().map(|(name, points)| {
        let points = format!("`points {}`", mixed(*points));
        match (larger.len(), &**name) {
            (1, "") => points,
            (_, "") => format!("{points} for the question"),
            (_, name) => format!("{points} for {name}"),
        }
    });
    let each: Vec<String> = each.collect();
    let instead = match &each[..] {
        [] => "give each `ask` points that do".to_owned(),
        [only] => format!("{only} would"),
        [first @ .., last] => format!("{} and {last} would", first.join(", ")),
    };
    Some(format!(
        "{title}: {points} points do not divide among the blanks; {instead}"
    ))
}

/// Returns a line that reports success or a problem.
fn verdict(good: bool, words: &str) -> Block {
    if good {
        Block::toned(Tone::Good, format!("✓ {words}"))
    } else {
        Block::toned(Tone::Bad, format!("✗ {words}"))
    }
}

fn detail(words: impl Into<String>) -> Block {
    Block::line(format!("    {}", words.into()))
}

/// Returns the number of versions that have a paper.
fn papers(of: &Fairness) -> usize {
    let lost = of.unsolved.iter().map(|unsolved| unsolved.versions.len());
    of.versions - lost.sum::<usize>()
}

fn solvable(of: &Fairness, name: &dyn Fn(usize) -> String) -> Block {
    let whole = format!("solvable: {} of {}", papers(of), of.versions);
    let why: Vec<String> = of
        .unsolved
        .iter()
        .take(TOLD)
        .map(|unsolved| {
            let first = unsolved
                .versions
                .first()
                .map_or_else(String::new, |at| name(*at));
            let times = count(unsolved.versions.len(), "version");
            format!("\n    {times}, first {first}: {}", unsolved.why.trim())
        })
        .collect();
    verdict(of.unsolved.is_empty(), &format!("{whole}{}", why.concat()))
}

fn hard(of: &Fairness, name: &dyn Fn(usize) -> String) -> Vec<Block> {
    // One version has nothing to compare with, and the work of tables and essays is not counted.
    let nothing = of.even.is_empty() || of.accepts(&[Finding::Uneven]);
    if of.versions < 2 || of.uneven.is_empty() && nothing {
        return Vec::new();
    }
    let words = if of.uneven.is_empty() {
        "equally hard"
    } else {
        "not equally hard"
    };
    let mut blocks = vec![verdict(of.uneven.is_empty(), words)];
    blocks.extend(
        of.even
            .iter()
            .map(|(question, work)| detail(format!("{question}: {work} in each version"))),
    );
    for uneven in of.uneven.iter().take(TOLD) {
        let amounts = uneven.amounts.iter().map(|(amount, versions)| {
            let first = versions.first().map_or_else(String::new, |at| name(*at));
            format!("{amount} in {} (first {first})", versions.len())
        });
        let amounts: Vec<String> = amounts.collect();
        blocks.push(detail(format!(
            "{}: {} {}",
            uneven.question,
            uneven.what,
            amounts.join(", ")
        )));
    }
    blocks
}

fn distinct(of: &Fairness, name: &dyn Fn(usize) -> String) -> Vec<Block> {
    let groups = of.same.len();
    if groups == 0 {
        let is_checked = papers(of) > 1 && !of.accepts(&[Finding::Same]);
        let good = is_checked.then(|| verdict(true, "no two versions are the same"));
        return good.into_iter().collect();
    }
    let all = of.same.iter().any(|group| group.len() == of.versions) && of.versions > 1;
    let words = if all {
        "all versions are the same: the script draws no random values"
    } else {
        "some versions are the same"
    };
    let mut blocks = vec![verdict(false, words)];
    for group in of.same.iter().take(TOLD).filter(|_| !all) {
        let names: Vec<String> = group.iter().take(4).map(|at| name(*at)).collect();
        let more = if group.len() > 4 {
            format!(" and {} more", group.len() - 4)
        } else {
            String::new()
        };
        blocks.push(detail(format!("{}{more}", names.join(", "))));
    }
    blocks
}

fn repeated(of: &Fairness) -> Vec<Block> {
    let each = of.repeated.iter().take(TOLD).map(|found| {
        let (title, different, versions) = (&found.question, found.different, found.versions);
        verdict(
            false,
            &format!(
                "{title}: only {different} variants in {versions} versions; {} % of pairs are identical",
                found.percent
            ),
        )
    });
    each.collect()
}

fn ambiguous(of: &Fairness, name: &dyn Fn(usize) -> String) -> Vec<Block> {
    let each = of.ambiguous.iter().take(TOLD).map(|found| {
        let (title, prompt, version) = (&found.question, &found.prompt, name(found.version));
        verdict(
            false,
            &format!("{title}: “{prompt}” occurs twice with different answers, first in {version}"),
        )
    });
    each.collect()
}

fn undetermined(of: &Fairness, name: &dyn Fn(usize) -> String) -> Vec<Block> {
    let each = of.undetermined.iter().take(TOLD).map(|found| {
        let place = place(&found.question, &found.blank);
        let [one, other] = &found.answers;
        let answer = |(at, key): &(usize, String)| format!("{} in {}", cut(key), name(*at));
        verdict(
            false,
            &format!(
                "{place}: versions that print the same question have different answers: {} and {}",
                answer(one),
                answer(other)
            ),
        )
    });
    each.collect()
}

fn guessable(of: &Fairness) -> Vec<Block> {
    let found: Vec<&Blank> = of.blanks.iter().filter(|blank| blank.guessable()).collect();
    if found.is_empty() {
        // Versions that do not differ cannot show what students can guess.
        let any = of.blanks.iter().any(|blank| blank.drawn);
        let any = any && !of.accepts(&[Finding::Guessable]);
        let good = any.then(|| verdict(true, "no blank can be guessed"));
        return good.into_iter().collect();
    }
    let mut blocks = vec![verdict(
        false,
        &format!("{} can be guessed", count(found.len(), "blank")),
    )];
    for blank in found {
        let (times, versions) = (blank.times, blank.versions);
        blocks.push(detail(format!(
            "{}: {} in {times} of {versions}",
            place(&blank.question, &blank.name),
            cut(&blank.most)
        )));
    }
    blocks
}

fn readable(of: &Fairness, name: &dyn Fn(usize) -> String) -> Vec<Block> {
    if of.readable.is_empty() {
        // Essays have no answers, and a printed table is reported above.
        let is_checked = !of.blanks.is_empty() && of.printed_keys.is_empty();
        let is_checked = is_checked && !of.accepts(&[Finding::Readable, Finding::Printed]);
        let good = if of.blanks.iter().any(|blank| blank.follows) {
            "no answer appears elsewhere in its question; bytes that no table prints are not compared with the text above"
        } else {
            "no answer appears elsewhere in its question"
        };
        return is_checked
            .then(|| verdict(true, good))
            .into_iter()
            .collect();
    }
    let mut blocks = vec![verdict(
        false,
        "some answers appear elsewhere in their questions",
    )];
    for found in of.readable.iter().take(TOLD) {
        let first = found
            .versions
            .first()
            .map_or_else(String::new, |at| name(*at));
        blocks.push(detail(format!(
            "{}: {} of {first} appears in “{}” ({})",
            place(&found.question, &found.blank),
            found.key,
            found.words,
            count(found.versions.len(), "version")
        )));
    }
    blocks
}

/// Returns a question and its blank, which has no name if the question has no others.
fn place(question: &str, blank: &str) -> String {
    format!("{question} {blank}").trim_end().to_owned()
}

fn table(blanks: &[Blank]) -> Table {
    let names = [
        "question",
        "blank",
        "versions",
        "answers",
        "most frequent",
        "share",
    ];
    let word = |text: &str| Cell::word(text);
    let number = |text: String| Cell::number(text);
    let rows = blanks.iter().map(|blank| {
        let share = format!("{} %", blank.times * 100 / blank.versions.max(1));
        let share = match (blank.drawn, blank.guessable()) {
            (false, _) => "not drawn".to_owned(),
            (true, true) => format!("{share} ✗"),
            (true, false) => share,
        };
        vec![
            word(&cut(&blank.question)),
            word(if blank.name.is_empty() {
                "·"
            } else {
                &blank.name
            }),
            number(blank.versions.to_string()),
            number(blank.different.to_string()),
            word(&cut(&blank.most)),
            word(&share),
        ]
    });
    Table {
        title: "blanks".to_owned(),
        groups: vec![names.map(str::to_owned).to_vec()],
        rows: rows.collect(),
    }
}

fn two_decimals(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn cut(words: &str) -> String {
    if words.chars().count() <= SHOWN {
        return words.to_owned();
    }
    format!("{}…", words.chars().take(SHOWN).collect::<String>())
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
