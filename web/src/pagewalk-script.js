// <pagewalk-script>: a script that runs on any page, with its results. Attributes: `readonly`, `predict`, `fails`, `name`,
// `folder` (the address of the files that the script names), and `explorer` (the address of the explorer, or empty for no link).
// @ts-check

const SCRIPT = 'pagewalk-script.js';
/** The address of this file, beside which the engine is. A module has no `currentScript`. */
const HERE =
  /** @type {HTMLScriptElement | null} */ (document.currentScript ?? document.querySelector(`script[src*="${SCRIPT}"]`))?.src ??
  document.baseURI;

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

const CLASSES = new Map(Object.entries(WORDS).flatMap(([name, words]) => words.split(' ').map((word) => [word, name])));
const TOKEN = /(#.*)|("""[^]*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?|'[^'\n]*')|([A-Za-z_][\w.-]*)|(\d\w*)|\?|[^\s\w]+?|\s+/g;

/**
 * The pieces of a text with their classes, before the engine is there to ask.
 * @param {string} text
 * @returns {[string, string, number][]} Pieces, classes, and positions.
 */
const pieces = (text) =>
  Array.from(text.matchAll(TOKEN), ({ 0: piece, 1: comment, 2: string, 3: word, 4: number, index }) => [
    piece,
    comment ? 'comment' : string ? 'string' : word ? (CLASSES.get(word) ?? '') : number ? 'number' : piece === '?' ? 'blank' : /\S/.test(piece) ? 'operator' : '',
    index,
  ]);

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

/** @type {Promise<any> | undefined} */
let part;

/** Loads the part for runs, once for all elements of the page. A page in a file can load scripts, but no modules. */
const loaded = () =>
  (part ??= new Promise((resolve, reject) => {
    const script = el('script', { src: new URL('pagewalk-run.js', HERE).href });
    script.onload = () => resolve(/** @type {any} */ (globalThis).pagewalkRun);
    script.onerror = () => {
      part = undefined;
      reject(new Error(`${script.src} is missing.`));
    };
    document.head.append(script);
  }));

class PagewalkScript extends HTMLElement {
  /** The engine of the current run, once it is loaded. */
  #engine;
  /** The current run, so that a stopped one does not go on when its engine arrives. @type {object | undefined} */
  #turn;
  /** The author's text. */
  #original = '';
  /** @type {Map<number, [string, boolean]>} Marks at the ends of lines, and whether they are good. */
  #marks = new Map();

  #copy = el('pre', { ariaHidden: 'true' });
  #area = el('textarea', { spellcheck: false, autocapitalize: 'off', wrap: 'off', ariaLabel: 'Pagewalk script' });
  #run = el('button', { className: 'first', textContent: 'Run', title: 'Ctrl+Enter in the script', onclick: () => this.run() });
  #stop = el('button', { textContent: 'Stop', hidden: true, onclick: () => this.stop() });
  #over = el('button', { textContent: 'Start over', hidden: true, onclick: () => this.reset() });
  #link = el('a', { textContent: 'Open in the explorer', target: '_blank', rel: 'noopener' });
  #guess = el('input', { autocomplete: 'off' });
  #guessed = el('label', { hidden: true }, 'Your prediction', this.#guess);
  #verdict = el('span', { className: 'verdict', role: 'status' });
  #results = el('section', { className: 'results', hidden: true, ariaLabel: 'Results' });

  connectedCallback() {
    if (this.shadowRoot) return;
    // A script in the head sees the element before its text.
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => this.#build(), { once: true });
    else this.#build();
  }

  disconnectedCallback() {
    this.stop();
  }

  #build() {
    if (this.shadowRoot || !this.isConnected) return;
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    const name = this.getAttribute('name') ?? '';
    root.append(
      el(
        'div',
        { className: 'frame' },
        el('div', { className: 'code' }, this.#copy, this.#area),
        el('div', { className: 'bar' }, this.#guessed, this.#run, this.#stop, this.#over, this.#verdict, el('span', { className: 'name', textContent: name }), this.#link),
        this.#results,
      ),
    );
    this.#area.oninput = () => this.#edited();
    // A link of each script of a long page would be compressed for nothing.
    this.#link.onpointerenter = this.#link.onfocus = () => this.#share();
    this.#link.onclick = async (event) => {
      if (this.#link.hash) return;
      event.preventDefault();
      await this.#share();
      open(this.#link.href);
    };
    this.#area.onkeydown = this.#guess.onkeydown = (event) => {
      // Tab leaves the editor, as it leaves each text area.
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey || event.target === this.#guess)) {
        event.preventDefault();
        this.run();
      }
    };
    const text = this.textContent ?? '';
    const lines = text.replace(/^\s*\n/, '').trimEnd().split('\n');
    const indents = lines.filter((line) => line.trim()).map((line) => line.length - line.trimStart().length);
    const indent = indents.length ? Math.min(...indents) : 0;
    this.text = lines.map((line) => line.slice(indent)).join('\n');
  }

  /** The text of the editor. A new text is also the one that Start over returns to. */
  get text() {
    return this.#area.value;
  }
  set text(text) {
    this.#original = text;
    this.reset();
  }

  /** Returns to the author's text, without results. */
  reset() {
    const focused = this.shadowRoot?.activeElement === this.#over;
    this.stop();
    this.#area.value = this.#original;
    this.#guess.value = '';
    // A script with blanks has its predictions in the text.
    const predict = this.hasAttribute('predict');
    const blanks = predict && this.#blanks().length > 0;
    this.#area.readOnly = this.hasAttribute('readonly') && !blanks;
    this.#guessed.hidden = !predict || blanks;
    this.#edited();
    this.#say('');
    this.#results.hidden = this.#over.hidden = true;
    this.#results.replaceChildren();
    this.#link.hidden = this.hasAttribute('predict') || this.getAttribute('explorer') === '';
    if (focused) this.#area.focus();
  }

  /** The positions of the values that are still to fill in. */
  #blanks() {
    return pieces(this.text).filter(([, kind]) => kind === 'blank');
  }

  #edited() {
    if (!this.#results.hidden) this.#say('Edited since the last run.');
    this.#marks.clear();
    this.#over.hidden = false;
    this.#draw();
    this.#link.href = this.#explorer;
  }

  /** Colors the copy below the text area. */
  #draw() {
    let line = 0;
    const mark = () => {
      const [text, good] = this.#marks.get(line++) ?? [];
      return text ? [el('span', { className: good ? 'mark' : 'mark bad', textContent: text })] : [];
    };
    const nodes = [];
    for (const [piece, kind] of pieces(this.text)) {
      piece.split('\n').forEach((part, i) => {
        if (i > 0) nodes.push(...mark(), '\n');
        if (part) nodes.push(kind ? el('span', { className: kind, textContent: part }) : part);
      });
    }
    // A last line without text has a height too.
    this.#copy.replaceChildren(...nodes, ...mark(), '\n');
  }

  /** Puts the text into the link. */
  async #share() {
    const { text } = this;
    const { toFragment } = await loaded();
    const fragment = await toFragment({ text });
    if (text === this.text) this.#link.href = this.#explorer + fragment;
  }

  get #explorer() {
    return new URL(this.getAttribute('explorer') || 'explorer.html', HERE).href;
  }

  /** @param {string} text @param {string} [kind] */
  #say(text, kind = '') {
    this.#verdict.className = `verdict ${kind}`;
    this.#verdict.textContent = text;
  }

  /** Ends the current run, if any. */
  stop() {
    if (!this.#turn) return;
    this.#say('Stopped.');
    this.#end();
  }

  #end() {
    this.#turn = undefined;
    this.#engine?.stop();
    this.#engine = undefined;
    const focused = this.shadowRoot?.activeElement === this.#stop;
    this.#run.hidden = false;
    this.#stop.hidden = true;
    if (focused) this.#run.focus();
  }

  /** Runs the script and shows its results. */
  async run() {
    if (this.#turn) return;
    const predict = this.hasAttribute('predict');
    const [blank, ...others] = predict ? this.#blanks() : [];
    if (blank) {
      this.#say(`Replace each ? with your prediction: ${others.length + 1} left.`);
      this.#area.focus();
      this.#area.setSelectionRange(blank[2], blank[2] + 1);
      return;
    }
    if (!this.#guessed.hidden && !this.#guess.value.trim()) {
      this.#say('Write your prediction first.');
      this.#guess.focus();
      return;
    }
    const turn = (this.#turn = {});
    const focused = this.shadowRoot?.activeElement === this.#run;
    this.#run.hidden = true;
    this.#stop.hidden = this.#over.hidden = false;
    if (focused) this.#stop.focus();
    this.#say('Running…');
    const { text } = this;
    try {
      const { sheet: more, start, results, present, edited } = await loaded();
      const engine = await start(HERE);
      if (this.#turn !== turn) return;
      this.#engine = engine;
      const answer = await results(engine, this, text, this.#original);
      const noun = predict && this.#original !== text ? 'prediction' : 'expectation';
      const fix = (edits) => {
        this.#area.value = edited(text, edits);
        this.#edited();
        this.run();
      };
      this.shadowRoot?.adoptedStyleSheets.splice(1, 1, more);
      const { says, kind, marks } = present(answer, this.hasAttribute('fails'), noun, fix, this.#results);
      this.#say(says, kind);
      this.#link.hidden = this.getAttribute('explorer') === '';
      if (text === this.text) {
        this.#marks = marks;
        this.#draw();
      } else this.#edited();
      const { verdict, totals } = answer;
      this.dispatchEvent(new CustomEvent('pagewalk-result', { bubbles: true, composed: true, detail: { verdict, ...totals, text } }));
    } catch (error) {
      if (this.#turn !== turn) return;
      this.#say(/** @type {Error} */ (error).message, 'bad');
    }
    this.#end();
  }
}

customElements.define('pagewalk-script', PagewalkScript);
