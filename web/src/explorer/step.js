// What a record did: its messages, and its facts with their reasons.
// @ts-check
import { html, svg } from '../markup.js';
import { el, mark, prose } from './dom.js';

/** The words of a message that decide what follows it. */
const TURNS = /\b(miss|hit|exception)\b/;

/** @param {string} text */
function turned(text) {
  const turn = TURNS.exec(text);
  if (!turn) return text;
  const kind = turn[1] === 'hit' ? 'hit' : turn[1] === 'miss' ? 'miss' : 'exception';
  return el('span', text.slice(0, turn.index), el(`span.${kind}`, turn[1]), text.slice(turn.index + turn[1].length));
}

/** A number has many spellings, and the textbook writes hexadecimal ones without 0x. @param {string} text @param {boolean} hex */
function value(text, hex) {
  const word = text.trim().toLowerCase();
  const digits = hex && /^[0-9a-f]+$/.test(word) ? `0x${word}` : word;
  return /^(0x[0-9a-f]+|0b[01]+|[0-9]+)$/.test(digits) ? BigInt(digits) : word;
}

/**
 * A fact to guess: its value and reason appear after a guess.
 * @param {any} fact
 * @param {() => void} guessed
 */
function question({ name, text, reason }, guessed) {
  const why = el('td.reason');
  const verdict = el('span', { role: 'status' });
  const answer = el('input.guess', { ariaLabel: `Your guess for ${name}`, autocomplete: 'off', spellcheck: false });
  answer.onchange = () => {
    if (!answer.value.trim()) return;
    const right = value(answer.value, text.startsWith('0x')) === value(text, false);
    verdict.replaceChildren(mark(right ? 'right' : 'wrong', right ? 'hit' : 'gone'), right ? '' : el('div', `It is ${text}.`));
    why.replaceChildren(...prose(reason ?? ''));
    answer.readOnly = true;
    guessed();
  };
  return el('tr', el('th', { scope: 'row' }, name), el('td.value', answer, verdict), why);
}

/** The checks that belong to no fact of the step, such as those of a table. @param {any[]} checks */
const stated = (checks) =>
  el('table.facts', el('thead', el('tr', el('th', { scope: 'col' }, 'expected'), el('th', { scope: 'col' }, 'value'), el('th', { scope: 'col' }, 'verdict'))),
    el('tbody', ...checks.map(({ fact, actual, expected, held }) => el(held ? 'tr' : 'tr.wrong', el('th', { scope: 'row' }, fact), el('td.value', actual ?? '–'), el('td.reason', held ? mark('holds', 'hit') : mark('wrong', 'gone'), !held && expected !== null && ` expected ${expected}`)))));

/** @param {any} fact @param {any} check */
function row({ name, text, reason }, check) {
  const wrong = check && !check.held;
  const expected = wrong && check.expected !== null && el('div', `expected ${check.expected}`);
  return el(wrong ? 'tr.wrong' : 'tr', el('th', { scope: 'row' }, name), el('td.value', text, wrong && ' ', wrong && mark('wrong', 'gone'), expected), el('td.reason', ...prose(reason ?? ''), check?.held && mark('as expected', 'hit')));
}

/** @param {any[]} facts @param {(fact: any) => Node} row */
const table = (facts, row) =>
  el('table.facts', el('thead', el('tr', el('th', { scope: 'col' }, 'fact'), el('th', { scope: 'col' }, 'value'), el('th', { scope: 'col' }, 'reason'))),
    el('tbody', ...facts.map(row)));

/** The facts that a worksheet of the textbook has. The others follow on request. */
const WORKSHEET = /^(vpn|vpo|tlbi|tlbt|tlb|fault|ppn|pa|co|ci|ct|cache|byte|value|copied|minor|major|returns|error|signal|served|cycles)$/;

/** The facts that one looks for first, with the reason of each. @param {any[]} facts @param {boolean} retried */
function outcome(facts, retried) {
  const decides = (/** @type {any} */ { name, text }) => /^(tlb|cache)$/.test(name) || (/^(fault|copied|error|signal)$/.test(name) && !/^(none|no)$/.test(text));
  const list = facts.filter(decides);
  return list.length > 0 && el('ul.outcome', ...list.map(({ name, text, reason }) => el('li', el('b', `${name} `), turned(text), retried && /^(tlb|cache)$/.test(name) && ' in the last attempt', ': ', ...prose(reason ?? ''), '.')));
}

/** How many messages are shown. Nobody reads more of them. */
const MOST = 300;

/** The messages in order. After a page fault, the processor tries the instruction again. @param {any[]} steps */
function messages(steps) {
  const items = [];
  let last = '0 0';
  for (const { message, fragment, attempt } of steps) {
    if (!message) continue;
    const now = `${fragment} ${attempt}`;
    if (now !== last && attempt > 0) items.push(el('li.again', `Attempt ${attempt + 1}: the instruction is retried`));
    last = now;
    items.push(el('li', el('span', el('span.who', message.to ? `${message.from} to ${message.to}: ` : `${message.from}: `), turned(message.text))));
  }
  return items;
}

/**
 * Shows a step.
 * @param {HTMLElement} to
 * @param {any} step The engine's answer.
 * @param {boolean} predict Whether the values are hidden.
 * @param {() => unknown} [reveal] Shows the values of this step.
 */
export function show(to, step, predict, reveal) {
  if (!step.trace) {
    to.replaceChildren(el('p.lacking', 'Nothing has happened yet. Step to the first record.'));
    return;
  }
  const { trace, title, scenario, process, start } = step;
  const checks = new Map(trace.checks.map((/** @type {any} */ check) => [check.fact, check]));
  const where = [scenario && `scenario "${scenario}"`, process && `process ${process}`, start ? `line ${start.line + 1}` : `${trace.file}, line ${trace.line}`];
  const parts = [el('p.where', where.filter(Boolean).join(' · ')), el('p.title', title)];

  const failed = trace.checks.filter((/** @type {any} */ check) => !check.held && check.expected !== null);
  if (failed.length && !predict) {
    parts.push(el('div.wrong-values', ...failed.map((/** @type {any} */ { fact, expected, actual, reason }) =>
      el('p', el('b', `${fact} is ${actual ?? 'absent'}, not ${expected}`), reason && `: ${reason}.`))));
  }
  const { facts } = trace;
  const sent = messages(trace.steps);
  const other = trace.checks.filter((/** @type {any} */ check) => !facts.some((/** @type {any} */ { name }) => name === check.fact));
  const retried = trace.steps.some((/** @type {any} */ { attempt }) => attempt > 0);
  if (!predict) parts.push(outcome(facts, retried));
  if (sent.length && !predict) {
    parts.push(el('h3', 'What happened'), el('ol.messages', ...sent.slice(0, MOST)));
    if (step.more > 0) parts.push(el('p.lacking', '… and more. In short:'), el('div.words.pagewalk', html(step.html)));
    else if (sent.length > MOST) parts.push(el('p.lacking', `… and ${sent.length - MOST} more.`));
  } else if (!facts.length || !predict) {
    const words = el('div.words.pagewalk', html(step.html));
    const says = step.narration.trim().split('\n').length > 1;
    if (other.length) parts.push(stated(other));
    else if (says) parts.push(words);
    else parts.push(el('p.lacking', /^scenario\b/.test(title) ? 'The scenario begins.' : 'The statement has no values of its own.'));
  }
  if (facts.length) {
    const first = (/** @type {any} */ { name }) => checks.has(name) || WORKSHEET.test(name);
    const worksheet = facts.filter(first);
    if (predict) {
      let left = worksheet.length;
      parts.push(el('p.lacking', 'Write your guess for each value, and press Enter. The picture follows after the last one. '), el('p', el('button', { onclick: reveal }, 'Show this step')),
        el('h3', 'Your prediction'), table(worksheet, (fact) => question(fact, () => (left -= 1) || reveal?.())));
    } else {
      const known = (/** @type {any} */ fact) => row(fact, checks.get(fact.name));
      const rest = facts.filter((/** @type {any} */ fact) => !first(fact));
      parts.push(el('h3', 'Values and reasons', retried && el('span.counts', ' of the last attempt')), table(worksheet, known));
      if (rest.length) parts.push(el('details', el('summary', `${rest.length} more`), table(rest, known)));
    }
  }
  for (const { svg: drawings } of predict && facts.length ? [] : step.figures) {
    for (const drawing of drawings) parts.push(el('div.drawing', svg(drawing.at(-1))));
  }
  to.replaceChildren(...parts.filter(Boolean));
}

/** The first line of a step, for those who hear the page. @param {any} step @param {number} count @param {boolean} predict */
export function spoken(step, count, predict) {
  if (!step.trace) return 'The beginning';
  const outcome = predict ? [] : step.trace.facts.filter((/** @type {any} */ { name }) => /^(tlb|fault|pa|cache|returns|copied)$/.test(name));
  const failed = step.trace.checks.some((/** @type {any} */ check) => !check.held);
  return [`Record ${step.record} of ${count}: ${step.title.split('\n')[0]}`, ...outcome.map((/** @type {any} */ { name, text }) => `${name} ${text}`), failed && !predict && 'an expectation failed'].filter(Boolean).join(', ');
}
