// Compares the scopes of the TextMate grammar with the classes of tokens.
//   node check-grammar.mjs MODULES sample FILE.pw FILE.classes OUT   writes a test for vscode-tmgrammar-test
//   node check-grammar.mjs MODULES markdown FILE.md                  checks the code blocks of a Markdown file
//   node check-grammar.mjs MODULES share FILE.classes FLOOR          prints the share of tokens that agree
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const manifest = JSON.parse(fs.readFileSync(path.join(here, "package.json"), "utf8"));
const grammars = manifest.contributes.grammars;

// The TextMate scope of each class.
const SCOPES = {
  Keyword: "keyword.control",
  Verb: "entity.name.function",
  Fact: "variable.other.property",
  Noun: "entity.name.type",
  Number: "constant.numeric",
  String: "string.quoted",
  Comment: "comment.line.number-sign",
  Operator: "keyword.operator",
  Constant: "constant.language",
  Process: "entity.name.namespace",
  Variable: "variable.other.readwrite",
};

// Parses lines of the format `LINE:COLUMN TEXT CLASS`.
function tokensOf(lines) {
  return lines.filter(Boolean).map((line) => {
    const [, row, column, text, kind] = line.match(/^(\d+):(\d+) (.*) (\w+)$/s);
    return { line: row - 1, column: column - 1, text, kind };
  });
}

// Returns the full scope of a class in the grammar, including its suffix.
function fullScope(kind, text) {
  const quotes = { '"': "double", "'": "single" }[text[0]];
  if (kind !== "String") return `${SCOPES[kind]}.pagewalk`;
  return text.startsWith('"""') || !quotes ? "string.quoted.triple.pagewalk" : `string.quoted.${quotes}.pagewalk`;
}

function sample(script, classes, out) {
  const tokens = tokensOf(fs.readFileSync(classes, "utf8").split("\n"));
  const test = ['# SYNTAX TEST "source.pagewalk" "the tokens of the shared sample"'];
  fs.readFileSync(script, "utf8").replace(/\n$/, "").split("\n").forEach((line, row) => {
    test.push(line);
    for (const token of tokens.filter((token) => token.line === row)) {
      // An arrow marks a token in the first column.
      const mark = token.column === 0
        ? `#<${"-".repeat(token.text.length)}`
        : `#${" ".repeat(token.column - 1)}${"^".repeat(token.text.length)}`;
      test.push(`${mark} ${fullScope(token.kind, token.text)}`);
    }
  });
  fs.writeFileSync(out, `${test.join("\n")}\n`);
  console.log(`${tokens.length} tokens of the sample`);
}

// Loads a grammar with the extension's injections. The Markdown grammar is VS Code's.
async function grammar(modules, scope) {
  const require = createRequire(path.join(modules, "node_modules", "x.js"));
  const oniguruma = require("vscode-oniguruma");
  const textmate = require("vscode-textmate");
  const wasm = path.join(path.dirname(require.resolve("vscode-oniguruma/package.json")), "release", "onig.wasm");
  await oniguruma.loadWASM(fs.readFileSync(wasm).buffer);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    getInjections: (scope) => grammars.filter((row) => row.injectTo?.includes(scope)).map((row) => row.scopeName),
    loadGrammar: async (scope) => {
      const own = grammars.find((row) => row.scopeName === scope);
      const markdown = scope === "text.html.markdown" && require.resolve("tm-grammars/grammars/markdown.json");
      const file = own ? path.join(here, own.path) : markdown;
      return file ? textmate.parseRawGrammar(fs.readFileSync(file, "utf8"), file) : null;
    },
  });
  return { grammar: await registry.loadGrammar(scope), initial: textmate.INITIAL };
}

// Returns the tokens of each line with their scopes.
function scopesOf({ grammar, initial }, text) {
  let state = initial;
  return text.split("\n").map((line) => {
    const told = grammar.tokenizeLine(line, state);
    state = told.ruleStack;
    return told.tokens;
  });
}

function agrees(tokens, { column, text, kind }) {
  const over = tokens.filter((token) => token.startIndex < column + text.length && token.endIndex > column);
  const scope = `${SCOPES[kind]}.`;
  const inner = (scopes) => {
    const at = scopes.findLastIndex((scope) => Object.values(SCOPES).some((known) => scope.startsWith(`${known}.`)));
    return at >= 0 && scopes[at].startsWith(scope);
  };
  return over.length > 0 && over.every((token) => inner(token.scopes));
}

// Checks that the word `read` has a verb's scope in exactly those lines that end with `# script`.
async function markdown(modules, file) {
  const lines = fs.readFileSync(file, "utf8").replace(/\n$/, "").split("\n");
  const told = scopesOf(await grammar(modules, "text.html.markdown"), lines.join("\n"));
  let [scripts, wrong] = [0, 0];
  lines.forEach((line, row) => {
    const column = line.search(/\bread\b/);
    if (column < 0) return;
    const tokens = told[row].filter((token) => token.startIndex <= column && column < token.endIndex);
    const has = (scope) => tokens.some((token) => token.scopes.includes(scope));
    const found = [has(`${SCOPES.Verb}.pagewalk`), has("meta.embedded.block.pagewalk")];
    const expected = line.endsWith("# script");
    scripts += Number(expected);
    if (found.every((one) => one === expected)) return;
    wrong += 1;
    console.log(`${file}:${row + 1}: ${JSON.stringify(tokens.map((token) => token.scopes))}`);
  });
  console.log(`${scripts} lines of scripts in Markdown, ${wrong} lines with wrong scopes`);
  if (wrong > 0 || scripts === 0) process.exit(1);
}

async function share(modules, classes, floor) {
  const made = await grammar(modules, "source.pagewalk");
  let [all, same] = [0, 0];
  const wrong = new Map();
  for (const part of fs.readFileSync(classes, "utf8").split(/^== /m).slice(1)) {
    const [file, ...lines] = part.split("\n");
    const told = scopesOf(made, fs.readFileSync(file, "utf8"));
    for (const token of tokensOf(lines)) {
      all += 1;
      if (agrees(told[token.line] ?? [], token)) same += 1;
      else wrong.set(token.kind, [...(wrong.get(token.kind) ?? []), `${file}:${token.line + 1}:${token.column + 1} ${token.text}`]);
    }
  }
  const percent = (100 * same) / all;
  console.log(`${percent.toFixed(2)} % of ${all} tokens of the examples agree (floor ${floor} %)`);
  if (percent < floor || process.env.PAGEWALK_SHOW) {
    for (const [kind, places] of wrong) {
      const most = process.env.PAGEWALK_SHOW ? places.length : 10;
      console.log(`  ${kind}: ${places.length}\n    ${places.slice(0, most).join("\n    ")}`);
    }
  }
  if (!(percent >= floor)) process.exit(1);
}

const [modules, what, ...rest] = process.argv.slice(2);
if (what === "sample") sample(...rest);
else if (what === "markdown") await markdown(modules, ...rest);
else await share(modules, rest[0], Number(rest[1]));
