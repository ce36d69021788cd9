// What a record did: its messages, and its facts with their reasons.
// @ts-check
import { html, svg } from '../markup.js';
import { el, mark } from './dom.js';

/** The words of a message that decide what follows it. */
const TURNS = /\b(miss|hit|exception)\b/;

/** @param {string} text */
function turned(text) {
  const turn = TURNS.exec(text);
  if (!turn) return text;
  const kind = turn[1] === 'hit' ? 'hit' : turn[1] === 'miss' ? 'miss' : 'exception';
  return el('span', text.slice(0, turn.index), el(`span.${kind}`, turn[1]), text.slice(turn.index + turn[1].length));
}

/** @param {any} fact @param {any} check @param {boolean} hidden */
function row({ name, text, reason }, check, hidden) {
  const wrong = check && !check.held;
  const expected = wrong && check.expected !== null && el('div', `expected ${check.expected}`);
  return el(wrong ? 'tr.wrong' : 'tr', el('th', { scope: 'row' }, name), el('td.value', hidden ? '?' : text, wrong && ' ', wrong && mark('wrong', 'gone'), expected), el('td.reason', hidden ? '' : reason));
}

/** @param {any[]} facts @param {Map<string, any>} checks @param {boolean} hidden */
const table = (facts, checks, hidden) =>
  el('table.facts', el('thead', el('tr', el('th', { scope: 'col' }, 'fact'), el('th', { scope: 'col' }, 'value'), el('th', { scope: 'col' }, 'reason'))),
    el('tbody', ...facts.map((fact) => row(fact, checks.get(fact.name), hidden))));

/** The facts that a worksheet of the textbook has. The others follow on request. */
const WORKSHEET = /^(vpn|vpo|tlbi|tlbt|tlb|fault|ppn|pa|co|ci|ct|cache|byte|value|copied|minor|major|returns|error|signal|served|cycles)$/;

/**
 * Shows a step.
 * @param {HTMLElement} to
 * @param {any} step The engine's answer.
 * @param {boolean} predict Whether the values are hidden.
 */
export function show(to, step, predict) {
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
  const messages = trace.steps.map((/** @type {any} */ one) => one.message).filter(Boolean);
  if (predict && facts.length) parts.push(el('p.lacking', 'Predict the values, and write them behind => in the script. Then turn prediction off to see the reasons.'));
  if (messages.length && !predict) {
    parts.push(el('h3', 'What happened'), el('ol.messages', ...messages.map((/** @type {any} */ { from, to, text }) =>
      el('li', el('span', el('span.who', to ? `${from} to ${to}: ` : `${from}: `), turned(text))))));
  } else if (!facts.length || !predict) {
    const told = el('div.words.pagewalk', html(step.html));
    const says = step.narration.trim().split('\n').length > 1;
    parts.push(says ? told : el('p.lacking', 'The statement has no values of its own.'));
  }
  if (facts.length) {
    const stated = (/** @type {any} */ { name }) => checks.has(name) || WORKSHEET.test(name);
    const rest = facts.filter((/** @type {any} */ fact) => !stated(fact));
    parts.push(el('h3', 'Values and reasons'), table(facts.filter(stated), checks, predict));
    if (rest.length) parts.push(el('details', el('summary', `${rest.length} more`), table(rest, checks, predict)));
  }
  for (const { svg: drawings } of step.figures) {
    for (const drawing of drawings) parts.push(el('div.drawing', svg(drawing.at(-1))));
  }
  to.replaceChildren(...parts);
}

/** The first line of a step, for those who hear the page. @param {any} step @param {number} count @param {boolean} predict */
export function spoken(step, count, predict) {
  if (!step.trace) return 'The beginning';
  const outcome = predict ? [] : step.trace.facts.filter((/** @type {any} */ { name }) => /^(tlb|fault|pa|cache|returns|copied)$/.test(name));
  const failed = step.trace.checks.some((/** @type {any} */ check) => !check.held);
  return [`Record ${step.record} of ${count}: ${step.title.split('\n')[0]}`, ...outcome.map((/** @type {any} */ { name, text }) => `${name} ${text}`), failed && !predict && 'an expectation failed'].filter(Boolean).join(', ');
}
