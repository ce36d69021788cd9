// The lectern: a figure fills the screen, one message or arrow at a time.
// @ts-check
import { svg } from '../markup.js';
import { at, el } from './dom.js';

/**
 * @param {(request: {blank: boolean, width: number}) => Promise<{title: string, svg: string[][]} | undefined>} draw Draws the figure of the step.
 * @param {{next: () => Promise<void>, back: () => Promise<void>}} steps
 */
export function lectern(draw, steps) {
  const stage = at('stage');
  let blank = false;
  let drawn = 0;
  /** @type {string[]} */
  let pictures = [];
  let title = '';
  /** @type {HTMLElement | null} */
  let from = null;

  /** @type {Promise<unknown>} */
  let pending = Promise.resolve();
  /** A key waits for the figure of the one before it. @param {string} key */
  const press = (key) => (pending = pending.then(async () => keys[key]?.()).catch(() => {}));

  const paint = () => {
    const picture = pictures[drawn];
    const button = (/** @type {string} */ key, /** @type {string} */ text) => el('button', { onclick: () => press(key) }, text);
    stage.replaceChildren(
      el('p.title', title),
      el('div.drawing', picture ? svg(picture) : el('p.lacking', 'This step has no such figure. Press Down for the next step.')),
      el('p.keys', button('ArrowLeft', '← back'), ' ', button('ArrowRight', '→ one further'), ` ${Math.min(drawn + 1, pictures.length)} of ${pictures.length} `, button('ArrowUp', '↑ step before'), ' ', button('ArrowDown', '↓ next step'), ' ', button('b', blank ? 'B filled' : 'B blank'), ' ', button('Escape', 'Esc close')),
    );
  };
  const load = async (last = false) => {
    const figure = await draw({ blank, width: 160 });
    pictures = figure?.svg[0] ?? [];
    title = figure?.title ?? '';
    drawn = last ? Math.max(pictures.length - 1, 0) : 0;
    paint();
  };
  /** @type {Record<string, () => unknown>} */
  const keys = {
    async ArrowRight() {
      if (drawn < pictures.length - 1) drawn += 1;
      else {
        await steps.next();
        return load();
      }
      paint();
    },
    async ArrowLeft() {
      if (drawn > 0) drawn -= 1;
      else {
        await steps.back();
        return load(true);
      }
      paint();
    },
    async ArrowDown() {
      await steps.next();
      await load();
    },
    async ArrowUp() {
      await steps.back();
      await load();
    },
    async b() {
      blank = !blank;
      const here = drawn;
      await load();
      drawn = Math.min(here, Math.max(pictures.length - 1, 0));
      paint();
    },
    Escape: () => close(),
  };
  // A remote control of a lecture room sends these keys.
  Object.assign(keys, { PageDown: keys.ArrowRight, PageUp: keys.ArrowLeft, ' ': keys.ArrowRight, B: keys.b });
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === ' ' && event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    press(event.key);
  };
  const close = () => {
    stage.hidden = true;
    document.removeEventListener('keydown', pressed);
    if (document.fullscreenElement) document.exitFullscreen();
    from?.focus();
  };
  // The browser takes Escape for itself while a page fills the screen.
  document.addEventListener('fullscreenchange', () => !document.fullscreenElement && !stage.hidden && close());
  return async () => {
    from = /** @type {HTMLElement} */ (document.activeElement);
    stage.hidden = false;
    stage.tabIndex = -1;
    stage.role = 'dialog';
    stage.ariaLabel = 'Lectern';
    stage.focus();
    document.addEventListener('keydown', pressed);
    // Without permission, the page itself is the screen.
    document.documentElement.requestFullscreen?.().catch(() => {});
    await load(true);
  };
}
