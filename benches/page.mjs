// The engine of the page in Node: `node benches/page.mjs [ENGINE]`, by default target/web/engine.wasm of `.ci/web build`. Prints medians.
import { readFileSync } from 'node:fs';
import { constants, brotliCompressSync } from 'node:zlib';

const bytes = readFileSync(process.argv[2] ?? 'target/web/engine.wasm');
const text = (pointer, length) => new TextDecoder().decode(new Uint8Array(exports.memory.buffer, pointer, length));
let answer;
const emit = (kind, pointer, length) => kind > 0 && (answer = text(pointer, length));
const { instance: { exports } } = await WebAssembly.instantiate(bytes, { page: { emit, died: (...words) => console.log(text(...words)) } });
const copied = (data) => {
  const pointer = exports.reserve(data.length);
  new Uint8Array(exports.memory.buffer, pointer, data.length).set(data);
  return [pointer, data.length];
};
/** Sends a request, and returns its time in milliseconds. */
const timed = (request, attached) => {
  if (attached) exports.attach(...copied(attached));
  const data = copied(new TextEncoder().encode(JSON.stringify(request)));
  const start = performance.now();
  exports.request(...data);
  return performance.now() - start;
};
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1].toFixed(1);
const row = (what, value, unit) => console.log(`${what.padEnd(58)} ${String(value).padStart(8)} ${unit}`);

row('engine', (bytes.length / 1e6).toFixed(2), 'MB');
row('engine, compressed with Brotli', (brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length / 1e6).toFixed(2), 'MB');
const script = readFileSync('examples/copy-on-write.pw', 'utf8');
for (const op of ['open', 'hints', 'start']) {
  row(`copy-on-write.pw, ${op}`, median(Array.from({ length: 15 }, (_, n) => timed({ op, path: 'a.pw', text: `${script}# ${n}` }))), 'ms');
}
// The page asks for these rows.
const step = (record) => timed({ op: 'goto', record }) + timed({ op: 'state', sets: 16, rows: 64 });
row('a step, with the state', median(Array.from({ length: 25 }, (_, n) => step(n + 1))), 'ms');
const faults = 'machine core-i7\nkernel { frames 2000 }\nprocess P\nP: let a = mmap(NULL, 4 MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\nfor n in 0..1000 { P: write a + n * 4 KB = 1 }\n';
timed({ op: 'open', path: 'a.pw', text: faults });
row('1,000 page faults on core-i7, start', timed({ op: 'start' }).toFixed(1), 'ms');
step(990);
row('a step after 990 page faults, with the state', median(Array.from({ length: 14 }, (_, n) => step(991 + n))), 'ms');
row('memory', (exports.memory.buffer.byteLength / 1e6).toFixed(0), 'MB');
const trace = Array.from({ length: 400_000 }, (_, n) => ` L ${((n * 97) % 1048576).toString(16)},8\n`).join('');
row('replay of 400,000 records with causes and curve, core-i7', timed({ op: 'replay', machine: 'core-i7', name: 't.lackey' }, Buffer.from(trace)).toFixed(0), 'ms');
if (JSON.parse(answer).problem) throw new Error(answer);
