// The editor of the script. Its colors, completion, hover, problems, and fixes come from the engine.
// @ts-check
import { autocompletion, closeBrackets, closeCompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, isolateHistory } from '@codemirror/commands';
import { forceLinting, linter } from '@codemirror/lint';
import { searchKeymap, highlightSelectionMatches } from '@codemirror/search';
import { Compartment, EditorState, StateEffect, StateField, Transaction } from '@codemirror/state';
import { Decoration, EditorView, WidgetType, drawSelection, highlightActiveLine, hoverTooltip, keymap, lineNumbers } from '@codemirror/view';
import { el } from './dom.js';

/** A result at the end of a line. */
class Result extends WidgetType {
  /** @param {string} label @param {string} narration */
  constructor(label, narration) {
    super();
    this.label = label;
    this.narration = narration;
  }
  /** @param {Result} other */
  eq(other) {
    return other.label === this.label;
  }
  /** A click on it puts the cursor on its line. */
  ignoreEvent() {
    return false;
  }
  toDOM() {
    return el('span.cm-result', { title: this.narration }, this.label);
  }
}

/** @typedef {{line: number, character: number}} Place */

/** @returns {import('@codemirror/state').StateEffectType<import('@codemirror/view').DecorationSet>} */
const effect = () => StateEffect.define();
const [setTokens, setResults, setCurrent] = [effect(), effect(), effect()];

/** Decorations that an effect replaces, and edits move. @param {import('@codemirror/state').StateEffectType<any>} effect */
const decorations = (effect) =>
  StateField.define({
    create: () => Decoration.none,
    update(old, transaction) {
      const found = transaction.effects.find((one) => one.is(effect));
      return found ? found.value : old.map(transaction.changes);
    },
    provide: (field) => EditorView.decorations.from(field),
  });

/** The expectations of a statement, which continue on the next line after a comma or an arrow. */
const EXPECTED = /=>[^#\n]*(?:(?<=(?:,|=>)[ \t]*)(?:#[^\n]*)?\n[^#\n]*)*/g;

/** What is in the place of an expectation while it is covered. */
class Cover extends WidgetType {
  eq() {
    return true;
  }
  toDOM() {
    return el('span.cm-covered', { role: 'img', ariaLabel: 'covered expectation' }, '=> ?');
  }
}

/**
 * Covers the expectations of the script, which are the answers while one predicts. Their text is not in the page, so that no
 * screen reader finds it. The line that one writes stays open.
 * @param {EditorState} state
 * @param {number} open The beginning of this line, or -1.
 */
function cover({ doc }, open) {
  const ranges = [];
  for (const { 0: { length }, index } of doc.toString().matchAll(EXPECTED)) {
    for (let at = index; at < index + length; at = doc.lineAt(at).to + 1) {
      const line = doc.lineAt(at);
      const to = Math.min(line.to, index + length);
      if (line.from !== open && at < to) ranges.push(Decoration.replace({ widget: new Cover() }).range(at, to));
    }
  }
  return { open, decorations: Decoration.set(ranges) };
}

const covered = StateField.define({
  create: (state) => cover(state, -1),
  update(old, transaction) {
    const { state } = transaction;
    const line = state.doc.lineAt(state.selection.main.head).from;
    const writes = transaction.isUserEvent('input') || transaction.isUserEvent('delete');
    const open = writes || (old.open >= 0 && transaction.changes.mapPos(old.open) === line) ? line : -1;
    return open === old.open && !transaction.docChanged ? old : cover(state, open);
  },
  provide: (field) => [
    EditorView.decorations.from(field, ({ decorations }) => decorations),
    EditorView.atomicRanges.of((view) => view.state.field(field, false)?.decorations ?? Decoration.none),
  ],
});

const style = EditorView.theme({
  '.cm-covered': { padding: '0 0.4em', borderRadius: '3px', color: 'var(--dim)', backgroundColor: 'var(--panel)', border: '1px dashed var(--edge)' },
  '&': { height: '100%', fontSize: '0.84rem', backgroundColor: 'var(--paper)', color: 'var(--ink)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--ink)' },
  // The page's own rule does not reach into a shadow tree.
  '@media (prefers-reduced-motion: reduce)': { '.cm-cursorLayer': { animation: 'none !important' } },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--dim)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'var(--panel)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--soft)' },
  '.cm-current': { backgroundColor: 'var(--soft)', boxShadow: 'inset 3px 0 var(--accent)' },
  '.cm-result': { marginLeft: '1.2em', color: 'var(--dim)', fontStyle: 'italic' },
  '.cm-tooltip': { backgroundColor: 'var(--raised)', color: 'var(--ink)', border: '1px solid var(--edge)', maxWidth: '36rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { color: 'var(--ink)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-completionDetail': { color: 'inherit', opacity: '0.9' },
  '.cm-hover': { padding: '0.4rem 0.7rem', whiteSpace: 'pre-wrap', maxHeight: '20rem', overflow: 'auto', fontFamily: 'var(--sans)', fontSize: '0.875rem' },
  '.cm-panels': { backgroundColor: 'var(--panel)', color: 'var(--ink)' },
  ...Object.fromEntries(
    ['keyword', 'function', 'property', 'type', 'number', 'string', 'comment', 'operator', 'enumMember', 'namespace', 'variable'].map((kind) => [
      `.cm-t-${kind}`,
      { color: `var(--t-${kind})` },
    ]),
  ),
});

/** Markdown of the engine as plain text: code fences and back quotes are for other readers. @param {string} text */
const plain = (text) => text.replace(/^```\w*\n?/gm, '').replace(/`([^`]*)`/g, '$1').replace(/\*\*([^*]*)\*\*/g, '$1').trim();

/**
 * @param {HTMLElement} parent
 * @param {(request: {op: string, [member: string]: any}) => Promise<any>} ask Asks the engine about the text that was last opened.
 * @param {{changed: () => void, flush: () => Promise<void>, values: () => boolean}} page
 */
export function editor(parent, ask, page) {
  // In a shadow tree, CodeMirror adopts its style sheets, which the page's policy allows without a nonce.
  const root = parent.attachShadow({ mode: 'open' });
  const host = root.appendChild(el('div'));
  host.style.height = '100%';
  const [tokens, results, current] = [setTokens, setResults, setCurrent].map(decorations);
  const conceals = new Compartment();
  /** @type {any[]} */
  let problems = [];

  /** @param {EditorState} state @param {Place} place */
  const offset = ({ doc }, { line, character }) => {
    if (line >= doc.lines) return doc.length;
    const { from, to } = doc.line(line + 1);
    return Math.min(from + character, to);
  };
  /** @param {EditorState} state @param {number} at */
  const place = ({ doc }, at) => {
    const line = doc.lineAt(at);
    return { line: line.number - 1, character: at - line.from };
  };
  /** @param {EditorView} view @param {{start: Place, end: Place, text: string}[]} edits */
  const apply = (view, edits) =>
    view.dispatch({ changes: edits.map(({ start, end, text }) => ({ from: offset(view.state, start), to: offset(view.state, end), insert: text })) });

  const complete = async (/** @type {import('@codemirror/autocomplete').CompletionContext} */ context) => {
    const word = context.matchBefore(/[\w.]+/);
    const before = context.state.sliceDoc(Math.max(0, context.pos - 2), context.pos);
    // A list opens where a word has begun, or must follow.
    if (!context.explicit && !word && !/[=,{:] $|\w $/.test(before)) return null;
    await page.flush();
    const { start, end, items, is_long, line_may_end } = await ask({ op: 'complete', ...place(context.state, context.pos), values: page.values() });
    if (!context.explicit && !word && (is_long || line_may_end)) return null;
    if (context.aborted || !items.length) return null;
    return {
      from: offset(context.state, start),
      to: offset(context.state, end),
      options: items.map(({ label, kind, detail, documentation }) => ({
        label,
        type: kind,
        detail: detail.length > 60 ? `${detail.slice(0, 58)}…` : detail,
        info: documentation ? () => el('div.cm-hover', plain(documentation)) : undefined,
      })),
      filter: false,
    };
  };

  const view = new EditorView({
    root,
    parent: host,
    state: EditorState.create({
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        closeBrackets(),
        autocompletion({ override: [complete], icons: false }),
        linter(({ state }) =>
          problems.map(({ start, end, severity, message, fixes }) => ({
            from: offset(state, start),
            to: Math.max(offset(state, end), offset(state, start)),
            severity,
            message,
            // The list can be open while one types, and its fixes belong to the text before.
            actions: fixes.map(({ title, edits }) => ({ name: title, apply: (/** @type {EditorView} */ view) => view.state.doc.eq(state.doc) && apply(view, edits) })),
          })),
        { delay: 1e6 }),
        hoverTooltip(async (view, at) => {
          const hover = await ask({ op: 'hover', ...place(view.state, at), values: page.values() });
          if (!hover) return null;
          return { pos: offset(view.state, hover.start), end: offset(view.state, hover.end), create: () => ({ dom: el('div.cm-hover', plain(hover.markdown)) }) };
        }),
        // Tab leaves the editor: with a keyboard alone, one could not go on otherwise.
        keymap.of([...completionKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.contentAttributes.of({ 'aria-label': 'Script', tabindex: '0' }),
        EditorView.lineWrapping,
        conceals.of([]),
        tokens,
        results,
        current,
        style,
        EditorView.updateListener.of((update) => update.docChanged && page.changed()),
      ],
    }),
  });
  view.scrollDOM.tabIndex = 0;
  view.scrollDOM.ariaLabel = 'Lines of the script';
  view.scrollDOM.role = 'region';

  return {
    view,
    get text() {
      return view.state.doc.toString();
    },
    /** @param {string} text */
    open(text) {
      closeCompletion(view);
      // Undo returns to the script before this one. The first script has none.
      const annotations = [Transaction.addToHistory.of(view.state.doc.length > 0), isolateHistory.of('full')];
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, annotations });
    },
    /** @param {{problems: any[], tokens: [number, number, number, string][]}} found */
    show(found) {
      const { doc } = view.state;
      const marks = found.tokens.filter(([line]) => line < doc.lines).map(([line, character, length, kind]) => {
        const { from, to } = doc.line(line + 1);
        const start = Math.min(from + character, to);
        return Decoration.mark({ class: `cm-t-${kind}` }).range(start, Math.min(start + length, to));
      });
      view.dispatch({ effects: setTokens.of(Decoration.set(marks.filter(({ from, to }) => from < to), true)) });
      this.problems(found.problems);
    },
    /** @param {any[]} found */
    problems(found) {
      problems = found;
      forceLinting(view);
    },
    /** @param {{line: number, label: string, narration: string}[]} hints */
    results(hints) {
      const { doc } = view.state;
      const widgets = hints.filter(({ line }) => line < doc.lines).map(({ line, label, narration }) =>
        Decoration.widget({ widget: new Result(label, narration), side: 1 }).range(doc.line(line + 1).to));
      view.dispatch({ effects: setResults.of(Decoration.set(widgets, true)) });
    },
    /** @param {boolean} on */
    conceal(on) {
      view.dispatch({ effects: conceals.reconfigure(on ? covered : []) });
    },
    /** Marks the lines of a statement. @param {Place | undefined} start @param {Place} [end] */
    mark(start, end) {
      if (!start || !end) return view.dispatch({ effects: setCurrent.of(Decoration.none) });
      const { doc } = view.state;
      const lines = [];
      for (let line = start.line; line <= Math.min(end.line, doc.lines - 1); line += 1) {
        lines.push(Decoration.line({ class: 'cm-current' }).range(doc.line(line + 1).from));
      }
      view.dispatch({ effects: setCurrent.of(Decoration.set(lines)) });
      if (view.hasFocus) return;
      // CodeMirror would also scroll the page, away from the step.
      const { top } = view.lineBlockAt(offset(view.state, start));
      const { scrollTop, clientHeight } = view.scrollDOM;
      if (top < scrollTop + 20 || top > scrollTop + clientHeight - 80) view.scrollDOM.scrollTop = top - clientHeight / 3;
    },
    apply: (/** @type {{start: Place, end: Place, text: string}[]} */ edits) => apply(view, edits),
    /** The line of the cursor. */
    get line() {
      return view.state.doc.lineAt(view.state.selection.main.head).number - 1;
    },
  };
}
