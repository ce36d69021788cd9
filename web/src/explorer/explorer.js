// The explorer: a script, a step of its run, and the machine, above a timeline of records.
// @ts-check
import { Engine } from '../engine.js';
import { svg } from '../markup.js';
import '../offline.js';
import { NO_SCRIPT, fromFragment, plainFragment, toFragment } from '../share.js';
import { at, el, hex } from './dom.js';
import { editor as newEditor } from './editor.js';
import { lectern } from './lectern.js';
import { links } from './links.js';
import * as machine from './machine.js';
import * as scripts from './scripts.js';
import * as stepView from './step.js';
import * as tools from './tools.js';

/** The engine of the editor answers at once, also while the other one runs a long script. */
const [editing, running] = [new Engine(), new Engine()];

/** The script that a new visitor sees. */
const FIRST = 'simple-memory-system.pw';

/** A run that takes longer has a button to stop it, in milliseconds. */
const PATIENCE = 700;

const state = {
  path: 'script.pw',
  /** @type {Record<string, string>} The texts of the files that the script names. */
  files: {},
  /** The address of the script, the text that it has, and when a person began to edit it. */
  address: '',
  kept: '',
  own: /** @type {number | undefined} */ (undefined),
  /** The script that was opened, until a person's own text takes its place. @type {{text: string, address: string} | undefined} */
  original: undefined,
  record: 0,
  count: 0,
  /** Whether the run has more records than the timeline. */
  more: false,
  /** Whether the page shows the last run of another text, or of a lost engine. Nothing can step through it. */
  past: false,
  /** The names of the living processes. @type {string[]} */
  processes: [],
  /** The words for the notable records. @type {Map<number, string[]>} */
  marks: new Map(),
  /** @type {any} */
  step: undefined,
  /** The long lists of the machine that are shown whole. @type {Set<string>} */
  whole: new Set(),
  predict: false,
  /** The record whose values are shown although the others must be predicted. */
  revealed: -1,
  /** The chosen figure, or `auto`. */
  figure: 'auto',
  opened: '',
  /** The record that the user wants next, while another one loads. */
  wanted: /** @type {number | undefined} */ (undefined),
  playing: 0,
};

const say = (/** @type {string} */ text) => (at('spoken').textContent = text);
const message = (/** @type {unknown} */ error) => (error instanceof Error ? error.message : String(error));
const theme = () => (getComputedStyle(document.documentElement).colorScheme === 'dark' || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches) ? 'dark' : 'light');

/* The script. */

const source = newEditor(at('editor'), (request) => editing.request(request), {
  changed: () => {
    // The fixes belong to the text before the change.
    usable(false);
    later();
  },
  flush: () => open(),
  values: () => !state.predict,
});

let timer = 0;
function later() {
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    keep();
    open().then(() => run());
  }, 200);
}

/** Opens the text in the engine of the editor, unless it is open. */
async function open() {
  const { text } = source;
  const key = `${editing.generation}:${text}`;
  if (key === state.opened) return;
  state.opened = key;
  try {
    const found = await editing.request({ op: 'open', path: state.path, text, files: state.files });
    // The first request starts the engine, which is then another generation.
    state.opened = `${editing.generation}:${text}`;
    if (source.text === text) source.show(found);
  } catch (error) {
    trouble(message(error));
  }
}

/** The problems below the script, as JSON. */
let listed = '';

/** @param {any[]} children */
function below(...children) {
  listed = '';
  at('problems').replaceChildren(...children);
}

/** Whether the fixes below the script can be clicked. @param {boolean} on */
function usable(on) {
  for (const button of at('problems').querySelectorAll('.fixes button')) button.disabled = !on;
}

/** Shows problems below the script, with their fixes. @param {any[]} found */
function problems(found) {
  const list = JSON.stringify(found);
  // A list that stays the same keeps its buttons, so that a run which ends during a click does not take the button away.
  if (list === listed) return usable(true);
  below(...found.filter(({ severity }) => severity !== 'info').slice(0, 8).map(({ start, severity, message, fixes }) =>
    el(`div.problem.${severity}`, el('b', `Line ${start.line + 1}: `), message, el('div.fixes', ...fixes.map((/** @type {any} */ { title, edits }) => el('button', { onclick: () => source.apply(edits) }, title))))));
  listed = list;
}

/** @param {string} text */
function trouble(text) {
  below(el('div.problem', text));
  say(text);
}

/* Keeping the script. */

/** The script as a link has it. JSON has no number for the end, which is where a link without a step opens. @returns {import('../share.js').Shared} */
const shared = (step = kept()) => ({ text: source.text, path: state.path, step, ...(Object.keys(state.files).length ? { files: JSON.stringify(state.files) } : {}) });

/** Writes an address for the open script. @param {string} address @param {number} [own] When a person began to edit it. */
function place(address, own) {
  history.replaceState({ own }, '', address);
  Object.assign(state, { own, address: location.search + location.hash });
  at('original').hidden = !state.path.startsWith('examples/') || location.hash === '';
}

/** Lists the script among the person's own ones. @param {string} fragment */
function list(fragment) {
  const own = state.own ?? Date.now();
  const address = location.search + fragment;
  scripts.put({ own, time: Date.now(), name: state.path, about: source.text.trim().split('\n')[0].slice(0, 60), address });
  return { own, address };
}

/** Writes an edited script into the address, so that it stays after a reload, after Back, and in a bookmark. */
async function keep() {
  const { text } = source;
  const { href } = location;
  if (text === state.kept) return;
  const fragment = text === state.original?.text ? '' : await toFragment(shared());
  // A later call has the rest, and another address is that of another script.
  if (source.text !== text || location.href !== href) return;
  state.kept = text;
  scripts.leave(undefined);
  if (fragment) return place(fragment, list(fragment).own);
  scripts.remove(state.own);
  place(state.original?.address ?? '');
}

// The page is left before its last words are in the address.
window.addEventListener('pagehide', () => {
  if (source.text !== state.kept) scripts.leave({ from: location.href, ...list(plainFragment(shared())) });
});

/** Says something about the script, above it. @param {...any} children */
const notice = (...children) => at('notice').replaceChildren(...children);

/** Opens another script. The one before stays in the history, and is a click away if a person wrote it. @param {() => unknown} open */
async function instead(open) {
  await keep();
  const before = { own: state.own, address: state.address };
  history.pushState(history.state, '', location.href);
  await open();
  if (before.own) mine('Your script is kept.', before);
}

/** Opens a script that a person wrote. @param {{own?: number, address: string}} script */
const reopen = ({ own, address }) => instead(() => {
  history.replaceState({ own }, '', address);
  return begin();
});

/** @param {string} words @param {{own?: number, address: string}} script */
const mine = (words, script) => notice(words, ' ', el('button', { onclick: () => reopen(script) }, 'Back to my script'));

at('original').onclick = () => instead(() => example(state.path.replace('examples/', '')));

/* The run. */

let runs = 0;
/** A replay needs the engine of the run until its dialog closes. */
let replaying = false;

/** Shows the step of the last run as such, or as one of the run. @param {boolean} on */
function past(on) {
  state.past = on;
  document.body.classList.toggle('past', on);
  for (const id of ['first', 'back', 'play', 'next', 'last', 'slider', 'seek', 'lectern', 'chosen']) if (at(id)) at(id).disabled = on;
  for (const words of document.querySelectorAll('.head .past')) words.textContent = on && state.step ? 'of the last run' : '';
  if (on && state.playing) play();
}

/** The record that a new run shows: the one that loads or is shown. Who is at the end stays at the end. */
function kept() {
  const record = state.wanted ?? state.record;
  return record >= state.count ? Infinity : record;
}

/** Runs the script and shows a record. */
async function run(record = kept()) {
  if (replaying) return;
  const own = (runs += 1);
  if (running.busy) running.stop();
  const { text } = source;
  const patience = setTimeout(() => {
    if (own === runs) below(el('div.problem.info', 'The script is running. ', el('button', { id: 'stop', onclick: stop }, 'Stop')));
  }, PATIENCE);
  try {
    const found = await running.request({ op: 'open', path: state.path, text, files: state.files });
    // The problems of a text that has changed meanwhile have other places, and its run begins soon.
    if (own !== runs || source.text !== text) return;
    if (found.problems.some((/** @type {any} */ { severity }) => severity === 'error')) {
      problems(found.problems);
      source.results([]);
      totals(undefined);
      past(true);
      return;
    }
    const begun = await running.request({ op: 'start' });
    if (own !== runs || source.text !== text) return;
    // The message that the script is running ends with the run. A list of problems stays until the run has its own.
    if (!listed) problems(found.problems);
    past(false);
    timeline(begun);
    totals(begun);
    // Without its state, the run has no results either, and the reason must stay.
    const goes = await go(record, true);
    if (own !== runs) return;
    if (!goes) return source.results([]);
    if (begun.problem || begun.more) {
      source.results([]);
      trouble(begun.problem || `The script has more records. The timeline has the first ${begun.count.toLocaleString('en')}.`);
      return;
    }
    // The results and the failed expectations are what one predicts.
    if (state.predict) {
      problems(found.problems);
      return source.results([]);
    }
    const hints = await running.request({ op: 'hints' });
    if (own !== runs || source.text !== text) return;
    source.results(hints.hints);
    source.problems([...found.problems, ...hints.problems]);
    problems([...found.problems, ...hints.problems]);
  } catch (error) {
    if (own === runs && !(/** @type {any} */ (error).kind === 'stopped')) {
      trouble(message(error));
      past(true);
    }
  } finally {
    clearTimeout(patience);
  }
}

function stop() {
  runs += 1;
  running.stop();
  past(true);
  trouble('Stopped. Change the script to run it again.');
}

/** @param {any} begun */
function totals(begun) {
  const to = at('totals');
  to.className = '';
  if (!begun || begun.totals.checks === 0) to.textContent = '';
  else if (state.predict) to.textContent = `${begun.totals.checks} predictions`;
  else if (begun.totals.failed === 0) {
    to.className = 'good';
    to.textContent = `✓ all ${begun.totals.checks} expectations hold`;
  } else {
    to.className = 'bad';
    to.textContent = `✗ ${begun.totals.failed} of ${begun.totals.checks} expectations fail`;
  }
}

/* The timeline. */

/** The notable records: a sign and a word for each kind, because colors alone say nothing. @type {Record<string, [string, string]>} */
const MARKS = { failed: ['✗', 'failed expectation'], fault: ['▴', 'fault'], scenario: ['|', 'scenario begins'] };

/** @param {any} begun */
function timeline({ count, marks, more }) {
  Object.assign(state, { count, more, marks: new Map() });
  at('slider').max = String(count);
  const kinds = state.predict ? ['scenario'] : Object.keys(MARKS);
  const shown = marks.filter((/** @type {any} */ [, kind]) => kinds.includes(kind));
  for (const [record, kind] of shown) state.marks.set(record, [...(state.marks.get(record) ?? []), MARKS[kind][1]]);
  // Thousands of marks would be a bar, and slow.
  at('marks').replaceChildren(...shown.slice(0, 400).map((/** @type {any} */ [record, kind]) => {
    const tick = el(`i.${kind}`, { title: `Record ${record}: ${MARKS[kind][1]}`, onclick: () => go(record) }, MARKS[kind][0]);
    tick.style.left = `${(record / Math.max(count, 1)) * 100}%`;
    return tick;
  }));
  const legend = kinds.filter((kind) => shown.some((/** @type {any} */ [, own]) => own === kind));
  at('legend').replaceChildren(...legend.map((kind) => el(`span.${kind}`, el('i', { ariaHidden: 'true' }, MARKS[kind][0]), ` ${MARKS[kind][1]}`)));
}

/** Moves to a record, and returns whether the run can go on. Of several wishes while one loads, only the last counts. @param {number} record @param {boolean} [again] */
async function go(record, again = false) {
  if (state.past) return false;
  const target = Math.max(0, Math.min(record, state.count));
  if (state.wanted !== undefined) {
    state.wanted = target;
    return true;
  }
  if (target === state.record && !again && state.step) return true;
  state.wanted = target;
  /** @type {Promise<any> | undefined} */
  let picture;
  try {
    for (let next = -1; next !== state.wanted; ) {
      next = state.wanted;
      state.step = await running.request({ op: 'goto', record: next, theme: theme() });
      state.record = next;
      // A prediction needs the contents that the access finds.
      const states = await running.request({ op: 'state', before: hidden(), whole: [...state.whole], ...machine.LIMITS });
      state.processes = (states.now.kernel?.processes ?? []).filter((/** @type {any} */ process) => process.state !== 'ended').map((/** @type {any} */ { name }) => name);
      // The engine draws while the page shows the state.
      picture = drawn();
      picture.catch(() => {});
      paint(states);
    }
    // A wish that comes while the figure is drawn starts the next move.
    state.wanted = undefined;
    await figure(picture);
    return true;
  } catch (error) {
    state.wanted = undefined;
    if (/** @type {any} */ (error).kind === 'stopped') return false;
    trouble(message(error));
    // A new engine knows nothing of the run.
    if (/** @type {any} */ (error).kind === 'died') past(true);
    return false;
  }
}

/** Whether the values of this step are to be predicted. */
const hidden = () => state.predict && state.revealed !== state.record && state.step.trace?.facts.length > 0;

/** @param {{before: any, now: any}} states */
function paint(states) {
  const { step, record, count } = state;
  at('slider').value = String(record);
  at('slider').setAttribute('aria-valuetext', [step.title ? `${record} of ${count}: ${step.title.split('\n')[0]}` : 'the beginning', ...(state.marks.get(record) ?? [])].join(', '));
  at('position').textContent = `${record} of ${count}${state.more ? ' or more' : ''}`;
  at('back').disabled = at('first').disabled = record === 0;
  at('next').disabled = at('last').disabled = record === count;
  stepView.show(at('happened'), step, hidden(), () => {
    state.revealed = record;
    return go(record, true);
  });
  machine.show(at('parts'), hidden() ? {} : step, states, { whole: state.whole, toggle });
  if (hidden()) at('parts').prepend(el('p.lacking', 'The machine before this step.'));
  // These need the layout, which is computed once after all changes.
  at('step').scrollTop = 0;
  source.mark(step.start, step.end);
  say(stepView.spoken(step, count, hidden()));
}

/** Shows a long list whole, or only its rows of the step. @param {string} list */
function toggle(list) {
  if (!state.whole.delete(list)) state.whole.add(list);
  return go(state.record, true);
}

/* The figure. */

/** The virtual address of the access. @param {any} step @returns {number | string | undefined} */
const addressOf = (step) => step.trace?.steps.find((/** @type {any} */ one) => one.kind === 'fragment')?.va;

/** The kinds of the micro-steps. @param {any} step @returns {Set<string>} */
const kindsOf = (step) => new Set((step.trace?.steps ?? []).map((/** @type {any} */ one) => one.kind));

/** The figures on offer: those that a step can have. @param {any} step */
function offered(step) {
  const kinds = kindsOf(step);
  const translates = kinds.has('tlb-lookup') || kinds.has('pte-read');
  return ['auto', translates && 'translation', translates && addressOf(step) !== undefined && 'walk', kinds.size && 'steps', ...(state.processes.length ? ['frames', 'mapping', 'layout'] : []), 'tables', 'system', 'none'].filter((name) => typeof name === 'string');
}

/** The figures that fit a step, the best first. @param {any} step */
function fitting(step) {
  const kinds = kindsOf(step);
  if (kinds.has('tlb-lookup') || kinds.has('pte-read')) return kinds.has('fault-handler') ? ['steps', 'translation'] : ['translation', 'steps'];
  if (step.process) return ['mapping', 'layout', 'frames'];
  if (kinds.size) return ['steps'];
  return ['frames', 'system'];
}

/** @param {{blank?: boolean, width?: number, steps?: boolean}} [style] */
async function drawn(style = {}) {
  const { step, record } = state;
  if (state.figure === 'none' || (hidden() && !style.blank)) return undefined;
  const names = state.figure === 'auto' ? fitting(step) : [state.figure];
  for (const name of names) {
    if (state.figure !== 'auto' && !offered(step).includes(name)) return { name, svg: [], text: 'This step has no such figure.' };
    const process = step.process ?? state.processes[0];
    // The frames of two processes show which pages they share.
    const other = state.processes.find((/** @type {string} */ one) => one !== process);
    const operands = name === 'walk' ? `walk ${hex(addressOf(step) ?? 0)}` : name === 'frames' && other ? `frames ${process} ${other}` : name;
    try {
      const found = await running.request({ op: 'figure', operands, process, theme: theme(), width: 150, ...style });
      if (record === state.record) return found;
      return undefined;
    } catch (error) {
      if (/** @type {any} */ (error).kind !== 'refused') throw error;
      if (state.figure !== 'auto') return { name, svg: [], text: message(error) };
    }
  }
  return undefined;
}

async function figure(picture = drawn()) {
  const to = at('figure');
  const { step } = state;
  const chosen = el('select', { id: 'chosen', onchange: () => ((state.figure = chosen.value), figure()) },
    ...[...new Set([...offered(step), state.figure])].map((name) => el('option', { value: name, selected: state.figure === name }, name)));
  const found = await picture;
  if (step !== state.step) return;
  const pictures = found?.svg.map((/** @type {string[]} */ drawing) => svg(drawing.at(-1) ?? '')) ?? [];
  const focused = ['chosen', 'enlarge'].find((id) => document.activeElement?.id === id);
  to.replaceChildren(
    el('p.tabs', el('label', 'Figure ', chosen), state.figure === 'auto' && found ? el('span.dim', found.name) : '', pictures.length > 0 && el('button', { id: 'enlarge', title: 'As wide as the page (E)', onclick: enlarge, ariaHasPopup: 'dialog' }, 'Enlarge')),
    pictures.length ? el('div.drawing', { tabIndex: 0, role: 'region', ariaLabel: `Figure ${found.name}`, onclick: enlarge }, ...pictures) : found ? el('p.lacking', found.text) : '');
  if (focused) at(focused)?.focus();
  link();
}

/** Shows the figure as wide as the page, because a column is too narrow for the text of a large one. */
function enlarge() {
  const own = at('figure').querySelector('.drawing');
  if (!own) return;
  const copies = [...own.querySelectorAll('svg')].map((picture) => picture.cloneNode(true));
  tools.tell(own.ariaLabel, el('div.drawing.large', { tabIndex: 0, role: 'region', ariaLabel: own.ariaLabel }, ...copies));
}

const link = links(at('parts'), at('figure'));

const showLectern = lectern(
  async ({ blank, width }) => {
    const found = await drawn({ blank, width, steps: true });
    return found && { title: state.step.title ?? '', svg: found.svg };
  },
  { next: () => go(state.record + 1), back: () => go(state.record - 1) },
);

/* Controls. */

function play() {
  const on = !state.playing && !state.past;
  clearInterval(state.playing);
  // From the end, a run is played again.
  if (on && state.record >= state.count) go(0);
  state.playing = on ? window.setInterval(() => (state.record < state.count ? go(state.record + 1) : play()), 1200) : 0;
  at('play').setAttribute('aria-pressed', String(on));
  at('play').title = on ? 'Pause (Alt+P)' : 'Play (Alt+P)';
  at('play').querySelector('.spoken').textContent = on ? 'Pause' : 'Play';
}

/** Moves by records, from the one that loads if keys are faster than the engine. @param {number} records */
const move = (records) => go((state.wanted ?? state.record) + records);

/** Moves to the next record of the statement at the cursor, also in a loop. */
async function seek() {
  if (state.past) return;
  try {
    const step = await running.request({ op: 'seek', line: source.line, theme: theme() });
    if (step) return await go(step.record);
    say('The statement at the cursor has no record.');
    at('seek').textContent = 'No record here';
    setTimeout(() => (at('seek').textContent = 'Step at the cursor'), 2000);
  } catch (error) {
    trouble(message(error));
  }
}

/** The keys, with their names, their buttons, and what they do. @type {[string, string, string, string, () => unknown][]} */
const KEYS = [
  ['ArrowRight', 'Alt+Right', 'next', 'next record', () => move(1)],
  ['ArrowLeft', 'Alt+Left', 'back', 'record before', () => move(-1)],
  ['PageDown', 'Alt+Page Down', '', 'ten records further', () => move(10)],
  ['PageUp', 'Alt+Page Up', '', 'ten records back', () => move(-10)],
  ['Home', 'Alt+Home', 'first', 'state before the first record', () => go(0)],
  ['End', 'Alt+End', 'last', 'last record', () => go(state.count)],
  ['Enter', 'Alt+Enter', 'seek', 'next record of the statement at the cursor', seek],
  ['p', 'Alt+P', 'play', 'play and pause', play],
];
const OTHERS = [
  ['L', 'lectern, outside the script'],
  ['E', 'figure as wide as the page, outside the script'],
  ['Ctrl+Space', 'words that can follow, in the script'],
  ['Tab', 'leave the script'],
  ['Down and Up', 'next row that is also in the figure, in a table of the machine'],
  ['?', 'this list, outside the script'],
];
const moves = new Map(KEYS.map(([key, , , , act]) => [key, act]));
for (const [, , id, , act] of KEYS) if (id) at(id).onclick = act;

const showKeys = () =>
  tools.tell('Keys', el('table.keys', el('thead', el('tr', el('th', { scope: 'col' }, 'key'), el('th', { scope: 'col' }, 'effect'))),
    el('tbody', ...[...KEYS.map(([, name, , effect]) => [name, effect]), ...OTHERS].map(([name, effect]) => el('tr', el('td', el('kbd', name)), el('td', effect))))));
at('keys').onclick = showKeys;

/** Whether a key is text for this element. A list of options takes letters, too. @param {EventTarget | null} target */
const writes = (target) => target instanceof Element && target.closest('#editor, textarea, select, input:not([type=range])') !== null;

// The editor would take Alt+Enter and Alt+arrows first.
document.addEventListener('keydown', (event) => {
  const act = event.altKey && !event.ctrlKey && !event.metaKey && moves.get(event.key);
  if (act) {
    event.preventDefault();
    event.stopPropagation();
    act();
  } else if (!event.altKey && !event.ctrlKey && !event.metaKey && !writes(event.target) && !at('dialog').open && at('stage').hidden) {
    const letter = event.key.toLowerCase();
    if (letter === 'l' && !state.past) showLectern();
    else if (letter === 'e') enlarge();
    else if (letter === '?') showKeys();
  }
}, { capture: true });
at('slider').oninput = () => go(Number(at('slider').value));
at('lectern').onclick = showLectern;
// On a phone, the machine is far below the step.
for (const [button, section] of [['to-machine', 'machine'], ['to-step', 'step']]) at(button).onclick = () => (at(section).scrollIntoView(), at(section).focus({ preventScroll: true }));
at('examples').onclick = () => tools.examples((path) => instead(() => example(path)), scripts.all(), reopen);
at('compare').onclick = () => tools.twoMachines((request) => running.request(request), (record) => go(record));
at('predict').onclick = () => {
  state.predict = !state.predict;
  state.revealed = -1;
  at('predict').setAttribute('aria-pressed', String(state.predict));
  source.conceal(state.predict);
  run();
};
at('link').onclick = async () => {
  place(await toFragment(shared(state.record)), state.own);
  const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
  const done = copied ? 'The link is copied.' : 'The address of this page is now the link.';
  say(done);
  at('link').textContent = copied ? 'Copied' : 'In the address';
  setTimeout(() => (at('link').textContent = 'Link'), 2000);
};
at('theme').onclick = () => {
  document.documentElement.dataset.theme = theme() === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem('pagewalk-theme', document.documentElement.dataset.theme);
  } catch {
    // The choice lasts as long as the page.
  }
  go(state.record, true);
};
at('trace').onclick = () => {
  const input = el('input', { type: 'file' });
  input.onchange = () => input.files[0] && dropped(input.files[0]);
  input.click();
};
document.addEventListener('dragover', (event) => {
  if (!event.dataTransfer?.types.includes('Files')) return;
  event.preventDefault();
  document.body.classList.add('dropping');
});
document.addEventListener('dragleave', (event) => !event.relatedTarget && document.body.classList.remove('dropping'));
document.addEventListener('drop', (event) => {
  document.body.classList.remove('dropping');
  const file = event.dataTransfer?.files[0];
  if (!file) return;
  event.preventDefault();
  dropped(file);
});

/** @param {File} file */
async function dropped(file) {
  if (file.name.endsWith('.pw')) {
    const dropped = await toFragment({ text: await file.text(), path: file.name });
    return instead(() => {
      history.replaceState(null, '', location.pathname + dropped);
      return begin();
    });
  }
  replaying = true;
  runs += 1;
  if (running.busy) running.stop();
  const done = () => {
    replaying = false;
    return run();
  };
  at('dialog').addEventListener('close', done, { once: true });
  try {
    await running.request({ op: 'open', path: state.path, text: source.text, files: state.files });
    const { own } = await running.request({ op: 'machines' });
    await tools.replay((request, options) => running.request(request, options), file, own ? state.path : undefined);
  } catch (error) {
    at('dialog').removeEventListener('close', done);
    await done();
    trouble(message(error));
  }
}

// A figure has the colors of the theme in it.
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => state.step && go(state.record, true));

/* Opening scripts. */

/** How many scripts were opened, because the files of an example can arrive after the next script. */
let openings = 0;

/** @param {string} path @param {string} text @param {{files?: Record<string, string>, step?: number}} [more] */
async function load(path, text, { files = {}, step = Infinity } = {}) {
  openings += 1;
  Object.assign(state, { path, files, opened: '' });
  at('path').textContent = path;
  document.title = `${path}: Pagewalk`;
  source.open(text);
  clearTimeout(timer);
  // The editor may have other ends of lines.
  state.kept = source.text;
  place(location.href, history.state?.own);
  state.original = state.own ? undefined : { text: source.text, address: state.address };
  notice();
  await open();
  await run(step);
}

/** Opens an example with the files that it names. @param {string} path */
async function example(path) {
  const own = (openings += 1);
  const folder = `examples/${path}`.replace(/[^/]*$/, '');
  const response = await fetch(`examples/${path}`);
  if (!response.ok) return trouble(`There is no example ${path}.`);
  const text = await response.text();
  /** @type {Record<string, string>} */
  const files = {};
  const fetched = async (/** @type {string} */ of, /** @type {string} */ from) => {
    for (const [, name] of of.matchAll(/\b(?:include|machine|replay|reference)\s+"([\w./-]+\.(?:pw|ya?ml|csv|din|lackey|trace|txt))"/g)) {
      const url = new URL(name, new URL(from, location.href));
      const key = url.pathname.slice(new URL('.', location.href).pathname.length);
      if (key in files) continue;
      const found = await fetch(url);
      if (!found.ok) continue;
      files[key] = await found.text();
      if (name.endsWith('.pw')) await fetched(files[key], key);
    }
  };
  await fetched(text, folder);
  if (own !== openings) return;
  history.replaceState(null, '', `?example=${encodeURIComponent(path)}`);
  await load(`examples/${path}`, text, { files });
}

async function begin() {
  const left = scripts.left();
  scripts.leave(undefined);
  if (left?.from === location.href) history.replaceState({ own: left.own }, '', left.address);
  const shared = await fromFragment(location.hash);
  if (shared) {
    let files = {};
    try {
      files = JSON.parse(shared.files ?? '{}');
    } catch {
      // A link without its files still has its script.
    }
    // A link without a step opens at the end.
    const step = Number(shared.step ?? NaN);
    return load(String(shared.path ?? 'script.pw'), shared.text, { files, step: Number.isNaN(step) ? Infinity : step });
  }
  if (location.hash && !at(location.hash.slice(1))) {
    // An example would look like the script of the link.
    if (!state.step) await load('script.pw', '');
    return notice(el('b.bad', NO_SCRIPT), ' ', el('button', { onclick: () => instead(() => example(FIRST)) }, 'Open an example'));
  }
  const path = new URLSearchParams(location.search).get('example');
  await example(path ?? FIRST);
  const [last] = scripts.all();
  if (!path && last) mine('Your last script is kept.', last);
}
window.addEventListener('popstate', () => {
  if (source.text !== state.kept) list(plainFragment(shared()));
  begin();
});
// A place on the page would take the place of the script in the address.
document.querySelector('.skip')?.addEventListener('click', (event) => {
  event.preventDefault();
  at('step').focus();
});
begin();
