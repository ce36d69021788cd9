// The engine of the page is the program: the records of each example, the imports of the module, and integers of all sizes.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { WASM, engine } from '../node.mjs';
import { PAGEWALK, ROOT, done, need, pagewalk, test } from './setup.mjs';
import { existsSync } from 'node:fs';

need(existsSync(WASM), `${WASM.pathname} is missing; run .ci/web build`);
need(existsSync(PAGEWALK), `${PAGEWALK} is missing; run cargo build`);

const paths = readdirSync(join(ROOT, 'examples'), { recursive: true }).map((path) => `examples/${path}`).sort();
const text = (path) => readFileSync(join(ROOT, path), 'utf8');
const files = Object.fromEntries(paths.filter((path) => /\.(pw|yaml|trace|lackey)$/.test(path) && !/golden/.test(path)).map((path) => [path, text(path)]));
// The command runs the statements of exams, too, and both sides take the same seed.
const scripts = paths.filter((path) => path.endsWith('.pw'));

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
    const { stdout } = pagewalk(['run', '--format', 'json', path]);
    const native = stdout.split('\n').filter((line) => line && !line.startsWith('{"totals"'));
    const totals = JSON.parse(stdout.trim().split('\n').at(-1)).totals;
    const lines = [];
    ask({ op: 'open', path, text: text(path), files });
    const answer = ask({ op: 'run' }, { onPart: (part) => lines.push(...part.split('\n').filter(Boolean)) });
    for (const [i, line] of native.entries()) assert.equal(lines[i], line, `record ${i + 1}`);
    assert.equal(lines.length, native.length);
    for (const name of ['statements', 'checks', 'held', 'failed', 'scenarios']) assert.equal(answer.totals[name], totals[name], name);
  });
}

await test('an integer above 2^53 has all its digits', () => {
  // A page-table entry with the XD bit, as in the Intel SDM, volume 3, table 4-20.
  ask({ op: 'open', path: 'xd.pw', text: 'machine core-i7 { cores 1 }\nprocess P {\n| area | start | end | perms | backing |\n| d | 1000 | 2000 | rw-p | anonymous |\n}\nP: write 0x1000 = 1\nP: read 0x1000\n' });
  ask({ op: 'start' });
  const seen = [];
  for (let record = 1; record <= 7; record += 1) {
    try {
      seen.push(JSON.stringify(ask({ op: 'goto', record })));
    } catch {
      break;
    }
  }
  const { count } = ask({ op: 'start' });
  ask({ op: 'goto', record: count });
  const all = seen.join() + JSON.stringify(ask({ op: 'state' }));
  assert.match(all, /"0x8[0-9a-f]{15}"/);
  assert.doesNotMatch(all, /:9223372036854[0-9]+/);
});

done();
