// The lectern: a figure fills the screen, one message or arrow at a time.
// @ts-check
import { svg } from '../markup.js';
import { at, el } from './dom.js';

/**
 * @param {(request: {blank: boolean, width: number}) => Promise<{title: string, svg: string[][]} | undefined>} draw Draws the figure of the step.
 * @param {{next: () => Promise<unknown>, back: () => Promise<unknown>}} steps
 */
export function lectern(draw, steps) {
  const stage = at('stage');
  const view = el('div.view');
  let blank = false;
  let drawn = 0;
  /** @type {string[]} */
  let pictures = [];
  let title = '';
  /** @type {HTMLElement | null} */
  let from = null;

  /** @type {Promise<unknown>} */
  let pending = Promise.resolve();
  /** The words that a screen reader speaks after each key. A region that is made again says nothing. */
  const spoken = el('p.spoken', { ariaLive: 'polite' });
  stage.append(spoken, view);

  /** A key waits for the figure of the one before it. @param {string} key */
  const press = (key) => (pending = pending.then(async () => keys[key]?.()).catch(() => {}));

  const paint = () => {
    const picture = pictures[drawn];
    const button = (/** @type {string} */ key, /** @type {string} */ text) => el('button', { id: `lectern-${key}`, onclick: () => press(key) }, text);
    const focused = stage.contains(document.activeElement) ? document.activeElement?.id : '';
    view.replaceChildren(
      el('p.title', title),
      el('div.drawing', picture ? svg(picture) : el('p.lacking', 'This step has no such figure. Press Down for the next step.')),
      el('p.keys', button('ArrowLeft', '← back'), ' ', button('ArrowRight', '→ one further'), ` ${Math.min(drawn + 1, pictures.length)} of ${pictures.length} `, button('ArrowUp', '↑ step before'), ' ', button('ArrowDown', '↓ next step'), ' ', button('b', blank ? 'B filled' : 'B blank'), ' ', button('Escape', 'Esc close')),
    );
    if (focused) at(focused)?.focus();
    const words = [...view.querySelectorAll('.drawing text')];
    spoken.textContent = [title, picture ? `${drawn + 1} of ${pictures.length}` : 'no figure', !blank && added(words)].filter(Boolean).join(': ');
  };
  /** What the last key has added to the picture. @param {Element[]} texts */
  const added = (texts) => {
    const before = new Set(earlier);
    earlier = texts.map(({ textContent }) => textContent ?? '');
    return before.size ? earlier.filter((text) => !before.has(text)).join(', ') : '';
  };
  /** The texts of the picture before. @type {string[]} */
  let earlier = [];
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
    // The page below is covered, so Tab stays among the buttons.
    if (event.key === 'Tab') {
      const buttons = /** @type {HTMLElement[]} */ ([...stage.querySelectorAll('button')]);
      const next = buttons.indexOf(/** @type {any} */ (document.activeElement)) + (event.shiftKey ? -1 : 1);
      event.preventDefault();
      buttons[next < 0 ? buttons.length - 1 : next % buttons.length].focus();
      return;
    }
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
    stage.ariaModal = 'true';
    stage.focus();
    document.addEventListener('keydown', pressed);
    // Without permission, the page itself is the screen.
    document.documentElement.requestFullscreen?.().catch(() => {});
    await load(true);
  };
}
