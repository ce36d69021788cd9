// Builds the folder of static files: `node build.mjs [FOLDER]`, by default target/site. Needs the engine (`.ci/web build`).
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { header, writeBook } from './book.mjs';
import { engine, WASM } from './node.mjs';
import { BUNDLE, practiceTemplate } from './practice.mjs';

const web = dirname(fileURLToPath(import.meta.url));
const root = dirname(web);
const site = process.argv[2] ?? join(root, 'target/site');
const read = (path) => readFileSync(join(root, path), 'utf8');
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
    .sort();

/** The words of the language by class, as the engine colors them in scripts with every construct. Kept, because it takes seconds. */
function words() {
  const kept = join(dirname(fileURLToPath(WASM)), 'words.json');
  if (existsSync(kept) && statSync(kept).mtimeMs > Math.max(statSync(WASM).mtimeMs, statSync(import.meta.filename).mtimeMs)) return JSON.parse(readFileSync(kept, 'utf8'));
  const ask = engine();
  const texts = [...read('docs/reference/reference.md').matchAll(/`([^`\n]+)` \|$/gm)]
   .map(([, example]) => example)
    .filter((example) => !/^(:|--|pagewalk )/.test(example))
    .map((example) => example.replaceAll('; ', '\n'));
  const scripts = [join(root, 'editors/sample.pw'), ...readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.pw')).map((name) => join(root, 'examples', name))];
  const seen = new Map();
  for (const text of [...scripts.map((path) => readFileSync(path, 'utf8')), ...texts]) {
    const lines = text.split('\n');
    for (const [line, character, length, kind] of ask({ op: 'open', path: 'words.pw', text }).tokens) {
      const word = lines[line].slice(character, character + length);
      if (!/^[A-Za-z_]/.test(word)) continue;
      const kinds = seen.get(word) ?? seen.set(word, {}).get(word);
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
  }
  const reference = new Set(read('docs/reference/reference.md').match(/[A-Za-z_][\w.-]*/g));
  const classes = {};
  for (const [word, kinds] of seen) {
    const [[kind]] = Object.entries(kinds).sort((a, b) => b[1] - a[1]);
    const often = Object.values(kinds).reduce((sum, count) => sum + count);
    // Names of a script are no words of the language, and a word that the examples have once is not worth its bytes.
    if (often > 1 && reference.has(word) && !['variable', 'namespace', 'number'].includes(kind)) (classes[kind] ??= []).push(word);
  }
  const found = Object.fromEntries(Object.entries(classes).map(([kind, list]) => [kind, list.sort().join(' ')]));
  writeFileSync(kept, JSON.stringify(found));
  return found;
}

/** A style sheet of the element, as text. */
const minified = async (css) => JSON.stringify((await esbuild.transform(css, { loader: 'css', minify: true,  target: ['chrome123', 'firefox121', 'safari17.5'] })).code.trim());

/** Bundles one script for the site. */
const bundle = (entry, options = {}) =>
  esbuild.build({
    entryPoints: [join(web, 'src', entry)],
    outfile: join(site, `${basename(entry, '.js')}.js`),
    ...BUNDLE,
    logLevel: 'warning',
    ...options,
  });

rmSync(site, { recursive: true, force: true });
mkdirSync(site, { recursive: true });

// The engine, and the same as a script for pages in a file or on another server.
const wasm = readFileSync(WASM);
writeFileSync(join(site, 'engine.wasm'), wasm);
await bundle('worker.js', { bundle: false });
const packed = { wasm: gzipSync(wasm, { level: 9 }).toString('base64'), worker: readFileSync(join(site, 'worker.js'), 'utf8') };
writeFileSync(join(site, 'pagewalk-engine.js'), `globalThis.pagewalkEngine = ${JSON.stringify(packed)};\n`);
const [, colors] = /:root \{\s*color-scheme: light dark;([^]*?)\n\}/.exec(read('web/style/base.css'));
const before = read('web/style/element.css');
const after = read('web/style/element-results.css') + read('web/style/results.css');
/** The colors that a style sheet uses and another one does not have yet. */
const used = (css, other = '') => {
  const uses = (text, name) => text.includes(`var(${name})`);
  return `:host{${colors.match(/--[\w-]+:[^;]+;/g).filter((color) => uses(css, color.split(':')[0]) && !uses(other, color.split(':')[0])).join('').replace(/([:,]) +/g, '$1')}}`;
};
await bundle('pagewalk-script.js', { format: 'iife', define: { STYLE: await minified(used(before) + before), WORDS: JSON.stringify(words()) } });
await bundle('pagewalk-run.js', { format: 'iife', define: { STYLE: await minified(used(after, before) + after) } });

// The pages, with each module that they name.
for (const name of readdirSync(join(web, 'pages'))) {
  cpSync(join(web, 'pages', name), join(site, name), { recursive: true });
  if (!name.endsWith('.html')) continue;
  const text = readFileSync(join(web, 'pages', name), 'utf8');
  writeFileSync(join(site, name), text.replace('<!-- header -->', header('.', '')));
  for (const [, script] of text.matchAll(/<script type="module" src="\.?\/?([\w-]+)\.js"/g)) {
    const entry = [`${script}.js`, `${script}/${script}.js`, `${script}/main.js`, `${script}/index.js`].find((path) => existsSync(join(web, 'src', path)));
    if (!entry) {
      console.error(`web/pages/${name} names ${script}.js, which is not in web/src`);
      process.exitCode = 1;
    } else await bundle(entry, { outfile: join(site, `${script}.js`) });
  }
}
writeFileSync(join(site, 'practice-template.html'), await practiceTemplate(web, WASM));
cpSync(join(web, 'style'), site, { recursive: true });
await bundle('book.js');
await bundle('theme.js', { format: 'iife' });

// The examples, and their list for the explorer: the lectures, the question bank, and the others.
const examples = filesIn(join(root, 'examples')).filter((path) => !/\.golden\.yaml$|__pycache__/.test(path));
for (const path of examples) cpSync(path, join(site, relative(root, path)));
const listed = examples
  .filter((path) => path.endsWith('.pw'))
  .map((path) => {
    const text = readFileSync(path, 'utf8');
    // The first sentence of the comment at its beginning.
    const [comment = ''] = /^(#.*\n)+/.exec(text) ?? [];
    const [about] = /^.{20,}?[.:](?= |$)|.*/.exec(comment.replace(/^# ?/gm, '').replaceAll('\n', ' ').trim());
    const file = relative(join(root, 'examples'), path);
    return { path: file, group: dirname(file) === '.' ? 'examples' : dirname(file), about: about.replace(/:$/, '.') };
  });
// A page cannot hand a compressed trace to the engine, so the script with such traces is only in the book.
writeFileSync(join(site, 'examples/index.json'), JSON.stringify(listed.filter(({ path }) => !/^[^#]*"[^"\n]*\.zst"/m.test(read(join('examples', path))))));

const pages = await writeBook(root, site, listed);

// The service worker keeps each page for offline use. Its text changes with each file, so browsers fetch a new version.
const kept = filesIn(site).map((path) => relative(site, path)).filter((path) => !/(^pagewalk-engine\.js|^practice-template\.html|\.pdf|\.zst|\.ipynb)$/.test(path));
const version = createHash('sha256');
for (const path of kept) version.update(path).update(readFileSync(join(site, path)));
await bundle('sw.js', { format: 'iife', define: { VERSION: JSON.stringify(version.digest('hex').slice(0, 16)), FILES: JSON.stringify(kept) } });

const size = (path) => `${path} ${(statSync(join(site, path)).size / 1000).toFixed(1)} kB`;
console.log(`${relative(process.cwd(), site)}: ${pages} pages of the book, ${kept.length} files offline; ${['pagewalk-script.js', 'pagewalk-run.js', 'engine.wasm', 'pagewalk-engine.js'].map(size).join(', ')}`);
