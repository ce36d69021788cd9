// A paper to fill in: each blank is marked by the grader, with a reason when it is wrong.
// @ts-check
import { EngineError } from '../engine.js';
import { html } from '../markup.js';

/**
 * @typedef {object} Exam
 * @property {string} path
 * @property {string} text
 * @property {Record<string, string>} [files] The files that the script names.
 * @property {number} [seed] The seed that replaces the script's seed.
 * @property {string} [rules] A marking rule, such as `carried=1/2`.
 */

/** @param {string} tag @param {Record<string, any>} members @param {...(Node | string)} children @returns {any} */
function el(tag, members = {}, ...children) {
  const element = Object.assign(document.createElement(tag), members);
  element.append(...children);
  return element;
}

/** The words for a verdict, with its color. @type {Record<string, [string, string]>} */
const VERDICTS = {
  right: ['right', 'good'],
  accepted: ['right', 'good'],
  carried: ['follows from your earlier answer', 'good'],
  partly: ['partly right', 'warn'],
  unreadable: ['not an answer to this question', 'warn'],
  unanswered: ['empty', 'dim'],
  pending: ['marked by a person', 'dim'],
};

/** A short name of an exam for what the browser keeps. @param {string} text */
function fingerprint(text) {
  let hash = 2166136261;
  for (const sign of text) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 16777619);
  return (hash >>> 0).toString(36);
}

/** What the browser keeps, which it may refuse for a file. */
const kept = {
  /** @param {string} key */
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key) ?? 'null');
    } catch {
      return null;
    }
  },
  /** @param {string} key @param {any} value */
  write(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // The answers last as long as the page.
    }
  },
};

/**
 * Shows an exam to practice.
 * @param {HTMLElement} main
 * @param {import('../engine.js').Engine} engine
 * @param {Exam} exam
 */
export async function practice(main, engine, exam) {
  const key = `pagewalk-practice-${fingerprint(exam.text)}`;
  const status = el('p', { className: 'progress', role: 'status' });
  const paper = el('div', { className: 'paper' });
  const code = el('span', { className: 'code' });
  const another = el('button', { onclick: () => turn(version + 1) }, 'New version');
  const tools = el('div', { className: 'tools' }, another, el('button', { onclick: () => checkAll() }, 'Check everything'), el('button', { onclick: () => turn(version) }, 'Start over'), el('button', { onclick: () => print() }, 'Print'), code);
  main.replaceChildren(tools, status, paper);

  let version = 1;
  /** @type {Map<string, Blank>} */
  let blanks = new Map();
  let total = 0;

  /** @typedef {{field: string, read: () => string, write: (text: string) => void, verdict: HTMLElement, by_hand: boolean, points: number, earned?: number}} Blank */

  const sheet = () => Object.fromEntries([...blanks.values()].map(({ field, read }) => [field, read()]));
  const keep = () => kept.write(key, { version, sheet: sheet(), checked: [...blanks.values()].filter(({ earned }) => earned !== undefined).map(({ field }) => field) });

  const ask = async (/** @type {any} */ request) => {
    const { generation } = engine;
    try {
      return await engine.request(request);
    } catch (error) {
      if (error instanceof EngineError && error.kind === 'died') await openExam();
      throw error;
    } finally {
      if (engine.generation !== generation && request.op !== 'open') await openExam();
    }
  };
  const openExam = () => engine.request({ op: 'open', path: exam.path, text: exam.text, files: exam.files ?? {} });

  function progress() {
    const checked = [...blanks.values()].filter(({ earned }) => earned !== undefined);
    const earned = checked.reduce((sum, blank) => sum + (blank.earned ?? 0), 0);
    const round = (/** @type {number} */ points) => String(Math.round(points * 100) / 100);
    const marked = [...blanks.values()].filter(({ by_hand }) => !by_hand).length;
    status.textContent = checked.length ? `${round(earned)} of ${round(total)} points, ${checked.length} of ${marked} blanks checked` : `${round(total)} points, ${marked} blanks. Press Enter in a blank to check it.`;
  }

  /** @param {Blank} blank @param {any} mark */
  function shown(blank, mark) {
    const [words, color] = VERDICTS[mark.verdict] ?? ['wrong', 'bad'];
    blank.earned = mark.verdict === 'unanswered' ? undefined : Number(mark.points);
    const parts = [el('span', { className: color }, words)];
    if (mark.carried) parts.push(el('span', { className: 'dim' }, ` (${mark.carried.join(', ')})`));
    if (mark.mistakes.length) parts.push(el('span', { className: 'dim' }, `: ${mark.mistakes.join('; ')}`));
    // One reason says little about the other blanks, and the solution everything.
    const help = [['Show the reason', mark.reason && `${mark.reason}.`], ['Show the solution', mark.solution?.trimEnd()]];
    if (mark.verdict !== 'unanswered') {
      for (const [title, text] of help) if (text) parts.push(el('details', {}, el('summary', {}, title), el('pre', { tabIndex: 0 }, text)));
    }
    blank.verdict.dataset.points = String(mark.points);
    blank.verdict.replaceChildren(...parts);
  }

  /** @param {Blank} blank */
  async function check(blank) {
    if (blank.by_hand) return;
    try {
      shown(blank, await ask({ op: 'mark', sheet: sheet(), field: blank.field }));
    } catch (error) {
      blank.verdict.textContent = error instanceof Error ? error.message : String(error);
    }
    keep();
    progress();
  }

  async function checkAll(only = [...blanks.keys()]) {
    const { marks } = await ask({ op: 'mark', sheet: sheet() });
    for (const mark of marks) {
      const blank = blanks.get(mark.field);
      if (blank && only.includes(mark.field)) shown(blank, mark);
    }
    keep();
    progress();
  }

  /** @param {Element} place @param {any} field */
  function control(place, field) {
    const verdict = el('span', { className: 'verdict', role: 'status' });
    /** @type {Blank} */
    const blank = { field: field.name, read: () => '', write: () => {}, verdict, by_hand: field.by_hand, points: Number(field.points) };
    const changed = () => {
      verdict.replaceChildren();
      blank.earned = undefined;
      keep();
      progress();
    };
    if (place.classList.contains('choice')) {
      const boxes = [...place.querySelectorAll('li')].map((option, at) => {
        const tick = el('input', { type: 'checkbox', onchange: changed });
        option.querySelector('.tick')?.remove();
        const label = el('label', {}, tick, ...option.childNodes);
        option.replaceChildren(label);
        return { tick, letter: String.fromCharCode(65 + at) };
      });
      blank.read = () => boxes.filter(({ tick }) => tick.checked).map(({ letter }) => letter).join(', ');
      blank.write = (text) => boxes.forEach(({ tick, letter }) => (tick.checked = text.split(', ').includes(letter)));
      place.append(el('button', { className: 'check', onclick: () => check(blank) }, 'Check'), ' ', verdict);
      return blank;
    }
    if (place.classList.contains('essay')) {
      const area = el('textarea', { rows: 5, oninput: changed, ariaLabel: field.name });
      blank.read = () => area.value;
      blank.write = (text) => (area.value = text);
      place.querySelector('.room')?.replaceChildren(area);
      place.append(el('p', { className: 'dim' }, 'A person marks this answer.'));
      return blank;
    }
    const row = place.closest('tr')?.querySelector('th[scope="row"]') ?? place.closest('.value')?.querySelector('span');
    const input = el('input', {
      type: 'text',
      className: 'blank',
      size: Math.max(3, Number(place.getAttribute('data-size') ?? 8)),
      autocomplete: 'off',
      spellcheck: false,
      autocapitalize: 'off',
      oninput: changed,
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && check(blank),
      ariaLabel: `${row?.textContent?.trim() ?? ''} (${field.name})`.trim(),
    });
    blank.read = () => input.value;
    blank.write = (text) => (input.value = text);
    const prefix = place.querySelector('i')?.textContent;
    place.replaceChildren(...(prefix ? [el('span', { className: 'prefix' }, prefix)] : []), input);
    // In a grid of many small blanks, the words go below the table.
    place.after(' ', verdict);
    return blank;
  }

  /** @param {number} to @param {any} [earlier] */
  async function turn(to, earlier) {
    version = to;
    status.textContent = 'Preparing the paper …';
    const found = await ask({ op: 'practice', version, seed: exam.seed, rules: exam.rules });
    const text = found.html.replace(/(data-field="[^"]*") style="[^"]*?width:(\d+)ch[^"]*"/g, '$1 data-size="$2"');
    paper.replaceChildren(html(text));
    // A corner of a table heads nothing.
    for (const corner of paper.querySelectorAll('th:empty')) corner.replaceWith(el('td'));
    // A table that is wider than a phone scrolls, also with keys.
    for (const table of paper.querySelectorAll('table')) table.tabIndex = table.scrollWidth > table.clientWidth ? 0 : -1;
    for (const name of ['.owner', '.grid']) paper.querySelector(`header ${name}`)?.remove();
    blanks = new Map();
    for (const field of found.fields) {
      const place = paper.querySelector(`[data-field="${CSS.escape(field.name)}"]`);
      if (place) blanks.set(field.name, control(place, field));
    }
    for (const question of paper.querySelectorAll('section.question')) {
      const own = [...blanks].filter(([name]) => question.querySelector(`[data-field="${CSS.escape(name)}"]`)).map(([name]) => name);
      question.append(el('p', { className: 'tools' }, el('button', { className: 'first', onclick: () => checkAll(own) }, 'Check this question')));
    }
    total = Number(found.total);
    another.disabled = !found.varies;
    another.title = found.varies ? '' : 'This exam draws no values, so all of its versions are the same.';
    code.textContent = found.code ? `Version ${found.code}` : '';
    document.title = paper.querySelector('h1')?.textContent?.trim() || exam.path;
    if (earlier) {
      for (const [field, text] of Object.entries(earlier.sheet)) blanks.get(field)?.write(String(text));
      await checkAll(earlier.checked);
    }
    keep();
    progress();
  }

  await openExam();
  const earlier = kept.read(key);
  await turn(earlier?.version ?? 1, earlier?.sheet ? earlier : undefined);
}
