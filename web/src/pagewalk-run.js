// The part of <pagewalk-script> that a page needs only at Run: the engine's client, the results, and links. A script of its own,
// so that a page with many examples shows them after 10 kB.
// @ts-check
import { Engine, EngineError, compile } from './engine.js';
import { html } from './markup.js';
import { toFragment } from './share.js';

/**
 * @param {string} tag
 * @param {object} members
 * @param {(Node | string)[]} children
 * @returns {any}
 */
function el(tag, members = {}, ...children) {
  const element = Object.assign(document.createElement(tag), members);
  element.append(...children);
  return element;
}

/** @param {number} count @param {string} one @param {string} many */
const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

/** @type {Promise<{wasm: WebAssembly.Module, worker: URL | string}> | undefined} */
let source;

/** Loads the engine that is beside an address. */
async function load(here) {
  const wasm = new URL('engine.wasm', here);
  // A worker must have the origin of its page, and a page in a file has no origin that could fetch anything.
  if (location.protocol !== 'file:' && wasm.origin === location.origin) {
    try {
      return { wasm: await compile(wasm), worker: new URL('worker.js', here) };
    } catch {
      // The copy of a course may have only the scripts.
    }
  }
  return packed(new URL('pagewalk-engine.js', here).href);
}

/** Loads the engine from a script, which each page may load from anywhere. */
async function packed(src) {
  const script = el('script', { src });
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new EngineError('missing', `The engine is not at ${src}.`));
    document.head.append(script);
  });
  const { wasm, worker } = /** @type {any} */ (globalThis).pagewalkEngine;
  const bytes = Uint8Array.from(atob(wasm), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return {
    wasm: await compile(await new Response(stream).arrayBuffer()),
    worker: URL.createObjectURL(new Blob([worker], { type: 'text/javascript' })),
  };
}

/** Returns an engine of its own for a run, so that a script without end delays no other element. */
async function start(here) {
  source ??= load(here);
  // A lost connection is no reason to refuse the next run.
  source.catch(() => (source = undefined));
  return new Engine(await source);
}

/**
 * Returns the files that a script and its included scripts name, from a folder of the server.
 * @param {string} text
 * @param {string} folder
 */
async function filesOf(text, folder) {
  /** @type {Record<string, string>} */
  const files = {};
  const named = (/** @type {string} */ script) => Array.from(script.matchAll(/\b(?:include|machine|replay|reference)\s+"([^"]+)"/g), ([, name]) => name);
  const names = named(text);
  const base = new URL(folder, document.baseURI);
  for (const name of names) {
    if (Object.hasOwn(files, name)) continue;
    try {
      const url = new URL(name, base);
      // A student who changes the script must not make the page load files from elsewhere.
      if (url.origin !== base.origin) continue;
      const response = await fetch(url);
      if (!response.ok) continue;
      files[name] = await response.text();
    } catch {
      // The engine reports the missing file at its place in the script.
      continue;
    }
    if (name.endsWith('.pw')) names.push(...named(files[name]));
  }
  return files;
}

/** Whether a text differs from the author's only in the values of blanks. @param {string} text @param {string} original */
const fits = (text, original) => new RegExp(`^${original.split('?').map((part) => part.replace(/\W/g, '\\$&')).join('.*')}$`).test(text);

/** Runs a text, and returns the engine's answer. @param {Engine} engine @param {HTMLElement} element @param {string} text @param {string} original */
async function results(engine, element, text, original) {
  // The text of an exercise that is read only takes predictions, and nothing else.
  if (element.matches('[readonly][predict]') && !fits(text, original)) throw new Error('Change only the values that were ?. “Start over” returns to them.');
  const folder = element.getAttribute('folder');
  const files = folder === null ? undefined : await filesOf(text, folder);
  const [, answer] = await Promise.all([
    engine.request({ op: 'open', path: element.getAttribute('name') || 'script.pw', text, files }),
    engine.request({ op: 'results', figures: false }),
  ]);
  return answer;
}

/**
 * Shows the results of a run, a row for each statement and problem. Returns a sentence, its kind, and marks at the ends of lines.
 * @param {any} answer The engine's answer to `results`.
 * @param {boolean} fails Whether the author expects a failure.
 * @param {string} noun The word for an expectation.
 * @param {(edits: any[]) => void} fix Applies a fix.
 * @param {HTMLElement} place
 */
function present({ statements, problems, totals, verdict }, fails, noun, fix, place) {
  const { checks, failed } = totals;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const meant = fails ? ', as intended' : '';
  const says = {
    passes: `✓ ${counted(checks, `${noun} holds`, `${noun}s hold`)}`,
    fails: `✗ ${failed} of ${counted(checks, noun, `${noun}s`)} failed${meant}`,
    mistake: `✗ ${counted(errors, 'mistake', 'mistakes')}${meant}`,
  };
  const sentence = says[verdict] ?? 'The script ran. It has no expectations.';
  const kind = verdict === 'passes' ? 'good' : says[verdict] ? 'bad' : '';
  /** @type {Map<number, [string, boolean]>} */
  const marks = new Map();
  const row = (line, node, bad) =>
    el('div', { className: bad ? 'row bad' : 'row' }, el('span', { className: 'line', textContent: String(line + 1), title: `line ${line + 1}` }), el('div', {}, node));
  const rows = statements.flatMap(({ line, html: passage, failures }) => {
    const node = html(passage);
    for (const { fact, actual } of failures) marks.set(line, [`✗ ${fact} ${actual ?? ''}`, false]);
    if (node.textContent?.includes('✓') && !marks.has(line)) marks.set(line, ['✓', true]);
    // A block without a result is in the script already.
    const [first, ...others] = node.firstElementChild?.children ?? [];
    return !others.length && first?.textContent?.endsWith('{ … }') ? [] : [row(line, node, failures.length > 0)];
  });
  for (const { start: { line }, message, severity, fixes = [] } of problems) {
    const wrong = severity === 'error';
    const buttons = fixes.map(({ title, edits }) => el('button', { textContent: title, onclick: () => fix(edits) }));
    rows.push(row(line, el('div', { className: wrong ? 'problem bad' : 'problem' }, el('p', { textContent: message }), ...buttons), wrong));
    if (wrong) marks.set(line, [`✗ ${message.split('\n')[0]}`, false]);
  }
  place.replaceChildren(...rows);
  place.hidden = !rows.length;
  // The keyboard scrolls only what has the focus.
  for (const wide of place.querySelectorAll('.pagewalk')) if (wide.scrollWidth > wide.clientWidth) wide.setAttribute('tabindex', '0');
  return { says: sentence, kind, marks };
}

/** Returns a text after edits of the engine. @param {string} text @param {{start: any, end: any, text: string}[]} edits */
function edited(text, edits) {
  const lines = text.split('\n');
  const at = ({ line, character }) => lines.slice(0, line).join('\n').length + (line && 1) + character;
  // From the end, so that the places before an edit stay valid.
  for (const { start, end, text: insert } of [...edits].sort((a, b) => at(b.start) - at(a.start))) {
    text = text.slice(0, at(start)) + insert + text.slice(at(end));
  }
  return text;
}

Object.assign(globalThis, { pagewalkRun: { sheet, start, results, present, edited, toFragment } });
