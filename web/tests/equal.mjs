// The engine of the page is the program: the records of each example in Node and of some in a browser, the imports of the module, and integers of all sizes.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { WASM, engine } from '../node.mjs';
import { CHROMIUM, PAGEWALK, ROOT, SITE, browser, done, need, pagewalk, serve, test } from './setup.mjs';

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

if (process.argv.includes('--long')) {
  await test('the engine has at most 2 MB for the network', () => {
    const bytes = readFileSync(WASM);
    // The engine for tests is several times as large.
    if (bytes.length > 12e6) return console.log('no size: the engine is that of WEB_PROFILE=quick');
    const { length } = brotliCompressSync(bytes);
    console.log(`the engine: ${(length / 1e6).toFixed(3)} MB with Brotli, ${(bytes.length / 1e6).toFixed(1)} MB without`);
    assert.ok(length <= 2e6, `${length} bytes`);
  });
}

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

/** Examples with a machine, processes, a seed, and other files. */
const IN_A_BROWSER = ['simple-memory-system.pw', 'copy-on-write.pw', 'swapping.pw', 'fork.pw', 'machine-file.pw', 'lectures/core-i7.pw'].map((path) => `examples/${path}`);
if (CHROMIUM && existsSync(join(SITE, 'worker.js'))) {
  const server = await serve();
  const chrome = await browser();
  const page = await chrome.newPage();
  // Any page of the site has the policy and the worker of the others.
  await page.goto(`${server.site}embed.html`);
  for (const path of IN_A_BROWSER) {
    await test(`the records of ${path} in Chromium`, async () => {
      const { stdout } = pagewalk(['run', '--format', 'json', path], folder);
      const native = stdout.split('\n').filter((line) => line && !line.startsWith('{"totals"'));
      const records = await page.evaluate(async (open) => {
        const worker = new Worker('worker.js');
        const parts = [];
        const answer = (message) => new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => {
            if (data.parts) parts.push(...data.parts);
            else if (data.answer === undefined) reject(new Error(data.refusal ?? data.died));
            else resolve(data.answer);
          };
          worker.postMessage(message);
        });
        worker.postMessage({ module: await WebAssembly.compileStreaming(fetch('engine.wasm')) });
        await answer({ request: JSON.stringify(open) });
        await answer({ request: JSON.stringify({ op: 'run' }) });
        worker.terminate();
        return parts.join('\n');
      }, { op: 'open', path, text: text(path), files: filesOf(path) });
      assert.deepEqual(records.split('\n').filter(Boolean), native);
      assert.ok(native.length > 5);
    });
  }
  await chrome.close();
  await server.close();
} else console.log(`in no browser: ${CHROMIUM ? 'no site' : 'no Chromium'}`);

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
