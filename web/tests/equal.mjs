// The engine of the page is the program: the records of each example, the imports of the module, and integers of all sizes.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASM, engine } from '../node.mjs';
import { PAGEWALK, ROOT, done, need, pagewalk, test } from './setup.mjs';

need(existsSync(WASM), `${WASM.pathname} is missing; run .ci/web build`);
need(existsSync(PAGEWALK), `${PAGEWALK} is missing; run cargo build`);

const folder = mkdtempSync(join(tmpdir(), 'pagewalk-'));
cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
const paths = readdirSync(join(ROOT, 'examples'), { recursive: true }).map((path) => `examples/${path}`).sort();
const scripts = paths.filter((path) => path.endsWith('.pw'));
const text = (path) => readFileSync(join(folder, path), 'utf8');
for (const path of scripts) {
  // A page hands over texts only, so both sides end before the first compressed trace.
  const [before, ...rest] = text(path).split(/^.*\.zst.*\n/m);
  if (rest.length) writeFileSync(join(folder, path), before);
}
const others = paths.filter((path) => /\.(pw|yaml|trace|lackey)$/.test(path) && !/golden/.test(path));
/** The files of a script, as the element hands them over. */
const filesOf = (path) => {
  if (!/^\s*(include|machine|replay|reference) "/m.test(text(path))) return {};
  return Object.fromEntries(others.map((other) => [other, text(other)]));
};

await test('the module imports page.emit and page.died, and exports its three functions', () => {
  const module = new WebAssembly.Module(readFileSync(WASM));
  const imports = WebAssembly.Module.imports(module).map(({ module: from, name }) => `${from}.${name}`);
  assert.deepEqual(imports.sort(), ['page.died', 'page.emit']);
  const functions = WebAssembly.Module.exports(module).filter(({ kind }) => kind === 'function');
  assert.deepEqual(functions.map(({ name }) => name).sort(), ['attach', 'request', 'reserve']);
});

await test('there are examples', () => assert.ok(scripts.length > 80, `${scripts.length}`));

const ask = engine();
for (const path of scripts) {
  await test(`the records of ${path}`, () => {
    const { stdout } = pagewalk(['run', '--format', 'json', path], folder);
    const native = stdout.split('\n').filter((line) => line && !line.startsWith('{"totals"'));
    const totals = JSON.parse(stdout.trim().split('\n').at(-1)).totals;
    const lines = [];
    ask({ op: 'open', path, text: text(path), files: filesOf(path) });
    const answer = ask({ op: 'run' }, { onPart: (part) => lines.push(...part.split('\n').filter(Boolean)) });
    for (const [i, line] of native.entries()) assert.equal(lines[i], line, `record ${i + 1}`);
    assert.equal(lines.length, native.length);
    for (const name of ['statements', 'checks', 'held', 'failed', 'scenarios']) assert.equal(answer.totals[name], totals[name], name);
  });
}

await test('an integer above 2^53 has all its digits', () => {
  // Bit 63 of an entry is XD (Intel SDM, volume 3, table 4-20), and data pages have it set.
  ask({ op: 'open', path: 'xd.pw', files: {}, text: 'machine core-i7 { cores 1 }\nprocess P {\n| area | start | end | perms | backing |\n| d | 1000 | 2000 | rw-p | anonymous |\n}\nP: write 0x1000 = 1\n' });
  const { count } = ask({ op: 'start' });
  const step = ask({ op: 'goto', record: count });
  const all = JSON.stringify([step, ask({ op: 'state' })]);
  assert.match(all, /"0x8[0-9a-f]{15}"/);
  assert.doesNotMatch(all, /[:,]-?[0-9]{17}/);
});

done();
