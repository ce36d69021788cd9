//! Composes papers and marks them. Students with the same version share a paper.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use pagewalk_script::api;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::api::exam::{Exam, Paper, PaperError, Version};
use pagewalk_script::api::marking::{FeedbackFormat, Field, Given, Marked, Rules, Sheet, feedback};
use pagewalk_script::exam::field::alike;
use pagewalk_script::exam::grade::Verdict;
use pagewalk_script::exam::marks::{Columns, TableRow};
use pagewalk_script::exam::roster::{Flaw, id_key};
use pagewalk_script::exam::seeds::parse;
use pagewalk_script::exam::sheet::{is_rounded, row};
use pagewalk_script::run::session::{Limits, Options};

use super::csv;
use super::rows::{StudentRow, placed, points_of, read_bytes};

/// The input for marking.
pub(crate) struct Marking<'a> {
    pub(crate) script: &'a CheckedScript,
    /// Other scripts whose keys are also accepted.
    pub(crate) also: &'a [CheckedScript],
    pub(crate) rules: &'a Rules,
    /// The feedback format, or `None` if feedback is not requested.
    pub(crate) feedback: Option<FeedbackFormat>,
    /// The columns of the table of marks.
    pub(crate) columns: Columns,
    /// Whether the file has a column for each field.
    pub(crate) has_columns: bool,
    /// Whether to keep all marks of all students, which takes much more memory than their rows of the table.
    pub(crate) keep_marks: bool,
    /// The maximum number of statements that a script may execute.
    pub(crate) limits: Limits,
}

/// The result of marking the rows of several papers.
#[derive(Debug, Default)]
pub(crate) struct MarkingResult {
    /// The rows of the table of marks.
    pub(crate) rows: Vec<TableRow>,
    pub(crate) marked: Vec<Marked>,
    /// The feedback, if requested, with the line and the ID of the student.
    pub(crate) feedback: Vec<(u64, String, String)>,
    /// The unreadable answers.
    pub(crate) unreadable: Vec<UnreadableAnswer>,
    /// Errors in rows.
    pub(crate) flaws: Vec<Flaw>,
    /// The names of all fields of these papers.
    pub(crate) fields: BTreeSet<String>,
    /// The fields and questions by what the papers print: labels in the form of [`alike`], and titles.
    pub(crate) printed: BTreeMap<String, String>,
    /// The titles of each question in all papers, by its number. With `shuffle` or `pool`, a number can have several.
    pub(crate) titles: BTreeMap<String, BTreeSet<String>>,
    /// The names of the fields of the first paper in order.
    pub(crate) header: Vec<String>,
    /// The names of fields that occur in no row.
    pub(crate) missing: BTreeSet<String>,
    /// Columns of a row that match no field of the row's paper.
    pub(crate) unknown: BTreeSet<String>,
    /// Names that occur in the rules and match a field.
    pub(crate) ruled: BTreeSet<String>,
}

impl MarkingResult {
    /// Adds the results for other papers.
    pub(crate) fn add(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.marked.extend(other.marked);
        self.feedback.extend(other.feedback);
        self.unreadable.extend(other.unreadable);
        self.flaws.extend(other.flaws);
        self.fields.extend(other.fields);
        self.printed.extend(other.printed);
        for (number, titles) in other.titles {
            self.titles.entry(number).or_default().extend(titles);
        }
        if self.header.is_empty() {
            self.header = other.header;
        }
        self.missing.extend(other.missing);
        self.unknown.extend(other.unknown);
        self.ruled.extend(other.ruled);
    }

    /// Sorts the students as in the file.
    pub(crate) fn sort(&mut self) {
        self.rows.sort_by_key(|row| row.line);
        self.marked.sort_by_key(|marked| marked.line);
        self.feedback.sort_by_key(|(line, ..)| *line);
    }

    /// Adds the marks of a student.
    fn add_student(&mut self, marking: &Marking, paper: &Paper, marked: Marked) {
        self.rows
            .push(TableRow::new(&marked, marking.columns, self.rows.last()));
        if let Some(format) = marking.feedback {
            self.feedback.push((
                marked.line,
                marked.id.clone(),
                feedback(paper, &marked, format),
            ));
        }
        self.unreadable.extend(unreadable_answers(&marked));
        if marking.keep_marks {
            self.marked.push(marked);
        }
    }
}

/// Marks the rows of these papers.
pub(crate) fn mark_all(
    marking: &Marking,
    papers: &[(PaperVersion, Vec<StudentRow>)],
) -> MarkingResult {
    let mut done = MarkingResult::default();
    for (drawn, rows) in papers {
        let main = composed(marking.script, drawn, marking.limits);
        let others: Result<Vec<Paper>, String> = marking
            .also
            .iter()
            .map(|reading| composed(reading, drawn, marking.limits))
            .collect();
        match main.and_then(|paper| Ok((paper, others?))) {
            Ok((paper, others)) => mark_paper(marking, drawn, rows, &paper, &others, &mut done),
            Err(message) => {
                done.flaws.extend(rows.iter().map(|row| {
                    Flaw::new(
                        row.line,
                        format!("the paper cannot be generated: {message}"),
                    )
                }));
            }
        }
    }
    done
}

/// The paper of a version, or an error message.
fn composed(script: &CheckedScript, drawn: &PaperVersion, limits: Limits) -> Result<Paper, String> {
    let (name, seed) = (script.name(), drawn.seed);
    let version = Version {
        code: drawn.code.clone(),
        seed,
        student: None,
    };
    let is_version = drawn.source != SeedSource::Given;
    let paper = Exam {
        script,
        seed: Some(seed),
        limits,
    }
    .paper(Some(&version).filter(|_| is_version));
    paper.map_err(|error| match &error {
        PaperError::Diagnostics(wrong) => {
            let first = wrong.first().map_or("", |first| first.message.as_str());
            format!("{name} with seed {seed}: {first}")
        }
        PaperError::Failed { .. } => format!("{name} with seed {seed}: {error}"),
        PaperError::NoQuestion => format!("{name} contains no `question`"),
    })
}

fn mark_paper(
    marking: &Marking,
    drawn: &PaperVersion,
    rows: &[StudentRow],
    paper: &Paper,
    others: &[Paper],
    done: &mut MarkingResult,
) {
    let key = api::Marking::new(marking.script, paper, others, marking.rules);
    done.ruled.extend(key.ruled().map(str::to_owned));
    done.fields
        .extend(key.fields().iter().map(|field| field.name.clone()));
    let labels = key.fields().iter();
    let labels =
        labels.filter_map(|field| Some((alike(&field.printed_name()?), field.name.clone())));
    for (number, question) in (1..).zip(&paper.questions) {
        let titles = done.titles.entry(number.to_string()).or_default();
        titles.insert(question.title.to_string());
    }
    let titles = paper.questions.iter().zip(1..);
    let titles = titles.map(|(of, number)| (alike(&of.title), number.to_string()));
    done.printed.extend(titles.chain(labels));
    let mut missing: BTreeSet<&str> = key.fields().iter().map(|field| &*field.name).collect();
    // Points are the only column of an essay in the table that `pagewalk exam --answers csv` prints.
    let column = |field: &Field| {
        let points = if field.by_hand() { " points" } else { "" };
        format!("{}{points}", field.name)
    };
    if done.header.is_empty() {
        done.header = key.fields().iter().map(column).collect();
    }
    for row in rows {
        for (column, _) in &row.points {
            let field = points_of(column).and_then(|name| key.field(name));
            field.map(|field| missing.remove(&*field.name));
        }
        match sheet(row, drawn, &key, &mut done.unknown) {
            Ok(mut sheet) => {
                sheet.essays_elsewhere = marking.has_columns;
                missing.retain(|field| !sheet.answers.contains_key(*field));
                done.add_student(marking, paper, key.mark_sheet(&sheet));
            }
            Err(message) => {
                // Responses without names are of unknown fields.
                missing.retain(|_| row.responses.is_empty());
                for (column, _) in row.answers.iter() {
                    key.field(column).map(|field| missing.remove(&*field.name));
                }
                done.flaws.push(Flaw::new(row.line, message));
            }
        }
    }
    let fields = key.fields().iter();
    let missing = fields.filter(|field| missing.contains(&*field.name));
    done.missing.extend(missing.map(column));
}

/// A row's answers, by the fields of its paper.
fn sheet(
    row: &StudentRow,
    drawn: &PaperVersion,
    key: &api::Marking,
    unknown: &mut BTreeSet<String>,
) -> Result<Sheet, String> {
    let mut sheet = Sheet {
        line: row.line,
        id: row.id.clone(),
        name: row.name.clone(),
        version: drawn.code.clone(),
        ..Sheet::default()
    };
    if !row.responses.is_empty() {
        let placed = placed(&row.responses, key.fields())?;
        sheet.answers.extend(
            placed
                .into_iter()
                .map(|(field, text)| (field.to_owned(), Given::Response(text))),
        );
    }
    for (name, given) in row.answers.iter() {
        let answered = key.field(name).map(|field| &field.name);
        if let Some(field) = answered.filter(|field| sheet.answers.contains_key(*field)) {
            return Err(format!("has two answers to {field}; one is in `{name}`"));
        }
        // The table for all versions has empty cells for fields that this version lacks.
        let is_empty = matches!(&given, Given::Text(text) if text.trim().is_empty());
        if !key.answer(&mut sheet, name, given) && !is_empty {
            unknown.insert(name.to_string());
        }
    }
    for (column, text) in &row.points {
        let name = points_of(column).unwrap_or(column);
        if !text.is_empty() && !key.give(&mut sheet, name, text)? {
            unknown.insert(column.to_string());
        }
    }
    Ok(sheet)
}

/// The version of a paper.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PaperVersion {
    pub(crate) seed: u64,
    pub(crate) source: SeedSource,
    /// The version code, or an empty string without a code.
    pub(crate) code: String,
}

/// The source of a paper's seed. Only a version ignores the `seed` statements of the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SeedSource {
    /// The list of versions.
    List,
    /// The row, whose seed is that of a version.
    Row,
    /// The command line or the default, for a paper without a version.
    Given,
}

/// The version that the command line gives for rows without one.
#[derive(Debug, Default)]
pub(crate) struct GivenVersion {
    pub(crate) seed: Option<u64>,
    pub(crate) code: Option<String>,
    /// The code of the only version that the script describes, as one from `pagewalk exam --script` does.
    pub(crate) own: Option<String>,
    /// The seeds that the script sets.
    pub(crate) declared: Vec<u64>,
    /// Whether the papers of the script differ between versions.
    pub(crate) needed: bool,
}

/// Versions by code and by student.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    by_code: BTreeMap<String, u64>,
    /// The students by the keys of their IDs. An old list can have several spellings of an ID, each of a student.
    students: BTreeMap<String, Vec<ListedStudent>>,
}

/// A student in the list of versions.
#[derive(Debug)]
struct ListedStudent {
    id: String,
    name: String,
    code: String,
}

impl Versions {
    /// Reads the list, or returns the first error.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Flaw> {
        let table = csv::read(bytes)?;
        if let Some(flaw) = table.flaws.into_iter().next() {
            return Err(flaw);
        }
        let mut versions = Self::default();
        for record in table.rows {
            let line = record.line;
            let code = record
                .text(&["version"])
                .ok_or_else(|| Flaw::new(1, "has no column `version`; `--versions` needs the list that `pagewalk exam --output` wrote (NAME.versions.csv)"))?;
            let seed = record
                .text(&["seed"])
                .ok_or_else(|| Flaw::new(1, "has no column `seed`"))?;
            let seed = parse(&seed).ok_or_else(|| Flaw::new(line, not_a_seed(&seed)))?;
            if versions
                .by_code
                .insert(code.clone(), seed)
                .is_some_and(|before| before != seed)
            {
                return Err(Flaw::new(
                    line,
                    format!("the version `{code}` has two seeds"),
                ));
            }
            if let Some(id) = record.text(&["id"]).filter(|id| !id.is_empty()) {
                let name = record.text(&["name"]).unwrap_or_default();
                let spellings = versions.students.entry(id_key(&id)).or_default();
                spellings.retain(|student| student.id != id);
                spellings.push(ListedStudent { id, name, code });
            }
        }
        Ok(versions)
    }

    /// Returns the ID by which the rows of one student are found. Its case matters only if the list has several spellings.
    pub(crate) fn own_id(&self, id: &str) -> String {
        let key = id_key(id);
        match self.students.get(&key) {
            Some(spellings) if spellings.len() > 1 => id.to_owned(),
            _ => key,
        }
    }

    /// Returns the student in the list with this ID.
    fn student(&self, id: &str) -> Option<&ListedStudent> {
        let spellings = self.students.get(&id_key(id))?;
        let same = spellings.iter().find(|student| student.id == id);
        same.or(spellings.first())
    }

    /// Returns the ID in the list that differs from this one only in zeros at the beginning.
    fn zero_padded(&self, id: &str) -> Option<&str> {
        let key = id_key(id);
        let digits = key.trim_start_matches('0');
        let mut students = self.students.iter();
        let (_, spellings) = students.find(|(own, _)| own.trim_start_matches('0') == digits)?;
        spellings.first().map(|student| student.id.as_str())
    }

    /// Returns the students in the list, without the students of these rows.
    pub(crate) fn absent(&self, own_ids: &BTreeSet<String>) -> Vec<&str> {
        let ids = self.students.values().flatten().map(|student| &*student.id);
        ids.filter(|id| !own_ids.contains(&self.own_id(id)))
            .collect()
    }

    /// Returns the version with this code, in any case.
    fn listed(&self, code: &str) -> Option<(&String, &u64)> {
        let mut all = self.by_code.iter();
        let other = || all.find(|(known, _)| known.eq_ignore_ascii_case(code));
        self.by_code.get_key_value(code).or_else(other)
    }

    /// The student's name, or an empty string if the list does not contain it.
    pub(crate) fn name_of(&self, id: &str) -> &str {
        self.student(id).map_or("", |student| &student.name)
    }

    /// Returns the version that the row specifies, or else the version listed for the student's ID, or else the
    /// default. The error explains why the version is unknown.
    pub(crate) fn paper_of(
        &self,
        row: &StudentRow,
        given: &GivenVersion,
    ) -> Result<PaperVersion, NoPaper> {
        if let Some(seed) = &row.seed {
            let cell = seed;
            let seed = parse(cell).ok_or_else(|| not_a_seed(cell))?;
            let own = self.by_code.iter().find(|(_, own)| **own == seed);
            // In the list, the row's code can have another seed.
            let written = row.version.as_ref();
            let written = written.filter(|code| self.listed(code).is_none());
            let code = own.map(|(code, _)| code).or(written);
            // These are the seeds of papers without a version.
            let is_plain = seed == Options::default().seed || given.declared.contains(&seed);
            // If another source names a version, the instructor decides.
            let code_of_list = row.version.as_ref().and_then(|code| self.listed(code));
            let is_known = own.is_some() || is_plain || code_of_list.is_some();
            if !is_known && !self.by_code.is_empty() && self.student(&row.id).is_none() {
                let message = format!("the seed `{cell}` is not in the list of versions");
                return Err(NoPaper::Wrong(message));
            }
            let source = if is_plain {
                SeedSource::Given
            } else {
                SeedSource::Row
            };
            return Ok(PaperVersion {
                seed,
                source,
                code: code.cloned().unwrap_or_default(),
            });
        }
        let code = row.version.as_ref().or(given.code.as_ref());
        let own = given.own.as_ref().filter(|_| self.by_code.is_empty());
        if let (Some(code), Some(own)) = (code, own) {
            if !own.eq_ignore_ascii_case(code) {
                let message = format!("the script is that of version `{own}`, not of `{code}`");
                return Err(NoPaper::Wrong(message));
            }
            return Ok(PaperVersion {
                seed: Options::default().seed,
                source: SeedSource::Given,
                code: own.clone(),
            });
        }
        if let Some(code) = code {
            let near = || {
                pagewalk_script::lang::nearest::nearest(
                    code,
                    self.by_code.keys().map(String::as_str),
                )
            };
            let help =
                || near().map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let (code, seed) = self.listed(code).ok_or_else(|| {
                    if self.by_code.is_empty() {
                        format!("the seed of version `{code}` is unknown; add the list of versions with `--versions`")
                    } else {
                        let listed = self.student(&row.id).filter(|_| near().is_none());
                        let listed = listed.map(|own| format!("; the list of versions has `{}` for this student", own.code));
                        format!("unknown version `{code}`{}", listed.unwrap_or_else(help))
                    }
                })?;
            return Ok(PaperVersion {
                seed: *seed,
                source: SeedSource::List,
                code: code.clone(),
            });
        }
        if self.by_code.is_empty() {
            let seed = given
                .seed
                .or_else(|| (!given.needed).then(|| Options::default().seed));
            // The default seed would silently select the wrong key.
            let seed = seed.ok_or(NoPaper::Unnamed)?;
            return Ok(PaperVersion {
                seed,
                source: SeedSource::Given,
                code: String::new(),
            });
        }
        let student = self.student(&row.id).ok_or_else(|| {
            let padded = self.zero_padded(&row.id);
            let help = padded.map_or_else(String::new, |own| {
                format!("; did you mean `{own}`? A spreadsheet may have removed the zeros")
            });
            format!(
                "the list of versions has no student `{}`, and the row has no version{help}",
                row.id
            )
        })?;
        Ok(PaperVersion {
            seed: self.by_code[&student.code],
            source: SeedSource::List,
            code: student.code.clone(),
        })
    }
}

impl Versions {
    /// Returns the version in another source of the row's version, if it differs: the code beside a seed, or the entry for
    /// the student in the list of versions.
    pub(crate) fn contrary(
        &self,
        row: &StudentRow,
        drawn: &PaperVersion,
        given: &GivenVersion,
    ) -> Option<PaperVersion> {
        let code = row.version.as_ref().or(given.code.as_ref());
        let beside = code.filter(|_| row.seed.is_some());
        let of_list = self.student(&row.id).map(|student| &student.code);
        let of_list = of_list.filter(|_| row.seed.is_some() || code.is_some());
        let mut listed = beside
            .into_iter()
            .chain(of_list)
            .filter_map(|code| self.listed(code));
        let (code, seed) = listed.find(|(_, seed)| **seed != drawn.seed)?;
        Some(PaperVersion {
            seed: *seed,
            source: SeedSource::List,
            code: code.clone(),
        })
    }

    /// Returns the student to whom the list assigns a version, if the list does not contain the student with this ID.
    pub(crate) fn owner(&self, id: &str, drawn: &PaperVersion) -> Option<&str> {
        if self.student(id).is_some() {
            return None;
        }
        let is_drawn =
            |student: &&ListedStudent| self.by_code.get(&student.code) == Some(&drawn.seed);
        let mut students = self.students.values().flatten();
        students.find(is_drawn).map(|student| student.id.as_str())
    }
}

/// The message for a cell that contains no seed.
fn not_a_seed(cell: &str) -> String {
    if is_rounded(cell) {
        format!(
            "a spreadsheet has rounded the seed `{cell}`; remove the column `seed`, and use `--versions NAME.versions.csv`"
        )
    } else {
        format!("`{cell}` is not a seed; a hexadecimal seed begins with `0x`")
    }
}

/// The reason why the paper of a row is unknown.
pub(crate) enum NoPaper {
    /// The papers differ, and the row names no version.
    Unnamed,
    /// A mistake in the row, in words.
    Wrong(String),
}

impl From<String> for NoPaper {
    fn from(message: String) -> Self {
        Self::Wrong(message)
    }
}

/// The field of a row's version in the file.
const VERSION: &str = "version";

/// The columns of the file. The instructor fills in the last column.
const COLUMNS: [&str; 4] = ["id", "field", "answer", "read as"];

/// An answer that cannot be read: the student's ID, the field, and the answer.
pub(crate) type UnreadableAnswer = [String; 3];

/// Returns the version of a row as the file lists it.
pub(crate) fn doubtful_version(row: &StudentRow, given: &GivenVersion) -> UnreadableAnswer {
    let written = row.seed.as_ref().or(row.version.as_ref());
    let written = written.or(given.code.as_ref());
    [
        row.id.clone(),
        VERSION.to_owned(),
        written.cloned().unwrap_or_default(),
    ]
}

/// The unreadable answers of a student.
fn unreadable_answers(own: &Marked) -> impl Iterator<Item = UnreadableAnswer> {
    let unreadable = own
        .marks
        .iter()
        .filter(|mark| mark.verdict == Verdict::Unreadable);
    unreadable.map(|mark| [own.id.clone(), mark.field.clone(), mark.written.clone()])
}

/// The instructor's readings, by [`key_of`] an unreadable answer.
#[derive(Debug, Default)]
pub(crate) struct Review(BTreeMap<UnreadableAnswer, (UnreadableAnswer, String)>);

/// Returns the form of an unreadable answer in which the spelling of the student's ID and of the field does not matter.
fn key_of([id, field, answer]: &UnreadableAnswer) -> UnreadableAnswer {
    [id_key(id), alike(field), answer.clone()]
}

impl Review {
    /// Reads the review file if it exists.
    ///
    /// # Errors
    /// Returns a message if the file cannot be read or is not a review file.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let table = csv::read(&read_bytes(path).map_err(|why| format!("cannot be read: {why}"))?)
            .map_err(|flaw| flaw.message)?;
        if let Some(flaw) = table.flaws.first() {
            return Err(format!("line {}: {}", flaw.line, flaw.message));
        }
        let mut review = Self::default();
        for record in table.rows {
            let cell = |name: &str| {
                record
                    .cells
                    .iter()
                    .find(|(own, _)| &***own == name)
                    .map(|(_, given)| given.text())
            };
            let all = COLUMNS.map(cell);
            let [Some(id), Some(field), Some(answer), Some(reading)] = all else {
                let lacks = |name: &&&str| cell(name).is_none();
                let missing: Vec<&str> = COLUMNS.iter().filter(lacks).copied().collect();
                return Err(format!(
                    "has no column `{}`",
                    missing.join("` and no column `")
                ));
            };
            review.put([id, field, answer], reading.trim());
        }
        Ok(review)
    }

    fn put(&mut self, answer: UnreadableAnswer, reading: &str) {
        self.0.insert(key_of(&answer), (answer, reading.to_owned()));
    }

    /// Returns the instructor's reading of an answer.
    fn reading(&self, answer: &UnreadableAnswer) -> Option<&String> {
        let (_, reading) = self.0.get(&key_of(answer))?;
        Some(reading).filter(|reading| !reading.is_empty())
    }

    /// Returns the version that the instructor has chosen for a row.
    pub(crate) fn version(&self, row: &StudentRow, given: &GivenVersion) -> Option<&String> {
        self.reading(&doubtful_version(row, given))
    }

    /// Replaces a row's unreadable answers with the instructor's readings.
    pub(crate) fn apply(&self, own: &mut StudentRow) {
        let readings = own.answers.iter().map(|(field, given)| {
            let reading = self.reading(&[own.id.clone(), field.to_string(), given.text()]);
            (
                Arc::clone(field),
                reading.map_or(given, |reading| Given::Text(reading.clone())),
            )
        });
        own.answers = readings.collect();
    }

    /// Adds unreadable answers. Returns the text of the file and the number of answers
    /// that still lack a reading.
    pub(crate) fn text(mut self, unreadable: Vec<UnreadableAnswer>) -> (String, usize) {
        for answer in unreadable {
            let entry = self.0.entry(key_of(&answer));
            entry.or_insert_with(|| (answer, String::new()));
        }
        let all = self.0.values();
        let open = all.filter(|(_, reading)| reading.is_empty()).count();
        let rows = self
            .0
            .values()
            .map(|([id, field, answer], reading)| row([id.as_str(), field, answer, reading]));
        (row(COLUMNS) + &rows.collect::<String>(), open)
    }
}
