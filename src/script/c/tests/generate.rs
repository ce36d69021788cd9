//! Random programs without undefined behavior.

use std::fmt::Write;

use pagewalk_engine::machine::random::SplitMix64;

/// The integer types with their bits and whether they are signed.
const TYPES: &[(&str, u32, bool)] = &[
    ("signed char", 8, true),
    ("unsigned char", 8, false),
    ("short", 16, true),
    ("unsigned short", 16, false),
    ("int", 32, true),
    ("unsigned int", 32, false),
    ("long", 64, true),
    ("unsigned long", 64, false),
];

/// An expression, the range of its values, and its type after promotion: bits and whether it is signed.
#[derive(Clone)]
struct Expr {
    text: String,
    low: i128,
    high: i128,
    bits: u32,
    signed: bool,
}

/// A variable that a program may read and assign.
#[derive(Clone)]
struct Variable {
    text: String,
    ty: usize,
}

struct Generator {
    random: SplitMix64,
    tag: u64,
    out: String,
    indent: usize,
    variables: Vec<Variable>,
    /// The types of the parameters and of the results of the functions so far.
    functions: Vec<(Vec<usize>, usize)>,
    /// Names of the loop variables, which are not assigned.
    loops: usize,
    names: usize,
}

/// Returns a program whose names end in `tag`.
pub(super) fn program(seed: u64, tag: u64) -> String {
    let mut generator = Generator {
        random: SplitMix64::new(seed),
        tag,
        out: String::new(),
        indent: 0,
        variables: Vec::new(),
        functions: Vec::new(),
        loops: 0,
        names: 0,
    };
    generator.program();
    generator.out
}

fn range(bits: u32, signed: bool) -> (i128, i128) {
    if signed {
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    } else {
        (0, (1 << bits) - 1)
    }
}

impl Generator {
    fn below(&mut self, n: u64) -> u64 {
        self.random.below(n)
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(self.indent));
    }

    fn program(&mut self) {
        let tag = self.tag;
        self.line("#include <stdio.h>");
        self.line(&format!("struct s{tag} {{ signed char a; int b; unsigned short c; long d; unsigned char e[3]; }};"));
        self.line(&format!(
            "struct s{tag} one{tag} = {{ 1, -2, 3, 4, {{ 5, 6 }} }}, two{tag}[3];"
        ));
        for (number, (name, ..)) in TYPES.iter().enumerate() {
            let value = self.below(200);
            self.line(&format!("{name} g{number}_{tag} = {value};"));
            self.variables.push(Variable {
                text: format!("g{number}_{tag}"),
                ty: number,
            });
        }
        self.line(&format!(
            "int m{tag}[4][8] = {{ {{ 1, 2, 3 }}, {{ -4 }}, 5, 6 }};"
        ));
        self.line(&format!("unsigned char t{tag}[16] = \"random text\";"));
        self.line(&format!("double r{tag} = 1.5; float q{tag} = 0.25f;"));
        for (member, ty) in [("a", 0), ("b", 4), ("c", 3), ("d", 6)] {
            self.variables.push(Variable {
                text: format!("one{tag}.{member}"),
                ty,
            });
        }
        self.line(&format!("int down{tag}(int n) {{ return n <= 0 ? one{tag}.b % 100 : n + down{tag}(n - 1) % 1000; }}"));
        self.line(&format!("struct s{tag} swap{tag}(struct s{tag} x, int y) {{ x.a = (signed char) x.b; x.b = y; x.e[1]++; return x; }}"));
        let globals = self.variables.clone();
        for number in 0..3 {
            let parameters: Vec<usize> = (0..=self.below(3))
                .map(|_| self.below(8) as usize)
                .collect();
            let result = self.below(8) as usize;
            let list: Vec<String> = parameters
                .iter()
                .enumerate()
                .map(|(at, ty)| format!("{} p{at}", TYPES[*ty].0))
                .collect();
            self.line(&format!(
                "{} f{number}_{tag}({}) {{",
                TYPES[result].0,
                list.join(", ")
            ));
            self.variables = globals.clone();
            let own = parameters.iter().enumerate().map(|(at, ty)| Variable {
                text: format!("p{at}"),
                ty: *ty,
            });
            self.variables.extend(own);
            self.body(3, 2);
            let value = self.expr(2);
            self.line(&format!("  return {};", value.text));
            self.line("}");
            self.functions.push((parameters, result));
        }
        self.line(&format!("int main{tag}(void) {{"));
        self.variables = globals.clone();
        self.body(8, 3);
        for one in &globals {
            let letter = if TYPES[one.ty].1 == 64 { "%ld" } else { "%d" };
            self.line(&format!("  printf(\"{letter} \", {});", one.text));
        }
        self.line(&format!(
            "  for (int i = 0; i < 32; i++) printf(\"%d \", m{tag}[i / 8][i % 8]);"
        ));
        self.line(&format!(
            "  for (int i = 0; i < 16; i++) printf(\"%x \", t{tag}[i]);"
        ));
        self.line(&format!("  printf(\"%.3f %.3f\\n\", r{tag}, q{tag});"));
        let value = self.expr(2);
        self.line(&format!("  return ({}) & 255;", value.text));
        self.line("}");
    }

    fn body(&mut self, statements: u64, depth: u32) {
        self.indent += 1;
        let known = self.variables.len();
        for _ in 0..=self.below(statements) {
            self.statement(depth);
        }
        self.variables.truncate(known);
        self.indent -= 1;
    }

    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn variable(&mut self) -> Variable {
        let at = self.below(self.variables.len() as u64) as usize;
        self.variables[at].clone()
    }

    fn statement(&mut self, depth: u32) {
        let tag = self.tag;
        match self.below(if depth == 0 { 14 } else { 21 }) {
            0 | 1 => {
                let (target, value) = (self.variable(), self.expr(3));
                self.line(&format!("{} = {};", target.text, value.text));
            }
            2 => self.update(),
            3 => {
                let ty = self.below(8) as usize;
                let (name, value) = (self.fresh("v"), self.expr(2));
                self.line(&format!("{} {name} = {};", TYPES[ty].0, value.text));
                self.variables.push(Variable { text: name, ty });
            }
            4 => {
                let (row, column, value) = (self.index(4), self.index(8), self.expr(2));
                self.line(&format!("m{tag}[{row}][{column}] = {};", value.text));
            }
            5 => {
                let (index, value) = (self.index(16), self.expr(2));
                let op = ["=", "+=", "^=", "-=", "|="][self.below(5) as usize];
                let value = limited(&value, 1000);
                self.line(&format!("t{tag}[{index}] {op} {value};"));
            }
            6 => {
                let value = self.expr(3);
                let (letter, cast) = if value.bits == 64 {
                    ("%ld", "long")
                } else {
                    ("%d", "int")
                };
                self.line(&format!(
                    "printf(\"{letter} \", ({cast}) ({}));",
                    value.text
                ));
            }
            7 if !self.functions.is_empty() => {
                let at = self.below(self.functions.len() as u64) as usize;
                let parameters = self.functions[at].0.len();
                let arguments: Vec<String> = (0..parameters).map(|_| self.expr(2).text).collect();
                let target = self.variable();
                self.line(&format!(
                    "{} = f{at}_{tag}({});",
                    target.text,
                    arguments.join(", ")
                ));
            }
            8 => {
                let (index, other) = (self.index(3), self.index(3));
                match self.below(3) {
                    0 => self.line(&format!("two{tag}[{index}] = one{tag};")),
                    1 => self.line(&format!("one{tag} = two{tag}[{index}];")),
                    _ => self.line(&format!("two{tag}[{index}] = two{tag}[{other}];")),
                }
            }
            9 => {
                let (name, row, value) = (self.fresh("v"), self.index(4), self.expr(2));
                let value = limited(&value, 100);
                self.line(&format!("int *{name} = &m{tag}[{row}][2];"));
                self.line(&format!("*{name} = {value}; {name}[1] = *{name} & 7; m{tag}[0][0] = *{name}++; *--{name} ^= 5; *({name} + 2) = (int) ({name} - m{tag}[0]);"));
            }
            10 => {
                let value = self.expr(2);
                let value = limited(&value, 1000);
                let op = ["+", "-", "*", "/"][self.below(4) as usize];
                self.line(&format!("r{tag} = r{tag} > 1e9 || r{tag} < -1e9 ? 0.5 : r{tag} {op} ({value} + 0.75); q{tag} = (float) r{tag} * 0.5f;"));
            }
            11 => {
                let target = self.variable();
                self.line(&format!("{} = r{tag} > -100 && r{tag} < 100 ? (int) r{tag} : (r{tag} == q{tag}) + !r{tag};", target.text));
            }
            12 => {
                let (name, count) = (self.fresh("v"), 2 + self.below(5));
                let value = self.expr(2);
                self.line(&format!(
                    "short {name}[{count}] = {{ {} }}; {name}[{}]++;",
                    value.text,
                    count - 1
                ));
                self.variables.push(Variable {
                    text: format!("{name}[{}]", self.random.below(count)),
                    ty: 2,
                });
            }
            13 => {
                let (index, limit) = (self.index(3), self.below(20));
                let target = self.variable();
                self.line(&format!(
                    "two{tag}[{index}] = swap{tag}(one{tag}, {limit}); {} = down{tag}({limit});",
                    target.text
                ));
            }
            14 | 15 => {
                let condition = self.expr(3);
                self.line(&format!("if ({}) {{", condition.text));
                self.body(3, depth - 1);
                if self.below(2) == 0 {
                    self.line("} else {");
                    self.body(3, depth - 1);
                }
                self.line("}");
            }
            16 | 17 => {
                let (name, count) = (self.fresh("i"), 1 + self.below(5));
                self.line(&format!(
                    "for (int {name} = 0; {name} < {count}; {name}++) {{"
                ));
                self.loops += 1;
                self.body(3, depth - 1);
                if self.below(3) == 0 {
                    let condition = self.expr(2);
                    let word = if self.below(2) == 0 {
                        "break"
                    } else {
                        "continue"
                    };
                    self.line(&format!("  if ({}) {word};", condition.text));
                }
                self.loops -= 1;
                self.line("}");
            }
            18 => {
                let (name, count) = (self.fresh("w"), 1 + self.below(4));
                self.line(&format!("int {name} = {count};"));
                if self.below(2) == 0 {
                    self.line(&format!("while ({name}-- > 0) {{"));
                    self.body(2, depth - 1);
                    self.line("}");
                } else {
                    self.line("do {");
                    self.body(2, depth - 1);
                    self.line(&format!("}} while (--{name} > 0);"));
                }
            }
            19 => {
                let value = self.expr(2);
                self.line(&format!("switch (({}) & 3) {{", value.text));
                for case in 0..=self.below(3) {
                    self.line(&format!("case {case}:"));
                    self.line("{");
                    self.body(2, depth - 1);
                    self.line("}");
                    if self.below(3) > 0 {
                        self.line("break;");
                    }
                }
                self.line("default: ;");
                self.line("}");
            }
            _ => {
                self.line("{");
                self.body(3, depth.saturating_sub(1));
                self.line("}");
            }
        }
    }

    fn update(&mut self) {
        let target = self.variable();
        let (_, bits, signed) = TYPES[target.ty];
        let name = &target.text;
        if bits >= 32 && signed {
            self.line(&format!("{name} %= 1000;"));
        }
        let value = self.expr(2);
        let value = limited(&value, 100);
        let text = match self.below(8) {
            0 => format!("{name}++;"),
            1 => format!("--{name};"),
            2 => format!("{name} += {value};"),
            3 => format!("{name} -= {value};"),
            4 => format!("{name} *= {value};"),
            5 => format!("{name} /= ({value} & 7) + 1;"),
            6 => format!("{name} <<= {value} & 7;"),
            _ => format!("{name} >>= {value} & 7;"),
        };
        self.line(&text);
    }

    /// Returns an index below a power of two or a small number.
    fn index(&mut self, limit: u64) -> String {
        if self.below(2) == 0 {
            return self.below(limit).to_string();
        }
        let value = self.expr(1);
        format!("(unsigned int) ({}) % {limit}u", value.text)
    }

    fn expr(&mut self, depth: u32) -> Expr {
        if depth == 0 || self.below(5) == 0 {
            return self.leaf();
        }
        match self.below(12) {
            0..=4 => self.arithmetic(depth),
            5 => {
                let (left, right) = (self.expr(depth - 1), self.expr(depth - 1));
                let op = ["<", "<=", ">", ">=", "==", "!=", "&&", "||"][self.below(8) as usize];
                Expr {
                    text: format!("({}) {op} ({})", left.text, right.text),
                    low: 0,
                    high: 1,
                    bits: 32,
                    signed: true,
                }
            }
            6 => {
                let value = self.expr(depth - 1);
                Expr {
                    text: format!("!({})", value.text),
                    low: 0,
                    high: 1,
                    bits: 32,
                    signed: true,
                }
            }
            7 => {
                let value = self.expr(depth - 1);
                let (low, high) = range(value.bits, value.signed);
                Expr {
                    text: format!("~({})", value.text),
                    low,
                    high,
                    ..value
                }
            }
            8 => {
                let value = self.expr(depth - 1);
                let value = small(value, 10_000);
                let (low, high) = if value.signed {
                    (-value.high, -value.low)
                } else {
                    range(value.bits, false)
                };
                Expr {
                    text: format!("-({})", value.text),
                    low,
                    high,
                    ..value
                }
            }
            9 => {
                let (name, bits, signed) = TYPES[self.below(8) as usize];
                let value = self.expr(depth - 1);
                let (low, high) = range(bits, signed);
                Expr {
                    text: format!("({name}) ({})", value.text),
                    low,
                    high,
                    bits: bits.max(32),
                    signed: signed || bits < 32,
                }
            }
            10 => {
                let condition = self.expr(depth - 1);
                let (left, right) = (self.expr(depth - 1), self.expr(depth - 1));
                let (bits, signed) = common(&left, &right);
                let (low, high) = range(bits, signed);
                Expr {
                    text: format!("({}) ? ({}) : ({})", condition.text, left.text, right.text),
                    low,
                    high,
                    bits,
                    signed,
                }
            }
            _ => {
                let value = self.expr(depth - 1);
                Expr {
                    text: format!("(({}), ({}))", self.leaf().text, value.text),
                    ..value
                }
            }
        }
    }

    fn arithmetic(&mut self, depth: u32) -> Expr {
        let (mut left, mut right) = (self.expr(depth - 1), self.expr(depth - 1));
        let op = ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"][self.below(10) as usize];
        match op {
            "/" | "%" => {
                right.text = format!("(({}) & 15) + 1", right.text);
                (right.low, right.high) = (1, 16);
            }
            "<<" | ">>" => {
                let text = format!("({}) {op} (({}) & 7)", left.text, right.text);
                let (low, high) = range(left.bits, left.signed);
                return Expr {
                    text,
                    low,
                    high,
                    ..left
                };
            }
            "+" | "-" | "*" => {
                left = small(left, 10_000);
                right = small(right, 10_000);
            }
            _ => {}
        }
        let (bits, signed) = common(&left, &right);
        let (low, high) = match op {
            "+" | "-" if signed => (-20_000, 20_000),
            "*" if signed => (-100_000_000, 100_000_000),
            _ => range(bits, signed),
        };
        Expr {
            text: format!("({}) {op} ({})", left.text, right.text),
            low,
            high,
            bits,
            signed,
        }
    }

    fn leaf(&mut self) -> Expr {
        let tag = self.tag;
        match self.below(8) {
            0 => {
                let value = i128::from(self.below(300)) - 100;
                Expr {
                    text: format!("({value})"),
                    low: value,
                    high: value,
                    bits: 32,
                    signed: true,
                }
            }
            1 => {
                let (text, bits, signed) = [
                    ("4000000000u", 32, false),
                    ("'a'", 32, true),
                    ("0x7fffffffL", 64, true),
                    ("sizeof(int)", 64, false),
                    ("077", 32, true),
                ][self.below(5) as usize];
                let (low, high) = range(bits, signed);
                Expr {
                    text: text.to_owned(),
                    low,
                    high,
                    bits,
                    signed,
                }
            }
            2 => {
                let (row, column) = (self.below(4), self.below(8));
                let (low, high) = range(32, true);
                Expr {
                    text: format!("m{tag}[{row}][{column}]"),
                    low,
                    high,
                    bits: 32,
                    signed: true,
                }
            }
            3 => {
                let (index, part) = (self.below(3), self.below(3));
                Expr {
                    text: format!("two{tag}[{index}].e[{part}]"),
                    low: 0,
                    high: 255,
                    bits: 32,
                    signed: true,
                }
            }
            _ => {
                let one = self.variable();
                let (_, bits, signed) = TYPES[one.ty];
                let (low, high) = range(bits, signed);
                Expr {
                    text: one.text,
                    low,
                    high,
                    bits: bits.max(32),
                    signed: signed || bits < 32,
                }
            }
        }
    }
}

/// Returns an expression with a small value.
fn limited(value: &Expr, limit: i128) -> String {
    if -limit < value.low && value.high < limit {
        format!("({})", value.text)
    } else {
        format!("(({}) % {limit})", value.text)
    }
}

fn small(value: Expr, limit: i128) -> Expr {
    if -limit < value.low && value.high < limit {
        return value;
    }
    let low = if value.signed { 1 - limit } else { 0 };
    Expr {
        text: format!("({}) % {limit}", value.text),
        low,
        high: limit - 1,
        ..value
    }
}

/// The common type of two operands.
fn common(left: &Expr, right: &Expr) -> (u32, bool) {
    let bits = left.bits.max(right.bits);
    let signed = |one: &Expr| one.signed || one.bits < bits;
    (bits, signed(left) && signed(right))
}
