//! The walk over the tree of a paper, which all formats share. A format is a table of leaves, an escaper, and functions for what
//! no table can describe.

use super::canvas::Canvas;
use super::code;
use super::labels::Labels;
use super::leaves::{Columns, Leaves, Perhaps, filled, joined, perhaps};
use super::tree::{
    Blank, Block, Cell, Choice, Figure, Grid, Paragraph, Section, Sheet, Table, WorksheetRow, kept,
    label_shares, stable_width,
};
use crate::report::scene::{Placed, Theme};

/// Writes text so that no character of it has a meaning in a format.
pub(crate) trait Escape {
    fn plain(&self, text: &str) -> String;

    fn code(&self, code: &str) -> String;

    /// Returns text with code between backticks.
    fn marked(&self, text: &str) -> String {
        code::marked(text, |words| self.plain(words), |code| self.code(code))
    }
}

/// A format of papers.
pub(crate) trait Format: Escape {
    fn leaves() -> Leaves;

    /// Returns preformatted lines.
    fn preformatted(&self, lines: &str) -> String;

    /// Returns a box with its unit.
    fn blank(&self, blank: &Blank) -> String;

    /// Returns the name of a table's column.
    fn column(&self, name: &str) -> String {
        self.marked(name)
    }

    /// Returns the text of a table's cell. A table whose font is monospaced prints code without its backticks.
    fn cell(&self, text: &str) -> String {
        self.marked(text)
    }

    /// Returns what describes the columns of a table.
    fn columns(&self, _table: &Table) -> String {
        String::new()
    }

    /// Returns further attributes of a table, a worksheet, or pairs.
    fn attributes(&self, _table: Option<&Table>, _canvas: Canvas) -> String {
        String::new()
    }

    /// Returns the input for a field on a platform.
    fn input(&self, _field: &str) -> String {
        String::new()
    }

    /// Returns the height of blocks.
    fn height(&self, _blocks: &[Block]) -> String {
        String::new()
    }

    fn drawing(&self, _placed: &Placed, _theme: &Theme) -> String {
        String::new()
    }

    /// Returns the maximum number of questions in a grid. More questions need several grids.
    fn grid_room(&self, _canvas: Canvas) -> usize {
        usize::MAX
    }

    fn points(&self, leaf: Perhaps, points: &str) -> String {
        perhaps(leaf, &or_empty(points, |points| self.plain(points)))
    }

    /// Returns lines to write on in a space of this height, in millimeters.
    fn rules(&self, space: u32) -> String {
        Self::leaves().rule.repeat((space / 8) as usize)
    }

    fn how(&self, how: &str) -> String {
        perhaps(Self::leaves().how, &or_empty(how, |how| self.plain(how)))
    }

    fn title(&self, title: &str) -> String {
        perhaps(
            Self::leaves().title,
            &or_empty(title, |title| self.marked(title)),
        )
    }

    /// Returns text before an item's points. The text has the same width in every version.
    fn words(&self, text: &str, points: &str) -> String {
        let [stable, other] = Self::leaves().words;
        let points = self.points(Self::leaves().worth, points);
        let room = stable_width(text).map(|room| self.marked(&room));
        let text = self.marked(text);
        match room {
            Some(room) => filled!(stable, text, room, points),
            None => filled!(other, text, points),
        }
    }

    fn blocks(&self, blocks: &[Block], canvas: Canvas) -> String {
        let shares = label_shares(blocks, canvas.columns());
        let places = kept(blocks).zip(shares);
        let one = |(block, (kept, share)): (&Block, (bool, Option<usize>))| {
            let body = self.block(block, share, canvas);
            let [prose, other] = Self::leaves().keep;
            match (kept, body.strip_suffix('\n')) {
                (true, Some(body)) if matches!(block, Block::Prose(_)) => filled!(prose, body),
                (true, Some(body)) => filled!(other, body),
                _ => body,
            }
        };
        blocks.iter().zip(places).map(one).collect()
    }

    fn block(&self, block: &Block, share: Option<usize>, canvas: Canvas) -> String {
        let leaves = &Self::leaves();
        let height = self.height(std::slice::from_ref(block));
        match block {
            Block::Part { name, points, body } => self.part(name, points, body, canvas),
            Block::Prose(paragraphs) => paragraphs.iter().map(|one| self.paragraph(one)).collect(),
            Block::Given(table) => {
                let table = self.table(table, "given", canvas);
                filled!(leaves.given, table)
            }
            Block::Pairs { title, pairs } => self.pairs(title, pairs, &height, canvas),
            Block::Figure(figure) => self.figure(figure, canvas),
            Block::Lines(lines) => {
                let text = self.preformatted(lines);
                filled!(leaves.lines, text)
            }
            Block::Steps(steps) => self.steps(steps),
            Block::Worksheet {
                prompt,
                points,
                heads,
                rows,
            } => {
                let lead = perhaps(leaves.worksheet_lead, &self.words(prompt, points));
                self.worksheet(&lead, heads, rows, &height, canvas)
            }
            Block::Value {
                label,
                points,
                how,
                blank,
            } => {
                let room = self.marked(&stable_width(label).unwrap_or_else(|| label.clone()));
                let (label, points) = (self.marked(label), self.points(leaves.points, points));
                let (how, blank) = (self.how(how), self.blank(blank));
                let leaf = leaves.value[usize::from(share.is_none())];
                let share = share.unwrap_or(0).to_string();
                filled!(leaf, label, room, how, points, blank, share)
            }
            Block::Fill {
                how,
                points,
                tables,
            } => {
                let (how, points) = (self.marked(how), self.points(leaves.points, points));
                let tables = tables.iter().map(|table| self.table(table, "fill", canvas));
                let tables = joined(("", leaves.fill_between), tables);
                filled!(leaves.fill, how, points, tables, height)
            }
            Block::Choice {
                text,
                how,
                points,
                field,
                options,
            } => {
                let (text, how) = (self.marked(text), self.plain(how));
                let points = self.points(leaves.points, points);
                let (options, input) = (self.options(options), self.input(field));
                let field = self.plain(field);
                filled!(
                    leaves.choice,
                    text,
                    how,
                    points,
                    field,
                    options,
                    input,
                    height
                )
            }
            Block::Essay {
                text,
                points,
                field,
                space,
                rubric,
            } => {
                let (text, points) = (self.marked(text), self.points(leaves.points, points));
                let inside = if rubric.is_empty() {
                    self.rules(*space)
                } else {
                    self.rubric(rubric)
                };
                let (input, field) = (self.input(field), self.plain(field));
                let space = space.to_string();
                filled!(leaves.essay, text, points, field, space, inside, input)
            }
            Block::Space(height) => {
                let height = height.to_string();
                filled!(leaves.space, height)
            }
            Block::Worked(steps) => {
                let body = self.blocks(steps, canvas.indented(leaves.indent));
                filled!(leaves.worked, body)
            }
        }
    }

    fn part(&self, name: &str, points: &str, body: &[Block], canvas: Canvas) -> String {
        let leaves = &Self::leaves();
        let (name, points) = (self.marked(name), self.points(leaves.points, points));
        let mut head = filled!(leaves.part_head, name, points);
        let Some([outside, other_head, end]) = leaves.part_divided else {
            let body = self.blocks(body, canvas);
            return filled!(leaves.part, head, body);
        };
        let is_worked = |block: &Block| matches!(block, Block::Worked(_));
        let mut out = String::new();
        for some in body.chunk_by(|a, b| is_worked(a) == is_worked(b)) {
            let (body, height) = (self.blocks(some, canvas), self.height(some));
            out.push_str(&if is_worked(&some[0]) {
                filled!(outside, body)
            } else {
                filled!(leaves.part, head, body, height)
            });
            other_head.clone_into(&mut head);
        }
        out + end
    }

    fn paragraph(&self, paragraph: &Paragraph) -> String {
        match paragraph {
            Paragraph::Words(words) => {
                let text = self.words(words, "");
                filled!(Self::leaves().paragraph, text)
            }
            Paragraph::List { numbered, items } => {
                let item = |(number, item): (usize, &String)| {
                    let mark = if *numbered {
                        format!("{number}.")
                    } else {
                        Self::leaves().bullet.to_owned()
                    };
                    let text = self.words(item, "");
                    filled!(Self::leaves().list_item.0, mark, text)
                };
                let items = joined(Self::leaves().list_item, (1..).zip(items).map(item));
                filled!(Self::leaves().list[usize::from(*numbered)], items)
            }
            Paragraph::Code(code) => {
                let text = self.preformatted(code);
                filled!(Self::leaves().code, text)
            }
        }
    }

    fn pairs(
        &self,
        title: &str,
        pairs: &[(String, String)],
        height: &str,
        canvas: Canvas,
    ) -> String {
        let leaves = &Self::leaves();
        let row = |(name, value): &(String, String)| {
            let (name, value) = (self.marked(name), self.marked(value));
            filled!(leaves.pair.0, name, value)
        };
        let rows = joined(leaves.pair, pairs.iter().map(row));
        let names = pairs.iter().map(|(name, _)| name.chars().count());
        let columns = for_names(leaves.pair_columns, names);
        let (heading, title) = (self.marked(title), self.title(title));
        let attributes = self.attributes(None, canvas);
        filled!(
            leaves.pairs,
            heading,
            title,
            columns,
            rows,
            height,
            attributes
        )
    }

    fn steps(&self, steps: &[(String, String)]) -> String {
        let leaves = &Self::leaves();
        let step = |(number, (who, what)): (usize, &(String, String))| {
            let who = perhaps(leaves.who, &or_empty(who, |who| self.plain(who)));
            let (number, what) = (number.to_string(), self.marked(what));
            filled!(leaves.step.0, number, who, what)
        };
        let steps = joined(leaves.step, (1..).zip(steps).map(step));
        filled!(leaves.steps, steps)
    }

    fn worksheet(
        &self,
        lead: &str,
        heads: &[String],
        rows: &[WorksheetRow],
        height: &str,
        canvas: Canvas,
    ) -> String {
        let leaves = &Self::leaves();
        let head = |head: &String| {
            let text = self.plain(head);
            filled!(leaves.worksheet_head.0, text)
        };
        let row = |row: &WorksheetRow| {
            let (label, how) = (self.plain(&row.label), self.how(&row.how));
            let blank = self.blank(&row.blank);
            filled!(leaves.worksheet_row.0, label, how, blank)
        };
        let heads = joined(leaves.worksheet_head, heads.iter().map(head));
        let names = rows
            .iter()
            .map(|row| row.label.chars().count() + row.how.chars().count());
        let columns = for_names(leaves.worksheet_columns, names);
        let rows = joined(leaves.worksheet_row, rows.iter().map(row));
        let attributes = self.attributes(None, canvas);
        filled!(
            leaves.worksheet,
            lead,
            columns,
            heads,
            rows,
            height,
            attributes
        )
    }

    fn table(&self, table: &Table, class: &str, canvas: Canvas) -> String {
        let leaves = &Self::leaves();
        let class_of = |begins: bool, word: bool| {
            let classes = [begins.then_some("edge"), word.then_some("word")];
            let classes: Vec<&str> = classes.into_iter().flatten().collect();
            perhaps(leaves.class, &classes.join(" "))
        };
        let heads = table.columns().map(|(_, name, begins)| {
            let (name, class) = (self.column(name), class_of(begins, false));
            filled!(leaves.table_head.0, name, class)
        });
        let heads = joined(leaves.table_head, heads);
        let columns = table.columns();
        let columns: Vec<(bool, bool)> = columns
            .map(|(at, _, begins)| (begins, table.has_word(at)))
            .collect();
        // If the first column is a separate group, this column contains row headers.
        let names_rows = table.groups.len() > 1 && table.groups[0].len() == 1;
        let rows = table.rows.iter().map(|row| {
            let cells = row.iter().enumerate().map(|(at, of)| {
                let (begins, words) = columns.get(at).copied().unwrap_or_default();
                let class = class_of(begins, matches!(of, Cell::Word(_)) && words);
                let cell = match of {
                    Cell::Word(text) | Cell::Number(text) => self.cell(text),
                    Cell::Blank(blank) => self.blank(blank),
                };
                let is_head = at == 0 && names_rows;
                let leaf = if is_head {
                    leaves.row_head
                } else {
                    leaves.cell.0
                };
                filled!(leaf, cell, class)
            });
            let cells = joined(leaves.cell, cells);
            filled!(leaves.table_row.0, cells)
        });
        let rows = joined(leaves.table_row, rows);
        let (title, columns) = (self.title(&table.title), self.columns(table));
        let (attributes, count) = (
            self.attributes(Some(table), canvas),
            table.rows.len().to_string(),
        );
        filled!(
            leaves.table,
            class,
            attributes,
            columns,
            title,
            heads,
            rows,
            count
        )
    }

    /// Returns the drawings of a figure, side by side if they fit.
    fn figure(&self, figure: &Figure, canvas: Canvas) -> String {
        let drawn = canvas.draw(figure, |placed, theme| {
            (placed.width, self.drawing(placed, theme))
        });
        let wide = drawn.iter().map(|(width, _)| width + 4.0).sum::<f64>() - 4.0;
        let leaf = Self::leaves().figure[usize::from(wide > canvas.room + 0.5)];
        let drawings = joined(leaf, drawn.into_iter().map(|(_, drawing)| drawing));
        filled!(leaf.0, drawings)
    }

    fn options(&self, options: &[Choice]) -> String {
        let leaves = &Self::leaves();
        let option = |option: &Choice| {
            let tick = leaves.ticks[usize::from(option.ticked)];
            let text = self.words(&option.text, "");
            filled!(leaves.option.0, tick, text)
        };
        joined(leaves.option, options.iter().map(option))
    }

    fn rubric(&self, rubric: &[(String, Option<String>)]) -> String {
        let leaves = &Self::leaves();
        let row = |(text, points): &(String, Option<String>)| {
            let points = self.points(leaves.points, points.as_deref().unwrap_or_default());
            let text = self.marked(text);
            filled!(leaves.rubric_row.0, text, points)
        };
        let rows = joined(leaves.rubric_row, rubric.iter().map(row));
        filled!(leaves.rubric, rows)
    }

    /// Returns the contents before the questions.
    fn front(&self, sheet: &Sheet, canvas: Canvas, labels: &Labels) -> String {
        let (leaves, front) = (&Self::leaves(), &sheet.front);
        let title = self.marked(&front.title);
        let edition = front.edition.as_ref().map(|edition| self.plain(edition));
        let edition = perhaps(leaves.edition, &edition.unwrap_or_default());
        let version = sheet.code.clone();
        let version = version.map(|code| (labels.localize("Version").to_owned(), code));
        let field = |(name, words): &(String, String)| {
            let (name, words) = (self.plain(name), self.marked(words));
            filled!(leaves.cover_field.0, name, words)
        };
        let cover = joined(
            leaves.cover_field,
            front.cover.iter().chain(&version).map(field),
        );
        let cover = perhaps(leaves.cover, &cover);
        let owner = front.owner.iter().map(|(label, blank)| {
            let (label, blank) = (self.plain(label), self.blank(blank));
            filled!(leaves.owner.0, label, blank)
        });
        let (owner, grid) = (joined(leaves.owner, owner), self.grid(&front.grid, canvas));
        let [instructions, assumptions] = [
            ("Instructions", &front.instructions),
            ("Assumptions", &front.assumptions),
        ]
        .map(|(heading, said)| self.sentences(0, labels.localize(heading), said));
        filled!(
            leaves.front,
            title,
            edition,
            cover,
            owner,
            grid,
            instructions,
            assumptions
        )
    }

    /// Returns the grid of points and scores.
    fn grid(&self, grid: &Grid, canvas: Canvas) -> String {
        let leaves = &Self::leaves();
        let [question, worth, score] = grid.heads.each_ref().map(|head| self.plain(head));
        let chunks: Vec<_> = grid.questions.chunks(self.grid_room(canvas)).collect();
        let one = |(at, some): (usize, &&[(String, String)])| {
            let total = (at + 1 == chunks.len()).then_some(&grid.total);
            let row = |leaf: &str| -> String {
                let cell = |(number, points): &(String, String)| {
                    let (number, points) = (self.plain(number), self.plain(points));
                    filled!(leaf, number, points)
                };
                some.iter().chain(total).map(cell).collect()
            };
            let [columns, numbers, points, scores] = leaves.grid_cells.map(row);
            filled!(
                leaves.grid,
                question,
                worth,
                score,
                columns,
                numbers,
                points,
                scores
            )
        };
        chunks.iter().enumerate().map(one).collect()
    }

    /// Returns a list of sentences before all questions (level 0) or in a question (1), or nothing for an empty list.
    fn sentences(&self, level: usize, heading: &str, said: &[String]) -> String {
        if said.is_empty() {
            return String::new();
        }
        let sentence = |sentence: &String| {
            let text = self.marked(sentence);
            filled!(Self::leaves().sentence.0, text)
        };
        let sentences = joined(Self::leaves().sentence, said.iter().map(sentence));
        let heading = self.plain(heading);
        filled!(Self::leaves().sentences[level], heading, sentences)
    }

    fn question(&self, question: &Section, canvas: Canvas, labels: &Labels) -> String {
        let leaves = &Self::leaves();
        let (introduction, rest) = question.parts_on_page();
        let introduction = perhaps(leaves.introduction, &self.blocks(introduction, canvas));
        let body = perhaps(leaves.body, &self.blocks(rest, canvas));
        let heading = labels.localize("Assumptions");
        let assumptions = self.sentences(1, heading, &question.assumptions);
        let number = self.plain(&question.number);
        let (title, points) = (self.marked(&question.title), self.plain(&question.points));
        filled!(
            leaves.question,
            number,
            title,
            points,
            introduction,
            assumptions,
            body
        )
    }

    fn appendix(&self, sheet: &Sheet, canvas: Canvas) -> String {
        perhaps(
            Self::leaves().appendix,
            &self.blocks(&sheet.appendix, canvas),
        )
    }

    /// Returns the contents of a sheet: the front, the questions, and the appendix.
    fn contents(&self, sheet: &Sheet, canvas: Canvas, labels: &Labels) -> String {
        let questions = sheet.questions.iter();
        let questions = questions.map(|question| self.question(question, canvas, labels));
        self.front(sheet, canvas, labels)
            + &questions.collect::<String>()
            + &self.appendix(sheet, canvas)
    }
}

/// Escapes a text unless it is empty. An escaper may enclose text in quotes.
fn or_empty(text: &str, escaped: impl Fn(&str) -> String) -> String {
    if text.is_empty() {
        String::new()
    } else {
        escaped(text)
    }
}

/// Returns the columns of a table for names of these lengths.
fn for_names(columns: Columns, names: impl Iterator<Item = usize>) -> &'static str {
    let (room, short, long) = columns;
    if names.max().unwrap_or(0) > room {
        long
    } else {
        short
    }
}
