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

/** The words for a verdict, its color, and a short word for a cell of a table. @type {Record<string, string[]>} */
const VERDICTS = {
  right: ['right', 'good'],
  accepted: ['right', 'good'],
  carried: ['follows from your earlier answer', 'good', 'follows'],
  follows: ['follows from your earlier answer without a calculation', 'warn', 'follows'],
  partly: ['partly right', 'warn', 'partly'],
  wrong: ['wrong', 'bad'],
  unreadable: ['not an answer to this question', 'warn', 'unreadable'],
  unanswered: ['empty', 'dim'],
};

/** A short name of an exam for what the browser keeps. @param {string} text */
function fingerprint(text) {
  let hash = 2166136261;
  for (const sign of text) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 16777619);
  return (hash >>> 0).toString(36);
}

/** What the browser keeps, which it may refuse for a file: for all tabs, or (`sessionStorage`) for this one. @typedef {'localStorage' | 'sessionStorage'} Area */
const kept = {
  /** @param {Area} area @param {string} key */
  read(area, key) {
    try {
      return JSON.parse(globalThis[area].getItem(key) ?? 'null');
    } catch {
      return null;
    }
  },
  /** Returns whether the browser keeps the value. @param {Area} area @param {string} key @param {any} value */
  write(area, key, value) {
    try {
      globalThis[area].setItem(key, JSON.stringify(value));
      return true;
    } catch {
      // The answers last as long as the page.
      return false;
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
  const key = `pagewalk-practice-${fingerprint(JSON.stringify(exam))}`;
  const status = el('p', { className: 'progress', role: 'status' });
  const paper = el('div', { className: 'paper' });
  const code = el('span', { className: 'code' });
  /** @param {string} text @param {() => Promise<any>} work @param {string} [className] */
  const button = (text, work, className = '') => el('button', { className, onclick: () => guarded(work) }, text);
  const before = button('Earlier version', () => turn(version - 1));
  const another = button('New version', () => turn(version + 1));
  const again = button('Start over', () => (change((sheets) => (sheets[version] = { sheet: {}, checked: [] })), turn(version)));
  main.replaceChildren(el('div', { className: 'tools' }, another, before, button('Check everything', () => checkAll()), again, el('button', { onclick: () => print() }, 'Print'), code), status, paper);

  /** A table that is wider than a phone scrolls, also with keys. */
  const reach = () => {
    for (const part of paper.querySelectorAll('table, figure, pre')) part.tabIndex = part.scrollWidth > part.clientWidth ? 0 : -1;
  };
  // A phone can be turned, and the words of a verdict make a table wider.
  new ResizeObserver(reach).observe(paper);
  new MutationObserver(reach).observe(paper, { childList: true, subtree: true });

  let version = 1;
  /** @typedef {{field: string, label: string, read: () => string, write: (text: string) => void, verdict: HTMLElement, note?: HTMLElement, by_hand: boolean, earned?: number}} Blank */
  /** @type {Map<string, Blank>} */
  let blanks = new Map();
  /** @typedef {Record<number, {sheet: Record<string, string>, checked: string[]}>} Sheets The answers to each version, so that a click on *New version* loses none. */
  /** The answers of this page, once the browser keeps none. @type {Sheets | undefined} */
  let here;
  let total = 0;

  const sheet = () => Object.fromEntries([...blanks.values()].map(({ field, read }) => [field, read()]));
  const checked = () => [...blanks.values()].filter(({ earned }) => earned !== undefined);
  /** @returns {Sheets} */
  const answers = () => here ?? kept.read('localStorage', key)?.sheets ?? {};
  /** Changes the kept answers. Other tabs may have changed them since, so they are read first. @param {(sheets: Sheets) => void} edit */
  function change(edit) {
    const sheets = answers();
    edit(sheets);
    if (here || !kept.write('localStorage', key, { version, sheets })) here = sheets;
    kept.write('sessionStorage', key, version);
  }
  /** Keeps which blanks are checked, and the answer that this tab has changed. @param {Blank} [changed] */
  const keep = (changed) => change((sheets) => {
    const own = (sheets[version] ??= { sheet: sheet(), checked: [] });
    if (changed) own.sheet[changed.field] = changed.read();
    const others = own.checked.filter((field) => field !== changed?.field);
    own.checked = [...new Set([...others, ...checked().map(({ field }) => field)])];
    delete sheets[version - 20];
  });

  /** Shows what another tab has written into this version. */
  async function take() {
    const other = answers()[version];
    if (!other) return;
    for (const blank of blanks.values()) {
      const text = other.sheet[blank.field] ?? '';
      if (text === blank.read()) continue;
      blank.write(text);
      shown(blank);
    }
    const marks = other.checked.filter((field) => blanks.get(field)?.earned === undefined);
    if (marks.length) await mark(marks);
    progress();
  }
  // Another exam can take the place of this one.
  addEventListener('storage', (event) => event.key === key && paper.isConnected && guarded(take));

  const open = () => engine.request({ op: 'open', path: exam.path, text: exam.text, files: exam.files ?? {} });
  const prepare = (/** @type {number} */ version) => engine.request({ op: 'practice', version, seed: exam.seed, rules: exam.rules });

  /** Does work for a control, and says why it failed. @param {() => Promise<any>} work */
  async function guarded(work) {
    try {
      await work();
    } catch (error) {
      status.textContent = error instanceof Error ? error.message : String(error);
      // A new engine knows neither the script nor the paper.
      if (error instanceof EngineError && error.kind === 'died') await open().then(() => prepare(version)).catch(() => {});
    }
  }

  /** Shows the progress. @param {string} [spoken] Words before it for screen readers: one region speaks, and not each verdict. */
  function progress(spoken = '') {
    const earned = checked().reduce((sum, blank) => sum + (blank.earned ?? 0), 0);
    const round = (/** @type {number} */ points) => String(Math.round(points * 100) / 100);
    const marked = [...blanks.values()].filter(({ by_hand }) => !by_hand).length;
    const text = checked().length ? `${round(earned)} of ${round(total)} points, ${checked().length} of ${marked} blanks checked` : `${round(total)} points, ${marked} blanks. Press Enter in a blank to check it.`;
    status.replaceChildren(...(spoken ? [el('span', { className: 'spoken' }, `${spoken} `)] : []), text);
  }

  /** @param {Blank} blank @param {any} [mark] Without a mark, the blank has no verdict. */
  function shown(blank, mark) {
    const { verdict, note } = blank;
    blank.earned = mark && mark.verdict !== 'unanswered' ? Number(mark.points) : undefined;
    verdict.replaceChildren();
    note?.replaceChildren();
    if (!mark) return '';
    const [words, color, short = words] = VERDICTS[mark.verdict] ?? [mark.verdict, 'dim'];
    const about = [mark.carried && ` (${mark.carried.join(', ')})`, mark.mistakes.length && `: ${mark.mistakes.join('; ')}`].filter(Boolean).join('');
    verdict.dataset.verdict = mark.verdict;
    verdict.dataset.points = String(mark.points);
    verdict.append(el('span', { className: color }, note ? short : words));
    const help = blank.earned === undefined ? undefined : helped(mark);
    // A table has no room for words, which are below it.
    if (note && (help || about)) note.append(el('b', {}, blank.label), ' ', el('span', { className: color }, words));
    (note ?? verdict).append(...(about ? [el('span', { className: 'dim' }, about)] : []), ...(help ? [help] : []));
    return `${blank.label}: ${words}${about}.`;
  }

  /** The reason of a blank, and within it the solution, which says everything about the other blanks, too. @param {any} mark */
  function helped({ reason, solution }) {
    const fold = (/** @type {string} */ title, /** @type {(Node | string)[]} */ ...inside) => el('details', {}, el('summary', {}, title), ...inside);
    const whole = solution && fold('Show the solution', el('pre', { tabIndex: 0 }, solution.trimEnd()));
    return reason ? fold('Show the reason', el('p', {}, `${reason}.`), ...(whole ? [whole] : [])) : whole;
  }

  /** @param {Blank} blank */
  async function check(blank) {
    const [own, text] = [blanks, blank.read()];
    const mark = await engine.request({ op: 'mark', sheet: sheet(), field: blank.field });
    if (own !== blanks || text !== blank.read()) return;
    const words = shown(blank, mark);
    keep();
    progress(words);
  }

  async function checkAll(only = [...blanks.keys()]) {
    if (!(await mark(only))) return;
    keep();
    progress('Checked.');
  }

  /** Marks blanks, and returns whether they are still on the page. @param {string[]} only */
  async function mark(only) {
    const [own, answers] = [blanks, sheet()];
    const { marks } = await engine.request({ op: 'mark', sheet: answers });
    if (own !== blanks) return false;
    for (const mark of marks) {
      const blank = blanks.get(mark.field);
      // An answer can change meanwhile. A word beside each empty blank would hide the others.
      if (blank && !blank.by_hand && only.includes(mark.field) && blank.read() === answers[mark.field]) shown(blank, mark.verdict === 'unanswered' ? undefined : mark);
    }
    return true;
  }

  /** @param {Element} place @param {any} field */
  function control(place, field) {
    const verdict = el('span', { className: 'verdict' });
    /** @type {Blank} */
    const blank = { field: field.name, label: labelOf(place), read: () => '', write: () => {}, verdict, by_hand: field.by_hand };
    const members = {
      oninput: () => {
        shown(blank);
        keep(blank);
        progress();
      },
      // A handler that returns false would cancel the key.
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === 'Enter') guarded(() => check(blank));
      },
    };
    /** Lets people pick among options. @param {{into: Element, label?: string}[]} options */
    const pick = (options) => {
      // A radio button that others can't turn off would need a way back, and "Start over" is one.
      const type = field.several ? 'checkbox' : 'radio';
      const ticks = options.map(({ into, label }) => {
        const tick = el('input', { type, name: field.name, ...members, ...(label ? { ariaLabel: `${blank.label}: ${label}` } : {}) });
        into.replaceChildren(label ? tick : el('label', {}, tick, ...into.childNodes));
        return tick;
      });
      const letter = (/** @type {number} */ at) => String.fromCharCode(65 + at);
      blank.read = () => ticks.flatMap(({ checked }, at) => (checked ? letter(at) : [])).join(', ');
      blank.write = (text) => ticks.forEach((tick, at) => (tick.checked = text.split(', ').includes(letter(at))));
    };
    /** @param {HTMLElement} input */
    const write = (input) => {
      const area = /** @type {HTMLInputElement} */ (input);
      blank.read = () => area.value;
      blank.write = (text) => (area.value = text);
      return input;
    };

    if (place.classList.contains('choice')) {
      place.setAttribute('role', 'group');
      place.setAttribute('aria-label', blank.label);
      for (const tick of place.querySelectorAll('.tick')) tick.remove();
      pick([...place.querySelectorAll('li')].map((into) => ({ into })));
      place.append(button('Check', () => check(blank), 'check'), ' ', verdict);
      return blank;
    }
    if (place.classList.contains('essay')) {
      place.querySelector('.room')?.replaceChildren(write(el('textarea', { rows: 5, ...members, onkeydown: null, ariaLabel: blank.label })));
      place.append(el('p', { className: 'dim by-hand' }, 'A person marks this answer.'));
      return blank;
    }
    const table = place.closest('table.fill');
    if (table) blank.note = notes(table).appendChild(el('li'));
    const boxes = table ? [...(place.closest('tr')?.querySelectorAll('.box') ?? [])] : [];
    // A row of boxes to tick has one field, which its first box names.
    if (boxes.length > 1 && boxes.every((box) => box === place || !box.hasAttribute('data-field'))) {
      blank.label = blank.label.replace(/, [^,]*$/, '');
      pick(boxes.map((into) => ({ into, label: headOf(into) })));
      boxes[boxes.length - 1].after(' ', verdict);
      return blank;
    }
    const prefix = place.querySelector('i')?.textContent;
    const size = Math.max(3, Number(place.getAttribute('data-size') ?? 8));
    const input = write(el('input', { type: 'text', className: 'blank', size, autocomplete: 'off', spellcheck: false, autocapitalize: 'off', ariaLabel: blank.label, ...members }));
    place.replaceChildren(...(prefix ? [el('span', { className: 'prefix' }, prefix)] : []), input);
    place.after(' ', verdict);
    return blank;
  }

  /** @param {number} to */
  async function turn(to) {
    status.textContent = 'Preparing the paper …';
    const found = await prepare(to);
    version = to;
    const text = found.html.replace(/(data-field="[^"]*") style="[^"]*?width:(\d+)ch[^"]*"/g, '$1 data-size="$2"');
    paper.replaceChildren(html(text));
    // A corner of a table heads nothing.
    for (const corner of paper.querySelectorAll('th:empty')) corner.replaceWith(el('td'));
    blanks = new Map();
    for (const field of found.fields) {
      // A drawing names its parts, too.
      const place = paper.querySelector(`:is(.box, .choice, .essay)[data-field="${CSS.escape(field.name)}"]`);
      if (place) blanks.set(field.name, control(place, field));
    }
    for (const question of paper.querySelectorAll('section.question')) {
      const own = [...blanks].filter(([, { by_hand }]) => !by_hand).map(([name]) => name).filter((name) => question.querySelector(`[data-field="${CSS.escape(name)}"]`));
      if (own.length) question.append(el('p', { className: 'tools' }, button('Check this question', () => checkAll(own), 'first')));
    }
    total = Number(found.total);
    another.disabled = !found.varies;
    before.hidden = version === 1;
    code.textContent = found.varies ? `Version ${found.code}` : 'This exam has one version';
    document.title = paper.querySelector('h1')?.textContent?.trim() || exam.path;
    const earlier = answers()[version];
    for (const [field, text] of Object.entries(earlier?.sheet ?? {})) blanks.get(field)?.write(String(text));
    if (earlier?.checked.length) await mark(earlier.checked);
    keep();
    progress();
  }

  await open();
  // Each tab stays at its version.
  await turn(kept.read('sessionStorage', key) ?? kept.read('localStorage', key)?.version ?? 1);
}

/** Shows why there is no paper. @param {Element} main @param {unknown} error */
export function refused(main, error) {
  main.replaceChildren(el('p', { className: 'progress', role: 'alert' }, error instanceof Error ? error.message : String(error)));
}

/** The head of a cell's column. @param {Element} place */
function headOf(place) {
  const cell = place.closest('td');
  return cell?.closest('table')?.querySelectorAll('thead tr > *')[cell.cellIndex]?.textContent?.trim() ?? '';
}

/** The name of a blank in words: its question, and the words beside it. @param {Element} place */
function labelOf(place) {
  const number = (place.getAttribute('data-field') ?? '').split('.')[0];
  const words = (/** @type {Element | null | undefined} */ element) => element?.textContent?.trim().replace(/\s+/g, ' ').replace(/:$/, '') ?? '';
  const cell = place.closest('table.fill td');
  if (!cell) return `${number} ${words(place.querySelector('.lead') ?? place.closest('tr')?.querySelector('th[scope="row"]') ?? place.closest('.value')?.firstElementChild)}`;
  // Columns may be folded: the words of a row are those at the beginning of its group.
  let first = cell;
  while (first.previousElementSibling && !first.classList.contains('edge')) first = first.previousElementSibling;
  const row = first === cell || first.querySelector('.box') ? '' : `${first.classList.contains('word') ? '' : headOf(first)} ${words(first)}, `;
  return `${number} ${row}${headOf(cell)}`.replace(/, $/, '').replace(/\s+/g, ' ');
}

/** The list below a table with the words for its blanks. @param {Element} table */
function notes(table) {
  if (!table.nextElementSibling?.classList.contains('notes')) table.after(el('ul', { className: 'notes' }));
  return /** @type {Element} */ (table.nextElementSibling);
}
