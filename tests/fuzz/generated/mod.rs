//! Scripts that the registries of the language generate from arbitrary bytes. Tests and the targets in `fuzz/` use them.

mod values;

use std::path::Path;
use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use pagewalk_engine::machine::presets::PRESETS;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_script::LANGUAGE;
use pagewalk_script::api::{CheckedScript, Options, ParsedScript};
use pagewalk_script::lang::include::{Script, Texts};
use pagewalk_script::run::bind::{Contents, Param, Slot};
use pagewalk_script::run::check;
use pagewalk_script::run::facts::{CALL_FACTS, access_keys};
use pagewalk_script::run::verbs::FORMS;
use pagewalk_script::services::lookup::{look_up, words};

/// Maximum number of statements that a script tries.
const STATEMENTS: usize = 16;

/// Maximum depth of blocks and of expressions.
const DEPTH: u32 = 3;

/// The name of a generated script.
const NAME: &str = "/scripts/generated.pw";

/// Every word of the reference.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(words);

/// Every path in an expression, such as `NAME.hits`.
static PATHS: LazyLock<Vec<String>> = LazyLock::new(|| {
    WORDS
        .iter()
        .filter(|word| word.contains('.'))
        .cloned()
        .collect()
});

/// The files that generated scripts can name.
pub fn files() -> Texts<()> {
    let file =
        |name: &str, text: &str| (Path::new("/scripts").join(name), text.as_bytes().to_vec());
    let texts = [
        file("other.pw", "let x = 5\n"),
        file(
            "machine.yaml",
            "virtual: 14 bits\nphysical: 12 bits\npage: 64 B\n",
        ),
        file("loop.trace", " L 10,4\n S 20,4\nI  40,2\n M 4a,8\n"),
    ];
    Texts {
        texts: texts.into_iter().collect(),
        other: (),
    }
}

/// Checks a text that can name [`files`].
pub fn checked(text: &str) -> CheckedScript {
    CheckedScript::from_text(NAME, text, &mut files())
}

/// Whether a text can run. This is faster than [`checked`], because it looks for no fixes.
fn is_right(text: &str, earlier: &mut Script) -> bool {
    let ParsedScript {
        sources,
        script,
        files,
        diagnostics,
    } = ParsedScript::from_text(NAME, text, earlier, &mut files());
    let right = diagnostics.is_empty()
        && check(&script.body, &sources, &files, Options::default())
            .diagnostics
            .is_empty();
    *earlier = script;
    right
}

/// Generates a script. Statements with errors are usually left out, so most scripts run.
///
/// # Errors
/// Fails if the bytes are used up.
pub fn script(bytes: &mut Unstructured) -> Result<String> {
    let preset = bytes.choose(&PRESETS)?;
    let mut generator = Generator {
        bytes,
        spec: preset.spec(),
        kernel: false,
        noun: "",
        depth: 0,
        earlier: Script::default(),
    };
    let mut text = format!("machine {}\nlet x = 3\nlet p = 64\n", preset.name);
    generator.try_line(&mut text, |one, out| {
        *out += "machine ";
        *out += preset.name;
        one.block(Contents::Settings, "machine", out)
    })?;
    generator.kernel = generator.bytes.ratio(2, 3)?;
    if generator.kernel {
        generator.try_line(&mut text, |one, out| {
            *out += "kernel";
            one.block(Contents::Settings, "kernel", out)
        })?;
        text += "file \"data\" { size 1000 }\nprocess P1\nprocess P2\nP1: let p = mmap(NULL, 1024, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n";
    }
    for _ in 0..STATEMENTS {
        if generator.bytes.is_empty() {
            break;
        }
        generator.try_line(&mut text, Generator::statement)?;
    }
    Ok(text)
}

struct Generator<'u, 'b> {
    bytes: &'u mut Unstructured<'b>,
    /// The preset that the machine overrides.
    spec: Spec,
    kernel: bool,
    /// The noun of the current statement, which determines the columns of its table.
    noun: &'static str,
    depth: u32,
    /// The script so far.
    earlier: Script,
}

impl Generator<'_, '_> {
    /// Adds a line to a script, unless the line has errors. A few lines with errors are also added.
    fn try_line(
        &mut self,
        text: &mut String,
        line: impl FnOnce(&mut Self, &mut String) -> Result<()>,
    ) -> Result<()> {
        let before = text.len();
        line(self, text)?;
        text.push('\n');
        if !is_right(text, &mut self.earlier) && !self.bytes.ratio(1, 48)? {
            text.truncate(before);
        }
        Ok(())
    }

    fn below(&mut self, end: u64) -> Result<u64> {
        self.bytes.int_in_range(0..=end.max(1) - 1)
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> Result<T> {
        self.bytes.choose(choices).copied()
    }

    fn statement(&mut self, out: &mut String) -> Result<()> {
        self.depth += 1;
        let done = self.any_statement(out);
        self.depth -= 1;
        done
    }

    fn any_statement(&mut self, out: &mut String) -> Result<()> {
        match self.below(12)? {
            0..4 => {
                let is_call = self.operation(out)?;
                self.facts(is_call, out)
            }
            4..7 if self.kernel => {
                *out += self.pick(&["P1: let p = ", "P1: ", "P2: "])?;
                self.call(out)
            }
            4..9 => {
                let verbs: Vec<_> = LANGUAGE.verbs().collect();
                let verb = self.bytes.choose(&verbs)?;
                *out += verb.name;
                self.params(verb.params, verb.name, out)
            }
            _ if self.depth > DEPTH => self.operation(out).map(|_| ()),
            _ => {
                let form = self.bytes.choose(FORMS)?;
                let name = form.name.replace("NAME", "P1");
                *out += &name;
                self.params(form.params, form.name, out)
            }
        }
    }

    /// Writes an access or a call, and returns whether it is a call.
    fn operation(&mut self, out: &mut String) -> Result<bool> {
        if self.kernel {
            *out += self.pick(&["P1: ", "P2: ", "P1: ", ""])?;
            if self.bytes.ratio(1, 3)? {
                return self.call(out).map(|()| true);
            }
        }
        let is_access = |params: &[Param]| matches!(params, [Param::Value(Slot::Va), ..]);
        let accesses: Vec<_> = LANGUAGE
            .verbs()
            .filter(|verb| is_access(verb.params))
            .collect();
        let verb = self.bytes.choose(&accesses)?;
        *out += verb.name;
        self.params(verb.params, verb.name, out).map(|()| false)
    }

    fn params(&mut self, params: &[Param], owner: &str, out: &mut String) -> Result<()> {
        params
            .iter()
            .try_for_each(|param| self.param(param, owner, out))
    }

    fn param(&mut self, param: &Param, owner: &str, out: &mut String) -> Result<()> {
        let word = match param {
            Param::Value(slot) => {
                out.push(' ');
                return self.value(*slot, out);
            }
            Param::Keyword(word) | Param::Literal(word) | Param::Unit(word) => word,
            Param::Words(words) => self.pick(words)?,
            Param::Equals => "=",
            Param::Arrow => "=>",
            Param::Comma => ",",
            Param::Block(contents, _) => return self.block(*contents, owner, out),
            Param::Optional(params) => {
                return if self.bytes.ratio(1, 2)? {
                    self.params(params, owner, out)
                } else {
                    Ok(())
                };
            }
            Param::OneOf(params) => {
                let one = self.bytes.choose(params)?;
                return self.param(one, owner, out);
            }
            Param::Many(one) => {
                return (0..=self.below(3)?).try_for_each(|_| self.param(one, owner, out));
            }
            Param::Ways(ways) => {
                let way = self.pick(ways)?;
                return self.params(way, owner, out);
            }
        };
        out.push(' ');
        *out += word;
        Ok(())
    }

    fn block(&mut self, contents: Contents, owner: &str, out: &mut String) -> Result<()> {
        *out += " {";
        match contents {
            Contents::Settings => {
                let block = LANGUAGE.blocks().find(|block| block.name == owner);
                let settings = block.map(|block| (block.settings)()).unwrap_or_default();
                for _ in 0..=self.below(3)? {
                    let Ok(setting) = self.bytes.choose(&settings) else {
                        break;
                    };
                    out.push('\n');
                    *out += setting.name;
                    self.params(setting.params, setting.name, out)?;
                }
            }
            Contents::Statements if self.depth <= DEPTH => {
                for _ in 0..self.below(4)? {
                    out.push('\n');
                    self.statement(out)?;
                }
            }
            Contents::Statements => {}
            Contents::Table => self.table(self.noun, out)?,
            Contents::Areas => self.table("maps", out)?,
            Contents::Entry => self.table("page_table", out)?,
        }
        *out += "\n}";
        Ok(())
    }

    /// Writes a table with some of a noun's columns.
    fn table(&mut self, noun: &str, out: &mut String) -> Result<()> {
        let found = look_up(noun);
        let columns = found
            .iter()
            .flat_map(|row| &row.cells)
            .find(|(name, _)| *name == "columns");
        let columns = columns.map_or(String::new(), |(_, columns)| {
            columns.replace(['`', '(', ')', '…'], " ")
        });
        let columns: Vec<&str> = columns.split_whitespace().collect();
        let mut shown = columns.first().into_iter().copied().collect::<Vec<_>>();
        for column in columns.iter().skip(1) {
            if self.bytes.ratio(1, 2)? {
                shown.push(column);
            }
        }
        *out += "\n| ";
        *out += &shown.join(" ");
        *out += " |";
        for _ in 0..self.below(4)? {
            *out += "\n|";
            for _ in &shown {
                *out += match self.below(8)? {
                    0 => " -",
                    1 => " *",
                    2 => " (p)",
                    3 => " rw-p",
                    4 => " 1",
                    _ => " 0",
                };
            }
            *out += " |";
        }
        Ok(())
    }

    fn facts(&mut self, is_call: bool, out: &mut String) -> Result<()> {
        for at in 0..self.below(3)? {
            *out += if at == 0 { " => " } else { ", " };
            let (name, words) = if is_call {
                let fact = self.bytes.choose(CALL_FACTS)?;
                (fact.name.to_owned(), fact.kind.words())
            } else {
                let keys = access_keys(&self.spec, self.kernel);
                let (name, key) = self.bytes.choose(&keys)?;
                (name.clone(), key.words())
            };
            *out += &name;
            out.push(' ');
            match words {
                [_, ..] if self.bytes.ratio(7, 8)? => *out += self.pick(words)?,
                _ => self.expression(out)?,
            }
        }
        Ok(())
    }
}
