// The dialogs: examples, two machines, and traces.
// @ts-check
import { svg } from '../markup.js';
import { at, el, hex } from './dom.js';
import { show as showStep } from './step.js';

const dialog = () => at('dialog');

/** @param {string} title @param {...any} parts */
function open(title, ...parts) {
  dialog().replaceChildren(el('button.close', { onclick: () => dialog().close() }, 'Close'), el('h2', { id: 'dialog-head' }, title), ...parts);
  dialog().setAttribute('aria-labelledby', 'dialog-head');
  if (!dialog().open) dialog().showModal();
}

/** @type {Record<string, string>} */
const GROUPS = { examples: 'Examples', lectures: 'Lectures', questions: 'Question bank', exams: 'Exams' };

/**
 * @param {(path: string) => unknown} choose
 * @param {import('./scripts.js').Script[]} own The scripts that a person wrote.
 * @param {(script: import('./scripts.js').Script) => unknown} reopen
 */
export async function examples(choose, own, reopen) {
  const list = await (await fetch('examples/index.json')).json();
  const groups = ['lectures', 'examples', 'questions', 'exams'];
  const entry = (/** @type {string} */ path, /** @type {string} */ about, /** @type {() => unknown} */ chosen) =>
    el('li', el('button', { onclick: () => (dialog().close(), chosen()) }, path.replace(/^.*\/|\.pw$/g, ''), el('span.dim', about)));
  const edited = (/** @type {number} */ time) => new Date(time).toLocaleString('en-US', { dateStyle: 'medium', timeStyle: 'short' });
  const mine = own.map((script) => entry(script.name, `${edited(script.time)}: ${script.about}`, () => reopen(script)));
  open('Examples', ...(mine.length ? [el('h3', 'Your scripts'), el('ul.choices', ...mine)] : []), ...groups.flatMap((group) => {
    const all = list.filter((/** @type {any} */ one) => one.group === group);
    return all.length ? [el('h3', GROUPS[group]), el('ul.choices', ...all.map((/** @type {any} */ { path, about }) => entry(path, about, () => choose(path))))] : [];
  }));
}

/** @param {(request: any, options?: any) => Promise<any>} ask @param {(record: number) => unknown} goto */
export async function twoMachines(ask, goto) {
  const { presets, own } = await ask({ op: 'machines' });
  const text = el('textarea.machine-text', { value: own ?? '', ariaLabel: 'The other machine and kernel', spellcheck: false });
  const result = el('div', { role: 'status' });
  const compare = async () => {
    result.replaceChildren(el('p', 'Running both …'));
    try {
      const found = await ask({ op: 'part', machine: text.value });
      if (!found) {
        result.replaceChildren(el('p', 'Every record has the same facts on both machines.'));
        return;
      }
      const [here, there] = [el('div'), el('div')];
      showStep(here, { ...found.here, start: undefined }, false);
      showStep(there, { ...found.there, start: undefined }, false);
      const facts = new Map(found.here.trace.facts.map((/** @type {any} */ fact) => [fact.name, fact.text]));
      const differ = found.there.trace.facts.filter((/** @type {any} */ { name, text }) => facts.get(name) !== text);
      result.replaceChildren(
        el('p', `The machines part at record ${found.record}${found.line === undefined ? '' : `, line ${found.line + 1}`}. `, el('button', { onclick: () => (dialog().close(), goto(found.record)) }, 'Go there')),
        el('table', el('thead', el('tr', ...['fact', 'this machine', 'the other'].map((name) => el('th', { scope: 'col' }, name)))),
          el('tbody', ...differ.map((/** @type {any} */ { name, text }) => el('tr', el('th', { scope: 'row' }, name), el('td', facts.get(name) ?? '–'), el('td', text))))),
        el('div.pair', el('section', el('h3', 'This machine'), here), el('section', el('h3', 'The other machine'), there)));
    } catch (error) {
      result.replaceChildren(el('p.bad', String(/** @type {Error} */ (error).message)));
    }
  };
  open('Two machines, one script',
    el('p', 'Change the machine or the kernel, such as its page replacement, and go to the first step at which the two part. What you leave out stays that of the script. A preset or your own settings:'),
    el('p', ...presets.map((/** @type {string} */ name) => el('button', { onclick: () => (text.value = `machine ${name}`) }, name))),
    text, el('p', el('button.first', { onclick: compare }, 'Compare')), result);
}

/** What a replay left out, because few counts look like those of a short trace. @param {any} counts */
function skipped({ references, lines, malformed }) {
  const large = (/** @type {number} */ number) => number.toLocaleString('en');
  const first = references.first_outside;
  return [
    references.outside > 0 && el('p.bad', `Skipped: ${large(references.outside)} of ${large(references.records)} references are outside the memory of this machine${first ? `, the first at ${hex(first.address)}` : ''}. Choose a machine with wider addresses above.`),
    malformed.count > 0 && el('p.bad', `Skipped: ${large(malformed.count)} of ${large(lines)} lines are no references.`),
  ].filter(Boolean);
}

/** @param {(request: any, options?: any) => Promise<any>} ask @param {File} file @param {string | undefined} own The path of the open script, if it declares a machine. */
export async function replay(ask, file, own) {
  const { presets } = await ask({ op: 'machines' });
  const machines = [...(own ? [own] : []), ...presets];
  const result = el('div', { role: 'status' });
  const run = async (/** @type {string} */ machine) => {
    const bar = el('progress', { max: 1, value: 0, ariaLabel: 'Progress' });
    result.replaceChildren(bar);
    try {
      const attach = await file.arrayBuffer();
      const total = attach.byteLength;
      const report = await ask({ op: 'replay', machine, name: file.name }, { attach, onPart: (/** @type {string} */ part) => (bar.value = JSON.parse(part).done / total) });
      result.replaceChildren(report.problem ? el('p.bad', report.problem) : '', ...skipped(report.counts), el('div.drawing', svg(report.plot)), el('pre.report', { tabIndex: 0 }, report.text));
    } catch (error) {
      result.replaceChildren(el('p.bad', String(/** @type {Error} */ (error).message)));
    }
  };
  open(`Replay ${file.name}`, el('p', 'On which machine? ', ...machines.map((name) => el('button', { onclick: () => run(name) }, name === own ? 'this script\u2019s machine' : name))), result);
  if (machines[0]) await run(machines[0]);
}

/** @param {string} title @param {...any} parts */
export const tell = open;
