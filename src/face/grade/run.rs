//! Runs the command, from its input files to the marks.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use pagewalk_engine::files::atomic_write::{write_below, write_file};
use pagewalk_engine::files::limits::RULES;
use pagewalk_engine::files::shown;
use pagewalk_script::api::{CheckedScript, Exam};
use pagewalk_script::exam::field::alike;
use pagewalk_script::exam::grade::regrade::{Before, regraded};
use pagewalk_script::exam::grade::rules::Rules;
use pagewalk_script::exam::grade::statistics::statistics;
use pagewalk_script::exam::grade::{Given, Marked};
use pagewalk_script::exam::marks;
use pagewalk_script::exam::marks::{Columns, Format, TableRow};
use pagewalk_script::exam::roster::Flaw;
use pagewalk_script::lang::nearest::nearest;
use pagewalk_script::lang::value::Number;
use pagewalk_script::report::narrate::count;
use pagewalk_script::run::session::Limits;
use pagewalk_script::suite::reports::quoted;

use super::arguments::{FeedbackFormat, Grade};
use super::marking::{
    GivenVersion, Marking, MarkingResult, NoPaper, PaperVersion, Review, SeedSource, Versions,
    doubtful_version, mark_all,
};
use super::rows::{ColumnNames, StudentRow, points_of, read_bytes, read_text};
use super::{arguments, csv};
use crate::face::options::check_outputs;
use crate::face::replay::refused;
use crate::face::run::warn_of_own_seed;
use crate::face::terminal::{Color, Status, complain, diagnostic_style, print};
use crate::face::threads::side_by_side;

/// Maximum number of row errors in a report.
const SHOWN: usize = 100;
/// Number of work items per thread, chosen to balance the load.
const PIECES: usize = 4;

/// A paper and its rows.
type PaperRows = (PaperVersion, Vec<StudentRow>);

/// The papers with their rows.
struct Papers {
    each: Vec<PaperRows>,
    /// The errors in invalid rows.
    flaws: Vec<Flaw>,
    /// The rows whose version contradicts another source.
    doubts: Vec<Doubt>,
    /// The columns that no mark depends on.
    unused: Vec<String>,
    /// Whether the file has a column for each field.
    has_columns: bool,
}

/// An error that has already been reported and that ends the command.
struct AlreadyReported;

/// A row with a version that contradicts another source.
struct Doubt {
    row: StudentRow,
    /// The version that counts, and the other one, if the other source has one.
    versions: Vec<PaperVersion>,
    /// The student to whom the list of versions assigns the version, if it does not contain the student of the row.
    other: Option<String>,
}

impl Grade {
    pub(crate) fn execute(&self, color: Color) -> io::Result<Status> {
        let Ok(rules) = self.read_rules() else {
            return Ok(Status::Wrong);
        };
        let Ok((script, also)) = self.scripts(color) else {
            return Ok(Status::Wrong);
        };
        if let Err(why) = self.check_outputs(&script, &also) {
            return Ok(refused(&why));
        }
        if self.seed.is_some() {
            warn_of_own_seed(&script);
        }
        let given = GivenVersion {
            seed: self.seed,
            code: self.code.clone(),
            own: own_version(&script, self.limits.limits()),
            declared: script.declared_seeds(),
            needed: script.depends_on_seed(),
        };
        let review = match self.review.as_deref().map(Review::read).transpose() {
            Ok(review) => review,
            Err(message) => {
                return Ok(wrong(
                    self.review.as_deref().unwrap_or(Path::new("")),
                    &message,
                ));
            }
        };
        let Ok(Papers {
            each: mut papers,
            mut flaws,
            doubts,
            unused,
            has_columns,
        }) = self.papers(&given, review.as_ref())
        else {
            return Ok(Status::Wrong);
        };
        let format = match self.feedback_format {
            FeedbackFormat::Markdown => Format::Markdown,
            FeedbackFormat::Html => Format::Html,
        };
        let wanted = self.feedback.is_some().then_some(format);
        let marking = Marking {
            script: &script,
            also: &also,
            rules: &rules,
            feedback: wanted,
            columns: if self.questions {
                Columns::Questions
            } else {
                Columns::Fields
            },
            has_columns,
            keep_marks: self.statistics || self.before.is_some(),
            limits: self.limits.limits(),
        };
        if let Some(review) = &review {
            papers
                .iter_mut()
                .flat_map(|(_, rows)| rows)
                .for_each(|row| review.apply(row));
        }
        let changed = |drawn: &PaperVersion| {
            drawn.source == SeedSource::List && !script.may_have_printed(drawn.seed, &drawn.code)
        };
        if let Some((drawn, _)) = papers.iter().find(|(drawn, _)| changed(drawn)) {
            complain(&format!(
                "pagewalk: warning: the script has changed since version {} was printed, so its values and its key may also have changed\n  \
                 help: grade with the script from which you printed the papers, and set `also` or `void` for a mistake in it\n",
                drawn.code
            ));
        }
        let mut done = marked(&marking, &papers);
        // In JSON, a student who answers nothing has no names.
        let has_names = has_columns || !done.unknown.is_empty();
        if has_names && done.fields.len() == done.missing.len() && !done.fields.is_empty() {
            return Ok(self.no_field(&papers, !flaws.is_empty(), has_columns, &done));
        }
        flaws.append(&mut done.flaws);
        if !unused.is_empty() {
            let (file, names) = (shown(&self.answers), unused.join(", "));
            complain(&format!("pagewalk: {file}: no marks depend on {names}\n"));
        }
        let has_errors = self.report_flaws(&mut flaws)
            | self.report_columns(&done)
            | (has_columns && self.report_missing(&done));
        if !rules_are_of_fields(&rules, &done, self.versions.is_some()) {
            return Ok(Status::Wrong);
        }
        self.warn_of_mixed_questions(&rules, &done);
        done.sort();
        if done.rows.is_empty() {
            complain(&format!(
                "pagewalk: {}: nothing could be marked\n",
                shown(&self.answers)
            ));
            if given.needed && self.versions.is_none() {
                complain(
                    "the papers of this exam differ between versions; to identify each paper, add one of these:\n  \
                     the option `--versions NAME.versions.csv`, and a column `version` if that list has no students\n  \
                     a column `seed`\n  \
                     the option `--seed N`, if all students had the same paper\n",
                );
            }
            return Ok(Status::Wrong);
        }
        if let Some(folder) = &self.feedback {
            let each = done
                .feedback
                .iter()
                .map(|(_, id, text)| (id.as_str(), text.as_str()));
            if let Err(message) = write_feedback(folder, format, each) {
                return Ok(wrong(folder, &message));
            }
        }
        let mut unreadable = std::mem::take(&mut done.unreadable);
        self.report_doubts(&marking, &doubts, review.as_ref());
        unreadable.extend(
            doubts
                .iter()
                .map(|doubt| doubtful_version(&doubt.row, &given)),
        );
        let (open, how) = if let (Some(path), Some(review)) = (&self.review, review) {
            let (text, open) = review.text(unreadable);
            if let Err(error) = write_file(path, &text) {
                return Ok(wrong(path, &format!("cannot be written: {error}")));
            }
            let path = shown(path);
            let how = format!("fill in the column `read as` of {path}, and grade again");
            (open, how)
        } else {
            let how = "`--review FILE` lists such answers, so that you can decide";
            (unreadable.len(), how.to_owned())
        };
        if open > 0 {
            let what = count(open as u64, "answer is", "answers are");
            let why = if doubts.is_empty() {
                "unreadable"
            } else {
                "unreadable or of a doubtful version"
            };
            complain(&format!("pagewalk: {what} {why}; {how}\n"));
        }
        let status = self.write(&done.rows, marking.columns, &done.marked)?;
        Ok(status.max(if has_errors || !doubts.is_empty() {
            Status::Failed
        } else {
            Status::Held
        }))
    }

    fn write(&self, rows: &[TableRow], columns: Columns, marked: &[Marked]) -> io::Result<Status> {
        // Read this file first, because the output may overwrite it.
        let before = match &self.before {
            Some(path) => match read_before(path) {
                Ok(before) => Some(before),
                Err(message) => return Ok(wrong(path, &message)),
            },
            None => None,
        };
        let table = marks::marks(rows, columns);
        match &self.output {
            Some(path) if path != Path::new("-") => {
                if let Err(error) = write_file(path, &table) {
                    return Ok(wrong(path, &format!("cannot be written: {error}")));
                }
            }
            None if self.statistics || before.is_some() => {}
            _ => print(&table)?,
        }
        if self.statistics {
            print(&marks::statistics(&statistics(marked)))?;
        }
        if let Some(before) = before {
            print(&marks::regrade(&regraded(&before, marked)))?;
        }
        Ok(Status::Held)
    }

    fn read_rules(&self) -> Result<Rules, AlreadyReported> {
        let (mut rules, mut wrong) = (Rules::default(), Vec::new());
        if let Some(path) = &self.rules {
            let text = read_text(path, RULES).map_err(|message| {
                let help = "; a rule without a file is `--rule NAME=VALUE`";
                report_file(path, &(message + help))
            })?;
            wrong = rules.set_yaml(&shown(path), &text);
        }
        for flag in &self.rule {
            let set = rules.set_written(flag);
            wrong.extend(set.err().map(|message| format!("--rule {flag}: {message}")));
        }
        for message in &wrong {
            complain(&format!("pagewalk: {message}\n"));
        }
        if wrong.is_empty() {
            Ok(rules)
        } else {
            Err(AlreadyReported)
        }
    }

    /// Checks that no input is overwritten, except the earlier marks and the review file.
    fn check_outputs(&self, script: &CheckedScript, also: &[CheckedScript]) -> Result<(), String> {
        let scripts = [script].into_iter().chain(also);
        let scripts = scripts.flat_map(|script| script.sources.files());
        let optional = [&self.versions, &self.rules].into_iter().flatten();
        let named = optional.chain([&self.answers]).map(PathBuf::as_path);
        let inputs: Vec<&Path> = scripts
            .filter_map(|file| file.path.as_deref())
            .chain(named)
            .collect();
        let outputs = [&self.output, &self.review].into_iter().flatten();
        let files = outputs.map(PathBuf::as_path);
        check_outputs(files.filter(|path| *path != Path::new("-")), &inputs)
    }

    /// Reads and checks the scripts.
    fn scripts(
        &self,
        color: Color,
    ) -> Result<(CheckedScript, Vec<CheckedScript>), AlreadyReported> {
        let read = |path: &Path| {
            let reading = self.checking.read(path, self.limits.memory(), color);
            if !reading.diagnostics.is_empty() {
                complain(&reading.render_diagnostics(diagnostic_style(color)));
                return Err(AlreadyReported);
            }
            Ok(reading)
        };
        if self.file == Path::new("-") && self.answers == Path::new("-") {
            complain("pagewalk: the script and the answers cannot both come from standard input\n");
            return Err(AlreadyReported);
        }
        let is_script = |path: &Path| path.extension().is_some_and(|end| end == "pw");
        if is_script(&self.answers) && !is_script(&self.file) && self.file.exists() {
            let (script, answers) = (self.answers.display(), self.file.display());
            complain(&format!(
                "pagewalk: the script must precede the answers: `pagewalk grade {script} {answers}`\n"
            ));
            return Err(AlreadyReported);
        }
        for path in self.also.iter().filter(|path| !path.exists()) {
            if let Some(rule) = Rules::also_written(&path.to_string_lossy()) {
                complain(&format!(
                    "pagewalk: `--also` takes another script; to accept an answer, write `--rule {}`\n",
                    quoted(&rule)
                ));
                return Err(AlreadyReported);
            }
        }
        let also: Result<Vec<CheckedScript>, AlreadyReported> =
            self.also.iter().map(|path| read(path)).collect();
        Ok((read(&self.file)?, also?))
    }

    /// Groups the valid rows by paper, and returns the errors in invalid rows.
    fn papers(
        &self,
        given: &GivenVersion,
        review: Option<&Review>,
    ) -> Result<Papers, AlreadyReported> {
        let named = ColumnNames {
            seed: self.seed_column.clone(),
            version: self.version_column.clone(),
        };
        let bytes =
            read_bytes(&self.answers).map_err(|message| report_file(&self.answers, &message))?;
        let rows = arguments::read_rows(&bytes, &self.answers, self.from.as_deref(), &named)
            .map_err(|flaw| report_flaw(&self.answers, &flaw))?;
        let versions = match &self.versions {
            Some(path) => {
                let bytes = read_bytes(path).map_err(|message| report_file(path, &message))?;
                Versions::read(&bytes).map_err(|flaw| report_flaw(path, &flaw))?
            }
            None => Versions::default(),
        };
        let (mut flaws, mut doubts) = (rows.flaws, Vec::new());
        let mut papers: BTreeMap<PaperVersion, Vec<StudentRow>> = BTreeMap::new();
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        let mut unnamed: Vec<u64> = Vec::new();
        let own_ids = rows
            .rows
            .iter()
            .map(|row| versions.own_id(&row.id))
            .collect();
        self.report_absent(&versions.absent(&own_ids));
        for mut row in rows.rows {
            if row.name.is_empty() {
                versions.name_of(&row.id).clone_into(&mut row.name);
            }
            if row.id.is_empty() {
                flaws.push(Flaw::new(row.line, "has no ID"));
                continue;
            }
            if let Some(before) = seen.get(&versions.own_id(&row.id)) {
                flaws.push(Flaw::new(
                    row.line,
                    format!(
                        "the ID `{}` also appears on line {before}, and only that line is marked",
                        row.id
                    ),
                ));
                continue;
            }
            let chosen = review
                .and_then(|review| review.version(&row, given))
                .cloned();
            let is_chosen = chosen.is_some();
            if is_chosen {
                (row.seed, row.version) = (None, chosen);
            }
            match versions.paper_of(&row, given) {
                Ok(drawn) => {
                    let contrary = versions
                        .contrary(&row, &drawn, given)
                        .filter(|_| !is_chosen);
                    let other = versions.owner(&row.id, &drawn).filter(|_| !is_chosen);
                    if contrary.is_some() || other.is_some() {
                        doubts.push(Doubt {
                            row: row.clone(),
                            versions: [Some(drawn.clone()), contrary]
                                .into_iter()
                                .flatten()
                                .collect(),
                            other: other.map(str::to_owned),
                        });
                    }
                    seen.insert(versions.own_id(&row.id), row.line);
                    papers.entry(drawn).or_default().push(row);
                }
                Err(NoPaper::Unnamed) => unnamed.push(row.line),
                Err(NoPaper::Wrong(message)) => flaws.push(Flaw::new(row.line, message)),
            }
        }
        let what = "the exam differs between versions, but this row names no version and no seed";
        flaws.extend(match unnamed.as_slice() {
            // Without any paper, the last message says how to name the versions.
            [line, others @ ..] if papers.is_empty() => {
                let also = match others.len() as u64 {
                    0 => String::new(),
                    1 => ", nor does 1 other row".to_owned(),
                    all => format!(", nor do {all} other rows"),
                };
                vec![Flaw::new(*line, format!("{what}{also}"))]
            }
            lines => {
                let help = "add `--versions FILE` with the list that `pagewalk exam --output` wrote (NAME.versions.csv), or write the seed in the column `seed`";
                let flaw = |line: &u64| Flaw::new(*line, format!("{what}; {help}"));
                lines.iter().map(flaw).collect()
            }
        });
        Ok(Papers {
            each: papers.into_iter().collect(),
            flaws,
            doubts,
            unused: rows.unused,
            has_columns: rows.has_columns,
        })
    }

    /// Reports the students in the list of versions who have no row, because a row may be lost.
    fn report_absent(&self, absent: &[&str]) {
        if absent.is_empty() {
            return;
        }
        let what = count(absent.len() as u64, "student has", "students have");
        let names = absent[..absent.len().min(SHOWN)].join("`, `");
        let more = if absent.len() > SHOWN { ", …" } else { "" };
        complain(&format!(
            "pagewalk: {}: {what} a version but no row: `{names}`{more}\n",
            shown(&self.answers)
        ));
    }

    /// Reports each row whose version contradicts another source, with the points for both versions.
    fn report_doubts(&self, marking: &Marking, doubts: &[Doubt], review: Option<&Review>) {
        let marking = Marking {
            feedback: None,
            keep_marks: true,
            ..*marking
        };
        for doubt in doubts {
            let mut row = doubt.row.clone();
            if let Some(review) = review {
                review.apply(&mut row);
            }
            let points = doubt.versions.iter().cloned().map(|drawn| {
                let name = match &*drawn.code {
                    "" => format!("the seed 0x{:x}", drawn.seed),
                    code => format!("version {code}"),
                };
                let done = mark_all(&marking, &[(drawn, vec![row.clone()])]);
                let total = done.marked.first().map(|marked| marked.total);
                let rounded = |total: Number| (total.to_f64() * 100.0).round() / 100.0;
                (name, total.map_or(0.0, rounded))
            });
            let each: Vec<(String, f64)> = points.collect();
            let names: Vec<&str> = each.iter().map(|(name, _)| name.as_str()).collect();
            let totals = each
                .iter()
                .map(|(name, total)| format!("{total} with {name}"));
            let totals = totals.collect::<Vec<_>>().join(" and ");
            let what = match &doubt.other {
                Some(other) => format!(
                    "is not in the list of versions, in which {} belongs to `{other}`",
                    names.concat()
                ),
                None => format!("has {} elsewhere", names.join(" here but ")),
            };
            complain(&format!(
                "pagewalk: {}:{}: `{}` {what}; the total is {totals}\n",
                shown(&self.answers),
                row.line,
                row.id
            ));
        }
    }

    /// Reports errors in rows, and returns whether there are any errors.
    fn report_flaws(&self, flaws: &mut [Flaw]) -> bool {
        flaws.sort();
        let name = shown(&self.answers);
        for flaw in flaws.iter().take(SHOWN) {
            complain(&format!(
                "pagewalk: {name}:{}: {}\n",
                flaw.line, flaw.message
            ));
        }
        if flaws.len() > SHOWN {
            complain(&format!(
                "pagewalk: {name}: and {} more\n",
                flaws.len() - SHOWN
            ));
        }
        !flaws.is_empty()
    }

    /// Reports fields for which no row has an answer, and returns whether there are any. A lost
    /// column would cost every student its points.
    fn report_missing(&self, done: &MarkingResult) -> bool {
        let missing: Vec<&str> = done.missing.iter().map(String::as_str).collect();
        let more = missing.len().saturating_sub(SHOWN);
        let names = missing[..missing.len() - more].join(", ");
        let more = if more > 0 {
            format!(", and {more} more")
        } else {
            String::new()
        };
        if !missing.is_empty() {
            complain(&format!(
                "pagewalk: {}: there is no column for {names}{more}\n",
                shown(&self.answers)
            ));
        }
        !missing.is_empty()
    }

    /// Reports that no column of the file is a field, which would cost every student all points.
    fn no_field(
        &self,
        papers: &[PaperRows],
        repeats: bool,
        has_columns: bool,
        done: &MarkingResult,
    ) -> Status {
        let (file, script) = (shown(&self.answers), shown(&self.file));
        let rows = || papers.iter().flat_map(|(_, rows)| rows);
        // The IDs repeat in a table with one row per answer, and one of its columns contains fields.
        let is_field = |(_, given): (_, Given)| done.fields.contains(&given.text());
        let of_fields =
            |at: usize| rows().all(|row| row.answers.iter().nth(at).is_some_and(is_field));
        let columns = rows().next().map_or(0, |row| row.answers.iter().count());
        let what = if repeats && (0..columns).any(of_fields) {
            "has one row per answer, but `pagewalk grade` needs one row per student and a column per field"
        } else if has_columns {
            "no column is a field of the exam"
        } else {
            "no name is a field of the exam"
        };
        let names: Vec<&str> = done.header.iter().take(SHOWN).map(String::as_str).collect();
        let names = names.join(", ");
        complain(&format!(
            "pagewalk: {file}: {what}; the fields are {names}; `pagewalk exam {script} --answers csv` prints the header\n"
        ));
        Status::Wrong
    }

    /// Warns of rules and statistics about a field that is of several questions, because the versions differ in their order.
    fn warn_of_mixed_questions(&self, rules: &Rules, done: &MarkingResult) {
        let is_own = |name: &str, number: &str| {
            let rest = name.strip_prefix(number);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        // A rule with the code of a version is about one paper.
        let is_of_all = |name: &&str| !name.contains(char::is_whitespace);
        let mixed = done.titles.iter().filter(|(number, titles)| {
            let mut ruled = rules.named().filter(is_of_all);
            titles.len() > 1 && (self.statistics || ruled.any(|name| is_own(name, number)))
        });
        for (number, titles) in mixed {
            let titles: Vec<String> = titles.iter().map(|title| format!("“{title}”")).collect();
            complain(&format!(
                "pagewalk: warning: question {number} is {}, depending on the version, so rules and statistics of its fields mix these questions\n",
                titles.join(" or ")
            ));
        }
    }

    /// Reports columns that match no field, and returns whether one of them resembles a field. A
    /// typing error in a header would otherwise hide a whole column of answers.
    fn report_columns(&self, done: &MarkingResult) -> bool {
        let mut like_a_field = false;
        let own = |name: &str| alike(points_of(name).unwrap_or(name));
        let known = |name: &str| done.fields.iter().any(|field| alike(field) == own(name));
        let strange = done.unknown.iter().filter(|name| !known(name));
        for name in strange.take(SHOWN) {
            let near = nearest(name, done.fields.iter().map(String::as_str));
            let near = meant(name, near, done);
            like_a_field |= near.is_some();
            let help = near.map_or_else(
                || "; it is ignored".to_owned(),
                |near| format!("; did you mean `{near}`?"),
            );
            complain(&format!(
                "pagewalk: {}: the column `{name}` is not a field of the exam{help}\n",
                shown(&self.answers)
            ));
        }
        like_a_field
    }
}

/// Endings of columns that contain points, in place of ` points`.
const LIKE_POINTS: &[&str] = &["points", "point", "pts", "pt", "marks", "score"];

/// Returns the column that a name resembles most: a field, or its points. `near` is the field with a similar spelling.
fn meant(name: &str, near: Option<&str>, done: &MarkingResult) -> Option<String> {
    let lower = name.to_lowercase();
    let ending = LIKE_POINTS
        .iter()
        .find_map(|ending| lower.strip_suffix(ending));
    if let Some(of) = ending.filter(|of| of.contains(|c: char| c.is_ascii_digit())) {
        return field_meant(of, done).map(|field| format!("{field} points"));
    }
    let of_question = || {
        let number = lower.split(|c: char| !c.is_ascii_digit());
        let number = number.into_iter().find(|digits| !digits.is_empty())?;
        let is_own = |field: &&String| {
            let rest = field.strip_prefix(number);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        done.fields.iter().find(is_own).map(String::as_str)
    };
    let field = field_meant(&lower, done).map(String::as_str);
    let field = field.or(near).or_else(of_question);
    field.map(str::to_owned)
}

fn field_meant<'d>(name: &str, done: &'d MarkingResult) -> Option<&'d String> {
    // `question 2.1`
    let number = name.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let is_word = name[..number].ends_with(|c: char| !c.is_alphanumeric());
    let own = alike(if is_word { &name[number..] } else { name });
    let fields = &done.fields;
    let below = format!("_{own}");
    let of_label = || {
        let mut labels = done.printed.iter();
        labels.find(|(label, field)| {
            (**label == own || label.ends_with(&below)) && fields.contains(*field)
        })
    };
    let exact = fields.iter().find(|field| alike(field) == own);
    exact
        .or_else(|| of_label().map(|(_, field)| field))
        .or_else(|| field_within(&own, fields))
}

/// Returns the field whose name a column continues, as in `1a.vpn (hex)`, whose name begins with the column, as in `2`, or whose
/// fact a column names, as in `2vpn`.
fn field_within<'f>(column: &str, fields: &'f BTreeSet<String>) -> Option<&'f String> {
    let continued = fields.iter().filter(|field| {
        let rest = column.strip_prefix(&alike(field));
        rest.is_some_and(|rest| rest.starts_with(|c: char| !c.is_alphanumeric()))
    });
    let begun = |field: &&String| alike(field).starts_with(&format!("{column}_"));
    let longest = continued.max_by_key(|field| field.len());
    longest
        .or_else(|| fields.iter().find(begun))
        .or_else(|| field_of_fact(column, fields))
}

/// Returns the field that has the fact at a column's end, as in `1b_1_vpn`, and begins most like the column. After the number of a
/// question, the fact can have a typing error.
fn field_of_fact<'f>(column: &str, fields: &'f BTreeSet<String>) -> Option<&'f String> {
    let fact_of = |field: &str| field.rsplit(['.', '_']).next().map(str::to_lowercase);
    let facts: BTreeSet<String> = fields.iter().filter_map(|field| fact_of(field)).collect();
    let own = fact_of(column)?;
    let own = own.trim_start_matches(|c: char| c.is_ascii_digit());
    let near = || nearest(own, facts.iter().map(String::as_str));
    let is_of_question = column.starts_with(|c: char| c.is_ascii_digit());
    let fact = match facts.get(own) {
        Some(fact) => fact,
        None => near().filter(|_| is_of_question && !own.is_empty())?,
    };
    let alike_for = |field: &&String| {
        let both = alike(field).into_bytes().into_iter().zip(column.bytes());
        both.take_while(|(a, b)| a == b).count()
    };
    let of_fact = fields
        .iter()
        .filter(|field| fact_of(field).as_deref() == Some(fact));
    // Of equals, the first.
    of_fact.rev().max_by_key(alike_for)
}

/// Reports names that occur in the rules but not in the exam, and returns whether the exam has all names.
fn rules_are_of_fields(rules: &Rules, done: &MarkingResult, has_versions: bool) -> bool {
    let mut all = true;
    for name in rules
        .named()
        .filter(|name| !done.fields.is_empty() && !done.ruled.contains(*name))
    {
        let near = || nearest(name, done.fields.iter().map(String::as_str));
        let titled = done.printed.get(&alike(name)).map(String::as_str);
        let help = titled
            .or_else(near)
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let (field, code) = Rules::split(name);
        let help = match name.split_once(['=', ':']) {
            Some((field, to)) => format!("; write `void={{{field}: {to}}}`"),
            None if let Some(how @ ("full" | "remove")) = code => {
                format!("; write `{{ {field}: {how} }}`")
            }
            None if code.is_some() && done.fields.contains(field) && !has_versions => {
                "; the code of a version needs `--versions FILE`".to_owned()
            }
            None => help,
        };
        complain(&format!(
            "pagewalk: the rules name `{name}`, which is not in the exam{help}\n"
        ));
        all = false;
    }
    all
}

/// Returns the code of the version that the script describes, if all its papers are the same.
fn own_version(script: &CheckedScript, limits: Limits) -> Option<String> {
    let exam = Exam {
        limits,
        ..Exam::new(script)
    };
    let paper = (!script.depends_on_seed()).then(|| exam.paper(None).ok())??;
    paper.version.map(|version| version.code)
}

/// Marks all papers on several threads.
fn marked(marking: &Marking, papers: &[PaperRows]) -> MarkingResult {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let size = papers.len().div_ceil(threads * PIECES).max(1);
    let pieces: Vec<&[PaperRows]> = papers.chunks(size).collect();
    let each = side_by_side(
        &pieces,
        threads,
        |papers| mark_all(marking, papers),
        |_| false,
        |_, _| {},
    );
    let mut all = MarkingResult::default();
    for done in each {
        all.add(done);
    }
    all
}

/// Reads the marks written by an earlier run.
fn read_before(path: &Path) -> Result<Vec<Before>, String> {
    let bytes = read_bytes(path).map_err(|why| format!("cannot be read: {why}"))?;
    let table = csv::read(&bytes).map_err(|flaw| flaw.message)?;
    let before = table.rows.iter().filter_map(|record| {
        let mark = |text: &str| pagewalk_script::exam::grade::rules::number(text);
        let fields = record.cells.iter().filter_map(|(name, given)| {
            // The points of an essay were pending if its cell is empty.
            let points = match &*given.text() {
                "" => Number::ZERO,
                text => mark(text)?,
            };
            Some((name.to_string(), points))
        });
        Some(Before {
            id: record.text(&["id"])?,
            total: record.text(&["total"]).and_then(|text| mark(&text)),
            of: record.text(&["max"]).and_then(|text| mark(&text)),
            fields: fields.collect(),
        })
    });
    let before: Vec<Before> = before.collect();
    if before
        .iter()
        .all(|one| one.total.is_none() && one.of.is_none())
    {
        Err("has no marks: the file must have the columns that `pagewalk grade` writes".to_owned())
    } else {
        Ok(before)
    }
}

fn wrong(path: &Path, message: &str) -> Status {
    complain(&format!("pagewalk: {} {message}\n", shown(path)));
    Status::Wrong
}

fn report_file(path: &Path, message: &str) -> AlreadyReported {
    complain(&format!(
        "pagewalk: cannot read `{}`: {message}\n",
        shown(path)
    ));
    AlreadyReported
}

fn report_flaw(path: &Path, flaw: &Flaw) -> AlreadyReported {
    complain(&format!(
        "pagewalk: {}:{}: {}\n",
        shown(path),
        flaw.line,
        flaw.message
    ));
    AlreadyReported
}

/// Maximum length of an ID in a file name.
const LONGEST: usize = 80;

/// Writes the feedback for each student ID. An error message continues a sentence that starts with the folder
/// name.
fn write_feedback<'t>(
    folder: &Path,
    format: Format,
    each: impl Iterator<Item = (&'t str, &'t str)>,
) -> Result<usize, String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot be created: {error}"))?;
    let mut used = BTreeSet::new();
    let mut written = 0;
    for (id, text) in each {
        let stem = stem(id, &mut used);
        let name = format!("{stem}.{}", format.extension());
        write_below(folder, &name, text.as_bytes())
            .map_err(|error| format!("cannot store the file for `{id}`: {error}"))?;
        written += 1;
    }
    Ok(written)
}

/// Returns a unique file name for an ID, with only letters, digits, `-`, `_`, `@`, and `.`. Names that differ
/// only in case are treated as duplicates.
fn stem(id: &str, used: &mut BTreeSet<String>) -> String {
    let safe = |c: char| {
        if c.is_alphanumeric() || "-_@.".contains(c) {
            c
        } else {
            '_'
        }
    };
    let plain: String = id.chars().take(LONGEST).map(safe).collect();
    let plain = plain.trim_start_matches('.');
    let plain = if plain.is_empty() { "student" } else { plain };
    let mut stem = plain.to_owned();
    let mut again = 1;
    while !used.insert(stem.to_lowercase()) {
        again += 1;
        stem = format!("{plain}-{again}");
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn names_of_files_are_safe_and_stay_apart() {
        let mut used = std::collections::BTreeSet::new();
        let names: Vec<String> = ["a1", "A1", "../../etc/passwd", "", "x/y", "x\\y"]
            .iter()
            .map(|id| stem(id, &mut used))
            .collect();
        assert_eq!(
            names,
            ["a1", "A1-2", "_.._etc_passwd", "student", "x_y", "x_y-2"]
        );
    }
}
